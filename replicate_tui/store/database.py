"""The history's database as the event loop sees it: one thread writes, a few read, and opening never fails."""

import asyncio
import functools
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

from replicate_tui.store import opening
from replicate_tui.store.connections import Failure, failure_of
from replicate_tui.store.locks import Ownership
from replicate_tui.store.problems import HistoryClosed, HistoryNotSaved, HistoryProblem, HistoryUnreadable
from replicate_tui.store.readers import ReaderPool
from replicate_tui.store.writer import Cure, Writer

T = TypeVar("T")

_CLOSED = "the history is closed"
#: What is tried after damage was met, in this order; the last try stands.
_CURES = (Cure.MEND, Cure.RESCUE, None)


class Database:
    """A history in the file at `path`, used from one event loop; nothing is touched until `open` or the first use.

    `on_problem` hears, on the loop, a standing problem of saving in plain words, and None when it is over; `on_notice`
    what is added to `notices` after the opening. `patience` is how many seconds a change waits for another program to
    let the file go.
    """

    def __init__(
        self,
        path: Path,
        *,
        readers: int = 3,
        patience: float = 90.0,
        on_problem: Callable[[str | None], None] | None = None,
        on_notice: Callable[[str], None] | None = None,
    ) -> None:
        self.ownership = Ownership(path.parent)
        self.problem: str | None = None
        self._on_problem = on_problem
        self._on_notice = on_notice
        self._readers = ReaderPool(path, readers)
        self._writer = Writer(path, patience=patience, report=self._report_from_thread)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="history-writer")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opening: asyncio.Future[None] | None = None
        self._repairs = 0
        self._is_closed = False

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know: what was found at opening, what was recovered, why the history is off."""
        return self._writer.notices

    @property
    def is_on_disk(self) -> bool:
        """Whether what is written outlives the app; false before it is open and when the history is off."""
        return self._writer.path is not None

    async def open(self) -> None:
        """Open the file, whatever is found there (see `notices`); may be called again, and waits for the first."""
        if self._is_closed:
            raise HistoryClosed(_CLOSED)
        if self._opening is None:
            self._loop = asyncio.get_running_loop()
            self._opening = asyncio.ensure_future(self._in_writer(self._writer.open))
        await asyncio.shield(self._opening)

    async def write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        """Run `change` in a transaction in the writing thread; it is on disk when this returns.

        Once asked for it happens, even when the waiting task is cancelled. Changes happen in the order of their
        calls. Raises HistoryNotSaved, HistoryClosed, and whatever `change` raises (then nothing is written).
        """
        await self.open()
        return await asyncio.shield(self._in_writer(lambda: self._apply_in_thread(change)))

    async def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Run `query` in a reading thread; a cancelled wait interrupts it.

        Raises HistoryUnreadable, HistoryClosed, and whatever `query` raises.
        """
        await self.open()
        for cure in _CURES:
            repairs = self._repairs
            try:
                return await self._read_once(query)
            except sqlite3.DatabaseError as error:
                if cure is None or failure_of(error) not in (Failure.DAMAGED, Failure.READ_ONLY):
                    raise self._unreadable(error) from error
            await asyncio.shield(self._in_writer(functools.partial(self._repair_in_thread, repairs, cure)))
        raise AssertionError("the last try has no cure")

    async def become_owner(self) -> bool:
        """Try to be the copy that polls, checkpoints and trims; returns whether this copy is. Never waits."""
        await self.open()
        is_owner = await asyncio.to_thread(self.ownership.acquire)
        await self._in_writer(lambda: self._writer.let_checkpoint(allowed=is_owner))
        return is_owner

    async def checkpoint(self) -> None:
        """Empty the WAL into the database; for the owner only."""
        await self.open()
        await self._in_writer(self._writer.checkpoint)

    async def is_checked_at_start(self) -> bool:
        """Whether the file is so small that opening it reads all of it for damage, or there is none."""
        await self.open()
        path = self._writer.path
        return path is None or (await asyncio.to_thread(path.stat)).st_size <= opening.CHECKED_BYTES

    async def check(self) -> str | None:
        """Read the whole database, mend it when it is damaged (see `notices`), and return what is still wrong.

        It takes about 3 ms a megabyte; changes go on meanwhile where there is a WAL.
        """
        try:
            await self.read(opening.check)
        except HistoryUnreadable as problem:
            return str(problem)
        return None

    async def close(self) -> None:
        """Finish what was asked for, close the file and give the ownership up; later use raises HistoryClosed."""
        if self._is_closed:
            return
        self._is_closed = True
        self._writer.hurry()
        await asyncio.to_thread(self._close_in_thread)
        self.ownership.release()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    # On the loop:

    def _in_writer(self, job: Callable[[], T]) -> "asyncio.Future[T]":
        if self._is_closed:
            raise HistoryClosed(_CLOSED)
        return asyncio.get_running_loop().run_in_executor(self._thread, job)

    async def _read_once(self, query: Callable[[sqlite3.Connection], T]) -> T:
        if self._writer.path is None:
            return await asyncio.shield(self._in_writer(lambda: self._writer.query(query)))
        return await self._readers.read(query)

    def _unreadable(self, error: sqlite3.Error) -> HistoryProblem:
        if self._is_closed:
            return HistoryClosed(_CLOSED)
        return HistoryUnreadable(f"The history could not answer: {error}.")

    # In the writing thread:

    def _apply_in_thread(self, change: Callable[[sqlite3.Connection], T]) -> T:
        if self._writer.is_replaced():
            self._repair_in_thread(self._repairs, Cure.MEND)
        for cure in _CURES:
            try:
                return self._writer.apply(change)
            except sqlite3.DatabaseError as error:
                if failure_of(error) is not Failure.DAMAGED:
                    raise
                if cure is None:
                    raise HistoryNotSaved(f"History not saved: {error}.") from error
            self._repair_in_thread(self._repairs, cure)
        raise AssertionError("the last try has no cure")

    def _repair_in_thread(self, repairs_before: int, cure: Cure) -> None:
        """Repair once for all the readers that met the same damage."""
        if self._repairs == repairs_before:
            known = self._writer.notices
            self._writer.repair(cure)
            self._repairs += 1
            for notice in self._writer.notices:
                if notice not in known:
                    self._on_loop(self._on_notice, notice)

    def _close_in_thread(self) -> None:
        self._thread.shutdown(wait=True)
        self._readers.close()
        self._writer.close()

    def _report_from_thread(self, problem: str | None) -> None:
        self._on_loop(self._report, problem)

    def _on_loop(self, callback: Callable[[T], None] | None, news: T) -> None:
        if callback is not None and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(callback, news)

    def _report(self, problem: str | None) -> None:
        if problem != self.problem:
            self.problem = problem
            if self._on_problem is not None:
                self._on_problem(problem)
