"""Migrations: from each old version to the newest, whole or not at all, with a copy of what was there."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from replicate_tui.store.database import Database
from replicate_tui.store.filters import parse_filter
from replicate_tui.store.migrations import LATEST, MIGRATIONS, migrate, version_of
from replicate_tui.store.runs import RunRepository
from tests.store.making import peek

SCHEMA = "select type, name, sql from sqlite_master order by name"


def at_version(path: Path, version: int) -> None:
    """Make a database as version `version` of the app left it."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection, migrations=MIGRATIONS[:version])
        if version >= 1:
            connection.execute(
                "insert into runs (seq, id, kind, origin, model, source, status, submitted_at, saved)"
                " values (1, 'old', 'prediction', 'o', 'a/b', 'here', 'succeeded', 1, 'not yet')"
            )


@pytest.mark.parametrize("version", range(LATEST))
async def test_each_old_version_becomes_the_newest(history: Path, tmp_path: Path, version: int) -> None:
    at_version(history, version)
    at_version(tmp_path / "new" / "history.db", LATEST)
    async with Database(history) as database:
        assert database.notices == ()
        assert len(await RunRepository(database).rows(parse_filter("model:b status:succ"))) == bool(version)
    assert peek(history, "pragma user_version") == [(LATEST,)]
    assert peek(history, SCHEMA) == peek(tmp_path / "new" / "history.db", SCHEMA)
    backup = history.with_name(f"history.db.version-{version}")
    if version:
        assert peek(history, "select id from runs") == [("old",)]
        assert peek(backup, "select id from runs") == [("old",)]
        assert peek(backup, "pragma user_version") == [(version,)]
        assert oct(backup.stat().st_mode & 0o777) == "0o600"
    else:
        assert not backup.exists()


def test_a_step_that_fails_leaves_the_version_before(tmp_path: Path) -> None:
    def fails(connection: sqlite3.Connection) -> None:
        connection.execute("create table half (done text)")
        connection.execute("insert into nothing values (1)")

    at_version(tmp_path / "history.db", LATEST)
    with closing(sqlite3.connect(tmp_path / "history.db", isolation_level=None)) as connection:
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, migrations=(*MIGRATIONS, fails))
        assert version_of(connection) == LATEST
        assert not connection.in_transaction
        assert connection.execute("select * from sqlite_master where name = 'half'").fetchall() == []


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    at_version(tmp_path / "history.db", LATEST)
    before = peek(tmp_path / "history.db", SCHEMA)
    with closing(sqlite3.connect(tmp_path / "history.db", isolation_level=None)) as connection:
        assert migrate(connection) == LATEST
    assert peek(tmp_path / "history.db", SCHEMA) == before


async def test_another_program_s_database_is_set_aside(history: Path) -> None:
    history.parent.mkdir(mode=0o700)
    with closing(sqlite3.connect(history)) as connection:
        connection.execute("create table runs (distance)")
    before = history.read_bytes()
    async with Database(history) as database:
        assert "The damaged file is kept as" in database.notices[0]
    (aside,) = (
        path for path in history.parent.glob("history.db.corrupt-*") if path.suffix.endswith(tuple("0123456789"))
    )
    assert aside.read_bytes() == before


def test_several_steps_are_one(tmp_path: Path) -> None:
    def fails(connection: sqlite3.Connection) -> None:
        connection.execute("insert into nothing values (1)")

    at_version(tmp_path / "history.db", 2)
    before = peek(tmp_path / "history.db", SCHEMA)
    with closing(sqlite3.connect(tmp_path / "history.db", isolation_level=None)) as connection:
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, migrations=(*MIGRATIONS, fails))
        assert version_of(connection) == 2
    assert peek(tmp_path / "history.db", SCHEMA) == before
