"""What happens to a damaged history: the file is set aside whole, and the rows that can be read are carried over."""

import contextlib
import os
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from replicate_tui.store.connections import damage_told, open_untouched
from replicate_tui.store.leaf_pages import rows_on_leaf_pages
from replicate_tui.store.records import SaveState
from replicate_tui.store.salvage import DamagedTable

#: Carried over in this order; the rest (cached answers) is fetched again when it is wanted.
_TABLES: Final = ("runs", "run_tags", "drafts", "presets", "remembered", "models")
_WORD_INDEXES: Final = ("runs_fts", "models_fts")
_COMPANIONS: Final = ("", "-wal", "-shm", "-journal")
#: Beside a file that was set aside: what became of it, in one line.
_NOTE: Final = ".txt"


class Rescue(NamedTuple):
    """Where the damaged file lies now, and how many runs could be carried over."""

    aside: Path
    runs: int
    complete: bool


def set_aside(path: Path, moment: datetime) -> Path:
    """Rename the database and its companions to names that are free; raises OSError when that is not possible."""
    stamp = moment.strftime("%Y%m%d-%H%M%S")
    target = path.with_name(f"{path.name}.corrupt-{stamp}")
    number = 1
    while any(os.path.lexists(f"{target}{companion}") for companion in (*_COMPANIONS, _NOTE)):
        number += 1
        target = path.with_name(f"{path.name}.corrupt-{stamp}-{number}")
    for companion in _COMPANIONS:
        source = Path(f"{path}{companion}")
        if os.path.lexists(source):
            source.rename(f"{target}{companion}")
    return target


def leave_note(aside: Path, told: str) -> None:
    """Write beside a file that was set aside what became of it, for whoever missed the notice (mode 0600).

    A disk that does not take it is no reason to fail: the notice is shown in any case.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with contextlib.suppress(OSError), os.fdopen(os.open(f"{aside}{_NOTE}", flags, 0o600), "w") as file:
        file.write(f"{told}\n")


def carry_over(aside: Path, fresh: sqlite3.Connection) -> Rescue:
    """Copy every row of `aside` that can be read into `fresh`, in one transaction; `aside` is not changed."""
    runs = 0
    complete = False
    fresh.execute("begin immediate")
    # First with what its WAL holds; a WAL that makes the file unreadable is left out of the second try.
    for immutable in (False, True):
        fresh.execute("savepoint salvage")
        try:
            damaged = open_untouched(aside, immutable=immutable, forgiving=True)
            with contextlib.closing(damaged), damage_told():
                complete = _carry_tables(damaged, fresh)
        except sqlite3.Error:
            complete = False
        runs = int(fresh.execute("select count(*) from runs").fetchone()[0])
        if runs or complete:
            break
        fresh.execute("rollback to salvage")
    if not complete:
        runs += _carry_from_pages(aside, fresh)
    fresh.execute("commit")
    return Rescue(aside, runs, complete)


def _carry_tables(damaged: sqlite3.Connection, fresh: sqlite3.Connection) -> bool:
    complete = True
    for name in _TABLES:
        table = DamagedTable(damaged, name)
        wanted = DamagedTable(fresh, name).columns
        columns = [column for column in table.columns if column in wanted]
        if not columns:
            complete = complete and name != "runs"
            continue
        marks = ", ".join("?" * len(columns))
        names = ", ".join(f'"{column}"' for column in columns)
        insert = f'insert or ignore into "{name}" ({names}) values ({marks})'  # noqa: S608  (our own names)
        for row in table.rows(columns):
            try:
                fresh.execute(insert, row)
            except sqlite3.IntegrityError:
                complete = False
        complete = complete and table.is_complete
    return complete


def _carry_from_pages(aside: Path, fresh: sqlite3.Connection) -> int:
    """Copy the runs that no tree leads to any more, and return how many there were."""
    columns = DamagedTable(fresh, "runs").columns

    def is_missing(seq: int) -> bool:
        return fresh.execute("select 1 from runs where seq = ?", (seq,)).fetchone() is None

    carried = 0
    with contextlib.suppress(OSError):
        for row in rows_on_leaf_pages(aside, is_missing):
            # Rows of before a migration lack the columns that came with it.
            run = dict(zip(columns, row.values, strict=False)) | {"seq": row.rowid}
            if not _is_run(run) or len(row.values) > len(columns):
                continue
            names, marks = ", ".join(run), ", ".join("?" * len(run))
            try:
                fresh.execute(f"insert or ignore into runs ({names}) values ({marks})", list(run.values()))  # noqa: S608  (our own names)
            except sqlite3.IntegrityError:
                continue
            carried += fresh.execute("select changes()").fetchone()[0]
    return carried


def _is_run(columns: Mapping[str, Any]) -> bool:
    """Return whether what was found on a page is a row of `runs`, and not one of another table or of nothing."""
    texts = (columns.get(name) for name in ("id", "origin", "model", "source", "status"))
    return (
        all(isinstance(text, str) and text for text in texts)
        and columns.get("kind") in ("prediction", "training")
        and columns.get("saved") in set(SaveState)
        and isinstance(columns.get("submitted_at"), int)
        and columns.get("hidden") in (0, 1, 2)
    )


def rebuild_word_indexes(connection: sqlite3.Connection) -> None:
    """Make the word indexes anew from the rows, in one transaction. Raises sqlite3.Error."""
    connection.execute("begin immediate")
    try:
        for table in _WORD_INDEXES:
            connection.execute(f"insert into {table} ({table}) values ('rebuild')")  # noqa: S608  (our own names)
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise
