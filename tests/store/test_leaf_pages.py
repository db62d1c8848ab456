"""Rows without a tree: the pages themselves are read when what leads to them is lost."""

import random
from pathlib import Path

import pytest

from replicate_tui.store.database import Database
from replicate_tui.store.leaf_pages import rows_on_leaf_pages
from replicate_tui.store.runs import RunRepository
from tests.store.making import make_run, peek

RUNS = 60
#: Longer than a page, so that its end lies on others.
LONG = {"prompt": "fog " * 5_000, "number": 2**40}


async def _filled(history: Path) -> None:
    async with Database(history) as database:
        runs = RunRepository(database)
        for number in range(RUNS):
            await runs.insert_intent(make_run(number, input=LONG if number % 9 == 0 else {"n": number}, cost=0.5))
            await runs.update(f"run-{number:05}", status="succeeded", metrics={"predict_time": 1.5})


@pytest.mark.parametrize("lost", [(1,), (1, 2, 3), (3,), (3, 4)])
async def test_runs_are_found_without_schema_and_root(history: Path, lost: tuple[int, ...]) -> None:
    await _filled(history)
    content = bytearray(history.read_bytes())
    assert peek(history, "select rootpage from sqlite_master where name = 'runs'") == [(3,)]
    for page in lost:
        content[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    history.write_bytes(content)
    async with Database(history) as database:
        assert f"{RUNS} runs" in database.notices[0]
        runs = RunRepository(database)
        assert len(await runs.rows(limit=1_000)) == RUNS
        kept = await runs.get("run-00054")
        assert kept == make_run(54, input=LONG, cost=0.5, status="succeeded", metrics={"predict_time": 1.5})
        assert (await runs.totals()).seconds == RUNS * 1.5


async def test_rows_that_are_not_wanted_are_passed_over(history: Path) -> None:
    await _filled(history)
    seqs = {seq for (seq,) in peek(history, "select seq from runs")}
    found = [row for row in rows_on_leaf_pages(history, seqs.__contains__) if len(row.values) == 35]
    assert {row.rowid for row in found} == seqs
    assert list(rows_on_leaf_pages(history, lambda _: False)) == []


@pytest.mark.parametrize("seed", range(5))
async def test_no_bytes_break_the_reading(history: Path, seed: int) -> None:
    await _filled(history)
    chance = random.Random(seed)
    content = bytearray(history.read_bytes())
    for _ in range(2_000):
        content[chance.randrange(len(content))] = chance.randrange(256)
    history.write_bytes(content[: len(content) - seed * 1_000])
    for row in rows_on_leaf_pages(history, lambda _: True):
        assert len(row.values) < 4_096
