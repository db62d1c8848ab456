"""Builds of the store with one thing done wrong, so that the tiers can show that they would notice it."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from unittest import mock

from replicate_tui.store import connections

GOOD: Final = "good"
#: Not a wrong one: the history as it is kept on a disk of another machine.
REMOTE: Final = "remote"
#: What is promised is said before it is written.
ACKNOWLEDGES_FIRST: Final = "acknowledges first"
#: A kill in the middle of a commit leaves half of it.
JOURNAL_IN_MEMORY: Final = "journal in memory"
#: A power cut takes what was committed, or half of it.
UNSYNCED_HISTORY: Final = "unsynced history"
#: Saved files get their names before their bytes are on the disk.
UNSYNCED_FILES: Final = "unsynced files"


@contextlib.contextmanager
def built(build: str) -> Iterator[None]:
    """Use that build meanwhile; what acknowledges first is up to the program."""
    with contextlib.ExitStack() as stack:
        if build == JOURNAL_IN_MEMORY:
            stack.enter_context(mock.patch("replicate_tui.store.opening.open_writer", _with_journal_in_memory))
        elif build == UNSYNCED_HISTORY:
            stack.enter_context(mock.patch("replicate_tui.store.opening.open_writer", _without_syncs))
        elif build == UNSYNCED_FILES:
            stack.enter_context(mock.patch("os.fsync", return_value=None))
        elif build == REMOTE:
            stack.enter_context(mock.patch("replicate_tui.store.opening.is_local", return_value=False))
        yield


def _with_journal_in_memory(path: Path, *, write_ahead: bool) -> sqlite3.Connection:
    connection = connections.open_writer(path, write_ahead=False)
    connection.execute("pragma journal_mode = memory")
    return connection


def _without_syncs(path: Path, *, write_ahead: bool) -> sqlite3.Connection:
    connection = connections.open_writer(path, write_ahead=write_ahead)
    connection.execute("pragma synchronous = off")
    return connection
