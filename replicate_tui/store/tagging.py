"""Tags of runs: words of the user's own, written for many runs at once."""

import sqlite3
from collections.abc import Iterable, Sequence

from replicate_tui.store.codec import to_text


def add(connection: sqlite3.Connection, run_ids: Iterable[str], tags: Sequence[str]) -> None:
    """Give each run each tag; what a run has already stays, and unknown runs are passed over."""
    connection.executemany(
        "insert or ignore into run_tags (tag, seq) select ?, seq from runs where id = ? and hidden < 2",
        [(tag, run_id) for run_id in run_ids for tag in _cleaned(tags)],
    )


def remove(connection: sqlite3.Connection, run_ids: Iterable[str], tags: Sequence[str]) -> None:
    connection.executemany(
        "delete from run_tags where tag = ? and seq = (select seq from runs where id = ?)",
        [(tag, run_id) for run_id in run_ids for tag in _cleaned(tags)],
    )


def counted(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """Return every tag with how many runs have it (hidden ones too), in the order of the alphabet."""
    return [
        (str(tag), int(count))
        for tag, count in connection.execute("select tag, count(*) from run_tags group by tag order by tag")
    ]


def _cleaned(tags: Sequence[str]) -> list[str]:
    return [to_text(tag.strip()) for tag in tags if tag.strip()]
