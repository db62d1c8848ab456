"""Opens web pages and saved files with the desktop's own programs; no shell ever sees their names."""

import asyncio
import os
import shutil
import sys
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

#: File types that can run code when opened: these are shown in their folder instead.
_NEVER_OPENED: Final = frozenset(
    {".svg", ".html", ".htm", ".xhtml", ".desktop", ".sh", ".py", ".js", ".exe", ".app", ".jar"}
)
#: What the child does not need to know.
_KEPT_SECRET: Final = ("REPLICATE_API_TOKEN",)


def is_web_page(url: str) -> bool:
    """Return whether `url` is plain http(s) with a host and without blanks, controls or a leading dash."""
    if not url.isprintable() or any(character.isspace() for character in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.hostname or "-").startswith("-")


def can_open() -> bool:
    """Return whether a desktop is there: over SSH a browser would start on the wrong machine, or in our terminal."""
    if os.environ.get("SSH_CONNECTION"):
        return False
    if sys.platform == "darwin":
        return True
    return _opener() is not None and bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def may_open(path: Path) -> bool:
    """Return whether opening the file cannot run what a stranger wrote into it."""
    return path.suffix.lower() not in _NEVER_OPENED


async def open_with_desktop(target: str) -> bool:
    """Hand a checked URL or an absolute path to the desktop; False when there is no opener or it fails at once."""
    opener = _opener()
    if opener is None:
        return False
    environment = {name: value for name, value in os.environ.items() if name not in _KEPT_SECRET}
    try:
        process = await asyncio.create_subprocess_exec(
            opener,
            target,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
    except OSError:
        return False
    try:
        return await asyncio.wait_for(process.wait(), 1.0) == 0
    except TimeoutError:
        return True


def _opener() -> str | None:
    return shutil.which("open" if sys.platform == "darwin" else "xdg-open")
