"""What a filter asks of `run_facets` (migration 5): which conditions, and whether an index leads to few enough runs.

The table is walked newest first, at 50 nanoseconds a run, until the page is full. Where what is asked for is rare, an
index of models, versions or statuses gives those few runs at once.
"""

import json
import sqlite3
from typing import Any, Final, Self

from replicate_tui.store.codec import to_micros
from replicate_tui.store.filters import RunFilter

_INDEXED: Final = ("model", "version", "status")
#: Runs of one term stand in the index newest first; those of several have to be sorted.
_RARE_OF_ONE: Final = 100_000
_RARE_OF_SEVERAL: Final = 20_000
_SEVERAL: Final = 50


class Conditions:
    """Parts of a `where` with their values, in the same order."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.values: list[Any] = []

    def add(self, part: str, *values: Any) -> Self:
        self.parts.append(part)
        self.values.extend(values)
        return self

    @property
    def sql(self) -> str:
        return " and ".join(self.parts) or "true"


class FacetSearch:
    """All that a filter asks of a run but its words; `source` is the table as `r`, with the way to go through it.

    `is_whole` tells that all runs which match are wanted, and not only the newest.
    """

    def __init__(self, connection: sqlite3.Connection, run_filter: RunFilter, *, is_whole: bool = False) -> None:
        self.conditions = Conditions()
        #: Some condition is met by no run at all.
        self.is_hopeless = False
        # `seq` decides the order: an index that leads to many runs would have all of them sorted first.
        self.source = "run_facets r not indexed"
        self._connection = connection
        self._fewest = _RARE_OF_ONE + 1
        self._add_terms(run_filter)
        for sign, dollars in run_filter.costs:
            self.conditions.add(f"r.cost {sign} ?", dollars)
        if run_filter.is_cost_unknown:
            self.conditions.add("r.cost is null")
        if run_filter.tags:
            self._add_tags(run_filter.tags, is_whole=is_whole)

    def _add_terms(self, run_filter: RunFilter) -> None:
        self._one_of("kind", "text = ?", run_filter.kinds)
        self._one_of("status", "text = ?", run_filter.statuses)
        self._one_of("source", "text = ?", run_filter.sources)
        if run_filter.account is not None:
            self._one_of("account", "text = ?", (run_filter.account,))
        if run_filter.exact_model is not None:
            self._one_of("model", "text = ?", (run_filter.exact_model,))
        self._one_of("model", "text like ? escape '\\'", tuple(f"%{_like(part)}%" for part in run_filter.models))
        self._one_of("version", "text like ? escape '\\'", tuple(f"{_like(part)}%" for part in run_filter.versions))

    def _one_of(self, kind: str, test: str, values: tuple[str, ...]) -> None:
        """Ask that a facet is any of the terms which pass the test with any of the values."""
        if not values:
            return
        tests = " or ".join([test] * len(values))
        sql = f"select number from run_terms where kind = '{kind}' and ({tests})"  # noqa: S608  (our own parts)
        numbers = [number for (number,) in self._connection.execute(sql, values)]
        if not numbers:
            self.is_hopeless = True
        elif len(numbers) == 1:
            self.conditions.add(f"r.{kind} = ?", numbers[0])
        else:
            self.conditions.add(f"r.{kind} in (select value from json_each(?))", json.dumps(numbers))  # noqa: S608
        if kind in _INDEXED and 0 < len(numbers) <= _SEVERAL:
            self._consider_index(kind, numbers)

    def _consider_index(self, kind: str, numbers: list[int]) -> None:
        """Go by the index of `kind` if it leads to few runs, and to fewer than any other."""
        most = _RARE_OF_ONE if len(numbers) == 1 else _RARE_OF_SEVERAL
        index = f"run_facets_by_{kind}"
        marks = ", ".join("?" * len(numbers))
        runs = f"select 1 from run_facets indexed by {index} where {kind} in ({marks}) limit {most + 1}"  # noqa: S608
        (count,) = self._connection.execute(f"select count(*) from ({runs})", numbers).fetchone()  # noqa: S608
        if count <= most and count < self._fewest:
            self._fewest = count
            self.source = f"run_facets r indexed by {index}"

    def _add_tags(self, tags: tuple[str, ...], *, is_whole: bool) -> None:
        marks = ", ".join("?" * len(tags))
        tagged = f"select seq from run_tags where tag in ({marks})"  # noqa: S608
        few = f"select count(*) from ({tagged} limit {_RARE_OF_SEVERAL + 1})"  # noqa: S608
        (count,) = self._connection.execute(few, tags).fetchone()
        if count > _RARE_OF_SEVERAL and not is_whole:
            # The newest few are asked one by one; to list all the tagged would take longer.
            self.conditions.add(f"exists ({tagged} and run_tags.seq = r.seq)", *tags)
            return
        self.conditions.add(f"r.seq in ({tagged})", *tags)
        if count < self._fewest:
            self._fewest = count
            self.source = "run_facets r not indexed"


def times_of(run_filter: RunFilter, key: str, before: int | None = None) -> Conditions:
    """Return the bounds of time, and that of the page, on the column `key`."""
    conditions = Conditions()
    if run_filter.since is not None:
        conditions.add(f"{key} >= ?", to_micros(run_filter.since))
    if run_filter.before is not None:
        conditions.add(f"{key} < ?", to_micros(run_filter.before))
    if before is not None:
        conditions.add(f"{key} < ?", before)
    return conditions


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
