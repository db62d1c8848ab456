"""The database: transactions, threads, modes, and places where no history can be."""

import asyncio
import os
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from replicate_tui.store.database import Database
from replicate_tui.store.problems import HistoryClosed, HistoryNotSaved
from replicate_tui.store.remembered import Remembered
from replicate_tui.store.runs import RunRepository
from tests.store.making import fill, make_run, modes, peek
from tests.support.waiting import wait_for

ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"


async def test_what_was_written_is_there_after_closing(history: Path) -> None:
    await fill(history, 3)
    async with Database(history) as database:
        assert [row.id for row in await RunRepository(database).rows()] == ["run-00002", "run-00001", "run-00000"]
        assert database.notices == ()
        assert database.is_on_disk


async def test_a_change_that_fails_leaves_nothing_behind(database: Database) -> None:
    def change(connection: sqlite3.Connection) -> None:
        connection.execute("insert into remembered values ('key', '1')")
        raise KeyError("in the middle")

    with pytest.raises(KeyError, match="in the middle"):
        await database.write(change)
    assert await Remembered(database).get("key", "absent") == "absent"


async def test_changes_happen_in_the_order_they_were_asked_for(database: Database) -> None:
    remembered = Remembered(database)
    await asyncio.gather(*(remembered.set("key", number) for number in range(50)))
    assert await remembered.get("key") == 49


async def test_a_change_happens_although_nobody_waits_for_it(database: Database) -> None:
    may_go_on = threading.Event()
    blocker = asyncio.ensure_future(database.write(lambda _: may_go_on.wait(10)))
    waiting = asyncio.ensure_future(Remembered(database).set("key", "kept"))
    await asyncio.sleep(0)
    waiting.cancel()
    may_go_on.set()
    await blocker
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await database.write(lambda _: "all earlier changes have happened")
    assert await Remembered(database).get("key") == "kept"


async def test_reading_goes_on_while_a_change_is_under_way(database: Database, runs: RunRepository) -> None:
    await runs.insert_intent(make_run())
    may_go_on = threading.Event()
    change = asyncio.ensure_future(database.write(lambda _: may_go_on.wait(10)))
    assert len(await runs.rows()) == 1
    assert not change.done()
    may_go_on.set()
    await change


async def test_a_cancelled_question_is_interrupted(history: Path) -> None:
    async with Database(history, readers=1) as database:
        endless = asyncio.ensure_future(database.read(lambda connection: connection.execute(ENDLESS).fetchone()))
        started = asyncio.ensure_future(database.read(lambda _: "next"))
        await asyncio.sleep(0.05)
        endless.cancel()
        # There is one reader: the next question is answered only when the first has given it back.
        assert await asyncio.wait_for(started, 5) == "next"


async def test_a_question_cancelled_between_two_statements_is_interrupted_too(history: Path) -> None:
    is_between, is_cancelled = threading.Event(), threading.Event()

    def two_statements(connection: sqlite3.Connection) -> None:
        connection.execute("select 1").fetchone()
        is_between.set()
        is_cancelled.wait(30)
        connection.execute(ENDLESS).fetchone()

    async with Database(history, readers=1) as database:
        asked = asyncio.ensure_future(database.read(two_statements))
        await asyncio.to_thread(is_between.wait, 30)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        is_cancelled.set()
        assert await asyncio.wait_for(database.read(lambda _: "next"), 30) == "next"


async def test_closing_interrupts_questions_and_later_use_is_refused(history: Path) -> None:
    database = Database(history)
    await database.open()
    endless = asyncio.ensure_future(database.read(lambda connection: connection.execute(ENDLESS).fetchone()))
    await asyncio.sleep(0.05)
    await database.close()
    with pytest.raises(HistoryClosed):
        await endless
    with pytest.raises(HistoryClosed, match="closed"):
        await database.write(lambda _: None)
    with pytest.raises(HistoryClosed, match="closed"):
        await database.read(lambda _: None)
    await database.close()
    assert not history.with_name("history.db-wal").exists()


async def test_readers_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match="readonly"):
        await database.read(lambda connection: connection.execute("delete from runs"))


