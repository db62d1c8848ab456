"""How connections to the history are made, and what SQLite's failures mean."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from enum import Enum, auto
from pathlib import Path
from typing import Final

#: How long SQLite itself waits for a lock before it gives up (milliseconds).
BUSY_MILLISECONDS: Final = 5_000


class Failure(Enum):
    """What a failure of SQLite asks for."""

    DAMAGED = auto()
    BUSY = auto()
    FULL = auto()
    READ_ONLY = auto()
    INTERRUPTED = auto()
    OTHER = auto()


_FAILURES: Final = {
    sqlite3.SQLITE_CORRUPT: Failure.DAMAGED,
    sqlite3.SQLITE_NOTADB: Failure.DAMAGED,
    sqlite3.SQLITE_FORMAT: Failure.DAMAGED,
    sqlite3.SQLITE_BUSY: Failure.BUSY,
    sqlite3.SQLITE_LOCKED: Failure.BUSY,
    sqlite3.SQLITE_PROTOCOL: Failure.BUSY,
    sqlite3.SQLITE_FULL: Failure.FULL,
    sqlite3.SQLITE_IOERR: Failure.FULL,
    sqlite3.SQLITE_READONLY: Failure.READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: Failure.READ_ONLY,
    sqlite3.SQLITE_PERM: Failure.READ_ONLY,
    sqlite3.SQLITE_INTERRUPT: Failure.INTERRUPTED,
}


def failure_of(error: sqlite3.Error) -> Failure:
    """Sort an error of SQLite by its primary result code."""
    code = getattr(error, "sqlite_errorcode", None)
    return Failure.OTHER if code is None else _FAILURES.get(code & 0xFF, Failure.OTHER)


def damage(detail: str) -> sqlite3.DatabaseError:
    """Return the error that SQLite raises for a damaged file."""
    error = sqlite3.DatabaseError(detail)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


@contextlib.contextmanager
def damage_told() -> Iterator[None]:
    """Raise as damage what Python cannot even read: a message of SQLite that quotes a damaged schema."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise damage("the schema is damaged") from error


def open_writer(path: Path, *, write_ahead: bool) -> sqlite3.Connection:
    """Open the connection that writes: what it commits survives a power cut (synchronous FULL).

    Without `write_ahead` a rollback journal is used: file systems of other machines cannot share memory.
    Checkpoints are off until `let_checkpoint`. The file must exist. Raises sqlite3.Error.
    """
    connection = _connect(path, read_only=False)
    try:
        # Only a file without tables yet takes this: free pages can then be given back a few at a time.
        connection.execute("pragma auto_vacuum = incremental")
        connection.execute(f"pragma journal_mode = {'wal' if write_ahead else 'delete'}")
        connection.execute("pragma synchronous = full")
        connection.execute("pragma foreign_keys = on")
        connection.execute("pragma secure_delete = on")
        connection.execute("pragma journal_size_limit = 67108864")
        let_checkpoint(connection, allowed=False)
    except BaseException:
        connection.close()
        raise
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """Open a connection that can only read, and so never checkpoints. Raises sqlite3.Error."""
    return _connect(path, read_only=True)


def open_untouched(path: Path, *, immutable: bool = False, forgiving: bool = False) -> sqlite3.Connection:
    """Open a file so that not a byte of it changes; `immutable` also leaves out what a WAL beside it holds.

    A `forgiving` connection reads a file that is cut short, and past a schema of which only parts make sense.
    """
    connection = _connect(path, read_only=True, immutable=immutable)
    if forgiving:
        connection.execute("pragma writable_schema = on")
        with contextlib.suppress(sqlite3.Error, UnicodeDecodeError):
            # The first statement fails on a damaged schema; later ones use what of it could be loaded.
            connection.execute("select 1 from sqlite_master limit 1").fetchone()
    return connection


def roll_back(path: Path) -> None:
    """Undo the change that a killed program left half written, which a connection that only reads cannot.

    Raises sqlite3.Error.
    """
    with contextlib.closing(_connect(path, read_only=False)) as connection:
        connection.execute("select count(*) from sqlite_master").fetchone()


def open_in_memory() -> sqlite3.Connection:
    return _settled(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False))


def let_checkpoint(connection: sqlite3.Connection, *, allowed: bool) -> None:
    """Allow or forbid automatic checkpoints.

    One connection of one process may: SQLite before 3.51.3 can damage the file when two checkpoint at once
    (sqlite.org/wal.html, the WAL-reset bug).
    """
    connection.execute(f"pragma wal_autocheckpoint = {1000 if allowed else 0}")


def identity_of(path: Path) -> tuple[int, int] | None:
    """Return what tells this file from another of the same name, or None when there is none."""
    try:
        status = os.stat(path, follow_symlinks=False)  # noqa: PTH116  (asked before every write: half the cost)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _connect(path: Path, *, read_only: bool, immutable: bool = False) -> sqlite3.Connection:
    # Never mode=rwc: SQLite would make the file with the umask's mode.
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}{'&immutable=1' if immutable else ''}"
    return _settled(sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False))


def _settled(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.execute(f"pragma busy_timeout = {BUSY_MILLISECONDS}")
    # A flipped bit in a text must not make the whole row unreadable.
    connection.text_factory = _decoded
    return connection


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
