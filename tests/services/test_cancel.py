"""Canceling: told to the service until it has heard, and the GET says what became of the run."""

from typing import Any

import pytest

from replicate_tui.services.bundle import Services
from replicate_tui.services.events import RunEnded
from replicate_tui.services.problems import ServiceProblem
from tests.services.conftest import Heard, is_over, run
from tests.services.proxy import PASS, Fault, Proxy, Seen
from tests.support.waiting import wait_for


def is_cancel(seen: Seen) -> bool:
    return seen.path.endswith("/cancel")


async def test_a_canceled_run_says_that_it_was_asked_here(services: Services) -> None:
    heard = Heard(services)
    record = await run(services, "tests/endless")
    await services.runs.cancel(record.id)
    await wait_for(is_over(services, record.id), "the end")
    (end,) = heard.of(RunEnded, record.id)
    assert isinstance(end, RunEnded)
    assert (end.status, end.asked_here) == ("canceled", True)
    assert (await services.tracker.load(record.id)).log_path is not None


async def test_a_cancel_that_is_never_heard_is_said(through: Services, proxy: Proxy) -> None:
    record = await run(through, "tests/endless")
    proxy.fault = lambda seen: Fault(refuse=True) if is_cancel(seen) else PASS
    with pytest.raises(ServiceProblem):
        await through.runs.cancel(record.id)
    assert proxy.count("POST", "/cancel") == 3
    assert not (await through.runs.get(record.id)).is_final
    proxy.fault = lambda _: PASS
    await through.runs.cancel(record.id)
    await wait_for(is_over(through, record.id), "the end")


async def test_canceling_what_is_over_changes_nothing(services: Services, demo: Any) -> None:
    record = await run(services, "tests/greeter", text="quick")
    await wait_for(is_over(services, record.id), "the end")
    await services.runs.cancel(record.id)
    assert (await services.runs.get(record.id)).status == "succeeded"


async def test_a_cancel_from_elsewhere_was_not_asked_here(services: Services) -> None:
    heard = Heard(services)
    record = await run(services, "tests/endless")
    client = await services.connection.client()
    await client.predictions.cancel(record.remote_id or "")
    await wait_for(lambda: heard.of(RunEnded, record.id), "the end")
    (end,) = heard.of(RunEnded, record.id)
    assert isinstance(end, RunEnded)
    assert not end.asked_here