async def test_promised_rows_are_synced_and_deleted_ones_overwritten(database: Database, history: Path) -> None:
    def settings(connection: sqlite3.Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        return [connection.execute(f"pragma {name}").fetchone()[0] for name in names]

    assert await database.write(settings) == ["wal", 2, 1, 1]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
async def test_modes_are_private_under_any_umask(history: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        async with Database(history) as database:
            await RunRepository(database).insert_intent(make_run())
            found = modes(history.parent)
            assert history.with_name("history.db-wal").exists()
    finally:
        os.umask(before)
    assert found.pop(str(history.parent)) == "0o700"
    assert set(found.values()) == {"0o600"}


async def test_a_file_that_others_could_read_is_closed_to_them(history: Path) -> None:
    await fill(history, 1)
    history.chmod(0o644)
    async with Database(history):
        assert oct(history.stat().st_mode & 0o777) == "0o600"


async def test_a_file_in_place_of_the_folder_turns_the_history_off(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    async with Database(tmp_path / "data" / "history.db") as database:
        assert not database.is_on_disk
        assert "History is off" in database.notices[0]
        records = RunRepository(database)
        await records.insert_intent(make_run())
        assert len(await records.rows()) == 1
    assert (tmp_path / "data").read_text() == "not a folder"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_read_only_folder_turns_the_history_off(history: Path) -> None:
    history.parent.mkdir()
    history.parent.chmod(0o500)
    async with Database(history) as database:
        assert "History is off" in database.notices[0]
    history.parent.chmod(0o700)


@pytest.mark.parametrize("what", ["folder", "file"])
async def test_a_symlink_in_place_of_ours_is_not_followed(tmp_path: Path, what: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder = tmp_path / "data"
    if what == "folder":
        folder.symlink_to(elsewhere)
    else:
        folder.mkdir(mode=0o700)
        (folder / "history.db").symlink_to(elsewhere / "planted.db")
    async with Database(folder / "history.db") as database:
        assert "History is off" in database.notices[0]
    assert list(elsewhere.iterdir()) == []


async def test_a_folder_in_place_of_the_file_turns_the_history_off(history: Path) -> None:
    history.mkdir(parents=True)
    async with Database(history) as database:
        assert "History is off" in database.notices[0]
    assert history.is_dir()


async def test_a_change_waits_for_another_program_and_says_so(history: Path) -> None:
    heard: list[str | None] = []
    async with Database(history, on_problem=heard.append) as database:
        await database.write(lambda connection: connection.execute("pragma busy_timeout = 20"))
        holder = sqlite3.connect(history, isolation_level=None)
        holder.execute("begin exclusive")
        change = asyncio.ensure_future(RunRepository(database).insert_intent(make_run()))
        await wait_for(lambda: heard, "the wait is told")
        assert not change.done()
        assert "another program" in str(database.problem)
        holder.execute("rollback")
        holder.close()
        await change
        await wait_for(lambda: database.problem is None, "the problem is over")
    assert peek(history, "select count(*) from runs") == [(1,)]


async def test_the_loop_is_free_while_a_change_waits(history: Path) -> None:
    async with Database(history) as database:
        holder = sqlite3.connect(history, isolation_level=None)
        holder.execute("begin exclusive")
        change = asyncio.ensure_future(RunRepository(database).insert_intent(make_run()))
        longest = 0.0
        for _ in range(20):
            before = time.monotonic()
            await asyncio.sleep(0.005)
            longest = max(longest, time.monotonic() - before)
        assert not change.done()
        # The lock is held for longer than any pause of a busy machine; a blocked loop would not have come this far.
        assert longest < 5
        holder.execute("rollback")
        holder.close()
        await change


async def test_patience_ends_with_a_plain_problem(history: Path) -> None:
    async with Database(history, patience=0.1) as database:
        await database.write(lambda connection: connection.execute("pragma busy_timeout = 20"))
        holder = sqlite3.connect(history, isolation_level=None)
        holder.execute("begin exclusive")
        with pytest.raises(HistoryNotSaved, match="another program"):
            await RunRepository(database).insert_intent(make_run())
        holder.execute("rollback")
        holder.close()
        await RunRepository(database).insert_intent(make_run())
        await wait_for(lambda: database.problem is None, "the problem is over")


async def test_a_full_disk_is_told_and_recovered_from(history: Path) -> None:
    async with Database(history) as database:
        records = RunRepository(database)
        await records.insert_intent(make_run(0))
        pages = await database.write(lambda connection: connection.execute("pragma page_count").fetchone()[0])
        await database.write(lambda connection: connection.execute(f"pragma max_page_count = {pages}"))
        with pytest.raises(HistoryNotSaved, match="disk is full"):
            await records.insert_intent(make_run(1, input={"prompt": "x" * 100_000}))
        await wait_for(lambda: database.problem, "the problem is told")
        await database.write(lambda connection: connection.execute("pragma max_page_count = 1000000"))
        await records.insert_intent(make_run(1))
        await wait_for(lambda: database.problem is None, "the problem is over")
        assert len(await records.rows()) == 2


async def test_a_file_that_vanished_is_made_again(history: Path) -> None:
    async with Database(history) as database:
        records = RunRepository(database)
        await records.insert_intent(make_run(0))
        for path in history.parent.glob("history.db*"):
            path.unlink()
        await records.insert_intent(make_run(1))
        assert [row.id for row in await records.rows()] == ["run-00001"]
    assert peek(history, "select id from runs") == [("run-00001",)]


async def test_one_copy_is_the_owner(history: Path) -> None:
    first, second = Database(history), Database(history)
    assert await first.become_owner()
    assert not await second.become_owner()
    await first.close()
    assert await second.become_owner()
    await second.close()


async def test_the_owner_empties_the_wal(database: Database, history: Path, runs: RunRepository) -> None:
    await runs.insert_intent(make_run())
    assert await database.become_owner()
    await database.checkpoint()
    assert history.with_name("history.db-wal").stat().st_size == 0


async def test_a_sound_database_has_nothing_wrong(database: Database) -> None:
    assert await database.check() is None
