"""The log of a run as a file that only grows while the service only adds to it."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from replicate_tui.services.run_folder import open_folder, plain_disk_problems, write_document
from replicate_tui.text import StreamCleaner

LOG_NAME: Final = "logs.txt"
_PIECE: Final = 1_000_000

LogChange = Literal["same", "appended", "replaced"]


class LogFile:
    """Keeps `logs.txt` of one run, cleaned for the terminal; the methods block and raise DiskProblem.

    The service sends a log whole each time. Of what was written only a digest is kept, not the text.
    """

    def __init__(self, root: Path, relative: str) -> None:
        self._root = root
        self._relative = relative
        self._length = -1
        self._digest = b""
        self._cleaner = StreamCleaner()
        self._unwritten: str | None = None

    @property
    def path(self) -> Path:
        return self._root / self._relative / LOG_NAME

    def write(self, log: str) -> LogChange:
        """Bring the file up to `log`, by appending where what was written is its beginning."""
        known, self._length, self._unwritten = self._length, -1, log
        if known < 0 or known > len(log) or _digest(log, known) != self._digest:
            self._cleaner = StreamCleaner()
            cleaned = "".join(self._cleaner.feed(piece) for piece in _pieces(log, 0))
            write_document(self._root, self._relative, LOG_NAME, _encoded(cleaned))
            change: LogChange = "replaced"
        elif known == len(log):
            change = "same"
        else:
            self._append("".join(self._cleaner.feed(piece) for piece in _pieces(log, known)))
            change = "appended"
        # Only now: after a failure the next write begins anew.
        if change != "same":
            self._digest = _digest(log, len(log))
        self._length, self._unwritten = len(log), None
        return change

    def finish(self) -> None:
        """Write what an earlier failure or the cleaner held back, and sync the file."""
        if self._unwritten is not None:
            self.write(self._unwritten)
        if self._length >= 0:
            self._append(self._cleaner.close(), sync=True)

    def _append(self, text: str, *, sync: bool = False) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        with (
            plain_disk_problems(),
            open_folder(self._root, self._relative, make=False) as folder,
            os.fdopen(os.open(LOG_NAME, flags, dir_fd=folder), "ab") as file,
        ):
            file.write(_encoded(text))
            file.flush()
            if sync:
                os.fsync(file.fileno())


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _digest(log: str, length: int) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for piece in _pieces(log, 0, length):
        digest.update(piece.encode("utf-8", "surrogatepass"))
    return digest.digest()


def _pieces(text: str, start: int, stop: int | None = None) -> Iterator[str]:
    end = len(text) if stop is None else stop
    for place in range(start, end, _PIECE):
        yield text[place : min(place + _PIECE, end)]
