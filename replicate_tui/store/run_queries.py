"""Filters as SQL: which runs of the history, newest first, page by page.

The order of `seq` is the order in time (migration 1), so paging, `since:` and `before:` are ranges of one integer.
What a filter asks except words is answered from the narrow table `run_facets`; words come from the word index. Both
are walked newest first until the page is full.
"""

import json
import sqlite3
from typing import Any, Final

from replicate_tui.store.facet_search import FacetSearch, times_of
from replicate_tui.store.filters import RunFilter
from replicate_tui.store.records import RunTotals
from replicate_tui.store.word_search import WordExpression, word_expression

#: So many of the newest runs that fit all but the words are tried before the lists of the words are walked.
_FEW: Final = 5_000
#: So many places in lists of the word index are looked up one by one (15 microseconds each) rather than walked to.
_MOST_SEEKS: Final = 2_000
_WORDS_THEN_FACETS: Final = "runs_fts f cross join run_facets r on r.seq = f.rowid"
_SUMS: Final = "count(*), coalesce(sum(r.seconds), 0), coalesce(sum(r.cost), 0), count(*) - count(r.cost)"
_NO_RUNS: Final = RunTotals(0, 0.0)


def newest_matches(connection: sqlite3.Connection, run_filter: RunFilter, before: int | None, limit: int) -> list[int]:
    """Return the `seq` of the newest runs that match and are older than the cursor `before`, newest first."""
    facets = FacetSearch(connection, run_filter)
    if facets.is_hopeless:
        return []
    if not _asks_for_words(run_filter):
        return _newest_by_facets(connection, facets, run_filter, before, limit)
    expression = word_expression(connection, run_filter.words, run_filter.notes)
    if expression is None:
        return []
    if not facets.conditions.parts:
        return _newest_by_words(connection, expression, facets, run_filter, before, limit)
    # Where only few runs fit, however many have the words, those few are looked through.
    fitting = _newest_by_facets(connection, facets, run_filter, before, _FEW)
    found = _with_words(connection, expression, fitting, limit)
    if len(found) == limit or len(fitting) < _FEW:
        return found
    return found + _newest_by_words(connection, expression, facets, run_filter, fitting[-1], limit - len(found))


def totals_of(connection: sqlite3.Connection, run_filter: RunFilter) -> RunTotals:
    """Return the sums over all runs that match."""
    facets = FacetSearch(connection, run_filter, is_whole=True)
    if facets.is_hopeless:
        return _NO_RUNS
    source, times = facets.source, times_of(run_filter, "r.seq")
    if _asks_for_words(run_filter):
        expression = word_expression(connection, run_filter.words, run_filter.notes)
        if expression is None:
            return _NO_RUNS
        source, times = _WORDS_THEN_FACETS, times_of(run_filter, "f.rowid")
        times.add("runs_fts match ?", expression.text)
    sql = f"select {_SUMS} from {source} where {facets.conditions.sql} and {times.sql}"  # noqa: S608  (parts of our own, values are bound)
    count, seconds, cost, unpriced = connection.execute(sql, [*facets.conditions.values, *times.values]).fetchone()
    return RunTotals(int(count), float(seconds), float(cost), int(unpriced))


def _asks_for_words(run_filter: RunFilter) -> bool:
    return bool(run_filter.words or run_filter.notes)


def _newest_by_facets(
    connection: sqlite3.Connection, facets: FacetSearch, run_filter: RunFilter, before: int | None, limit: int
) -> list[int]:
    """Return the newest runs that match but for the words."""
    times = times_of(run_filter, "r.seq", before)
    where = f"{facets.conditions.sql} and {times.sql}"
    sql = f"select r.seq from {facets.source} where {where} order by r.seq desc limit ?"  # noqa: S608  (as above)
    return _column(connection, sql, [*facets.conditions.values, *times.values, limit])


def _newest_by_words(
    connection: sqlite3.Connection,
    expression: WordExpression,
    facets: FacetSearch,
    run_filter: RunFilter,
    before: int | None,
    limit: int,
) -> list[int]:
    """Return the newest runs with the words, each looked up in the facets."""
    times = times_of(run_filter, "f.rowid", before)
    where = f"runs_fts match ? and {facets.conditions.sql} and {times.sql}"
    sql = f"select f.rowid from {_WORDS_THEN_FACETS} where {where} order by f.rowid desc limit ?"  # noqa: S608  (as above)
    return _column(connection, sql, [expression.text, *facets.conditions.values, *times.values, limit])


def _with_words(connection: sqlite3.Connection, expression: WordExpression, seqs: list[int], limit: int) -> list[int]:
    """Return those of `seqs` (newest first) that have the words."""
    if not seqs:
        return []
    if expression.lists * len(seqs) <= _MOST_SEEKS:
        source = "json_each(?) s cross join runs_fts f on f.rowid = s.value"
        sql = f"select f.rowid from {source} where runs_fts match ? limit ?"  # noqa: S608  (as above)
        return _column(connection, sql, [json.dumps(seqs), expression.text, limit])
    among = "f.rowid between ? and ? and +f.rowid in (select value from json_each(?))"
    sql = f"select f.rowid from runs_fts f where runs_fts match ? and {among} order by f.rowid desc limit ?"  # noqa: S608  (as above)
    return _column(connection, sql, [expression.text, seqs[-1], seqs[0], json.dumps(seqs), limit])


def _column(connection: sqlite3.Connection, sql: str, values: list[Any]) -> list[int]:
    return [int(value) for (value,) in connection.execute(sql, values)]
