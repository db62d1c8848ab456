"""Creates whose answer is lost: sent once, looked for, and never sent again by themselves."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from replicate_tui.services import reconcile
from replicate_tui.services.bundle import Services
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.store.records import NOT_SENT, SUBMITTING
from tests.services.conftest import House, is_over, run
from tests.services.proxy import PASS, Fault, Proxy
from tests.support.waiting import wait_for


def on_create(fault: Fault) -> Any:
    return lambda seen: fault if seen.method == "POST" and seen.path.endswith("/predictions") else PASS


async def test_nothing_is_kept_of_a_run_that_could_not_be_sent(through: Services, proxy: Proxy) -> None:
    await through.catalog.model("tests", "greeter")
    proxy.stop_listening()
    with pytest.raises(ServiceProblem) as caught:
        await run(through, "tests/greeter", text="offline")
    assert caught.value.kind is ProblemKind.OFFLINE
    assert "form is kept" in str(caught.value)
    assert await through.runs.rows() == []


@pytest.mark.parametrize("status", [402, 404, 422, 429])
async def test_a_refusal_is_told_and_leaves_no_row(through: Services, proxy: Proxy, status: int) -> None:
    await through.catalog.model("tests", "greeter")
    body = b'{"title": "No", "detail": "Not this time. \x1b[31mred", "status": 1}'
    proxy.fault = on_create(Fault(status=status, body=body.replace(b"\x1b", b"\\u001b")))
    through.connection._client = (await through.connection.client()).copy(max_retries=0)
    with pytest.raises(ServiceProblem) as caught:
        await run(through, "tests/streamer", text="refused", pause=0)
    assert caught.value.status == status
    assert "Not this time" in caught.value.message
    assert "\x1b" not in caught.value.message
    assert await through.runs.rows() == []


async def test_an_intent_cut_off_by_a_kill_is_looked_for_at_the_next_start(demo: Any, house_on: Any) -> None:
    house: House = house_on(demo)
    services = await house.open()
    done = await run(services, "tests/greeter", text="killed while sending")
    await wait_for(is_over(services, done.id), "the end")
    # As a kill between the request and its answer leaves it: the service has the run, the row does not know.
    killed = replace(
        await services.runs.get(done.id), id="killed", remote_id=None, status=SUBMITTING, output=None, urls={}
    )
    # Its files had been on their way for long before.
    killed = replace(killed, submitted_at=killed.submitted_at - timedelta(minutes=40))
    lost = replace(killed, id="lost", input_hash="other", submitted_at=datetime.now(UTC) - timedelta(minutes=9))
    repository = services.runs._runs
    await repository.hide([done.id])
    await repository.update(done.id, remote_id=None)
    await repository.insert_intent(killed)
    await repository.insert_intent(lost)
    await services.close()

    services = await house.open()
    await services.tracker.resume()
    await wait_for(is_over(services, "killed"), "the run to be found")
    found = await services.runs.get("killed")
    assert (found.remote_id, found.output) == (done.remote_id, "hello killed while sending")
    await wait_for(lambda: (lost := services.tracker.snapshot("lost")) and lost.run.is_final, "the verdict")
    assert (await services.runs.get("lost")).status == NOT_SENT


async def test_an_upload_that_took_long_does_not_hide_the_run(
    through: Services, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    class EarlierClock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) - timedelta(minutes=40)

    # The intent is written before the files are uploaded.
    monkeypatch.setattr("replicate_tui.services.intents.datetime", EarlierClock)
    proxy.fault = on_create(Fault(lose=True))
    record = await run(through, "tests/greeter", text="large files")
    await wait_for(is_over(through, record.id), "the run to be found")
    assert (await through.runs.get(record.id)).status == "succeeded"


async def test_a_create_that_must_wait_says_for_how_long(through: Services, proxy: Proxy) -> None:
    await through.catalog.model("tests", "greeter")
    body = b'{"detail": "Request was throttled. Your rate limit resets in ~7s.", "status": 429, "retry_after": 7}'
    faults = iter([Fault(status=429, body=body)])
    proxy.fault = lambda seen: next(faults, PASS) if seen.method == "POST" else PASS
    sending = asyncio.create_task(run(through, "tests/greeter", text="patience"))
    await wait_for(lambda: (live := through.tracker.live()) and live[0].retry_at, "the wait to be said")
    (snapshot,) = through.tracker.live()
    assert snapshot.notice is not None
    assert "asked to wait" in snapshot.notice
    record = await sending
    await wait_for(is_over(through, record.id), "the end")
    assert (await through.tracker.load(record.id)).notice is None
    assert proxy.count("POST", "/predictions") == 2


async def test_a_run_whose_answer_is_out_is_not_opened_as_somebody_elses(
    through: Services, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "LOOKS", (0.5, 1.0))
    proxy.fault = on_create(Fault(lose=True))
    record = await run(through, "tests/greeter", text="opened by its id")
    made = await through.connection.call(lambda client: client.predictions.list())
    with pytest.raises(ServiceProblem) as caught:
        await through.runs.open_remote(made.results[0].id)
    assert caught.value.kind is ProblemKind.BUSY
    await wait_for(is_over(through, record.id), "the run to be found")
    assert (await through.runs.open_remote(made.results[0].id)).id == record.id
    assert len(await through.runs.rows()) == 1
