"""The seam to the HTTP library: the only module that imports httpx, so that moving to another one stays small.

One `exchange` is one request and one answer: no retries, no redirects, no cookies. Every failure of the library
becomes a `LineFailure` that says whether the request can have been seen by the service.
"""

import asyncio
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final

import httpx

from replicate_tui.api.errors import ConfigurationError
from replicate_tui.api.limits import REQUEST_SLOTS, Timeouts
from replicate_tui.api.origins import Base, Origin, origin_of

AsyncHTTPClient = httpx.AsyncClient
Headers = httpx.Headers

_KEEP_ALIVE_SECONDS: Final = 5.0
_UNSENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
)
_DEFAULT_HTTPX_TIMEOUT: Final = httpx.Timeout(5.0)


class Lane(Enum):
    """Which pool of connections a request uses: long ones never keep a short one waiting."""

    SHORT = "short"
    LONG = "long"


class LineFailure(Exception):
    """The exchange broke. `nothing_sent` is true only when no byte of the request can have reached the service."""

    def __init__(self, message: str, *, nothing_sent: bool, timed_out: bool = False) -> None:
        super().__init__(message)
        self.nothing_sent = nothing_sent
        self.timed_out = timed_out


@dataclass(slots=True)
class Departure:
    """How far a request got: filled by the connection while it works."""

    is_watched: bool = False
    has_left: bool = False

    @property
    def nothing_sent(self) -> bool:
        return self.is_watched and not self.has_left

    async def trace(self, event: str, _: Any) -> None:
        """Take an event of the connection (httpcore's trace extension)."""
        self.is_watched = True
        if event.endswith("send_request_headers.started"):
            self.has_left = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One request, ready to leave; `with_token` says whether the bearer token goes with it.

    `head_within` bounds the seconds until the head of the answer is here, where nothing else bounds the whole.
    """

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | AsyncIterable[bytes] = b""
    timeouts: Timeouts = field(default_factory=Timeouts)
    lane: Lane = Lane.SHORT
    with_token: bool = False
    server_name: str | None = None
    head_within: float | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """An answer whose body is still on the way."""

    status_code: int
    headers: Headers
    _response: httpx.Response
    _departure: Departure

    async def raw_chunks(self) -> AsyncIterator[bytes]:
        """Walk the body as it came, still encoded; raises LineFailure when it breaks off."""
        try:
            async for chunk in self._response.aiter_raw():
                yield chunk
        except httpx.RequestError as problem:
            raise _line_failure(problem, self._departure) from problem


class Token(str):
    """A bearer token that does not show itself: tracebacks with local variables end up in logs and issues."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Token(…)"


def check_token(token: str) -> Token:
    """Return `token` without the white space around it; raises ConfigurationError for one that fits no header."""
    token = token.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigurationError("the token holds characters that no token has")
    return Token(token)


class _BearerAuth(httpx.Auth):
    """Adds the token at the last moment, and only to requests for one origin: the wall behind all other checks."""

    def __init__(self, token: Token, allowed: tuple[Origin, ...]) -> None:
        self._token = token
        self._allowed = allowed

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        url = request.url
        port = url.port or (443 if url.scheme == "https" else 80)
        if Origin(url.scheme, url.host, port) in self._allowed:
            request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


