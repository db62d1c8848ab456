"""What was acknowledged is there: after kill -9 of the writer, and with several processes writing."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from replicate_tui.store.database import Database
from replicate_tui.store.inspection import inspect_history
from replicate_tui.store.runs import RunRepository
from tests.store.making import fill, make_run, peek

KILLS = 30
ROOT = Path(__file__).parents[2]

WRITER = """
import asyncio, sys
from pathlib import Path
from replicate_tui.store.database import Database
from replicate_tui.store.runs import RunRepository
from tests.store.making import make_run

async def main(path, first, count):
    async with Database(Path(path)) as database:
        runs = RunRepository(database)
        for number in range(first, first + count):
            await runs.insert_intent(make_run(number))
            print(f"run-{number:05}", flush=True)
            await runs.update(f"run-{number:05}", status="succeeded", output="done")
            print(f"done-{number:05}", flush=True)

asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
"""


def start_writer(history: Path, first: int, count: int = 10_000) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(history), str(first), str(count)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


async def test_a_killed_writer_loses_nothing_it_acknowledged(history: Path) -> None:
    acknowledged: list[str] = []
    for kill in range(KILLS // 6):
        # Six at a time, since most of a writer's life is its start.
        writers = [start_writer(history, (kill * 6 + number) * 20_000) for number in range(6)]
        for number, writer in enumerate(writers):
            assert writer.stdout is not None
            acknowledged += [writer.stdout.readline().strip() for _ in range(1 + number * 3)]
            writer.kill()
            acknowledged += writer.stdout.read().split("\n")[:-1]
            writer.wait()
            writer.stdout.close()
    async with Database(history) as database:
        assert database.notices == ()
        assert await database.check() is None
        statuses = {row.id: row.status for row in await RunRepository(database).rows(limit=100_000)}
    assert len(acknowledged) > KILLS * 5
    for line in acknowledged:
        kind, _, number = line.partition("-")
        status = statuses.get(f"run-{number}")
        assert status is not None, f"{line} was acknowledged and is lost"
        assert kind == "run" or status == "succeeded", f"{line} was acknowledged and is older than told"
    assert peek(history, "pragma integrity_check") == [("ok",)]
    assert peek(history, "pragma foreign_key_check") == []


async def test_several_processes_write_and_all_rows_are_in_all(history: Path) -> None:
    writers = [start_writer(history, number * 1_000, 25) for number in range(4)]
    for writer in writers:
        output, _ = writer.communicate(timeout=60)
        assert writer.returncode == 0
        assert len(output.splitlines()) == 50
    async with Database(history) as database:
        assert database.notices == ()
        assert (await RunRepository(database).totals()).count == 100
    assert peek(history, "pragma integrity_check") == [("ok",)]


COMPACTOR = """
import asyncio, sys
from pathlib import Path
from replicate_tui.store import compaction
from replicate_tui.store.database import Database

compaction.STEP_SECONDS = compaction.PAUSE_SECONDS = 0.0
compaction._NEWEST_KEPT = 5
write = Database.write

async def told(self, change):
    print("begun", flush=True)
    return await write(self, change)

Database.write = told

async def main(path):
    async with Database(Path(path)) as database:
        print(await compaction.Compactor(database).compact(None, 1), flush=True)

asyncio.run(main(sys.argv[1]))
"""


def start_compactor(history: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", COMPACTOR, str(history)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )


async def test_killed_while_it_shrinks_the_history_is_whole(history: Path) -> None:
    async with Database(history) as database:
        for number in range(80):
            note = "dear" if number % 10 == 0 else ""
            await RunRepository(database).insert_intent(make_run(number, status="failed", note=note))
    dear = {f"run-{number:05}" for number in (*range(0, 80, 10), *range(75, 80))}
    left = 80
    for steps in (3, 11, 29, 47, 200):
        compactor = start_compactor(history)
        assert compactor.stdout is not None
        for _ in range(steps):
            compactor.stdout.readline()
        compactor.kill()
        compactor.wait()
        compactor.stdout.close()
        assert peek(history, "pragma integrity_check") == [("ok",)]
        async with Database(history) as database:
            assert database.notices == ()
            rows = {row.id for row in await RunRepository(database).rows(limit=1_000)}
            assert dear <= rows
            assert len(rows) == (await RunRepository(database).totals()).count <= left
            left = len(rows)
    assert left < 80


def half_written(history: Path) -> None:
    """Leave the history as a program does that is killed while it writes without a WAL: a journal lies beside it."""
    crashed = history.with_name("crashed.db")
    shutil.copy(history, crashed)
    with closing(sqlite3.connect(crashed, isolation_level=None)) as connection:
        connection.execute("pragma journal_mode = delete")
        connection.execute("pragma cache_size = 1")
        connection.execute("begin immediate")
        connection.execute("update runs set title = 'half'")
        shutil.copy(crashed, history)
        shutil.copy(f"{crashed}-journal", f"{history}-journal")
        connection.execute("rollback")


@pytest.mark.parametrize("is_local", [True, False])
async def test_a_change_left_half_written_is_undone_at_the_start(
    history: Path, monkeypatch: pytest.MonkeyPatch, is_local: bool
) -> None:
    monkeypatch.setattr("replicate_tui.store.opening.is_local", lambda _: is_local)
    await fill(history, 200)
    half_written(history)
    assert inspect_history(history).problem == "left in the middle of a change"
    async with Database(history) as database:
        assert database.notices == ()
        assert database.is_on_disk
        rows = await RunRepository(database).rows(limit=1_000)
    assert {row.title.partition(" number")[0] for row in rows} == {"a lighthouse"}
    assert len(rows) == 200


async def test_a_change_that_another_copy_left_half_written_is_undone_in_use(
    history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("replicate_tui.store.opening.is_local", lambda _: False)
    await fill(history, 200)
    async with Database(history, readers=1) as database:
        half_written(history)
        assert len(await RunRepository(database).rows(limit=1_000)) == 200
        assert database.notices == ()
    assert peek(history, "select count(*) from runs where title = 'half'") == [(0,)]
    assert peek(history, "pragma integrity_check") == [("ok",)]
