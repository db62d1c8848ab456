"""A proxy in front of the demo service that loses, cuts and refuses on request: faults that a service cannot make."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Seen:
    method: str
    path: str
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a request.

    `refuse` closes before it is sent on, `lose` after the service has answered it (with `linger` only when `release`
    is called), `cut_after` lets so many bytes of the answer through, `status` answers in the service's place.
    `rewrite` changes each chunk of the answer, and must leave its length. `flood` is told instead as a stream of
    events, again and again until `flood_bytes` have left.
    """

    refuse: bool = False
    lose: bool = False
    linger: bool = False
    cut_after: int | None = None
    status: int | None = None
    body: bytes = b"{}"
    rewrite: Callable[[bytes], bytes] | None = None
    flood: bytes = b""
    flood_bytes: int = 0


PASS = Fault()


@dataclass
class Proxy:
    """Listens on a loopback port of its own; `fault` is asked for each request, `seen` lists them."""

    upstream: str
    fault: Callable[[Seen], Fault] = lambda _: PASS
    seen: list[Seen] = field(default_factory=list)
    answered: list[Seen] = field(default_factory=list)
    lingering: asyncio.Event = field(default_factory=asyncio.Event)
    hold: asyncio.Event | None = None
    held: Callable[[Seen], bool] = lambda _: False
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._port = self._server.sockets[0].getsockname()[1]
        self._theirs = urlsplit(self.upstream).netloc.encode()
        self._ours = f"127.0.0.1:{self._port}".encode()
        assert len(self._ours) == len(self._theirs), "ports of one length keep Content-Length right"
        return self

    async def __aexit__(self, *exception: object) -> None:
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def count(self, method: str, path_end: str) -> int:
        return sum(seen.method == method and seen.path.split("?")[0].endswith(path_end) for seen in self.seen)

    def release(self) -> None:
        """Close the connections that linger."""
        self.lingering.set()
        self.lingering = asyncio.Event()

    def stop_listening(self) -> None:
        """Be gone, as an unplugged cable is."""
        self._server.close()

    async def listen_again(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            await self._one(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # whoever sent it has gone, or the test is over
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        body = await reader.readexactly(int(length[1])) if length else b""
        method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ", 2)
        seen = Seen(method, path, body)
        self.seen.append(seen)
        if self.hold is not None and self.held(seen):
            await self.hold.wait()
        fault = self.fault(seen)
        if fault.refuse:
            return
        if fault.flood:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nevent: output\nid: 1\ndata: ")
            for _ in range(0, fault.flood_bytes, len(fault.flood)):
                writer.write(fault.flood)
                await writer.drain()
            return
        if fault.status is not None:
            answer = f"HTTP/1.1 {fault.status} Said\r\nContent-Type: application/problem+json\r\nConnection: close\r\n"
            writer.write(answer.encode() + f"Content-Length: {len(fault.body)}\r\n\r\n".encode() + fault.body)
            await writer.drain()
            return
        head = re.sub(rb"\r\nconnection: [^\r]*", b"", head, flags=re.IGNORECASE)
        head = head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n").replace(self._ours, self._theirs)
        host, _, port = self._theirs.decode().partition(":")
        upstream, sender = await asyncio.open_connection(host, int(port))
        try:
            sender.write(head + body.replace(self._ours, self._theirs))
            await self._relay(upstream, writer, fault)
            self.answered.append(seen)
            if fault.linger:
                await self.lingering.wait()
        finally:
            sender.close()

    async def _relay(self, upstream: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault) -> None:
        left = fault.cut_after
        while chunk := await upstream.read(65536):
            if fault.lose:
                continue
            chunk = chunk.replace(self._theirs, self._ours)
            if fault.rewrite is not None:
                chunk = fault.rewrite(chunk)
            if left is not None:
                chunk = chunk[:left]
                left -= len(chunk)
            writer.write(chunk)
            await writer.drain()
            if left == 0:
                return
