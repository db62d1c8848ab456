"""Locks between copies of the app: held by an open file, so they end with the process, whatever ends it."""

import fcntl
import os
import threading
import time
from pathlib import Path
from typing import Self

_POLL_SECONDS = 0.05


class FileLock:
    """An exclusive lock on a file of its own (mode 0600); it is released when the process ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        # To the system two descriptors of one process are as strange to each other as two processes.
        self._acquiring = threading.Lock()

    @property
    def is_held(self) -> bool:
        return self._descriptor is not None

    def acquire(self, *, wait_seconds: float = 0.0) -> bool:
        """Take the lock and return whether it is held; blocks the thread for at most `wait_seconds`.

        Where files cannot be locked or the lock file cannot be made it counts as taken: a machine with odd file
        systems should do things twice rather than never.
        """
        with self._acquiring:
            return self._descriptor is not None or self._acquire(wait_seconds)

    def _acquire(self, wait_seconds: float) -> bool:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            descriptor = os.open(self._path, flags, 0o600)
        except OSError:
            return True
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    os.close(descriptor)
                    return False
                time.sleep(_POLL_SECONDS)
                continue
            except OSError:
                os.close(descriptor)
                return True
            self._descriptor = descriptor
            return True

    def release(self) -> None:
        """Give the lock back; the file stays, since removing it would let two hold it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *exception: object) -> None:
        self.release()


class Ownership(FileLock):
    """Which copy of the app polls runs, checkpoints and trims: the one that holds `owner.lock`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "owner.lock")
