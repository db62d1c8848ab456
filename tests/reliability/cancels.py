"""Cancels that race, are lost or come too soon, and odd statuses: what is shown is what the service says."""

import asyncio
from typing import Any, Final

from replicate_tui.demo.faults import FaultRule
from replicate_tui.demo.scripts import RunScript, Step
from replicate_tui.services.events import RunEnded
from replicate_tui.services.merge import rank
from replicate_tui.services.problems import ServiceProblem
from tests.reliability.lanes import PATIENCE, SPEED, Lane, as_in_life, in_lanes, is_cancel, is_create, is_question
from tests.reliability.row import Row, Trial, Trials
from tests.services.proxy import PASS, Fault
from tests.support.waiting import wait_for

#: How long a run takes that a cancel races, and by how much it may miss, in real seconds.
_RUN: Final = 0.2
_MISS: Final = 0.05


async def _races(trials: Trials) -> None:
    await in_lanes(trials, _ends_as_the_service_says)


async def _ends_as_the_service_says(trial: Trial, lane: Lane) -> None:
    text = f"the race {trial.number} ends"
    record = await lane.run("tests/streamer", text=text, pause=_RUN / 4 * SPEED)
    await asyncio.sleep(_RUN + trial.random.uniform(-_MISS, _MISS))
    await lane.services.runs.cancel(record.id)
    snapshot = await lane.until_saved(record)
    (made,) = lane.at_server(text)
    shown = (snapshot.run.status, snapshot.run.output)
    assert shown == (made.status, made.output), f"{shown} is shown; the service has {made.status}, {made.output}"
    (end,) = [event for event in lane.heard if isinstance(event, RunEnded) and event.run_id == record.id]
    assert (end.status, end.asked_here) == (made.status, made.status == "canceled")


def _cancel_faults(trial: Trial) -> list[Fault]:
    """Return what becomes of the tries of a cancel; the last one, or the first that is refused, is not tried again."""
    kinds = [Fault(lose=True), Fault(refuse=True), *(Fault(status=status) for status in (404, 409, 500, 502, 503))]
    first = kinds[trial.number % len(kinds)]
    return [first] * trial.random.randint(1, 3)


async def _cancels_lost(trials: Trials) -> None:
    await in_lanes(trials, _shows_what_the_service_has)


async def _shows_what_the_service_has(trial: Trial, lane: Lane) -> None:
    is_training = trial.number % 4 > 2
    record = await (lane.train("endless", steps=4000) if is_training else lane.run("tests/endless"))
    planned = _cancel_faults(trial)
    faults = iter(planned)
    lane.proxy.fault = lambda seen: next(faults, PASS) if is_cancel(seen) else PASS
    before = lane.proxy.count("POST", "/cancel")
    was_told = True
    with as_in_life(trial):
        try:
            await lane.services.runs.cancel(record.id)
        except ServiceProblem:
            was_told = False
        await wait_for(
            lambda: lane.now(record).run.status == lane.at_server_by_id(record).status,
            "what is shown to be what the service has",
            seconds=PATIENCE,
        )
    is_refused = planned[0].status in (404, 409)
    tries = lane.proxy.count("POST", "/cancel") - before
    assert tries == (1 if is_refused else min(len(planned) + 1, 3))
    # A lost answer leaves the run canceled; what was refused or never came leaves it as it was.
    is_over = planned[0].lose or (len(planned) < 3 and not is_refused)
    assert was_told == (is_refused or len(planned) < 3)
    assert (lane.at_server_by_id(record).status == "canceled") == is_over
    lane.mend()
    if not is_over:
        await lane.services.runs.cancel(record.id)
    await lane.until_final(record)


async def _cancels_too_soon(trials: Trials) -> None:
    await in_lanes(trials, _waits_for_the_name)


async def _waits_for_the_name(trial: Trial, lane: Lane) -> None:
    await lane.services.catalog.model("tests", "endless")
    lane.proxy.hold, lane.proxy.held = asyncio.Event(), is_create
    is_lost = trial.random.random() < 0.3
    lane.proxy.fault = lambda seen: Fault(lose=True) if is_lost and is_create(seen) else PASS
    creates, cancels = lane.proxy.count("POST", "/predictions"), lane.proxy.count("POST", "/cancel")
    sending = asyncio.create_task(lane.run("tests/endless"))
    await wait_for(lambda: lane.proxy.count("POST", "/predictions") > creates, "the create to be on its way")
    (snapshot,) = lane.services.tracker.live()
    await lane.services.runs.cancel(snapshot.run.id)
    assert lane.proxy.count("POST", "/cancel") == cancels
    lane.proxy.hold.set()
    record = await sending
    await lane.until_final(record)
    assert (lane.now(record).run.status, lane.at_server_by_id(record).status) == ("canceled", "canceled")


async def _odd_statuses(trials: Trials) -> None:
    await in_lanes(trials, _never_goes_back)


async def _never_goes_back(trial: Trial, lane: Lane) -> None:
    text = f"odd {trial.number}"
    last, before = _ODD[trial.number % len(_ODD)]
    pauses = [trial.random.uniform(2, 6) for _ in before]
    steps = [Step(after=sum(pauses[:place]), status=status) for place, status in enumerate(before)]
    lane.script(text, RunScript(works=False, steps=(*steps, Step(after=sum(pauses), status=last))))
    if "stale" in before:
        stale: tuple[dict[str, Any], ...] = ({"op": "replace", "path": "/status", "value": "starting"},)
        lane.demo.faults.add(FaultRule(method="GET", path="/v1/predictions/*", every=2, until=1.0, patch=stale))
    record = await lane.run(text=text)
    shown: list[str] = [record.status]
    lane.services.tracker.subscribe(lambda _: shown.append(lane.now(record).run.status))
    await wait_for(lambda: lane.at_server_by_id(record).is_terminal, "the service to have ended it", seconds=PATIENCE)
    asked = sum(is_question(seen, record) for seen in lane.proxy.seen)
    with as_in_life(trial):
        await lane.until_final(record)
    assert lane.now(record).run.status == last
    ranks = [rank(status) for status in shown]
    assert ranks == sorted(ranks), shown
    # One may have been under way when it ended.
    assert sum(is_question(seen, record) for seen in lane.proxy.seen) <= asked + 2
    lane.services.tracker._listeners.pop()


#: How a run ends, and what it says before.
_ODD: Final = (
    ("aborted", ()),
    ("succeeded", ("paused", "warming_up")),
    ("succeeded", ("processing", "starting", "processing")),
    ("failed", ("processing", "stale")),
    ("aborted", ("processing", "starting")),
)

ROWS = (
    Row(
        id="B10",
        fault="a cancel within 50 ms of the end",
        goal="the status is that of the service, and the end is told once",
        check=_races,
        short=6,
        long=200,
    ),
    Row(
        id="B11",
        fault="the answer to a cancel lost, 404, 409, 5xx",
        goal="at most 3 tries; what is shown is what the service has within 10 s",
        check=_cancels_lost,
        short=7,
        long=70,
        limit=10.0,
    ),
    Row(
        id="B12",
        fault="a cancel while the create is under way",
        goal="held, and sent as soon as the run has a name",
        check=_cancels_too_soon,
        short=3,
        long=50,
    ),
    Row(
        id="B13",
        fault="aborted, unknown statuses, statuses that go back",
        goal="an end is an end; what is shown never goes back",
        check=_odd_statuses,
        short=5,
        long=50,
        limit=10.0,
    ),
)
