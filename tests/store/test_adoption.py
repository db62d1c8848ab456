"""Runs learnt from the account's lists: new ones come in, known ones only gain, removed ones stay removed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from replicate_tui.store.adoption import AdoptResult
from replicate_tui.store.records import GONE, SUBMITTING, UNKNOWN, RunRecord
from replicate_tui.store.runs import RunRepository
from tests.store.making import NOON, make_run

ORIGIN = "https://api.replicate.com"


def told(number: int, **changes: Any) -> RunRecord:
    """Return a run as a list of the service tells it."""
    values: dict[str, Any] = {"remote_id": f"remote-{number}", "source": "api", "status": "succeeded"}
    return make_run(number, **{"id": f"list-{number:05}", **values, **changes})


async def test_new_runs_come_in_and_known_ones_stay(runs: RunRepository) -> None:
    first = await runs.adopt_many([told(0), told(1, source="web"), told(2, status="processing"), make_run(3)])
    assert first == AdoptResult(new=3, unfinished=("list-00002",))
    again = await runs.adopt_many([told(0, id="other"), told(1, id="more"), told(2, id="last", status="processing")])
    assert again == AdoptResult(known=3)
    assert {row.id: row.source for row in await runs.rows()} == {
        "list-00000": "api",
        "list-00001": "web",
        "list-00002": "api",
    }


async def test_more_than_a_batch_is_written(runs: RunRepository) -> None:
    assert (await runs.adopt_many([told(number) for number in range(250)])).new == 250
    assert (await runs.totals()).count == 250


async def test_an_unfinished_run_is_brought_forward_and_never_back(runs: RunRepository) -> None:
    mine = make_run(0, remote_id="remote-0", status="processing", note="mine", tags=("sea",), started_at=NOON)
    await runs.insert_intent(mine)
    assert await runs.adopt_many([told(0, status="starting")]) == AdoptResult(known=1)
    ended = told(
        0, output=["https://x.test/a"], metrics={"predict_time": 2.5}, completed_at=NOON + timedelta(seconds=3)
    )
    assert await runs.adopt_many([ended]) == AdoptResult(changed=1)
    kept = await runs.get("run-00000")
    assert kept == replace(
        mine, status="succeeded", output=ended.output, metrics=ended.metrics, completed_at=ended.completed_at
    )
    assert (await runs.rows())[0].predict_seconds == 2.5


async def test_a_finished_run_only_has_its_gaps_filled(runs: RunRepository) -> None:
    mine = make_run(0, remote_id="remote-0", status="succeeded", output="kept", input={"prompt": "a secret"})
    await runs.insert_intent(mine)
    again = told(0, status="failed", output=None, data_removed=True, version="v1", input={}, error="removed")
    assert await runs.adopt_many([replace(again, error=None)]) == AdoptResult(changed=1)
    assert await runs.get("run-00000") == replace(mine, version="v1")


async def test_a_run_thought_gone_may_turn_out_to_have_ended(runs: RunRepository) -> None:
    await runs.insert_intent(make_run(0, remote_id="remote-0", status=GONE))
    await runs.adopt_many([told(0)])
    assert (await runs.rows())[0].status == "succeeded"


async def test_what_was_removed_here_does_not_come_back(runs: RunRepository) -> None:
    await runs.adopt_many([told(0), told(1)])
    await runs.hide(["list-00000"])
    await runs.forget_hidden()
    await runs.hide(["list-00001"])
    canary = told(0, title="canary")
    assert await runs.adopt_many([canary, told(1)]) == AdoptResult(known=2)
    assert await runs.rows() == []
    forgotten = await runs.get("list-00000")
    assert forgotten is not None
    assert forgotten.title == ""


@pytest.mark.parametrize("status", [SUBMITTING, UNKNOWN])
async def test_what_may_answer_a_create_is_left_to_it(runs: RunRepository, status: str) -> None:
    await runs.insert_intent(make_run(0, status=status))
    elsewhere = told(5, model="meta/llama")
    from_the_web = told(6, source="web")
    long_ago = told(7, submitted_at=NOON - timedelta(days=3))
    found = await runs.adopt_many([told(4), elsewhere, from_the_web, long_ago])
    assert (found.new, found.held) == (3, 1)
    await runs.update("run-00000", remote_id="remote-4", status="starting")
    assert await runs.adopt_many([told(4)]) == AdoptResult(changed=1)


async def test_known_ground(runs: RunRepository) -> None:
    assert await runs.newest_remote(ORIGIN, "prediction") is None
    await runs.adopt_many([told(1, created_at=NOON + timedelta(seconds=1)), told(0), told(2, kind="training")])
    await runs.insert_intent(make_run(9))
    assert await runs.newest_remote(ORIGIN, "prediction") == NOON + timedelta(seconds=1)
    assert await runs.newest_remote(ORIGIN, "training") == NOON + timedelta(seconds=2)
    assert await runs.newest_remote("https://elsewhere.test", "prediction") is None
    await runs.hide(["list-00000"])
    assert await runs.unknown_remote(ORIGIN, ["remote-0", "remote-1", "remote-7"]) == {"remote-7"}
