"""`python -m tests.reliability.nursery SOCKET [MODULE ...]`: imports all, and forks a process for each program.

A program is a coroutine function of one of the modules below; it is run in a process of its own, below the shim, in a
few milliseconds, and may be killed, refused the disk, or lose its rights without harm to anything else.
"""

import asyncio
import importlib
import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from tests.reliability import shim

_MOST_REQUEST: Final = 65536
_MOST_TRACEBACK: Final = 3000
Said = list[Any]


@dataclass(frozen=True)
class Ended:
    """What a program said, in order, and how it ended: its exit code, negative for a signal."""

    said: Said
    code: int

    def told(self, kind: str) -> list[Any]:
        """Return what was said as [`kind`, value]."""
        return [value for what, value in self.said if what == kind]


class Running:
    """A program that is under way."""

    def __init__(self, lines: asyncio.StreamReader, pid: int) -> None:
        self._lines = lines
        self._said: Said = []
        self.pid = pid

    async def hear(self) -> Any:
        """Return what it says next, or None when it has ended."""
        line = await self._lines.readline()
        if not line:
            return None
        self._said.append(json.loads(line))
        return self._said[-1]

    def kill(self, number: int = signal.SIGKILL) -> None:
        os.kill(self.pid, number)

    async def ended(self) -> Ended:
        """Wait for its end; fail with its traceback if it raised something."""
        while await self.hear() is not None:
            pass
        *said, (_, code) = self._said
        ended = Ended(said, code)
        if problems := ended.told("raised"):
            raise AssertionError(f"the program failed:\n{problems[0]}")
        return ended


class Nursery:
    """Starts programs; see `open_nursery`."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line

    async def start(self, program: str, **arguments: Any) -> Running:
        """Start a program; paths among its arguments arrive as texts."""
        reading, writing = os.pipe()
        try:
            request = json.dumps([program, arguments], default=str).encode()
            socket.send_fds(self._line, [request], [writing])
        finally:
            os.close(writing)
        lines = asyncio.StreamReader(limit=2**20)
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), os.fdopen(reading, "rb"))
        _, pid = json.loads(await lines.readline())
        return Running(lines, pid)

    async def run(self, program: str, **arguments: Any) -> Ended:
        return await (await self.start(program, **arguments)).ended()


@asynccontextmanager
async def open_nursery(folder: Path, *modules: str) -> AsyncIterator[Nursery]:
    """Open a nursery with the shim compiled into `folder`, and more modules imported; it ends with the context."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        library = await asyncio.to_thread(shim.compiled, folder)
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.reliability.nursery", str(theirs.fileno()), *modules),
                pass_fds=[theirs.fileno()],
                env=shim.preloading(library),
            )
        try:
            yield Nursery(ours)
        finally:
            ours.close()
            await process.wait()


def _serve(line: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        request, (*descriptors,), _, _ = socket.recv_fds(line, _MOST_REQUEST, 1)
        if not request:
            return
        if os.fork() == 0:
            line.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            program, arguments = json.loads(request)
            _keep(program, arguments, descriptors[0])
        os.close(descriptors[0])


def _keep(program: str, arguments: dict[str, Any], writing: int) -> None:
    """Run the program in a child, tell its number and its end, and end."""
    child = os.fork()
    if child == 0:
        # Said by itself: whatever it says later comes after.
        _say(writing, "pid", os.getpid())
        os._exit(_run(program, arguments, writing))
    _, status = os.waitpid(child, 0)
    _say(writing, "code", os.waitstatus_to_exitcode(status))
    os._exit(0)


def _run(program: str, arguments: dict[str, Any], writing: int) -> int:
    rooms = _rooms()
    try:
        asyncio.run(
            next(getattr(room, program) for room in rooms if hasattr(room, program))(
                lambda kind, value: _say(writing, kind, value), **arguments
            )
        )
    except BaseException:  # noqa: BLE001  (told to the one who started it)
        _say(writing, "raised", traceback.format_exc()[-_MOST_TRACEBACK:])
        return 1
    return 0


def _rooms() -> tuple[ModuleType, ...]:
    """Import what programs there are; forked processes have them then."""
    from tests.reliability import copies, disk_programs, programs

    return programs, disk_programs, copies


def _say(writing: int, kind: str, value: Any) -> None:
    # One call, and so one whole line, however many write.
    os.write(writing, json.dumps([kind, value]).encode() + b"\n")


if __name__ == "__main__":
    _rooms()
    for module in sys.argv[2:]:
        importlib.import_module(module)
    _serve(socket.socket(fileno=int(sys.argv[1])))
