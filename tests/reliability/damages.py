"""Histories that are damaged, or newer than the app: it starts, keeps the bytes, and tells what it could carry over."""

import contextlib
import hashlib
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from replicate_tui.store.database import Database
from replicate_tui.store.migrations import LATEST
from replicate_tui.store.opening import REBUILT
from replicate_tui.store.runs import RunRepository
from tests.reliability.crash import folder_of
from tests.reliability.old_histories import make_long
from tests.reliability.row import Row, Trial, Trials
from tests.store.making import make_run

_DAMAGED_RUNS: Final = 60

Damage = Callable[[random.Random, Path], None]


def _garbage(chance: random.Random, history: Path) -> None:
    history.write_bytes(chance.randbytes(chance.randint(1, 100_000)))


def _cut(chance: random.Random, history: Path) -> None:
    os.truncate(history, chance.randrange(history.stat().st_size))


def _zeros(chance: random.Random, history: Path) -> None:
    _overwrite(chance, history, bytes(chance.choice([100, 4096, 20_000])))


def _flips(chance: random.Random, history: Path) -> None:
    _overwrite(chance, history, chance.randbytes(chance.choice([1, 16, 600, 5000])))


def _overwrite(chance: random.Random, history: Path, stretch: bytes) -> None:
    content = bytearray(history.read_bytes())
    start = chance.randrange(len(content))
    content[start : start + len(stretch)] = stretch[: len(content) - start]
    history.write_bytes(content)


def _wrong_magic(chance: random.Random, history: Path) -> None:
    content = bytearray(history.read_bytes())
    content[chance.randrange(16)] ^= 1 << chance.randrange(8)
    history.write_bytes(content)


def _wal_missing(chance: random.Random, history: Path) -> None:
    _with_wal(history)
    Path(f"{history}-wal").unlink()


def _wal_damaged(chance: random.Random, history: Path) -> None:
    _with_wal(history)
    _overwrite(chance, Path(f"{history}-wal"), chance.randbytes(500))


def _wal_foreign(chance: random.Random, history: Path) -> None:
    other = history.with_name("other.db")
    make_long(other, 20, 200)
    _with_wal(other)
    Path(f"{other}-wal").rename(f"{history}-wal")
    other.unlink()


def _with_wal(history: Path) -> None:
    """Leave changes of the history in its WAL."""
    aside = history.with_name("aside.db")
    shutil.copy(history, aside)
    with closing(sqlite3.connect(aside)) as connection:
        connection.execute("pragma wal_autocheckpoint = 0")
        connection.execute("update runs set title = 'in the WAL'")
        connection.commit()
        shutil.copy(aside, history)
        shutil.copy(f"{aside}-wal", f"{history}-wal")
    for path in history.parent.glob("aside.db*"):
        path.unlink()


_DAMAGES: Final[tuple[Damage, ...]] = (
    *(_garbage, _cut, _zeros, _flips, _wrong_magic),
    *(_wal_missing, _wal_damaged, _wal_foreign, _flips, _zeros),
)


async def _damages(trials: Trials) -> None:
    sound = trials.folder / "sound.db"
    make_long(sound, _DAMAGED_RUNS, 1000)
    for trial in trials:
        with trial:
            folder = folder_of(trials, trial)
            folder.mkdir(mode=0o700)
            history = folder / "history.db"
            shutil.copy(sound, history)
            _DAMAGES[trial.number % len(_DAMAGES)](trial.random, history)
            await _survives(trial, history)
        shutil.rmtree(folder_of(trials, trial), ignore_errors=True)


async def _survives(trial: Trial, history: Path) -> None:
    damaged = history.read_bytes()
    async with contextlib.AsyncExitStack() as stack:
        with trial.timed():
            database = await stack.enter_async_context(Database(history))
        runs = RunRepository(database)
        carried = (await runs.totals()).count
        for row in await runs.rows(limit=1_000):
            await runs.get(row.id)
        await runs.insert_intent(make_run(9))
        assert await runs.get("run-00009") is not None
        assert await database.check() is None
        assert database.is_on_disk
        notices = [notice for notice in database.notices if notice != REBUILT]
    set_aside = [path for path in history.parent.glob("history.db.corrupt-*") if path.name[-4] not in "-."]
    if not notices:
        assert (carried, set_aside) == (_DAMAGED_RUNS, [])
        return
    # Damage that was met only when all was read is told by a second notice.
    assert any(path.read_bytes() == damaged for path in set_aside), "the damaged file was changed"
    for path, notice in zip(sorted(set_aside), notices, strict=True):
        assert path.name in notice
        assert Path(f"{path}.txt").read_text() == f"{notice}\n"


async def _newer_versions(trials: Trials) -> None:
    for trial in trials:
        with trial:
            folder = folder_of(trials, trial)
            folder.mkdir(mode=0o700)
            history = folder / "history.db"
            make_long(history, 20, 200)
            mode = ("wal", "delete", "wal")[trial.number % 3]
            with closing(sqlite3.connect(history)) as connection:
                connection.execute(f"pragma journal_mode = {mode}")
                connection.execute(f"pragma user_version = {LATEST + trial.random.choice([1, 2, 1000, 2**30])}")
            if trial.number % 3 == 2:
                _with_wal(history)
            before = {path.name: _hash(path) for path in folder.iterdir()}
            async with Database(history) as database:
                assert "newer replicate-tui" in database.notices[0]
                await RunRepository(database).insert_intent(make_run(1))
                assert len(await RunRepository(database).rows()) == 1
            assert {name: _hash(folder / name) for name in before} == before


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


ROWS = (
    Row(
        id="D4",
        fault="garbage, cuts, zeros, flips, a WAL missing or foreign",
        goal="starts within 3 s; the bytes are kept, the rows told",
        check=_damages,
        short=20,
        long=200,
        limit=3.0,
    ),
    Row(
        id="D5",
        fault="a history of a newer version",
        goal="said; not a byte of it changes",
        check=_newer_versions,
        short=6,
        long=60,
    ),
)
