"""The history in every order, page after page: nothing twice, nothing left out, unknown values last."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from replicate_tui.store.filters import parse_filter
from replicate_tui.store.orders import PageEnd, RunOrder, end_of
from replicate_tui.store.records import RunRecord, RunRow
from replicate_tui.store.runs import RunRepository
from tests.store.making import make_run

SORTED: dict[RunOrder, Callable[[RunRecord], Any]] = {
    RunOrder.NEWEST: lambda run: -run.submitted_at.timestamp(),
    RunOrder.OLDEST: lambda run: run.submitted_at,
    RunOrder.LONGEST: lambda run: (-run.metrics.get("predict_time", -1), -run.submitted_at.timestamp()),
    RunOrder.DEAREST: lambda run: (-1 * (-1 if run.cost is None else run.cost), -run.submitted_at.timestamp()),
    RunOrder.MODEL: lambda run: (run.model, -run.submitted_at.timestamp()),
    RunOrder.STATUS: lambda run: (run.status, -run.submitted_at.timestamp()),
}


def some_runs() -> list[RunRecord]:
    """Return runs that share models, statuses, times and costs, some without the last two."""
    dice = random.Random(7)
    return [
        make_run(
            number,
            model=f"owner/model-{dice.randrange(9)}",
            status=dice.choice(["succeeded", "failed", "canceled"]),
            title=dice.choice(["a lighthouse", "a harbour"]),
            metrics={"predict_time": float(dice.randrange(5))} if number % 4 else {},
            cost=dice.randrange(4) / 8 if number % 3 else None,
        )
        for number in range(60)
    ]


async def pages(runs: RunRepository, order: RunOrder, line: str = "", size: int = 7) -> list[RunRow]:
    read: list[RunRow] = []
    after: PageEnd | None = None
    while page := await runs.sorted_rows(parse_filter(line), order, after, size):
        read += page
        after = end_of(page[-1], order)
    return read


@pytest.mark.parametrize("order", RunOrder)
@pytest.mark.parametrize("line", ["", "lighthouse", "status:failed", "lighthouse model:model-3", "cost>0.1"])
async def test_all_runs_come_in_their_order(runs: RunRepository, order: RunOrder, line: str) -> None:
    made = some_runs()
    for run in made:
        await runs.insert_intent(run)
    matching = {row.id for row in await runs.rows(parse_filter(line))}
    assert matching
    wanted = sorted((run for run in made if run.id in matching), key=SORTED[order])
    assert [row.id for row in await pages(runs, order, line)] == [run.id for run in wanted]


async def test_what_no_run_has_finds_none_in_any_order(runs: RunRepository) -> None:
    await runs.insert_intent(make_run(1))
    for line in ("nowhere", "model:nothing"):
        assert await runs.sorted_rows(parse_filter(line), RunOrder.MODEL) == []


async def test_a_page_goes_on_where_its_last_row_was_though_that_is_gone(runs: RunRepository) -> None:
    for number, seconds in enumerate((3.0, 2.0, 1.0)):
        await runs.insert_intent(make_run(number, metrics={"predict_time": seconds}, status="succeeded"))
    (first,) = await runs.sorted_rows(parse_filter(""), RunOrder.LONGEST, limit=1)
    await runs.hide([first.id])
    rest = await runs.sorted_rows(parse_filter(""), RunOrder.LONGEST, end_of(first, RunOrder.LONGEST))
    assert [row.predict_seconds for row in rest] == [2.0, 1.0]
