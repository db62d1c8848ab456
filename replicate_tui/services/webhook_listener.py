"""The socket of the webhook receiver: HTTP on 127.0.0.1 that takes POSTs to one path, and is patient with nobody."""

import asyncio
import contextlib
import hmac
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import h11

ADDRESS: Final = "127.0.0.1"

MOST_HEAD_BYTES: Final = 16_384
MOST_BODY_BYTES: Final = 10_000_000
#: Bodies that are still coming in may hold so much memory together.
MOST_HELD_BYTES: Final = 64_000_000
MOST_CONNECTIONS: Final = 50
#: Beyond this many nobody is told any more that there are too many.
MOST_TOLD: Final = 200
#: A request that is not whole by then is given up, however steadily it drips.
REQUEST_SECONDS: Final = 10.0
#: A client gets so long to read its answer, also one that is refused in mid-sentence.
LINGER_SECONDS: Final = 1.0

_CHUNK: Final = 65_536
_HEAD_CHUNK: Final = 4_096


class Request(NamedTuple):
    """A whole request that came to the right path; header names are lower case."""

    headers: tuple[tuple[str, str], ...]
    body: bytes


class _Refused(Exception):
    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


class Listener:
    """Listens while it is started. `take` gets each request and returns the status of the answer.

    Only the last segment of the path counts, and must be `secret_path`: a tunnel may put others before it.
    `hosts` tells the hosts that requests may name besides this very address. `refused` hears why one was not taken.
    """

    def __init__(
        self,
        take: Callable[[Request], Awaitable[int]],
        refused: Callable[[str], None],
        *,
        secret_path: str,
        hosts: Callable[[], frozenset[str]],
    ) -> None:
        self._take = take
        self._refused = refused
        self._secret_path = secret_path.encode()
        self._hosts = hosts
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._held = 0
        self.port = 0

    async def start(self, port: int) -> None:
        """Listen at `port`, at a free one for 0. Raises OSError when it is taken or not allowed."""
        import h11  # noqa: F401 (so that the first delivery does not wait for it)

        # Not `reuse_port`: two copies of the app must not share a port by chance.
        self._server = await asyncio.start_server(self._serve, ADDRESS, port, limit=_CHUNK, backlog=128)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and end every connection; the port is free afterwards."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        tasks = tuple(self._connections)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or self._server is None or len(self._connections) >= MOST_TOLD:
            writer.transport.abort()
            return
        self._connections.add(task)
        try:
            # The other side may go at any moment; `shutdown` tells that by an error of no kind of its own.
            with contextlib.suppress(OSError):
                await _Exchange(self, reader, writer).run(is_full=len(self._connections) > MOST_CONNECTIONS)
        except asyncio.CancelledError:
            pass  # stopped; whoever stops waits for this task, and asyncio would report it otherwise
        finally:
            self._connections.discard(task)
            # What has been written is out by now, or nobody reads it.
            writer.transport.abort()

    # For exchanges:

    def check(self, request: "h11.Request") -> None:
        """Raise _Refused for what is no delivery, before any of its body is read."""
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers]
        hosts = {value.lower() for name, value in headers if name == "host"}
        # Without a port, too: some tunnels put it so.
        own = {f"{name}{port}" for name in (ADDRESS, "localhost") for port in ("", f":{self.port}")}
        if len(hosts) != 1 or not hosts <= own | self._hosts():
            told = next(iter(hosts), "none")
            raise _Refused(HTTPStatus.MISDIRECTED_REQUEST, f"its Host ({told}) is not the public URL's")
        if any(name == "origin" for name, _ in headers):
            raise _Refused(HTTPStatus.FORBIDDEN, "it came from a web page")
        path = request.target.partition(b"?")[0].rstrip(b"/").rpartition(b"/")[2]
        if not hmac.compare_digest(path, self._secret_path):
            raise _Refused(HTTPStatus.NOT_FOUND, "its path is another one")
        if request.method != b"POST":
            raise _Refused(HTTPStatus.METHOD_NOT_ALLOWED, "it is no POST")
        lengths = [value for name, value in headers if name == "content-length"]
        if lengths and int(lengths[0]) > MOST_BODY_BYTES:
            raise _too_large()

    def hold(self, octets: int) -> None:
        """Count memory that a body takes, or gives back; raises _Refused when there is too little."""
        self._held += octets
        if octets > 0 and self._held > MOST_HELD_BYTES:
            raise _Refused(HTTPStatus.SERVICE_UNAVAILABLE, "too many large ones came at once")

    async def take(self, request: Request) -> int:
        return await self._take(request)

    def note(self, refusal: _Refused) -> None:
        self._refused(str(refusal))


