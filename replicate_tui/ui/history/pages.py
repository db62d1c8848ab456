"""The runs of a filter as far as they are read: what is live on top, then the history in the order that is wanted."""

from collections.abc import Collection
from typing import Final

from replicate_tui.services.bundle import Services
from replicate_tui.store.orders import RunOrder
from replicate_tui.store.records import RunRow

#: Rows read at a time; more come as the end comes into view.
PAGE_ROWS: Final = 200
#: So many rows may be marked at once.
MOST_MARKED: Final = 10_000


class HistoryPages:
    """Reads page after page; what was read for a filter that is not wanted any more is dropped."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._filter = ""
        self._order = RunOrder.NEWEST
        self._last: RunRow | None = None
        self._has_older = False
        self.rows: list[RunRow] = []

    @property
    def filter(self) -> str:
        """The filter line."""
        return self._filter

    @property
    def order(self) -> RunOrder:
        return self._order

    def use_filter(self, line: str) -> None:
        """Begin anew with another filter."""
        self._filter = line
        self.rows = []

    def use_order(self, order: RunOrder) -> None:
        """Have the next reading bring as many rows in another order."""
        self._order = order

    def drop(self, run_ids: Collection[str]) -> None:
        """Forget rows that are in the history no more."""
        self.rows = [row for row in self.rows if row.id not in run_ids]

    async def read(self) -> None:
        """Read anew as many pages as there are; raises ServiceProblem."""
        limit = max(1, -(-len(self.rows) // PAGE_ROWS)) * PAGE_ROWS
        rows = await self._page(None, limit)
        going = await self._going_beyond(rows)
        self._has_older = len(rows) == limit
        self._last = rows[-1] if rows else None
        self.rows = _live_on_top([*rows, *going])

    async def read_newest(self) -> None:
        """Read the first page anew and keep the older rows, which change only by a person's hand.

        All are read anew when an older one may have ended, and in other orders. Raises ServiceProblem.
        """
        if self._order is not RunOrder.NEWEST:
            await self.read()
            return
        known = self.rows
        newest = await self._page(None, PAGE_ROWS)
        going = await self._going_beyond(newest)
        on_top = {row.id for row in going}
        last = newest[-1].cursor if newest else 0
        older = [row for row in known if row.cursor < last and row.id not in on_top]
        if len(newest) < PAGE_ROWS or len(known) <= PAGE_ROWS or not all(row.is_final for row in older):
            await self.read()
        else:
            self.rows = _live_on_top([*newest, *going, *older])

    async def read_older(self) -> list[RunRow] | None:
        """Read the next page and return its rows, None when these were read anew meanwhile; raises ServiceProblem."""
        known, order = self.rows, self._order
        if not self._has_older:
            return []
        older = await self._page(self._last, PAGE_ROWS)
        if self.rows is not known or self._order is not order:
            return None
        self._has_older = len(older) == PAGE_ROWS
        self._last = older[-1] if older else self._last
        shown = {row.id for row in known}
        unseen = [row for row in older if row.id not in shown]
        self.rows = [*known, *unseen]
        return unseen

    async def all(self) -> list[RunRow]:
        """Return all runs of the filter, up to MOST_MARKED; raises ServiceProblem."""
        return await self._page(None, MOST_MARKED)

    async def _page(self, after: RunRow | None, limit: int) -> list[RunRow]:
        runs = self._services.runs
        if self._order is RunOrder.NEWEST:
            return await runs.rows(self._filter, before=after.cursor if after else None, limit=limit)
        return await runs.sorted_rows(self._order, self._filter, after=after, limit=limit)

    async def _going_beyond(self, rows: list[RunRow]) -> list[RunRow]:
        """Return the runs that are going and are not among `rows`: they stand on top all the same."""
        live = {snapshot.run.id for snapshot in self._services.tracker.live()} - {row.id for row in rows}
        if not live:
            return []
        return [row for row in await self._services.runs.going(self._filter) if row.id in live]


def _live_on_top(rows: list[RunRow]) -> list[RunRow]:
    return sorted(rows, key=lambda row: row.is_final)
