"""The orders in which the history can be read, page after page.

Newest first is the order of the table itself (see `run_queries`). Any other has all that matches looked through for
each page, of which only the page is kept and sorted: 70 nanoseconds a run, twice that for the names of models.
"""

import json
import sqlite3
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

from replicate_tui.store.facet_search import Conditions, FacetSearch, times_of
from replicate_tui.store.filters import RunFilter
from replicate_tui.store.records import RunRow
from replicate_tui.store.word_search import word_expression


class RunOrder(StrEnum):
    """What stands first; within the same model or status the newest, and runs of which it is not known stand last."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LONGEST = "longest"
    DEAREST = "dearest"
    MODEL = "model"
    STATUS = "status"


class PageEnd(NamedTuple):
    """The last row of a page: its place in time, and what it was sorted by."""

    seq: int
    key: float | str = 0


class _Key(NamedTuple):
    """A sort key as SQL, whether it falls, and the kind of term it is the text of."""

    sql: str
    falls: bool = True
    term: str = ""


_UNKNOWN: Final = -1.0
#: One in so many models is tried before all of them.
_MODELS_FIRST: Final = 8
_KEYS: Final[Mapping[RunOrder, _Key]] = {
    RunOrder.LONGEST: _Key(f"coalesce(r.seconds, {_UNKNOWN})"),
    RunOrder.DEAREST: _Key(f"coalesce(r.cost, {_UNKNOWN})"),
    RunOrder.MODEL: _Key("t.text", falls=False, term="model"),
    RunOrder.STATUS: _Key("t.text", falls=False, term="status"),
}


def end_of(row: RunRow, order: RunOrder) -> PageEnd:
    """Return where the page after `row` begins."""
    match order:
        case RunOrder.LONGEST:
            return PageEnd(row.cursor, _UNKNOWN if row.predict_seconds is None else row.predict_seconds)
        case RunOrder.DEAREST:
            return PageEnd(row.cursor, _UNKNOWN if row.cost is None else row.cost)
        case RunOrder.MODEL:
            return PageEnd(row.cursor, row.model)
        case RunOrder.STATUS:
            return PageEnd(row.cursor, row.status)
        case _:
            return PageEnd(row.cursor)


def sorted_matches(
    connection: sqlite3.Connection, run_filter: RunFilter, order: RunOrder, after: PageEnd | None, limit: int
) -> list[int]:
    """Return the `seq` of the first runs that match, in an order other than newest first; `after` ends a page."""
    facets = FacetSearch(connection, run_filter, is_whole=True)
    if facets.is_hopeless:
        return []
    where = Conditions()
    source, seq = facets.source, "r.seq"
    if run_filter.words or run_filter.notes:
        expression = word_expression(connection, run_filter.words, run_filter.notes)
        if expression is None:
            return []
        source, seq = "runs_fts f cross join run_facets r on r.seq = f.rowid", "f.rowid"
        where.add("runs_fts match ?", expression.text)
    for conditions in (facets.conditions, times_of(run_filter, seq)):
        where.add(conditions.sql, *conditions.values)
    by = _order_by(order, where, after, seq)
    if order in _KEYS and (term := _KEYS[order].term):
        source = f"{source} cross join run_terms t on t.number = r.{term}"

    def found(more: str, *values: Any) -> list[int]:
        sql = f"select r.seq from {source} where {where.sql} and {more} order by {by} limit ?"  # noqa: S608  (parts of our own, values are bound)
        return [int(seq) for (seq,) in connection.execute(sql, [*where.values, *values, limit])]

    if order is RunOrder.MODEL:
        # The names of most models need not be looked up: the first few mostly fill the page.
        first = found("r.model in (select value from json_each(?))", _first_models(connection, after))
        if len(first) == limit:
            return first
    return found("true")


def _first_models(connection: sqlite3.Connection, after: PageEnd | None) -> str:
    """Return the numbers of the models that come first in their order, as JSON."""
    (models,) = connection.execute("select count(*) from run_terms where kind = 'model'").fetchone()
    sql = "select number from run_terms where kind = 'model' and text >= ? order by text limit ?"
    values = ("" if after is None else after.key, 1 + models // _MODELS_FIRST)
    return json.dumps([number for (number,) in connection.execute(sql, values)])


def _order_by(order: RunOrder, where: Conditions, after: PageEnd | None, seq: str) -> str:
    """Return the order as SQL; where a page came before, ask for what follows it."""
    if order not in _KEYS:
        is_oldest = order is RunOrder.OLDEST
        if after is not None:
            where.add(f"{seq} {'>' if is_oldest else '<'} ?", after.seq)
        return seq if is_oldest else f"{seq} desc"
    key = _KEYS[order]
    if after is not None:
        values: tuple[Any, ...] = (after.key, after.key, after.seq)
        where.add(f"({key.sql} {'<' if key.falls else '>'} ? or ({key.sql} = ? and r.seq < ?))", *values)
    return f"{key.sql} {'desc' if key.falls else 'asc'}, r.seq desc"