class _Exchange:
    """One connection: one request and its answer."""

    def __init__(self, listener: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        import h11

        self._listener = listener
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MOST_HEAD_BYTES)
        self._body = bytearray()

    async def run(self, *, is_full: bool) -> None:
        try:
            status = await self._answered(is_full=is_full)
        except _Refused as refusal:
            self._listener.note(refusal)
            status = refusal.status
        finally:
            self._listener.hold(-len(self._body))
        if status is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LINGER_SECONDS):
                    await self._send(status)
                    await self._linger()

    async def _answered(self, *, is_full: bool) -> int | None:
        """Return the status to answer with; None when the client has left."""
        import h11

        if is_full:
            raise _Refused(HTTPStatus.SERVICE_UNAVAILABLE, "too many came at once")
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                request = await self._read()
        except TimeoutError:
            raise _Refused(HTTPStatus.REQUEST_TIMEOUT, "it did not come to its end") from None
        except h11.RemoteProtocolError as error:
            words = "it broke off" if self._reader.at_eof() else "it is no HTTP, or its headers are too long"
            raise _Refused(error.error_status_hint, words) from None
        return None if request is None else await self._listener.take(request)

    async def _read(self) -> Request | None:
        import h11

        head: h11.Request | None = None
        while True:
            event = self._http.next_event()
            match event:
                case h11.NEED_DATA:
                    if self._http.they_are_waiting_for_100_continue:
                        await self._write(self._http.send(h11.InformationalResponse(status_code=100, headers=[])))
                    # Headers are measured only while they are not whole, so they come in small pieces.
                    self._http.receive_data(await self._reader.read(_CHUNK if head else _HEAD_CHUNK))
                case h11.Request():
                    self._listener.check(event)
                    head = event
                case h11.Data():
                    self._body += event.data
                    self._listener.hold(len(event.data))
                    if len(self._body) > MOST_BODY_BYTES:
                        raise _too_large()
                case h11.EndOfMessage() if head is not None:
                    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers)
                    return Request(headers, bytes(self._body))
                case _:
                    return None

    async def _send(self, status: int) -> None:
        import h11

        if self._http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        headers = [("content-length", "0"), ("connection", "close")]
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            headers.append(("allow", "POST"))
        reason = HTTPStatus(status).phrase.encode()
        answer = self._http.send(h11.Response(status_code=status, headers=headers, reason=reason)) or b""
        await self._write(answer + (self._http.send(h11.EndOfMessage()) or b""))

    async def _write(self, data: bytes | None) -> None:
        if data:
            self._writer.write(data)
            await self._writer.drain()

    async def _linger(self) -> None:
        """Let the client read the answer: closed with bytes unread, the system would throw it away."""
        self._writer.write_eof()
        while await self._reader.read(_CHUNK):
            pass


def hosts_of(url: str) -> frozenset[str]:
    """Return the values of Host that requests to `url` may carry."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if not host:
        return frozenset()
    host = f"[{host}]" if ":" in host else host
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return frozenset({host, f"{host}:{port}"})


def _too_large() -> _Refused:
    return _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"it is larger than {MOST_BODY_BYTES // 1_000_000} MB")
