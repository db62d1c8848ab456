"""A file that is new and whole, or not there at all."""

import contextlib
import os
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from replicate_tui.paths import sync_folder
from replicate_tui.services.run_folder import NO_HARD_LINKS, plain_disk_problems

_FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class NewFile:
    """Grows as a hidden `.part` (mode 0600) beside `path`, and takes that name when it is settled.

    All methods block and may be called from any thread; `close` ends it whatever another thread is about to do.
    They raise DiskProblem, and FileExistsError when something stands at `path`: that is never touched.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._part = path.with_name(f".{path.name[:80]}.{secrets.token_hex(6)}.part")
        self._lock = threading.Lock()
        self._file: IO[bytes] | None = None
        self._is_closed = False

    def write(self, content: bytes) -> None:
        """Write at the end; the first call makes the file."""
        with self._lock, _plain_but_existing(self.path):
            if self._is_closed:
                return
            if self._file is None:
                if os.path.lexists(self.path):
                    raise FileExistsError(self.path)
                self._file = os.fdopen(os.open(self._part, _FLAGS, 0o600), "wb")
            self._file.write(content)
            self.size += len(content)

    def settle(self) -> None:
        """Sync what was written and give it its name."""
        self.write(b"")
        with self._lock, _plain_but_existing(self.path):
            if self._file is None or self._is_closed:
                return
            self._file.flush()
            os.fsync(self._file.fileno())
            self._take_name()
            sync_folder(self.path.parent)

    def close(self) -> None:
        """Close the file; what was not settled is removed."""
        with self._lock:
            self._is_closed = True
            if self._file is None:
                return
            # What a full disk did not take is still in the buffer, and closing tries again.
            with contextlib.suppress(OSError):
                self._file.close()
            self._part.unlink(missing_ok=True)

    def _take_name(self) -> None:
        try:
            os.link(self._part, self.path, follow_symlinks=False)
        except OSError as error:
            if error.errno not in NO_HARD_LINKS:
                raise
            os.close(os.open(self.path, _FLAGS, 0o600))
            self._part.replace(self.path)


@contextlib.contextmanager
def _plain_but_existing(path: Path) -> Iterator[None]:
    """Raise failures of the disk as DiskProblem, but let FileExistsError pass."""
    exists: FileExistsError | None = None
    with plain_disk_problems():
        try:
            yield
        except FileExistsError as error:
            exists = error
    if exists is not None:
        raise FileExistsError(f"{path} is there already") from exists
