"""A server that misbehaves on purpose, over real sockets: what no well-behaved HTTP library would send."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it came over the wire; header names are lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    def json(self) -> Any:
        return json.loads(self.body)


class Exchange:
    """One request on its connection; a script answers through it, or does not."""

    def __init__(self, seen: Seen, writer: asyncio.StreamWriter, number: int) -> None:
        self.seen = seen
        #: How many requests came before this one.
        self.number = number
        self.keeps_open = False
        self._writer = writer

    async def write(self, data: bytes) -> None:
        """Send bytes as they are; a client that has left is no error."""
        with contextlib.suppress(ConnectionError):
            self._writer.write(data)
            await self._writer.drain()

    async def head(self, status: int = 200, **headers: str) -> None:
        """Send a status line and headers; underscores in names stand for dashes."""
        lines = [f"HTTP/1.1 {status} X", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
        await self.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    async def reply(self, body: bytes = b"", status: int = 200, **headers: str) -> None:
        """Send a whole, honest answer, and keep the connection."""
        headers.setdefault("Content_Type", "application/json")
        headers.setdefault("Content_Length", str(len(body)))
        await self.head(status, **headers)
        await self.write(body)
        self.keeps_open = True

    async def json(self, value: Any, status: int = 200, **headers: str) -> None:
        await self.reply(json.dumps(value).encode(), status, **headers)

    async def events(self, *frames: bytes, **headers: str) -> None:
        """Send an event stream without a length, one write for each frame, then close."""
        await self.head(200, Content_Type="text/event-stream", **headers)
        for frame in frames:
            await self.write(frame)

    async def hang(self) -> None:
        """Never answer; ends with the server."""
        await asyncio.Event().wait()

    def reset(self) -> None:
        """Break the connection without the usual goodbye."""
        self._writer.transport.abort()


Script = Callable[[Exchange], Awaitable[None]]


@dataclass(slots=True)
class RawServer:
    """Runs one script for every request and remembers all requests."""

    script: Script
    requests: list[Seen] = field(default_factory=list)
    port: int = 0
    host: str = "127.0.0.1"
    connections: int = 0
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
        try:
            while (seen := await _read_request(reader)) is not None:
                self.requests.append(seen)
                exchange = Exchange(seen, writer, len(self.requests) - 1)
                await self.script(exchange)
                if not exchange.keeps_open:
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            if task is not None:
                self._tasks.discard(task)
            writer.close()

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def raw_server(script: Script, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[RawServer]:
    """Serve `script` on loopback for as long as the context lasts."""
    serving = RawServer(script, host=host)
    server = await asyncio.start_server(serving.serve, host, port, limit=2**20)
    serving.port = server.sockets[0].getsockname()[1]
    try:
        yield serving
    finally:
        server.close()
        await serving.stop()


async def _read_request(reader: asyncio.StreamReader) -> Seen | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    if "chunked" in headers.get("transfer-encoding", ""):
        return Seen(method, target, headers, await _read_chunks(reader))
    return Seen(method, target, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)
    return body
