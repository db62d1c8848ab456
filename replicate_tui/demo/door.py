"""A listening socket that faults can shut: refusing connections, or letting nobody in and nobody know."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Callable, Iterable
from typing import Self

from replicate_tui.demo.connection import Connection
from replicate_tui.demo.faults import FaultRule, Faults, Host

_BACKLOG = 2048
_MOST_FILLERS = 512


class Door:
    """Where connections to one host of the service come in, opened and shut as the rules of `faults` say.

    Refusing, it is as if the service had ended: who is inside is put out, and the port is held for its return. As a
    blackhole it takes no new connection, and the queue for them is full, so that connecting goes on without an end;
    who is inside stays.
    """

    def __init__(self, host: Host, address: tuple[str, int]) -> None:
        self.host = host
        self._socket = bound(address)
        self._socket.listen(_BACKLOG)
        self.address: tuple[str, int] = self._socket.getsockname()
        self.url = f"http://{self.address[0]}:{self.address[1]}"
        self._faults: Faults | None = None
        self._server: asyncio.Server | None = None
        self._fillers: list[socket.socket] = []
        self._filler_ports: set[int] = set()
        self._rule: FaultRule | None = None
        self._opening: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def is_filler(self, port: int) -> bool:
        """Whether the connection from `port` is one that only filled the queue."""
        return port in self._filler_ports

    async def open(
        self,
        faults: Faults,
        note: Callable[[FaultRule, int], None],
        make: Callable[[], Connection],
        connections: Callable[[], Iterable[Connection]],
    ) -> None:
        """Take connections, each served by what `make` returns, and follow `faults`.

        `note` is told when a rule shuts the door; `connections` returns those that are open, of all hosts.
        """
        self._faults, self._note, self._make, self._connections = faults, note, make, connections
        self._loop = asyncio.get_running_loop()
        await self._admit()
        faults.listen(self._hear)
        self._look()

    def close(self) -> None:
        """Take no more connections."""
        if self._faults is not None:
            self._faults.forget(self._hear)
            self._faults = None
        if self._timer is not None:
            self._timer.cancel()
        self._shut()
        self._drop_fillers()
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _hear(self) -> None:
        if _running_loop() is self._loop:
            self._look()
            return
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._look)

    def _look(self) -> None:
        """Do as the rules say now, and look again when that may change."""
        if self._timer is not None:
            self._timer.cancel()
        if self._faults is None:
            return
        rule, seconds = self._faults.door(self.host)
        self._timer = None if seconds is None else self._loop.call_later(seconds, self._look)
        if rule is self._rule:
            return
        self._rule = rule
        self._shut()
        self._drop_fillers()
        self._socket.listen(_BACKLOG)
        if rule is None:
            self._opening = self._loop.create_task(self._admit(), name=f"demo-door-{self.host}")
            return
        self._faults.count(rule)
        self._note(rule, 0)
        if rule.accept == "refuse":
            self._refuse()
        else:
            self._fill()

    async def _admit(self) -> None:
        # A copy, since a server closes the socket it was given; started apart, so that it is known when it starts.
        self._server = await self._loop.create_server(
            self._make, sock=self._socket.dup(), backlog=_BACKLOG, start_serving=False
        )
        await self._server.start_serving()

    def _shut(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
        if self._server is not None:
            self._server.close()
            self._server = None

    def _refuse(self) -> None:
        self._socket.close()
        # Bound but not listening: the port stays ours, and whoever connects is refused.
        self._socket = bound(self.address)
        for each in self._connections():
            if each.listener == self.host:
                each.reset()

    def _fill(self) -> None:
        self._socket.listen(0)
        for _ in range(_MOST_FILLERS):
            filler = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            filler.setblocking(False)
            filler.connect_ex(self.address)
            self._fillers.append(filler)
            self._filler_ports.add(filler.getsockname()[1])
            if not _is_connected(filler):
                return

    def _drop_fillers(self) -> None:
        for filler in self._fillers:
            filler.close()
        self._fillers.clear()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def bound(address: tuple[str, int]) -> socket.socket:
    """Return a socket that does not listen yet.

    Raises OSError when the address is not the machine's or the port is taken.
    """
    # Naming IPPROTO_TCP matters: only then does asyncio set TCP_NODELAY, without which each answer waits 40 ms.
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.setblocking(False)
    except OSError:
        found.close()
        raise
    return found


def _is_connected(sock: socket.socket) -> bool:
    try:
        sock.getpeername()
    except OSError as error:
        if error.errno not in (errno.ENOTCONN, errno.EINVAL):
            raise
        return False
    return True
