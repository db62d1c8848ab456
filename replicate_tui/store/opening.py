"""Opening the history: whatever lies in its place, the app gets a database that works and is told what happened."""

import os
import sqlite3
import stat
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from replicate_tui.paths import make_private_folder
from replicate_tui.store.connections import (
    Failure,
    damage,
    damage_told,
    failure_of,
    identity_of,
    open_in_memory,
    open_untouched,
    open_writer,
    roll_back,
)
from replicate_tui.store.filesystems import is_local
from replicate_tui.store.locks import FileLock
from replicate_tui.store.migrations import LATEST, migrate, version_of
from replicate_tui.store.rescue import Rescue, carry_over, leave_note, rebuild_word_indexes, set_aside

REBUILT: Final = "The word index of the history was damaged; it was built anew and nothing was lost."
_OPENING_WAIT_SECONDS: Final = 30.0
#: Files up to this size are checked whole at every start (about 3 ms a megabyte).
CHECKED_BYTES: Final = 16 * 1024 * 1024
_MAGIC: Final = b"SQLite format 3\x00"
_HEADER_BYTES: Final = 100


class NewerHistoryError(Exception):
    """The file was written by a later version of the app."""


class OpenHistory(NamedTuple):
    """The connection that writes, where its file is (None: in memory only), and what a person should know."""

    connection: sqlite3.Connection
    path: Path | None
    identity: tuple[int, int] | None
    notices: tuple[str, ...] = ()


def open_history(
    path: Path,
    *,
    patience: float,
    keep_waiting: Callable[[], bool] = lambda: True,
    damaged: tuple[int, int] | None = None,
) -> OpenHistory:
    """Open or make the history at `path`; never raises for anything that is found there.

    A damaged file is set aside and salvaged; a newer one, or a place that cannot be written, is left alone and the
    history is kept in memory. Blocks while another program holds the file, for `patience` seconds at most.
    `damaged` is the identity of a file that proved damaged in use: it is rescued however sound it looks, unless
    another copy of the app has put a new one in its place.
    """
    try:
        _prepare(path)
    except OSError as problem:
        return _without_file(f"History is off: {_reason(problem)}. Runs of this session are kept in memory only.")
    deadline = time.monotonic() + patience
    lock = FileLock(path.parent / "opening.lock")
    lock.acquire(wait_seconds=min(patience, _OPENING_WAIT_SECONDS))
    try:
        while True:
            try:
                if damaged is not None and identity_of(path) == damaged:
                    return _rescue(path)
                return _open_or_rescue(path)
            except sqlite3.Error as problem:
                if failure_of(problem) is not Failure.BUSY or time.monotonic() > deadline or not keep_waiting():
                    return _without_file(_off_because(path, problem))
    finally:
        lock.release()


def check(connection: sqlite3.Connection) -> None:
    """Read all of the database for damage; raises sqlite3.DatabaseError when there is some.

    The quick form of the check would not see that an index leads elsewhere than to its rows.
    """
    found = connection.execute("pragma integrity_check(1)").fetchone()
    if found is None or found[0] != "ok":
        raise damage(str(found[0]) if found else "no answer")


def _prepare(path: Path) -> None:
    """Make the folder and the file with private modes, and refuse what is not a plain file of one's own."""
    make_private_folder(path.parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(f"{path} is not a file")
        if stat.S_IMODE(found.st_mode) != 0o600:
            os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)


def _open_or_rescue(path: Path) -> OpenHistory:
    try:
        with damage_told():
            connection = _open_sound(path)
            notices = _mend_word_indexes(connection)
    except NewerHistoryError:
        return _without_file(
            f"The history was written by a newer replicate-tui. {path} is left as it is; "
            "runs of this session are kept in memory only."
        )
    except sqlite3.Error as problem:
        # An SQL error means that the tables are not ours or not whole: the file is no use as it is either.
        if failure_of(problem) not in (Failure.DAMAGED, Failure.OTHER):
            raise
        return _rescue(path)
    return OpenHistory(connection, path, identity_of(path), notices)


def _open_sound(path: Path) -> sqlite3.Connection:
    """Open, check and migrate an existing file, or fill an empty one. Raises sqlite3.Error, NewerHistoryError."""
    if Path(f"{path}-journal").exists():
        _check_version_in_header(path)
        roll_back(path)
    size = path.stat().st_size
    if size:
        _check_header(path, size)
        _check_untouched(path, size)
    connection = open_writer(path, write_ahead=is_local(path.parent))
    try:
        before = _known_version(connection)
        if before < LATEST:
            migrate(connection, backup=path.with_name(f"{path.name}.version-{before}"))
            connection.execute("pragma wal_checkpoint(truncate)")
        _read_a_little(connection)
        connection.execute("begin immediate")
        connection.execute("commit")
    except BaseException:
        connection.close()
        raise
    return connection


