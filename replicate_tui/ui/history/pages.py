"""The runs of a filter as far as they are read: what is live on top, then the history, newest first."""

from collections.abc import Collection
from typing import Final

from replicate_tui.services.bundle import Services
from replicate_tui.store.records import SUBMITTING, UNKNOWN, RunRow

#: Rows read at a time; more come as the end comes into view.
PAGE_ROWS: Final = 200
#: So many rows may be marked at once.
MOST_MARKED: Final = 10_000
LIVE_STATUSES: Final = (SUBMITTING, UNKNOWN, "starting", "processing")


class HistoryPages:
    """Reads page after page; what was read for a filter that is not wanted any more is dropped."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._filter = ""
        self._oldest = 0
        self._has_older = False
        self.rows: list[RunRow] = []

    @property
    def filter(self) -> str:
        """The filter line."""
        return self._filter

    def use_filter(self, line: str) -> None:
        """Begin anew with another filter."""
        self._filter = line
        self.rows = []

    def drop(self, run_ids: Collection[str]) -> None:
        """Forget rows that are in the history no more."""
        self.rows = [row for row in self.rows if row.id not in run_ids]

    async def read(self) -> None:
        """Read anew as many pages as there are; raises ServiceProblem."""
        limit = max(1, -(-len(self.rows) // PAGE_ROWS)) * PAGE_ROWS
        rows = await self._services.runs.rows(self._filter, limit=limit)
        self._has_older = len(rows) == limit
        self._oldest = rows[-1].cursor if rows else 0
        self.rows = sorted([*rows, *await self._older_live(rows)], key=lambda row: row.is_final)

    async def read_newest(self) -> None:
        """Read the first page anew and keep the older rows, which change only by a person's hand.

        All are read anew when an older one may have ended. Raises ServiceProblem.
        """
        known = self.rows
        newest = await self._services.runs.rows(self._filter, limit=PAGE_ROWS)
        going = await self._older_live(newest)
        on_top = {row.id for row in going}
        last = newest[-1].cursor if newest else 0
        older = [row for row in known if row.cursor < last and row.id not in on_top]
        if len(newest) < PAGE_ROWS or len(known) <= PAGE_ROWS or not all(row.is_final for row in older):
            await self.read()
        else:
            self.rows = sorted([*newest, *going, *older], key=lambda row: row.is_final)

    async def read_older(self) -> list[RunRow] | None:
        """Read the next page and return its rows, None when these were read anew meanwhile; raises ServiceProblem."""
        known = self.rows
        if not self._has_older:
            return []
        older = await self._services.runs.rows(self._filter, before=self._oldest, limit=PAGE_ROWS)
        if self.rows is not known:
            return None
        self._has_older = len(older) == PAGE_ROWS
        self._oldest = older[-1].cursor if older else self._oldest
        shown = {row.id for row in known}
        unseen = [row for row in older if row.id not in shown]
        self.rows = [*known, *unseen]
        return unseen

    async def all(self) -> list[RunRow]:
        """Return all runs of the filter, up to MOST_MARKED; raises ServiceProblem."""
        return await self._services.runs.rows(self._filter, limit=MOST_MARKED)

    async def _older_live(self, rows: list[RunRow]) -> list[RunRow]:
        """Return the runs that are going and began before all of `rows`: they stand on top all the same."""
        shown = {row.id for row in rows}
        live = {snapshot.run.id for snapshot in self._services.tracker.live()}
        if self._filter or live <= shown:
            return []
        going = await self._services.runs.rows(f"status:{','.join(LIVE_STATUSES)}")
        return [row for row in going if row.id in live - shown]
