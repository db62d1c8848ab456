"""Keeps one run's row in the history up to date, at most once a second unless it matters."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from replicate_tui.store.problems import HistoryNotSaved
from replicate_tui.store.records import RunRecord
from replicate_tui.store.runs import RunRepository

#: What grows is written this often, in seconds; also the pause after a write that the disk did not take.
INTERVAL: Final = 1.0


class Keeper:
    """Writes one run: at once when told to, else what `current` returns within a second of `due`.

    A disk that is full delays a write; the next one that succeeds brings everything.
    """

    def __init__(self, runs: RunRepository, kept: RunRecord, current: Callable[[], RunRecord]) -> None:
        self._runs = runs
        self._kept = kept
        self._current = current
        self._is_due = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def due(self) -> None:
        """Have the run written within a second."""
        self._is_due.set()

    async def write(self, record: RunRecord) -> None:
        """Write `record` now; when the disk does not take it, it becomes due."""
        if record == self._kept:
            return
        try:
            await self._runs.save(record)
        except HistoryNotSaved:
            self._is_due.set()
        else:
            self._kept = record

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._keep_writing(), name=f"keep {self._kept.id}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
        await self.write(self._current())

    async def _keep_writing(self) -> None:
        while True:
            await self._is_due.wait()
            self._is_due.clear()
            await self.write(self._current())
            await asyncio.sleep(INTERVAL)