def _check_header(path: Path, size: int) -> None:
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if not header.startswith(_MAGIC) or len(header) < _HEADER_BYTES:
        raise damage("no SQLite header")
    # Layout: sqlite.org/fileformat2.html, section 1.3 (page size, then the size of the file in pages).
    page_size = int.from_bytes(header[16:18], "big")
    page_size = 65536 if page_size == 1 else page_size
    pages = int.from_bytes(header[28:32], "big")
    wal = Path(f"{path}-wal")
    wal_is_empty = not wal.exists() or wal.stat().st_size == 0
    if wal_is_empty and size < pages * page_size:
        raise damage("cut short")


def _check_version_in_header(path: Path) -> None:
    """Raise NewerHistoryError for a file that tells of a newer version, whatever lies beside it."""
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if header.startswith(_MAGIC) and int.from_bytes(header[60:64], "big", signed=True) > LATEST:
        raise NewerHistoryError


def _check_untouched(path: Path, size: int) -> None:
    """Look for a newer version and for damage without changing a byte, as opening for writing already may."""
    connection = open_untouched(path)
    try:
        tables = connection.execute("select count(*) from sqlite_master").fetchone()[0]
        if _known_version(connection) == 0 and tables:
            raise damage("the tables of another program")
        if size <= CHECKED_BYTES:
            check(connection)
    finally:
        connection.close()


def _known_version(connection: sqlite3.Connection) -> int:
    version = version_of(connection)
    if version > LATEST:
        raise NewerHistoryError
    return version


def _read_a_little(connection: sqlite3.Connection) -> None:
    connection.execute("select * from runs order by seq desc limit 20").fetchall()
    connection.execute("select * from runs order by seq limit 20").fetchall()


def _mend_word_indexes(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Try the word indexes, build them anew when they are damaged, and return what there is to tell."""
    try:
        try:
            connection.execute("select rowid from runs_fts where runs_fts match 'a*' limit 1").fetchall()
            connection.execute("select rowid from models_fts where models_fts match 'a*' limit 1").fetchall()
        except sqlite3.DatabaseError as problem:
            if failure_of(problem) not in (Failure.DAMAGED, Failure.OTHER):
                raise
            rebuild_word_indexes(connection)
            return (REBUILT,)
    except BaseException:
        connection.close()
        raise
    return ()


def _rescue(path: Path) -> OpenHistory:
    moment = datetime.now().astimezone()
    try:
        aside = set_aside(path, moment)
        _prepare(path)
    except OSError as problem:
        return _without_file(
            f"The history at {path} is damaged and could not be moved aside ({_reason(problem)}). "
            "Runs of this session are kept in memory only."
        )
    connection = _open_sound(path)
    try:
        rescue = carry_over(aside, connection)
    except sqlite3.Error as problem:
        if connection.in_transaction:
            connection.execute("rollback")
        notice = f"The history was damaged; it is kept as {aside}. Nothing could be carried over: {problem}."
    else:
        notice = _told(rescue)
    leave_note(aside, notice)
    return OpenHistory(connection, path, identity_of(path), (notice,))


def _told(rescue: Rescue) -> str:
    found = "one run" if rescue.runs == 1 else f"{rescue.runs:,} runs"
    if rescue.complete and rescue.runs:
        outcome = f"All that was in it ({found}) was carried over into a new one."
    elif rescue.runs:
        outcome = f"What could be read ({found}) was carried over into a new one."
    else:
        outcome = "No run could be read from it; a new one was begun."
    return f"The history was damaged. {outcome} The damaged file is kept as {rescue.aside}."


def _without_file(notice: str) -> OpenHistory:
    connection = open_in_memory()
    migrate(connection)
    return OpenHistory(connection, None, None, (notice,))


def _off_because(path: Path, problem: sqlite3.Error) -> str:
    reason = {
        Failure.BUSY: "another program holds it",
        Failure.FULL: "the disk is full or failing",
        Failure.READ_ONLY: "it cannot be written",
    }.get(failure_of(problem), str(problem))
    return f"History is off: {path}: {reason}. Runs of this session are kept in memory only."


def _reason(problem: OSError) -> str:
    if problem.strerror and problem.filename:
        return f"{problem.filename}: {problem.strerror.lower()}"
    return str(problem)
