"""The thread that writes: one connection, one transaction a change, and what to do when the disk or the file fails."""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path
from typing import Final, TypeVar

from replicate_tui.store.connections import (
    Failure,
    damage_told,
    failure_of,
    identity_of,
    let_checkpoint,
    open_reader,
    roll_back,
)
from replicate_tui.store.opening import REBUILT, OpenHistory, check, open_history
from replicate_tui.store.problems import HistoryClosed, HistoryNotSaved
from replicate_tui.store.rescue import rebuild_word_indexes

T = TypeVar("T")
Change = Callable[[sqlite3.Connection], T]

_WAITING: Final = "The history is held by another program; changes wait until it lets go."
_HURRIED_BUSY_MILLISECONDS: Final = 1_000
_NOT_SAVED: Final = {
    Failure.BUSY: "History not saved: another program holds the database.",
    Failure.FULL: "History not saved: the disk is full or failing.",
    Failure.READ_ONLY: "History not saved: the database cannot be written.",
}


class Cure(Enum):
    """What is done about damage: `MEND` looks for the least, `RESCUE` makes a new file of all that can be read."""

    MEND = auto()
    RESCUE = auto()


class Writer:
    """The writing side of the database; every method but `hurry` belongs to one thread.

    `report` hears a standing problem in plain words, and None when it is over; it is called from that thread.
    """

    def __init__(self, path: Path, *, patience: float, report: Callable[[str | None], None]) -> None:
        self._path = path
        self._patience = patience
        self._report = report
        self._history: OpenHistory | None = None
        self._may_checkpoint = False
        self._is_hurried = threading.Event()
        self._has_problem = False
        self.notices: tuple[str, ...] = ()

    @property
    def path(self) -> Path | None:
        """The file of the history, or None while it is in memory only."""
        return self._history.path if self._history else None

    def open(self, damaged: tuple[int, int] | None = None) -> None:
        history = open_history(
            self._path, patience=self._patience, keep_waiting=lambda: not self._is_hurried.is_set(), damaged=damaged
        )
        let_checkpoint(history.connection, allowed=self._may_checkpoint)
        self._history = history
        self.notices += tuple(notice for notice in history.notices if notice not in self.notices)

    def repair(self, cure: Cure) -> None:
        """Do what helps after a query met damage: open the file anew, rebuild the word indexes, or rescue the rows."""
        if self._history is None:
            raise HistoryClosed("the history is closed")
        if self.is_replaced():
            self.close()
            self.open()
            return
        if cure is Cure.MEND and self._history.path is not None and Path(f"{self._history.path}-journal").exists():
            # Another copy was killed while it wrote: connections that only read cannot go on until that is undone.
            with contextlib.suppress(sqlite3.Error):
                roll_back(self._history.path)
            return
        if cure is Cure.MEND and self._mend():
            self.notices += (REBUILT,)
            return
        damaged = self._history.identity
        self.close()
        self.open(damaged=damaged)

    def is_replaced(self) -> bool:
        """Return whether another file now stands in the place of ours (another copy of the app set ours aside)."""
        history = self._history
        return history is not None and history.path is not None and identity_of(history.path) != history.identity

    def apply(self, change: Change[T]) -> T:
        """Run `change` in a transaction of its own; it is on disk when this returns.

        While another program holds the file this waits, up to `patience` seconds. Raises HistoryNotSaved,
        sqlite3.DatabaseError for a damaged file, and whatever `change` raises; then nothing of it is written.
        """
        if self._history is None:
            raise HistoryClosed("the history is closed")
        if self._is_hurried.is_set():
            self._history.connection.execute(f"pragma busy_timeout = {_HURRIED_BUSY_MILLISECONDS}")
        deadline = time.monotonic() + self._patience
        while True:
            try:
                result = _in_transaction(self._history.connection, change)
            except sqlite3.Error as error:
                failure = failure_of(error)
                if failure is Failure.BUSY and time.monotonic() < deadline and not self._is_hurried.is_set():
                    self._tell(_WAITING)
                    continue
                if failure not in _NOT_SAVED:
                    raise
                self._tell(_NOT_SAVED[failure])
                raise HistoryNotSaved(_NOT_SAVED[failure]) from error
            self._tell(None)
            return result

    def query(self, query: Change[T]) -> T:
        """Answer a question on the writing connection (a history in memory has no other)."""
        if self._history is None:
            raise HistoryClosed("the history is closed")
        return query(self._history.connection)

    def let_checkpoint(self, *, allowed: bool) -> None:
        self._may_checkpoint = allowed
        if self._history is not None:
            let_checkpoint(self._history.connection, allowed=allowed)

    def checkpoint(self) -> None:
        """Move what the WAL holds into the database and empty it, as far as readers allow."""
        if self._history is not None and self._history.path is not None:
            self._history.connection.execute("pragma wal_checkpoint(truncate)")

    def hurry(self) -> None:
        """Stop waiting for locks; may be called from any thread."""
        self._is_hurried.set()

    def close(self) -> None:
        if self._history is not None:
            with contextlib.suppress(sqlite3.Error):
                self._history.connection.close()
            self._history = None

    def _mend(self) -> bool:
        """Rebuild the word indexes if all else of the file is sound, and return whether that was done."""
        if self._history is None or self._history.path is None:
            return False
        try:
            # A connection of its own, as this one may have in memory what is damaged on the disk.
            with contextlib.closing(open_reader(self._history.path)) as fresh, damage_told():
                check(fresh)
            rebuild_word_indexes(self._history.connection)
        except sqlite3.Error:
            return False
        return True

    def _tell(self, problem: str | None) -> None:
        if problem is not None or self._has_problem:
            self._report(problem)
        self._has_problem = problem is not None


def _in_transaction(connection: sqlite3.Connection, change: Change[T]) -> T:
    connection.execute("begin immediate")
    try:
        with damage_told():
            result = change(connection)
            connection.execute("commit")
    except BaseException:
        # A full disk may have rolled back already.
        if connection.in_transaction:
            connection.execute("rollback")
        raise
    return result
