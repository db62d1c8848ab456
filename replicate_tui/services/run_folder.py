"""The folder of a run on the disk, written so that nobody can lead a write elsewhere and nothing is overwritten.

Every step below the root goes through a descriptor of the folder above and refuses symlinks, so a folder that is
swapped for a link between two calls is noticed and not followed.
"""

import contextlib
import errno
import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final, Self

from replicate_tui.paths import make_private_folder
from replicate_tui.store.records import RunRecord, SavedFile

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_MODEL: Final = 80
_LONGEST_ID: Final = 64
_HEAD_BYTES: Final = 512
_LEFTOVER_SECONDS: Final = 3_600
_FOLDER_FLAGS: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW_FILE_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
NO_HARD_LINKS: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV})
_WORDS: Final = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file is larger than this system allows",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "the folder may not be written",
    errno.EPERM: "the folder may not be written",
    errno.ELOOP: "a symlink stands in the way",
    errno.ENOTDIR: "something that is no folder stands in the way",
}


class DiskProblem(Exception):
    """A file could not be written; the text says why, as the inside of a sentence."""


@contextlib.contextmanager
def plain_disk_problems() -> Iterator[None]:
    """Raise failures of the disk as DiskProblem."""
    try:
        yield
    except OSError as error:
        known = _WORDS.get(error.errno or 0)
        raise DiskProblem(known or (error.strerror or str(error)).lower()) from error


def relative_folder(record: RunRecord) -> str:
    """Return where the files of a run go below the runs folder: local creation day, then owner-name-id."""
    day = record.submitted_at.astimezone().date().isoformat()
    model = safe_name(record.model)[:_LONGEST_MODEL]
    return f"{day}/{model}-{safe_name(record.remote_id or record.id)[-_LONGEST_ID:]}"


def safe_name(text: str) -> str:
    """Return `text` as part of a file name: letters, digits, dot, dash, underscore, and no dot or dash first."""
    return _UNSAFE.sub("-", text).strip(".-") or "unnamed"


@contextlib.contextmanager
def open_folder(root: Path, relative: str, *, make: bool = True) -> Iterator[int]:
    """Yield a descriptor of `root`/`relative`, making what is missing (mode 0700).

    A symlink is followed for `root` alone: that one is the user's choice. Raises OSError.
    """
    if make:
        make_private_folder(root.resolve())
    descriptor = os.open(root, _FOLDER_FLAGS & ~os.O_NOFOLLOW)
    try:
        for part in PurePosixPath(relative).parts:
            if part in ("..", "/"):
                raise OSError(errno.EACCES, "the folder of a run must lie below the runs folder")
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(part, 0o700, dir_fd=descriptor)
            child = os.open(part, _FOLDER_FLAGS, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = child
        yield descriptor
    finally:
        os.close(descriptor)


def write_document(root: Path, relative: str, name: str, content: bytes) -> None:
    """Write a file of our own whole, in place of an earlier one of its name. Raises DiskProblem."""
    with plain_disk_problems(), open_folder(root, relative) as folder:
        part = _part_name(name)
        descriptor = os.open(part, _NEW_FILE_FLAGS, 0o600, dir_fd=folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            _remove(part, folder)
            raise
        os.fsync(folder)


def is_there(root: Path, relative: str, file: SavedFile) -> bool:
    """Return whether a file that was saved lies there still, by name and size."""
    if file.name is None:
        return False
    try:
        status = (root / relative / file.name).lstat()
    except OSError:
        return False
    return file.size is None or status.st_size == file.size


def remove_leftovers(root: Path, relative: str) -> None:
    """Remove parts of files that an ended app has left behind, an hour old or more."""
    with contextlib.suppress(OSError), open_folder(root, relative, make=False) as folder:
        for name in os.listdir(folder):  # noqa: PTH208  (by descriptor)
            if name.startswith(".") and name.endswith(".part"):
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                if time.time() - status.st_mtime > _LEFTOVER_SECONDS:
                    _remove(name, folder)


class PartFile:
    """A file on its way: written under a name of its own, and given its real one when it is whole and synced.

    All methods block and raise DiskProblem; use it as a context manager, which removes what was not settled.
    """

    def __init__(self, root: Path, relative: str) -> None:
        self.size = 0
        self.head = b""
        self._digest = hashlib.sha256()
        self._exit = contextlib.ExitStack()
        with plain_disk_problems():
            self._folder = self._exit.enter_context(open_folder(root, relative))
            self._name = _part_name("out")
            try:
                self._file = os.fdopen(os.open(self._name, _NEW_FILE_FLAGS, 0o600, dir_fd=self._folder), "w+b")
            except BaseException:
                self._exit.close()
                raise
        self._exit.callback(_remove, self._name, self._folder)
        self._exit.callback(self._close_file)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def write(self, piece: bytes) -> None:
        with plain_disk_problems():
            self._file.write(piece)
        self._digest.update(piece)
        self.size += len(piece)
        if len(self.head) < _HEAD_BYTES:
            self.head = (self.head + piece[:_HEAD_BYTES])[:_HEAD_BYTES]

    def settle(self, stem: str, extension: str) -> str:
        """Give the file its name, with a number when another file has it, and return that name."""
        with plain_disk_problems():
            self._file.flush()
            os.fsync(self._file.fileno())
            number = 1
            while True:
                name = f"{stem}{extension}" if number == 1 else f"{stem}-{number}{extension}"
                if self._place(name) or self._is_same(name):
                    os.fsync(self._folder)
                    return name
                number += 1

    def _place(self, name: str) -> bool:
        """Take `name` if it is free, and return whether it was."""
        try:
            os.link(self._name, name, src_dir_fd=self._folder, dst_dir_fd=self._folder, follow_symlinks=False)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in NO_HARD_LINKS:
                raise
            try:
                os.close(os.open(name, _NEW_FILE_FLAGS, 0o600, dir_fd=self._folder))
            except FileExistsError:
                return False
            os.rename(self._name, name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        return True

    def _is_same(self, name: str) -> bool:
        """Return whether the file of that name is this one, saved before the app was ended."""
        try:
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=self._folder)
        except OSError:
            return False
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size != self.size:
            os.close(descriptor)
            return False
        with os.fdopen(descriptor, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256

    def _close_file(self) -> None:
        # What a full disk did not take is still in the buffer, and closing tries again.
        with contextlib.suppress(OSError):
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._exit.close()


def _part_name(name: str) -> str:
    return f".{name}.{secrets.token_hex(6)}.part"


def _remove(name: str, folder: int) -> None:
    with contextlib.suppress(OSError):
        os.unlink(name, dir_fd=folder)
