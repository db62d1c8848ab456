"""Copies of the app that are killed while they send, or sleep until what they wait for is gone."""

import asyncio
import signal

from replicate_tui.services.bundle import Services
from replicate_tui.store.records import NOT_SENT
from tests.reliability.child import start_child
from tests.reliability.lanes import PATIENCE, Lane, as_in_life, data_of, in_lanes, is_create, services_on
from tests.reliability.row import Row, Trial, Trials
from tests.services.proxy import PASS, Fault
from tests.support.waiting import wait_for


async def _kills(trials: Trials) -> None:
    await in_lanes(trials, _finds_it_at_the_next_start)


async def _finds_it_at_the_next_start(trial: Trial, lane: Lane) -> None:
    text = f"killed {trial.number}"
    folder = lane.folder / f"{trial.number}"
    wish: tuple[str, dict[str, str]] = ("tests/greeter", {"text": text})
    if trial.number % 4 > 2:
        wish = ("tests/trainer", {"input_images": data_of(text), "destination": await lane.destination()})
    before = lane.creates
    child = await start_child(lane.proxy.origin, lane.demo.token, folder, *wish)
    try:
        await _MOMENTS[trial.number % len(_MOMENTS)](trial, lane, before)
    finally:
        child.send_signal(signal.SIGKILL)
        await child.wait()
    if lane.proxy.hold is not None:
        lane.proxy.hold.set()
    lane.proxy.release()
    lane.proxy.fault = lambda _: PASS
    services = services_on(lane.proxy.origin, lane.demo.token, folder)
    with as_in_life(trial):
        await services.open()
        await services.tracker.resume()
        rows = await services.runs.rows()
        await wait_for(
            lambda: all(_is_settled(services, row.id) for row in rows), "what became of the run", seconds=PATIENCE
        )
    made = lane.at_server(text)
    records = [await services.runs.get(row.id) for row in rows]
    await services.close()
    assert len(made) <= 1
    assert lane.creates <= before + 1
    assert [record.remote_id for record in records if record.status != NOT_SENT] == [run.id for run in made]


def _is_settled(services: Services, run_id: str) -> bool:
    snapshot = services.tracker.snapshot(run_id)
    return snapshot is None or snapshot.run.is_final


async def _on_its_way(trial: Trial, lane: Lane, before: int) -> None:
    """The create has left, and the service gets it only when its sender is gone."""
    lane.proxy.hold, lane.proxy.held = asyncio.Event(), is_create
    await wait_for(lambda: lane.creates > before, "the create", seconds=PATIENCE)


async def _made(trial: Trial, lane: Lane, before: int) -> None:
    """The service has made the run, and its answer is somewhere on the line."""
    sent = trial.random.choice([0, 20, 400])
    lane.proxy.fault = lambda seen: Fault(cut_after=sent, linger=True) if is_create(seen) else PASS
    answered = len(lane.proxy.answered)
    await wait_for(
        lambda: any(map(is_create, lane.proxy.answered[answered:])), "the create to be answered", seconds=PATIENCE
    )


async def _any_time(trial: Trial, lane: Lane, before: int) -> None:
    """Some moment between the first request and the end of it all."""
    seen = len(lane.proxy.seen)
    await wait_for(lambda: len(lane.proxy.seen) > seen, "the first request", seconds=PATIENCE)
    await asyncio.sleep(trial.random.uniform(0, 0.15))


_MOMENTS = (_on_its_way, _made, _any_time)
ROWS = (
    Row(
        id="B8",
        fault="kill -9 around a create",
        goal="one create at most; the next start finds what was made",
        check=_kills,
        short=4,
        long=51,
    ),
)
