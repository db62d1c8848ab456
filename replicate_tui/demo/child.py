"""The service as a process of its own: one JSON line on stdout, then it serves until its stdin ends.

Whoever started it holds the other end of stdin, so it ends with its parent, however that ends. A second process on
the same folder prints the first one's address and stands by: it takes over, at the same address, when the first ends.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
from dataclasses import asdict, replace
from pathlib import Path

from replicate_tui.demo.catalogue import COLLECTIONS, MODELS
from replicate_tui.demo.folder import Address, StateFolder
from replicate_tui.demo.server import serve
from replicate_tui.demo.service import DemoService, DemoSettings

_FIRST_ADDRESS_SECONDS = 10.0
_LOOK_AGAIN_SECONDS = 0.05
_NICENESS = 5


def main() -> None:
    """Serve; ends the process with 0 when stdin ends and 1, with a line of JSON, when it cannot serve."""
    for ignored in (signal.SIGINT, signal.SIGHUP):
        # A key or a hangup meant for the terminal's program must not end the service before it.
        signal.signal(ignored, signal.SIG_IGN)
    # The terminal program is what a person feels; pictures may take a little longer.
    os.nice(_NICENESS)
    settings = _settings(sys.argv[1:])
    try:
        asyncio.run(_run(settings))
    except OSError as error:
        print(json.dumps({"error": str(error)}), flush=True)  # noqa: T201 (the line the parent reads)
        sys.exit(1)
    # The state is kept: taking the interpreter apart would only hold up whoever waits for the end.
    os._exit(0)


async def _run(settings: DemoSettings) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    threading.Thread(target=_wait_for_parent, args=(loop, stopping), daemon=True).start()
    folder = StateFolder(settings.folder) if settings.folder else None
    if folder is None:
        await _serve(settings, None, stopping, is_quiet=False)
        return
    is_first = folder.try_lock()
    if not is_first:
        _print(await _address_of_owner(folder))
        taken = asyncio.create_task(asyncio.to_thread(folder.lock))
        stopped = asyncio.create_task(stopping.wait())
        await asyncio.wait([taken, stopped], return_when=asyncio.FIRST_COMPLETED)
    last = folder.read_address()
    if stopping.is_set():
        # The thread that waits for the lock cannot be interrupted, and there is nothing to keep.
        os._exit(0)
    try:
        port = last.port if last else 0
        await _serve(replace(settings, port=port), folder, stopping, is_quiet=not is_first)
    except OSError:
        if not is_first or last is None:
            raise
        await _serve(settings, folder, stopping, is_quiet=False)


async def _serve(
    settings: DemoSettings, folder: StateFolder | None, stopping: asyncio.Event, *, is_quiet: bool
) -> None:
    def started(service: DemoService) -> None:
        address = Address(f"{service.origin}/v1", service.token)
        if folder is not None:
            folder.write_address(address)
        if not is_quiet:
            _print(address)

    await serve(settings, MODELS, COLLECTIONS, started=started, stopping=stopping)


async def _address_of_owner(folder: StateFolder) -> Address:
    """Return the address of the process that owns `folder`, which may still be starting.

    Raises OSError when it does not come.
    """
    for _ in range(round(_FIRST_ADDRESS_SECONDS / _LOOK_AGAIN_SECONDS)):
        address = folder.read_address()
        if address is not None:
            return address
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    raise OSError(f"{folder.path} is in use, but nothing serves from it")


def _wait_for_parent(loop: asyncio.AbstractEventLoop, stopping: asyncio.Event) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    loop.call_soon_threadsafe(stopping.set)


def _print(address: Address) -> None:
    print(json.dumps(asdict(address)), flush=True)  # noqa: T201 (the line the parent reads)


def _settings(arguments: list[str]) -> DemoSettings:
    parser = argparse.ArgumentParser(prog="python -m replicate_tui.demo.child")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--seed", type=int)
    given = parser.parse_args(arguments)
    return DemoSettings(folder=given.folder, speed=given.speed, seed=given.seed)


if __name__ == "__main__":
    main()
