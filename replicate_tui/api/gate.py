"""Decides where a URL from an answer may be fetched from: files and streams name any host they like.

Only https to public addresses is let through; the API's own origin may be what it is (the demo service works over
http on loopback). The address is looked up here and the connection made to that very address, so that a name cannot
point elsewhere between the check and the connection.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.request import getproxies, proxy_bypass

from replicate_tui.api.errors import APIConnectionError, APITimeoutError, UnsafeURLError
from replicate_tui.api.limits import CONNECT_SECONDS
from replicate_tui.api.origins import Base, Origin, is_public_address, origin_of

Lookup = Callable[[str, int], Awaitable[list[str]]]


async def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a host name; raises APIConnectionError when it has none."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError as problem:
        raise APITimeoutError(f"{host}: its address was not found in time") from problem
    except (OSError, UnicodeError) as problem:
        raise APIConnectionError(f"{host}: no such host") from problem
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request really goes: the URL of a checked address, and the name the host must prove to have."""

    url: str
    host: str | None = None
    server_name: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        return {"Host": self.host} if self.host is not None else {}


class Gate:
    """Checks URLs against one base. `resolves_names` is false where a proxy looks the names up."""

    def __init__(self, base: Base, *, resolves_names: bool = True, look_up: Lookup = look_up) -> None:
        self._base = base
        self._resolves_names = resolves_names
        self._look_up = look_up

    def is_own(self, url: str) -> bool:
        """Whether `url` is at the API's own origin."""
        try:
            return origin_of(url) == self._base.origin
        except UnsafeURLError:
            return False

    def may_use_token(self, url: str) -> bool:
        """Whether the token may follow once a first request without it got 401 or 403."""
        return self.is_own(url) or self._base.may_retry_with_token(url)

    async def target(self, url: str) -> Target:
        """Return where a request to `url` may go; raises UnsafeURLError, or APIConnectionError for an unknown host."""
        origin = origin_of(url)
        if origin == self._base.origin:
            return Target(url)
        if origin.scheme != "https":
            raise UnsafeURLError(f"{origin} is not https")
        if origin.is_loopback:
            raise UnsafeURLError(f"{origin} is this machine")
        if not self._resolves_names or _is_proxied(origin):
            return Target(url)
        public = [address for address in await self._look_up(origin.host, origin.port) if is_public_address(address)]
        if not public:
            raise UnsafeURLError(f"{origin} is a private address")
        # One address is chosen here, and lines without IPv6 are more common than hosts without IPv4.
        chosen = min(public, key=lambda address: ":" in address)
        address = f"[{chosen}]" if ":" in chosen else chosen
        rest = url.partition("://")[2]
        path = rest[_end_of_authority(rest) :]
        return Target(f"https://{address}:{origin.port}{path}", str(origin).removeprefix("https://"), origin.host)


def _end_of_authority(rest: str) -> int:
    ends = [place for mark in "/?#" if (place := rest.find(mark)) >= 0]
    return min(ends, default=len(rest))


def _is_proxied(origin: Origin) -> bool:
    return bool(getproxies().get(origin.scheme)) and not proxy_bypass(origin.host)
