"""The lines of a log file that grows, each told once; the file holds text that is clean already."""

import hashlib
import os
from pathlib import Path
from typing import BinaryIO, Final

_PIECE: Final = 1_000_000


class LogLines:
    """Reads one log; a progress bar that redraws its line is told as it stands when the line ends."""

    def __init__(self) -> None:
        self._begin()
        self._file = 0

    def _begin(self) -> None:
        self._read = 0
        self._digest = hashlib.blake2b(digest_size=16)
        self._unfinished = b""

    def new(self, path: Path) -> list[str]:
        """Return the lines that were finished since the last call, none when the file cannot be read.

        A log that was written anew is told from its start, unless it begins with what was told.
        """
        try:
            with path.open("rb") as file:
                # A log is written anew as another file in the place of the first.
                known, self._file = self._file, os.fstat(file.fileno()).st_ino
                if self._file != known and not self._goes_on(file):
                    self._begin()
                file.seek(self._read)
                added = file.read()
        except OSError:
            return []
        self._read += len(added)
        self._digest.update(added)
        *lines, self._unfinished = (self._unfinished + added).split(b"\n")
        return _shown(lines)

    def rest(self) -> list[str]:
        """Return the last line, if the log ended without an end of line."""
        rest, self._unfinished = self._unfinished, b""
        return _shown([rest])

    def _goes_on(self, file: BinaryIO) -> bool:
        """Return whether the file begins with all that was read of the one before."""
        digest, left = hashlib.blake2b(digest_size=16), self._read
        while left and (piece := file.read(min(left, _PIECE))):
            digest.update(piece)
            left -= len(piece)
        return not left and digest.digest() == self._digest.digest()


def _shown(lines: list[bytes]) -> list[str]:
    """Return what is seen of each line, without the empty ones: what follows the last return of the carriage."""
    texts = (line.decode("utf-8", "replace").rstrip("\r").rpartition("\r")[2].rstrip() for line in lines)
    return [text for text in texts if text]
