"""Histories as earlier versions of the app left them, and long ones."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from replicate_tui.store.migrations import MIGRATIONS, migrate

RUNS: Final = 40
_LONG: Final = 60
#: Those of a long history that stay, as they have a note.
DEAR: Final = frozenset(f"old-{number}" for number in range(10, _LONG + 1, 10))
_INSERT: Final = """
    insert into runs (seq, id, kind, origin, model, source, status, submitted_at, saved, title, input, input_text)
    values (?, ?, 'prediction', 'o', ?, 'api', 'succeeded', ?, 'saved', 'an old run', ?, ?)
"""


def make_old(path: Path, version: int) -> None:
    """Make a history of `RUNS` runs as version `version` left it."""
    _make(path, version, RUNS, 300)


def make_long(path: Path, runs: int = _LONG, characters: int = 6_000) -> None:
    """Make a history of this version with long texts; every tenth run is dear."""
    _make(path, len(MIGRATIONS), runs, characters)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("update runs set note = 'dear' where seq % 10 = 0")


def _make(path: Path, version: int, runs: int, characters: int) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("pragma auto_vacuum = incremental")
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = off")
        migrate(connection, migrations=MIGRATIONS[:version])
        connection.execute("begin")
        for number in range(1, runs + 1):
            text = f"words{number} of run {number} " * (characters // 20)
            values = (number, f"old-{number}", f"owner/model-{number % 7}", number, f'{{"prompt": "{text}"}}', text)
            connection.execute(_INSERT, values)
        connection.execute("commit")
