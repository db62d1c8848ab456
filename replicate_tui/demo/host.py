"""Starting the service beside an application: in a child process, without importing what it is made of."""

import asyncio
import contextlib
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

_READY_SECONDS = 30.0
_STOP_SECONDS = 3.0
_PACKAGES = Path(__file__).resolve().parents[2]


class DemoUnavailable(Exception):
    """The service could not be started; the text says why."""


@dataclass(frozen=True, slots=True)
class DemoHandle:
    """A running service; it ends with this process even when `stop` is never called.

    `base_url` ends in `/v1`.
    """

    base_url: str
    token: str
    _process: asyncio.subprocess.Process

    async def stop(self) -> None:
        """Return when the service has kept its state and ended."""
        try:
            # Closes stdin, which tells the service to end, and reads to the end, so that no pipe outlives the loop.
            await asyncio.wait_for(self._process.communicate(b""), _STOP_SECONDS)
        except TimeoutError:
            await _kill(self._process)


async def start_demo(folder: Path | None, *, speed: float = 1.0, seed: int | None = None) -> DemoHandle:
    """Start the service with its state in `folder` (None: in memory) and return when it answers.

    Raises DemoUnavailable.
    """
    arguments = [f"--speed={speed}"]
    arguments += [] if folder is None else [f"--folder={folder}"]
    arguments += [] if seed is None else [f"--seed={seed}"]
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "replicate_tui.demo.child",
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(),
            # In a session of its own, so that keys pressed in our terminal are not its signals.
            start_new_session=True,
        )
    except OSError as error:
        raise DemoUnavailable(f"Could not start the demo service: {error}") from error
    try:
        address = await asyncio.wait_for(_first_line(process), _READY_SECONDS)
    except BaseException as error:
        await _kill(process)
        if isinstance(error, TimeoutError):
            raise DemoUnavailable("The demo service did not start in time") from error
        raise
    return DemoHandle(address["base_url"], address["token"], process)


async def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.communicate()


async def _first_line(process: asyncio.subprocess.Process) -> dict[str, str]:
    if process.stdout is None:
        raise DemoUnavailable("The demo service has no output to read")
    line = await process.stdout.readline()
    try:
        found = json.loads(line)
        if "error" in found:
            raise DemoUnavailable(f"The demo service did not start: {found['error']}")
        return {"base_url": str(found["base_url"]), "token": str(found["token"])}
    except (ValueError, KeyError, TypeError) as error:
        raise DemoUnavailable("The demo service did not start") from error


def _environment() -> dict[str, str]:
    """Return our environment without the user's token, and with our packages first on the path."""
    kept = {name: value for name, value in os.environ.items() if name != "REPLICATE_API_TOKEN"}
    path = [str(_PACKAGES), *filter(None, [kept.get("PYTHONPATH")])]
    return kept | {"PYTHONPATH": os.pathsep.join(path)}
