"""The history within its bounds: the oldest go first, what is dear stays, and a kill at any step leaves it whole."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from replicate_tui.store import compaction
from replicate_tui.store.adoption import AdoptResult
from replicate_tui.store.compaction import Compactor
from replicate_tui.store.database import Database
from replicate_tui.store.filters import parse_filter
from replicate_tui.store.records import RunRecord, SaveState
from replicate_tui.store.runs import RunRepository
from tests.store.making import NOON, make_run, peek

DAY = 86_400
LONG = "word " * 4_000


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(compaction, "_NEWEST_KEPT", 3)


def done(number: int, **changes: object) -> RunRecord:
    values = {"status": "succeeded", "saved": SaveState.SAVED, "remote_id": f"remote-{number}", "source": "api"}
    return make_run(number, **{**values, "submitted_at": NOON + timedelta(days=number), **changes})


async def test_runs_beyond_their_age_go_but_for_dear_ones(runs: RunRepository, database: Database) -> None:
    dear = [
        done(0, status="processing"),
        done(1, saved=SaveState.PARTLY, folder="2026-01-01/owner-name-1"),
        done(2, tags=("best",)),
        done(3, note="why"),
    ]
    plain = [
        done(4),
        done(5, status="failed", saved=SaveState.NOT_YET),
        done(6, saved=SaveState.NOT_YET, data_removed=True),
    ]
    young = [done(30), done(31)]
    for record in (*dear, *plain, *young):
        await runs.insert_intent(record)
    result = await Compactor(database).compact(7, None, now=NOON + timedelta(days=32))
    assert (result.emptied, result.removed) == (0, 3)
    assert {row.id for row in await runs.rows()} == {record.id for record in (*dear, *young)}
    assert (await runs.totals()).count == 6
    assert (await Compactor(database).compact(7, None, now=NOON + timedelta(days=32))).removed == 0


async def test_what_was_dropped_is_not_learnt_anew(runs: RunRepository, database: Database) -> None:
    await runs.adopt_many([done(0), done(1), done(9)])
    await Compactor(database).compact(5, None, now=NOON + timedelta(days=10))
    again = [replace(done(number), id=f"again-{number}") for number in (0, 1, 9, 2)]
    assert await runs.adopt_many(again) == AdoptResult(new=1, known=3)
    elsewhere = replace(done(0), id="elsewhere", origin="https://elsewhere.test")
    assert (await runs.adopt_many([elsewhere])).new == 1


async def test_a_history_that_is_too_large_loses_texts_before_rows(
    runs: RunRepository, database: Database, history: Path
) -> None:
    for number in range(40):
        await runs.insert_intent(done(number, input={"prompt": LONG}, output=LONG, files=()))
    await database.become_owner()
    await database.checkpoint()
    before = history.stat().st_size
    result = await Compactor(database).compact(None, before // 2)
    assert 0 < result.emptied < 40
    assert result.removed == 0
    assert result.bytes_after <= before // 2
    await database.checkpoint()
    assert history.stat().st_size <= before // 2 + 64 * 1024
    oldest, newest = await runs.get("run-00000"), await runs.get("run-00039")
    assert oldest is not None
    assert newest is not None
    assert (oldest.input, oldest.output, oldest.title) == ({}, None, "a lighthouse number 0")
    assert (newest.input, newest.output) == ({"prompt": LONG}, LONG)
    assert len(await runs.rows(parse_filter("word"))) == 40 - result.emptied
    assert len(await runs.rows(parse_filter("lighthouse"))) == 40
    assert peek(history, "pragma integrity_check") == [("ok",)]


async def test_rows_go_when_texts_are_not_enough_and_the_newest_stay(runs: RunRepository, database: Database) -> None:
    for number in range(40):
        await runs.insert_intent(done(number, input={"prompt": LONG}))
    result = await Compactor(database).compact(None, 1)
    assert result.removed == 37
    assert [row.id for row in await runs.rows()] == ["run-00039", "run-00038", "run-00037"]
    assert result.bytes_freed > 0
    assert result.bytes_freed == result.bytes_before - result.bytes_after


async def test_stopped_at_any_step_it_is_whole_and_goes_on(
    runs: RunRepository, database: Database, history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        await runs.insert_intent(done(number, input={"prompt": "some words"}, output="more"))
    monkeypatch.setattr(compaction, "STEP_SECONDS", 0.0)
    steps = 0
    while await _stopped_after(7, database, monkeypatch):
        steps += 1
        assert peek(history, "pragma integrity_check") == [("ok",)]
        assert len(await runs.rows()) == (await runs.totals()).count
    assert steps > 3
    assert (await runs.totals()).count == 3


async def _stopped_after(writes: int, database: Database, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Compact, with every write but the first few failing; return whether one failed."""
    left = writes
    write = Database.write

    async def limited(self: Database, change: object) -> object:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyError("stopped")
        return await write(self, change)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Database, "write", limited)
        try:
            await Compactor(database).compact(None, 1)
        except KeyError:
            return True
    return False


async def test_what_an_ended_app_had_emptied_is_given_back(
    runs: RunRepository, database: Database, history: Path
) -> None:
    for number in range(20):
        await runs.insert_intent(done(number, input={"prompt": LONG}))
    await database.become_owner()
    await database.checkpoint()
    before = history.stat().st_size
    await database.write(lambda connection: connection.execute("update runs set input = '{}'").rowcount)
    await Compactor(database).compact(None, before)
    await database.checkpoint()
    assert history.stat().st_size < before - 20 * len(LONG) // 2
    assert peek(history, "pragma freelist_count") == [(0,)]
