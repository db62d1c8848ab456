"""One connection to the service: it can be struck when it is made, while it is idle, and while it answers."""

import asyncio
import select
import socket
import struct
from collections.abc import Callable
from typing import Literal

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from replicate_tui.demo.faults import End, FaultRule, Faults, Host

CONNECTION = "replicate_tui.connection"

Listener = Host | Literal["control"]

_FLUSH_SECONDS = 1.0
_LOOK_SECONDS = 0.1
# Closing with a linger time of 0 sends a reset where closing alone would send an end.
_AT_ONCE = struct.pack("ii", 1, 0)
_PEER_HAS_LEFT = select.POLLHUP | select.POLLERR | getattr(select, "POLLRDHUP", 0)


class Connection(H11Protocol):
    """uvicorn's connection, in the scope of its requests so that a fault can cut it, now or later."""

    faults: Faults
    listener_at: Callable[[tuple[str, int]], Listener]
    is_filler: Callable[[int], bool]
    note_strike: Callable[[FaultRule, int], None]
    note_connection: Callable[[Host], None]
    note_garbage: Callable[[Host, int], None]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._ends_at_next: End | None = None
        app = self.app

        async def with_connection(scope: Scope, receive: Receive, send: Send) -> None:
            scope["extensions"] = {**scope.get("extensions", {}), CONNECTION: self}
            await app(scope, receive, send)

        self.app = with_connection
        self.listener = self.listener_at(transport.get_extra_info("sockname"))
        port = transport.get_extra_info("peername")[1]
        if self.listener == "control" or self.is_filler(port):
            return
        self.note_connection(self.listener)
        if self.faults.is_empty:
            return
        already = sum(1 for each in self.connections if getattr(each, "listener", None) == self.listener) - 1
        rule = self.faults.next_connection(self.listener, already)
        if rule is not None:
            self.note_strike(rule, port)
            self._strike(rule)

    def data_received(self, data: bytes) -> None:
        if self._ends_at_next is None:
            super().data_received(data)
        elif self._ends_at_next == "reset":
            self.reset()
        else:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        if self.listener != "control":
            self.note_garbage(self.listener, self.transport.get_extra_info("peername")[1])
        super().send_400_response(msg)

    def _strike(self, rule: FaultRule) -> None:
        if rule.accept == "reset":
            self.reset()
        elif rule.accept == "close":
            self.transport.close()
        else:
            self.transport.pause_reading()
            seconds = self.faults.seconds_of(rule)
            if seconds:
                self.loop.call_later(seconds, self.transport.resume_reading)

    def reset(self) -> None:
        """End the connection with a reset; what has not left yet is lost."""
        sock = self.transport.get_extra_info("socket")
        if not self.transport.is_closing() and sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.transport.abort()

    async def end(self, how: End) -> None:
        """End the connection when what was written has left."""
        if how == "close":
            self.transport.close()
            return
        until = self.loop.time() + _FLUSH_SECONDS
        # No event tells of an empty buffer, only of one below its high-water mark.
        while self.transport.get_write_buffer_size() and self.loop.time() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        self.reset()

    def end_when_idle(self, seconds: float) -> None:
        """Close when no request has come for so long after an answer."""
        self.timeout_keep_alive = seconds  # type: ignore[assignment]  # any number serves call_later

    def end_at_next(self, how: End) -> None:
        """End just as the next request comes, none of which is read."""
        self._ends_at_next = how

    async def read_no_more(self) -> None:
        """Leave everything else unread; return when the other side has gone.

        That is not seen while more waits to be read than the buffers hold, since its end waits behind that.
        """
        self.transport.pause_reading()
        sock = self.transport.get_extra_info("socket")
        watch = select.poll()
        watch.register(sock.fileno(), _PEER_HAS_LEFT)
        # A connection that is not read tells nobody of its end, so it must be asked.
        while not self.transport.is_closing() and not watch.poll(0):  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_SECONDS)
        self.transport.abort()
