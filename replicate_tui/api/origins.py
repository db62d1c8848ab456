"""Which URLs the client may use, and where the token may go.

URLs are read by a grammar of our own that knows only plain hosts: what does not match is refused, so that no two
readers of a URL can disagree about its host.
"""

import ipaddress
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from replicate_tui.api.errors import ConfigurationError, InvalidIdentifierError, UnsafeURLError

DEFAULT_BASE_URL: Final = "https://api.replicate.com/v1"
_OFFICIAL_API_HOST: Final = "api.replicate.com"
_OFFICIAL_DOMAINS: Final = (".replicate.com", ".replicate.delivery")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}

_URL = re.compile(
    r"(?P<scheme>[Hh][Tt][Tt][Pp][Ss]?)://"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\.?)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<rest>[/?#][^\x00-\x20\\\x7f-\xa0]*)?"
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of a URL; `host` is lower case, an IPv6 address without its brackets."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def is_loopback(self) -> bool:
        """Whether the host is this machine by its very name; nothing is looked up."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def origin_of(url: Any) -> Origin:
    """Return the origin of an http or https URL; raises UnsafeURLError for anything else."""
    match = _URL.fullmatch(url) if isinstance(url, str) else None
    if match is None:
        raise UnsafeURLError("not a plain http or https URL")
    scheme = match["scheme"].lower()
    port = int(match["port"]) if match["port"] else _DEFAULT_PORTS[scheme]
    if not 0 < port < 65_536:
        raise UnsafeURLError("not a port number in the URL")
    return Origin(scheme, match["host"].lower().strip("[]"), port)


@dataclass(frozen=True, slots=True)
class Base:
    """The API's address: its origin, and the prefix of every path ("/v1")."""

    origin: Origin
    prefix: str

    @classmethod
    def parse(cls, url: str, *, has_token: bool) -> "Base":
        """Read a base URL, with or without "/v1" at its end.

        Raises ConfigurationError for what is no URL, and for plain http beyond this machine when there is a token.
        """
        try:
            origin = origin_of(url.strip())
        except UnsafeURLError as problem:
            raise ConfigurationError(f"the base URL cannot be used: {problem}") from problem
        if has_token and origin.scheme == "http" and not origin.is_loopback:
            raise ConfigurationError("the base URL is plain http: the token would travel readable (use https)")
        match = _URL.fullmatch(url.strip())
        path = re.split(r"[?#]", (match["rest"] if match else None) or "")[0].rstrip("/")
        return cls(origin, path if path.endswith("/v1") else f"{path}/v1")

    @property
    def is_official(self) -> bool:
        return self.origin.scheme == "https" and self.origin.host == _OFFICIAL_API_HOST

    def __str__(self) -> str:
        return f"{self.origin}{self.prefix}"

    def url(self, path: str) -> str:
        """Return the absolute URL of `path`, which is relative to the base or already a URL of its origin.

        Raises UnsafeURLError for a URL of another origin: API calls carry the token.
        """
        if path.startswith("/") and not path.startswith(("//", "/\\")):
            target = f"{self}{path}"
        elif "://" in path or path.startswith(("//", "\\")):
            target = path
        else:
            target = f"{self}/{path}"
        if origin_of(target) != self.origin:
            raise UnsafeURLError(f"an API call may only go to {self.origin}")
        return target

    def next_page(self, link: Any) -> str | None:
        """Return the URL of the next page, or None when there is none (null, "", "null").

        Raises UnsafeURLError for another origin. A loopback base takes the path alone: recorded and forwarded
        services name their public host.
        """
        if link is None or link in ("", "null"):
            return None
        if not isinstance(link, str):
            raise UnsafeURLError("the next page is not a URL")
        is_path = link.startswith("/") and not link.startswith(("//", "/\\"))
        url: str = f"{self.origin}{link}" if is_path else link
        if origin_of(url) == self.origin:
            return url
        match = _URL.fullmatch(url)
        if self.origin.is_loopback and match is not None:
            return f"{self.origin}{match['rest'] or '/'}"
        raise UnsafeURLError(f"the next page is not at {self.origin}")

    def may_send_token(self, url: str) -> bool:
        """Whether a first request to `url` may carry the token: only the very origin of the API."""
        return origin_of(url) == self.origin

    def may_retry_with_token(self, url: str) -> bool:
        """Whether a request that got 401 or 403 may be tried again with the token.

        Only official delivery hosts over https, and only when the API itself is the official one.
        """
        origin = origin_of(url)
        return self.is_official and origin.scheme == "https" and origin.host.endswith(_OFFICIAL_DOMAINS)


def path_of(*segments: str) -> str:
    """Join path segments, each quoted whole, so that no id can climb to another route.

    Raises InvalidIdentifierError for an empty segment and for dots, which servers resolve.
    """
    for segment in segments:
        if not isinstance(segment, str) or not segment or segment in (".", ".."):
            raise InvalidIdentifierError(f"not an id: {segment!r}")
    try:
        return "/" + "/".join(quote(segment, safe="") for segment in segments)
    except UnicodeEncodeError as problem:
        raise InvalidIdentifierError("an id with broken characters") from problem


def is_public_address(text: str) -> bool:
    """Whether an IP address is of the public internet, whichever way it is wrapped in IPv6."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if inner is None and address in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner:
            return is_public_address(str(inner))
    return address.is_global and not address.is_multicast
