"""A glance at a history without opening it for writing: how many runs it holds, and which are not finished."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from replicate_tui.store.codec import from_json, from_micros
from replicate_tui.store.connections import damage_told, open_untouched
from replicate_tui.store.migrations import LATEST, version_of

#: Whoever writes is not waited for longer, in milliseconds.
_PATIENCE: Final = 300
#: Runs that were never watched here are left to whoever reads the account's lists.
_OURS: Final = (
    "hidden = 0 and status not in ('succeeded', 'failed', 'canceled', 'aborted', 'not sent', 'gone')"
    " and (source = 'here' or folder is not null)"
)


class OpenEnd(NamedTuple):
    """A run that was not seen to end."""

    model: str
    title: str
    status: str
    submitted_at: datetime | None


class HistoryGlance(NamedTuple):
    """What was seen. `open_ends` are the newest of the `unfinished` runs, `problem` says why more is not known."""

    runs: int = 0
    unfinished: int = 0
    open_ends: tuple[OpenEnd, ...] = ()
    remembered: str = ""
    problem: str = ""


def glance_at(path: Path, remembered: str, *, most: int = 8) -> HistoryGlance | None:
    """Look into the history at `path`, None when there is none; blocks for a moment, and raises nothing.

    `remembered` is the key of a text that was kept with `Remembered`; `most` open ends are returned.
    """
    try:
        if not path.stat().st_size:
            return None
    except FileNotFoundError:
        return None
    except OSError as error:
        return HistoryGlance(problem=f"cannot be read: {error.strerror}")
    try:
        with damage_told(), closing(open_untouched(path)) as connection:
            connection.execute(f"pragma busy_timeout = {_PATIENCE}")
            return _look(connection, remembered, most)
    except sqlite3.Error as error:
        return HistoryGlance(problem=f"cannot be read now: {error}")


def _look(connection: sqlite3.Connection, remembered: str, most: int) -> HistoryGlance:
    if version_of(connection) > LATEST:
        return HistoryGlance(problem="written by a newer replicate-tui")
    runs = connection.execute("select count(*) from runs where hidden = 0").fetchone()[0]
    unfinished = connection.execute(f"select count(*) from runs where {_OURS}").fetchone()[0]  # noqa: S608  (our own words)
    newest = f"select model, title, status, submitted_at from runs where {_OURS} order by seq desc limit ?"  # noqa: S608
    open_ends = [
        OpenEnd(str(model), str(title), str(status), from_micros(at))
        for model, title, status, at in connection.execute(newest, (most,))
    ]
    return HistoryGlance(int(runs), int(unfinished), tuple(open_ends), _remembered(connection, remembered))


def _remembered(connection: sqlite3.Connection, key: str) -> str:
    row = connection.execute("select value from remembered where key = ?", (key,)).fetchone()
    value = from_json(row[0], "") if row else ""
    return value if isinstance(value, str) else ""
