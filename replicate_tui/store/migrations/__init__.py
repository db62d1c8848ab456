"""The shape of the history, step by step: migrations are numbered by their place in the list."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

from replicate_tui.store.migrations import (
    m0001_runs,
    m0002_forms,
    m0003_catalog,
    m0004_costs,
    m0005_facets,
    m0006_rare_statuses,
)

Migration = Callable[[sqlite3.Connection], None]

#: Only ever appended to; a migration that has been released never changes.
MIGRATIONS: Final[tuple[Migration, ...]] = (
    m0001_runs.apply,
    m0002_forms.apply,
    m0003_catalog.apply,
    m0004_costs.apply,
    m0005_facets.apply,
    m0006_rare_statuses.apply,
)

LATEST: Final = len(MIGRATIONS)


def version_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("pragma user_version").fetchone()[0])


def migrate(
    connection: sqlite3.Connection, *, backup: Path | None = None, migrations: tuple[Migration, ...] = MIGRATIONS
) -> int:
    """Bring the database to the latest version and return the version it had.

    An existing database is first copied to `backup` (mode 0600). Raises sqlite3.Error; then all is as it was.
    """
    before = version_of(connection)
    if before and before < len(migrations) and backup is not None:
        _copy(connection, backup)
    connection.execute("begin immediate")
    try:
        for number, apply in enumerate(migrations, start=1):
            # Another process may have been first while this one waited for the lock.
            if version_of(connection) < number:
                apply(connection)
                connection.execute(f"pragma user_version = {number}")
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise
    return before


def _copy(connection: sqlite3.Connection, backup: Path) -> None:
    part = backup.with_name(backup.name + ".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_RDWR, 0o600))
    copy = sqlite3.connect(part)
    try:
        connection.backup(copy)
        # A copy in WAL mode could not be read from a read-only folder.
        copy.execute("pragma journal_mode = delete")
    finally:
        copy.close()
    part.replace(backup)