class Connections:
    """Pools of connections for one origin, opened at the first use and shared by the copies of a client.

    A client handed in by the user serves every lane, and stays the user's to close.
    """

    def __init__(self, *, use_proxies: bool, http_client: httpx.AsyncClient | None = None) -> None:
        self._use_proxies = use_proxies
        self._given = http_client
        self._pools: dict[Lane, httpx.AsyncClient] = {}
        self._opening = asyncio.Lock()

    @property
    def is_given(self) -> bool:
        return self._given is not None

    @property
    def timeouts(self) -> Timeouts | None:
        """The timeouts of a client handed in, when somebody chose them."""
        if self._given is None or self._given.timeout == _DEFAULT_HTTPX_TIMEOUT:
            return None
        return Timeouts.of(self._given.timeout)

    async def pool(self, lane: Lane) -> httpx.AsyncClient:
        if self._given is not None:
            return self._given
        if lane not in self._pools:
            async with self._opening:
                if lane not in self._pools:
                    await self._open()
        return self._pools[lane]

    async def _open(self) -> None:
        # Reading the certificates takes tens of milliseconds.
        trusted = await asyncio.to_thread(httpx.create_ssl_context)
        self._pools[Lane.LONG] = self._make(trusted, httpx.Limits(max_connections=None, max_keepalive_connections=8))
        self._pools[Lane.SHORT] = self._make(
            trusted, httpx.Limits(max_connections=REQUEST_SLOTS, keepalive_expiry=_KEEP_ALIVE_SECONDS)
        )

    def _make(self, trusted: ssl.SSLContext, limits: httpx.Limits) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=trusted,
            limits=limits,
            trust_env=self._use_proxies,
            follow_redirects=False,
            # A jar that takes nothing: cookies would be a second credential, and would reach sibling hosts.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )

    async def aclose(self) -> None:
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            await pool.aclose()


class Line:
    """Sends single requests over `connections`, with `token` to the origin of `base` alone."""

    def __init__(self, connections: Connections, base: Base, token: Token | None) -> None:
        self.connections = connections
        self.base = base
        self._token = token

    def __repr__(self) -> str:
        return f"Line({self.base})"

    @property
    def has_token(self) -> bool:
        return self._token is not None

    @asynccontextmanager
    async def exchange(self, outgoing: Outgoing, departure: Departure) -> AsyncIterator[Incoming]:
        """Send one request and yield its answer, body unread.

        Raises LineFailure, and ConfigurationError for headers or a URL that cannot be sent.
        """
        pool = await self.connections.pool(outgoing.lane)
        auth = _BearerAuth(self._token, self._trusted(outgoing)) if self._token and outgoing.with_token else None
        limits = outgoing.timeouts
        extensions: dict[str, Any] = {"trace": departure.trace}
        if outgoing.server_name is not None:
            extensions["sni_hostname"] = outgoing.server_name
        try:
            request = pool.build_request(
                outgoing.method,
                outgoing.url,
                headers=outgoing.headers,
                content=outgoing.body,
                timeout=httpx.Timeout(limits.read, connect=limits.connect, write=limits.write),
                extensions=extensions,
            )
            async with asyncio.timeout(outgoing.head_within):
                response = await pool.send(request, auth=auth, stream=True, follow_redirects=False)
        except TimeoutError as problem:
            raise LineFailure("no answer in time", nothing_sent=departure.nothing_sent, timed_out=True) from problem
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, UnicodeError) as problem:
            raise ConfigurationError(f"the request cannot be written down: {problem}") from problem
        except httpx.RequestError as problem:
            raise _line_failure(problem, departure) from problem
        try:
            yield Incoming(response.status_code, response.headers, response, departure)
        finally:
            await response.aclose()

    def _trusted(self, outgoing: Outgoing) -> tuple[Origin, ...]:
        """The origins the token may go to with this request: the API's, and an official one on its second try."""
        named = f"https://{outgoing.server_name}/" if outgoing.server_name else outgoing.url
        second = (origin_of(outgoing.url),) if self.base.may_retry_with_token(named) else ()
        return (self.base.origin, *second)


def _line_failure(problem: httpx.RequestError, departure: Departure) -> LineFailure:
    nothing_sent = isinstance(problem, _UNSENT) or departure.nothing_sent
    if isinstance(problem, httpx.TimeoutException):
        said = "no connection in time" if nothing_sent else "no answer in time"
        return LineFailure(said, nothing_sent=nothing_sent, timed_out=True)
    if isinstance(problem, httpx.ProxyError):
        return LineFailure(f"the proxy refused: {problem}", nothing_sent=True)
    said = "no connection" if nothing_sent else "the connection broke"
    reason = str(problem).strip()
    return LineFailure(f"{said}: {reason}" if reason else said, nothing_sent=nothing_sent)
