"""A secret of this machine, so that hashes in the history tell nothing to whoever reads the file alone."""

import asyncio
import secrets
from pathlib import Path
from typing import Final

from replicate_tui.paths import make_private_folder, write_atomically

_BYTES: Final = 32


class LocalKey:
    """The key in the file at `path`, made at the first use (mode 0600)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._key: bytes | None = None
        self._reading = asyncio.Lock()

    async def get(self) -> bytes:
        """Return the key; where it cannot be kept it lasts for this session."""
        async with self._reading:
            if self._key is None:
                self._key = await asyncio.to_thread(_read_or_make, self._path)
            return self._key


def _read_or_make(path: Path) -> bytes:
    try:
        found = path.read_bytes()
        if len(found) == _BYTES:
            return found
    except OSError:
        pass  # not there yet, or not readable: a new one is made
    made = secrets.token_bytes(_BYTES)
    try:
        make_private_folder(path.parent)
        write_atomically(path, made)
    except OSError:
        return made  # a read-only folder: runs of this session are still found again
    return made
