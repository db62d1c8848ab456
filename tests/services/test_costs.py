"""What a run cost is reckoned once, when it has ended, and what a model usually takes comes from the history."""

from collections.abc import Callable
from typing import Any

import pytest

from replicate_tui.demo.server import DemoServer
from replicate_tui.services.estimate import PriceList
from tests.services.conftest import House, is_over, run
from tests.support.waiting import wait_for

GREETER = "tests/greeter"


async def test_the_cost_of_a_run_is_kept_with_its_basis(demo: DemoServer, house_on: Callable[[Any], House]) -> None:
    services = await house_on(demo).open(prices=PriceList({"cpu": 2.0}, {GREETER: "cpu"}))
    record = await run(services, GREETER, text="how much")
    await wait_for(is_over(services, record.id), "the run to be saved")
    [row] = await services.runs.rows()
    kept = await services.runs.get(record.id)
    assert row.cost is not None
    assert row.cost == kept.cost == pytest.approx(kept.metrics["predict_time"] * 2.0)
    assert kept.cost_basis.endswith("\u00d7 $2/s CPU (your mapping)")
    totals = await services.runs.totals("cost>0")
    assert (totals.count, totals.cost, totals.unpriced) == (1, row.cost, 0)
    usual = await services.runs.usual(GREETER, kept.version)
    assert (usual.count, usual.cost_median) == (1, row.cost)
    assert usual.waited_p90 is not None
    assert usual.ran_p90 == usual.ran_median
    assert (await services.runs.usual(GREETER, "0" * 64)).count == 0


async def test_a_run_without_a_price_has_no_cost(demo: DemoServer, house_on: Callable[[Any], House]) -> None:
    services = await house_on(demo).open(prices=PriceList({}, {}))
    record = await run(services, GREETER, text="unknown")
    await wait_for(is_over(services, record.id), "the run to be saved")
    assert (await services.runs.get(record.id)).cost is None
    totals = await services.runs.totals()
    assert (totals.cost, totals.unpriced) == (0.0, 1)
