"""What the webhook receiver keeps between starts, and the public URL that a person gives."""

import secrets
from dataclasses import asdict, dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from replicate_tui.services.problems import FieldProblem, ProblemKind, ServiceProblem
from replicate_tui.services.translate import plain_history
from replicate_tui.services.webhook_views import EVENTS
from replicate_tui.store.remembered import Remembered
from replicate_tui.text import clean_line

#: The port that is tried at first; tunnels are set up for one, so it should stay the same.
DEFAULT_PORT: Final = 8787
_PATH_BYTES: Final = 16
_LOOPBACK: Final = ("127.0.0.1", "localhost")
_KEY: Final = "webhook receiver"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverSettings:
    """`path` is the segment that nobody can guess; no `events` means that runs are not told to report here."""

    port: int = DEFAULT_PORT
    public_url: str = ""
    path: str = ""
    events: tuple[str, ...] = ("completed",)


class KeptSettings:
    """Reads and keeps the settings of one profile."""

    def __init__(self, memory: Remembered) -> None:
        self._memory = memory
        self.now = ReceiverSettings(path=secrets.token_urlsafe(_PATH_BYTES))
        self._is_read = False

    async def read(self) -> None:
        """Take up what was kept, once. Raises ServiceProblem DISK."""
        if self._is_read:
            return
        with plain_history():
            kept = await self._memory.get(_KEY, {})
        self._is_read = True
        self.now = _checked(kept, self.now) if isinstance(kept, dict) else self.now

    async def change(self, **changes: Any) -> None:
        """Keep these from now on. Raises ServiceProblem DISK, and then they hold until the app ends."""
        self.now = replace(self.now, **changes)
        with plain_history():
            await self._memory.set(_KEY, asdict(self.now))


def checked_public_url(text: str, *, is_demo: bool) -> str:
    """Return the URL as it is kept, "" for none; with `is_demo` http on this machine will do.

    Raises ServiceProblem INVALID with what is wrong.
    """
    text = text.strip()
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _refused("That is no web address.") from None
    if parts.username is not None or parts.password is not None or parts.fragment or not text.isascii():
        raise _refused("The URL may have no user, no fragment and no other letters than ASCII ones.")
    if not parts.scheme or not host:
        raise _refused("That is no web address: it begins with https:// and a name.")
    if any(character <= " " or character in "\"'<>\\^`{|}" for character in text):
        raise _refused("The URL has a character that must be percent-encoded.")
    is_here = host in _LOOPBACK
    if parts.scheme == "https" and host and not is_here:
        return text
    if is_demo and is_here and parts.scheme in ("http", "https"):
        return text
    if is_here:
        raise _refused("Replicate cannot reach this machine by that; give the https URL of your tunnel.")
    raise _refused("It must be an https address: Replicate delivers to no other.")


def checked_port(text: str) -> int:
    """Return a port, 0 for any that is free. Raises ServiceProblem INVALID."""
    text = text.strip()
    port = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else -1
    if port == 0 or 1024 <= port <= 65535:
        return port
    raise _refused("The port must be between 1024 and 65535, or 0 for any that is free.")


def hook_url(base: str, path: str) -> str:
    """Return the whole address for the service: the secret segment behind the path of `base`, before its query."""
    parts = urlsplit(base)
    stem = parts.path.rstrip("/")
    if not stem.endswith(f"/{path}"):
        stem = f"{stem}/{path}"
    return urlunsplit(parts._replace(path=stem))


def _checked(kept: dict[str, Any], otherwise: ReceiverSettings) -> ReceiverSettings:
    """Return what was kept as far as it is understood."""
    port, url, path, events = (kept.get(name) for name in ("port", "public_url", "path", "events"))
    return ReceiverSettings(
        port=port if isinstance(port, int) and 0 <= port <= 65535 else otherwise.port,
        public_url=clean_line(url, 2_000) if isinstance(url, str) else "",
        path=path if isinstance(path, str) and len(path) >= _PATH_BYTES else otherwise.path,
        events=tuple(name for name in EVENTS if name in events) if isinstance(events, list) else otherwise.events,
    )


def _refused(words: str) -> ServiceProblem:
    return ServiceProblem(ProblemKind.INVALID, words, fields=(FieldProblem("public_url", words),))
