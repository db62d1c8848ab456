"""Rows of the table `runs`: written, changed and read on a connection, within whatever transaction there is."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from replicate_tui.store.codec import mapping_from_json, seconds_from, to_micros, to_text
from replicate_tui.store.filters import RunFilter
from replicate_tui.store.orders import PageEnd, RunOrder, sorted_matches
from replicate_tui.store.records import RunRecord, RunRow
from replicate_tui.store.run_codec import ROW_COLUMNS, ROW_SOURCE, record_from, record_values, row_from
from replicate_tui.store.run_queries import newest_matches


class RunNotFound(LookupError):
    """No run of the history has this id."""


def insert(connection: sqlite3.Connection, record: RunRecord) -> None:
    if connection.execute("select 1 from runs where id = ?", (record.id,)).fetchone():
        raise ValueError(f"a run with the id {record.id} is in the history already")
    columns = {"seq": _free_seq(connection, to_micros(record.submitted_at)), **record_values(record)}
    names = ", ".join(columns)
    marks = ", ".join("?" * len(columns))
    connection.execute(f"insert into runs ({names}) values ({marks})", list(columns.values()))  # noqa: S608  (our names)
    if record.tags:
        write_tags(connection, record.id, record.tags)


def _free_seq(connection: sqlite3.Connection, seq: int) -> int:
    """Return the first free place at or after the moment `seq`: two runs may be submitted in one microsecond."""
    while connection.execute("select 1 from runs where seq = ?", (seq,)).fetchone():
        seq += 1
    return seq


def update(connection: sqlite3.Connection, run_id: str, columns: dict[str, Any], *, timing: bool) -> None:
    if not columns:
        return
    assignments = ", ".join(f"{name} = ?" for name in columns)
    updated = connection.execute(f"update runs set {assignments} where id = ?", [*columns.values(), run_id])  # noqa: S608
    if not updated.rowcount:
        raise RunNotFound(f"no run {run_id} in the history")
    if timing:
        metrics, started, completed = connection.execute(
            "select metrics, started_at, completed_at from runs where id = ?", (run_id,)
        ).fetchone()
        seconds = seconds_from(mapping_from_json(metrics), started, completed)
        connection.execute("update runs set seconds = ? where id = ?", (seconds, run_id))


def write_tags(connection: sqlite3.Connection, run_id: str, tags: Sequence[str]) -> None:
    found = connection.execute("select seq from runs where id = ?", (run_id,)).fetchone()
    if found is None:
        raise RunNotFound(f"no run {run_id} in the history")
    connection.execute("delete from run_tags where seq = ?", found)
    connection.executemany(
        "insert or ignore into run_tags (tag, seq) values (?, ?)", [(to_text(tag), found[0]) for tag in tags]
    )


def one_record(connection: sqlite3.Connection, where: str, values: Sequence[Any]) -> RunRecord | None:
    return next(iter(all_records(connection, where, values)), None)


def all_records(connection: sqlite3.Connection, where: str, values: Sequence[Any] = ()) -> list[RunRecord]:
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    rows = cursor.execute(f"select * from runs where {where} order by seq", values).fetchall()  # noqa: S608  (our own parts)
    tags = _tags_of(connection, [row["seq"] for row in rows])
    return [record_from(dict(row), tags.get(row["seq"], ())) for row in rows]


def page_of_rows(connection: sqlite3.Connection, run_filter: RunFilter, before: int | None, limit: int) -> list[RunRow]:
    return _rows_of(connection, newest_matches(connection, run_filter, before, limit))


def page_in_order(
    connection: sqlite3.Connection, run_filter: RunFilter, order: RunOrder, after: PageEnd | None, limit: int
) -> list[RunRow]:
    return _rows_of(connection, sorted_matches(connection, run_filter, order, after, limit))


def _rows_of(connection: sqlite3.Connection, found: list[int]) -> list[RunRow]:
    """Return the rows of these places, in the same order."""
    marks = ", ".join("?" * len(found))
    sql = f"select {ROW_COLUMNS} from {ROW_SOURCE} where r.seq in ({marks})"  # noqa: S608  (our own names)
    tags = _tags_of(connection, found)
    rows = {columns[0]: row_from(columns, tags.get(columns[0], ())) for columns in connection.execute(sql, found)}
    # Another process may have removed a run meanwhile.
    return [rows[seq] for seq in found if seq in rows]


def _tags_of(connection: sqlite3.Connection, seqs: list[int]) -> dict[int, tuple[str, ...]]:
    tags: dict[int, tuple[str, ...]] = {}
    marks = ", ".join("?" * len(seqs))
    for seq, tag in connection.execute(f"select seq, tag from run_tags where seq in ({marks}) order by tag", seqs):  # noqa: S608
        tags[seq] = (*tags.get(seq, ()), tag)
    return tags
