"""Following: exact text whatever the line does, and the truth from the GET."""

import asyncio
from typing import Any

from replicate_tui.services.bundle import Services
from replicate_tui.services.connection import LinkState
from replicate_tui.services.events import RunEnded
from replicate_tui.store.records import GONE
from tests.services.conftest import Heard, House, is_over, run
from tests.services.proxy import PASS, Fault, Proxy, Seen
from tests.support.waiting import wait_for

WORDS = " ".join(f"word{number}" for number in range(60))


def is_stream(seen: Seen) -> bool:
    return "/stream/" in seen.path


async def test_an_outage_is_said_and_got_over(through: Services, proxy: Proxy) -> None:
    record = await run(through, "tests/endless")
    proxy.fault = lambda _: Fault(refuse=True)
    await wait_for(lambda: through.connection.state is LinkState.OFFLINE, "the outage to be noticed")
    snapshot = through.tracker.snapshot(record.id)
    assert snapshot is not None
    assert snapshot.link == "offline"
    assert snapshot.retry_at is not None
    proxy.fault = lambda _: PASS
    await wait_for(lambda: through.connection.state is LinkState.ONLINE, "the line to be back")
    await through.runs.cancel(record.id)
    await wait_for(is_over(through, record.id), "the end")


async def test_a_refused_token_stops_the_questions(through: Services, proxy: Proxy) -> None:
    records = [await run(through, "tests/endless", latch=str(number)) for number in range(3)]
    proxy.fault = lambda _: Fault(status=401)
    await wait_for(lambda: through.connection.state is LinkState.UNAUTHORISED, "the refusal")
    await wait_for(
        lambda: all((found := through.tracker.snapshot(run.id)) and found.notice for run in records), "all to stop"
    )
    asked = sum("/v1/" in seen.path and not is_stream(seen) for seen in proxy.seen)
    await asyncio.sleep(0.3)  # fifteen poll intervals
    assert sum("/v1/" in seen.path and not is_stream(seen) for seen in proxy.seen) == asked
    proxy.fault = lambda _: PASS
    await through.account.check()
    for record in records:
        await through.runs.cancel(record.id)
        await wait_for(is_over(through, record.id), "the end")


async def test_a_run_the_service_has_forgotten_ends_as_gone(through: Services, proxy: Proxy) -> None:
    heard = Heard(through)
    record = await run(through, "tests/endless")
    await wait_for(lambda: len(proxy.seen) > 3, "the run to be followed")
    proxy.fault = lambda seen: Fault(status=404) if record.remote_id in seen.path else PASS
    await wait_for(lambda: heard.of(RunEnded, record.id), "the end")
    assert (await through.runs.get(record.id)).status == GONE
    proxy.fault = lambda _: PASS


async def test_a_failure_keeps_its_reason_and_its_streamed_text(services: Services) -> None:
    record = await run(services, "tests/failer", text="out of paint")
    await wait_for(is_over(services, record.id), "the end")
    snapshot = await services.tracker.load(record.id)
    assert (snapshot.run.status, snapshot.run.error) == ("failed", "out of paint")
    assert snapshot.log_path is not None
    assert "about to fail" in snapshot.log_path.read_text()


async def test_a_start_takes_up_what_the_last_one_left(own_demo: Any, house_on: Any) -> None:
    house: House = house_on(own_demo(speed=20.0))
    services = await house.open()
    record = await run(services, "tests/streamer", text=WORDS, pause=1)
    await wait_for(lambda: (found := services.tracker.snapshot(record.id)) and "word3" in found.text, "some text")
    await services.close()

    services = await house.open()
    before = await services.runs.get(record.id)
    assert before.status == "processing"
    assert "word3" in "".join(before.output)
    heard = Heard(services)
    await services.tracker.resume()
    (snapshot,) = services.tracker.live()
    assert snapshot.run.id == record.id
    await wait_for(is_over(services, record.id), "the end")
    assert (await services.tracker.load(record.id)).text == WORDS + " "
    assert len(heard.of(RunEnded, record.id)) == 1


async def test_a_second_copy_leaves_running_runs_to_the_first(own_demo: Any, house_on: Any) -> None:
    house: House = house_on(own_demo())
    first, second = await house.open(), await house.open()
    await first.tracker.resume()
    record = await run(first, "tests/endless")
    await second.tracker.resume()
    assert second.tracker.live() == ()
    snapshot = await second.tracker.load(record.id)
    assert snapshot.run.remote_id == record.remote_id
    await second.runs.cancel(record.id)
    await wait_for(is_over(first, record.id), "the end in the first copy")
    assert (await first.runs.get(record.id)).status == "canceled"
