"""Damaged, foreign and newer files: the app starts, nothing is deleted, and what can be read is carried over."""

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from replicate_tui.store.database import Database
from replicate_tui.store.drafts import DraftRepository
from replicate_tui.store.filters import parse_filter
from replicate_tui.store.records import Draft
from replicate_tui.store.runs import RunRepository
from tests.store.making import NOON, fill, make_run, modes, peek

RUNS = 400


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sound") / "history.db"


@pytest.fixture
async def damaged(sound: Path, history: Path) -> Path:
    """Return the path of a copy of a sound history, for a test to damage."""
    if not sound.exists():
        await fill(sound, RUNS)
    history.parent.mkdir(mode=0o700)
    shutil.copy(sound, history)
    return history


def page_of_runs(history: Path) -> int:
    """Return the number of a page in the middle of the table of runs."""
    pages = peek(history, "select pageno from dbstat where name = 'runs' and pagetype = 'leaf' order by pageno")
    return int(pages[len(pages) // 2][0])


def set_aside(history: Path) -> list[Path]:
    names = sorted(history.parent.glob("history.db.corrupt-*"))
    return [path for path in names if not path.name.endswith(("-wal", "-shm", "-journal", ".txt"))]


async def use_all(history: Path) -> tuple[tuple[str, ...], set[str]]:
    """Read everything and write a run, as a session would; return the notices and the ids that are there."""
    async with Database(history) as database:
        records = RunRepository(database)
        before = {row.id for row in await records.rows(limit=10_000)}
        for row in await records.rows(limit=10_000):
            await records.get(row.id)
        await records.rows(parse_filter("light"))
        await records.totals()
        await records.unfinished()
        await records.insert_intent(make_run(99_999))
        await records.update("run-99999", status="failed", error="none")
        assert [row.id for row in await records.rows(limit=1)] == ["run-99999"]
        assert await database.check() is None
        assert database.is_on_disk
        return database.notices, before


@pytest.mark.parametrize("seed", range(20))
async def test_bytes_flipped_anywhere(damaged: Path, seed: int) -> None:
    chance = random.Random(seed)
    content = bytearray(damaged.read_bytes())
    start = chance.randrange(len(content))
    for place in range(start, min(start + chance.choice((1, 16, 600, 5_000)), len(content))):
        content[place] ^= chance.randrange(1, 256)
    damaged.write_bytes(content)
    notices, _ = await use_all(damaged)
    for aside in set_aside(damaged):
        assert any(aside.name in notice for notice in notices)
    assert bool(set_aside(damaged)) == any("was damaged. " in notice for notice in notices)


@pytest.mark.parametrize("share", [0.0001, 0.01, 0.3, 0.7, 0.999])
async def test_a_file_cut_short(damaged: Path, share: float) -> None:
    content = damaged.read_bytes()
    cut = content[: max(1, int(len(content) * share))]
    damaged.write_bytes(cut)
    notices, _ = await use_all(damaged)
    (aside,) = set_aside(damaged)
    assert aside.read_bytes() == cut
    assert "The damaged file is kept as" in notices[0]


@pytest.mark.parametrize("content", [b"garbage " * 9_000, b"\0" * 40_000, b"x", b"SQLite format 3\0" + b"\xff" * 9_000])
async def test_a_file_that_is_no_history(history: Path, content: bytes) -> None:
    history.parent.mkdir(mode=0o700)
    history.write_bytes(content)
    notices, before = await use_all(history)
    (aside,) = set_aside(history)
    assert aside.read_bytes() == content
    assert "No run could be read" in notices[0]
    assert before == set()
    assert oct(aside.stat().st_mode & 0o777) == "0o600"


async def test_an_empty_file_is_a_new_history(history: Path) -> None:
    history.parent.mkdir(mode=0o700)
    history.touch()
    notices, before = await use_all(history)
    assert (notices, before, set_aside(history)) == ((), set(), [])


async def test_an_index_whose_pages_changed_places_is_noticed(damaged: Path) -> None:
    leaves = "select pageno from dbstat where name = 'sqlite_autoindex_runs_1' and pagetype = 'leaf'"
    (one,), (other,) = peek(damaged, leaves)[:2]
    content = damaged.read_bytes()
    first, second = (slice((page - 1) * 4096, page * 4096) for page in (one, other))
    swapped = bytearray(content)
    swapped[first], swapped[second] = content[second], content[first]
    damaged.write_bytes(swapped)
    notices, before = await use_all(damaged)
    assert len(before) == RUNS
    assert f"All that was in it ({RUNS} runs)" in notices[0]


async def test_what_was_recovered_can_be_read_later(damaged: Path) -> None:
    damaged.write_bytes(damaged.read_bytes()[:-4096])
    notices, _ = await use_all(damaged)
    (aside,) = set_aside(damaged)
    note = Path(f"{aside}.txt")
    assert note.read_text() == f"{notices[0]}\n"
    assert oct(note.stat().st_mode & 0o777) == "0o600"


async def test_one_bad_page_costs_only_its_rows(damaged: Path) -> None:
    page = page_of_runs(damaged)
    content = bytearray(damaged.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    damaged.write_bytes(content)
    notices, before = await use_all(damaged)
    assert RUNS * 0.8 < len(before) < RUNS
    assert f"What could be read ({len(before)} runs)" in notices[0]
    (aside,) = set_aside(damaged)
    assert aside.read_bytes() == bytes(content)


async def test_a_damaged_word_index_is_built_anew(damaged: Path) -> None:
    with closing(sqlite3.connect(damaged)) as connection, connection:
        connection.execute("update runs_fts_data set block = x'ffffffffffff' where id > 10")
    async with Database(damaged) as database:
        records = RunRepository(database)
        assert len(await records.rows(parse_filter("lighthouse"), limit=1_000)) == RUNS
        assert "nothing was lost" in database.notices[0]
    assert set_aside(damaged) == []


async def test_damage_met_in_use_is_rescued_without_a_restart(damaged: Path) -> None:
    async with Database(damaged, readers=1) as database:
        records = RunRepository(database)
        await records.insert_intent(make_run(40_000))
        await database.become_owner()
        await database.checkpoint()
        with damaged.open("r+b") as file:
            file.seek((page_of_runs(damaged) - 1) * 4096)
            file.write(b"\xff" * 4096)
        # No reader has these pages in memory yet, as after a long time.
        assert 0 < len(await records.rows(limit=1_000)) < RUNS
        assert "The damaged file is kept as" in database.notices[0]
        await records.insert_intent(make_run(50_000))
        assert await records.get("run-50000") is not None


async def test_drafts_are_carried_over_too(history: Path) -> None:
    async with Database(history) as database:
        await DraftRepository(database).save(Draft(target="a/b", values={"x": "1"}, options={}, changed_at=NOON))
    content = bytearray(history.read_bytes())
    (pages,) = peek(history, "select min(pageno) from dbstat where name = 'run_facets'")
    content[(pages[0] - 1) * 4096 : pages[0] * 4096] = b"\xff" * 4096
    history.write_bytes(content)
    async with Database(history) as database:
        assert "No run could be read" in database.notices[0]
        assert (await DraftRepository(database).get("a/b")) is not None


async def test_a_second_damage_in_the_same_second_gets_a_name_of_its_own(history: Path) -> None:
    history.parent.mkdir(mode=0o700)
    for content in (b"first", b"second", b"third"):
        history.unlink(missing_ok=True)
        history.write_bytes(content)
        async with Database(history):
            pass
    assert {path.read_bytes() for path in set_aside(history)} == {b"first", b"second", b"third"}
    assert set(modes(history.parent).values()) == {"0o700", "0o600"} or set_aside(history)


async def test_a_newer_history_is_left_as_it_is(damaged: Path) -> None:
    with closing(sqlite3.connect(damaged)) as connection:
        connection.execute("pragma journal_mode = delete")
        connection.execute("pragma user_version = 9999")
    before = damaged.read_bytes()
    async with Database(damaged) as database:
        assert "newer replicate-tui" in database.notices[0]
        assert not database.is_on_disk
        await RunRepository(database).insert_intent(make_run())
        assert len(await RunRepository(database).rows()) == 1
    assert damaged.read_bytes() == before
    assert set_aside(damaged) == []


async def test_a_wal_of_another_file_does_no_harm(damaged: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "history.db"
    await fill(other, 5)
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("pragma wal_autocheckpoint = 0")
        connection.execute("update runs set title = 'x'")
        connection.commit()
        shutil.copy(f"{other}-wal", f"{damaged}-wal")
    _, before = await use_all(damaged)
    assert before


async def test_two_copies_with_one_damage_make_one_rescue(damaged: Path) -> None:
    async with Database(damaged, readers=1) as first, Database(damaged, readers=1) as second:
        one, two = RunRepository(first), RunRepository(second)
        await one.insert_intent(make_run(1_000))
        await two.insert_intent(make_run(1_001))
        for path in damaged.parent.glob("history.db-*"):
            path.unlink()
        damaged.write_bytes(b"garbage" * 10_000)
        await one.insert_intent(make_run(1_002))
        await two.insert_intent(make_run(1_003))
        found = {row.id for row in await one.rows(limit=1_000)}
        assert {"run-01002", "run-01003"} <= found
        assert {row.id for row in await two.rows(limit=1_000)} == found
    assert len(set_aside(damaged)) == 1


async def test_rows_between_bad_pages_are_found_through_an_index(damaged: Path) -> None:
    pages = [
        int(page)
        for (page,) in peek(
            damaged, "select pageno from dbstat where name = 'runs' and pagetype = 'leaf' order by path"
        )
    ]
    content = bytearray(damaged.read_bytes())
    for page in (pages[0], pages[len(pages) // 2], pages[-1]):
        content[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    damaged.write_bytes(content)
    _, before = await use_all(damaged)
    assert RUNS * 0.8 < len(before) < RUNS


async def test_a_schema_that_cannot_be_quoted_is_damage(damaged: Path) -> None:
    content = damaged.read_bytes()
    damaged.write_bytes(content.replace(b"CREATE TABLE drafts", b"CREATE T\xff\xfeLE drafts"))
    _, before = await use_all(damaged)
    assert len(before) == RUNS
