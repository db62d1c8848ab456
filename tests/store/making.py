"""Records and files for the tests of the store."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from replicate_tui.store.database import Database
from replicate_tui.store.records import RunRecord
from replicate_tui.store.runs import RunRepository

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_run(number: int = 0, **changes: Any) -> RunRecord:
    """Return a run submitted `number` seconds after noon, with any field changed."""
    values: dict[str, Any] = {
        "id": f"run-{number:05}",
        "origin": "https://api.replicate.com",
        "model": "black-forest-labs/flux-schnell",
        "submitted_at": NOON + timedelta(seconds=number),
        "title": f"a lighthouse number {number}",
        "input": {"prompt": "fog over the sea", "steps": 4},
    }
    return RunRecord(**{**values, **changes})


async def fill(path: Path, count: int) -> None:
    """Make a history of `count` runs at `path` and close it."""
    async with Database(path) as database:
        records = RunRepository(database)
        for number in range(count):
            await records.insert_intent(make_run(number))


def peek(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """Ask a database file directly, as another program would."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def modes(folder: Path) -> dict[str, str]:
    """Return the permission bits of `folder` and all in it."""
    return {str(path): oct(path.stat().st_mode & 0o777) for path in (folder, *folder.rglob("*"))}
