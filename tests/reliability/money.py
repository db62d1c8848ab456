"""Creates that go wrong: nothing is paid for twice, and what was paid for is found."""

import asyncio
import re
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from typing import Final

from replicate_tui.demo.clock import NANOSECONDS
from replicate_tui.demo.faults import FaultRule, insufficient_credit
from replicate_tui.demo.scripts import RunScript
from replicate_tui.services.again import plan_again, run_again
from replicate_tui.services.problems import ProblemKind
from replicate_tui.store.records import NOT_SENT, UNKNOWN, RunKind
from tests.reliability.lanes import Lane, as_in_life, in_lanes, is_create, on_create
from tests.reliability.row import Row, Trial, Trials
from tests.services.proxy import PASS, Fault

#: An answer of the service is longer than this, in bytes: cut before it, it says nothing.
_HEAD: Final = 300

_BATCH: Final = 20

_DATE: Final = re.compile(rb"(?<=\r\n)(date: )[^\r]+", re.IGNORECASE)


async def _reply_lost(trials: Trials) -> None:
    await in_lanes(trials, _adopts_what_was_made)


async def _adopts_what_was_made(trial: Trial, lane: Lane) -> None:
    text = f"lost {trial.number}"
    dice = trial.random
    lane.script(text, RunScript(listed_after=dice.uniform(0, 4)))
    lane.proxy.fault = on_create(dice.choice([Fault(lose=True), Fault(cut_after=dice.randrange(1, _HEAD))]))
    await _is_found(trial, lane, text)


def _kind(trial: Trial) -> RunKind:
    return "training" if trial.number % 4 > 2 else "prediction"


async def _is_found(trial: Trial, lane: Lane, text: str) -> None:
    """Create, lose the answer, and find the one run that the service has made."""
    await lane.destination()
    before = lane.creates
    record = await lane.make(_kind(trial), text)
    assert record.status == UNKNOWN
    with as_in_life(trial):
        await lane.until(record, lambda it: it.run.remote_id, "the run to be found")
    snapshot = await lane.until_saved(record)
    (made,) = lane.at_server(text)
    assert (snapshot.run.remote_id, snapshot.run.status) == (made.id, made.status)
    assert lane.creates == before + 1


async def _request_lost(trials: Trials) -> None:
    await in_lanes(trials, _says_that_nothing_was_made, lanes=8)


async def _says_that_nothing_was_made(trial: Trial, lane: Lane) -> None:
    text = f"never came {trial.number}"
    how = trial.random.choice(["line", "service", "half"])
    if how == "line":
        lane.proxy.fault = on_create(Fault(refuse=True))
    else:
        read = 10 if how == "half" else None
        lane.strike(text, drop=True, read_bytes=read, times=1)
    await _is_not_made(trial, lane, text)


async def _is_not_made(trial: Trial, lane: Lane, text: str) -> None:
    await lane.destination()
    before = lane.creates
    record = await lane.make(_kind(trial), text)
    assert record.status == UNKNOWN
    with as_in_life(trial):
        snapshot = await lane.until_final(record)
    assert snapshot.run.status == NOT_SENT
    assert "Nothing was spent" in (snapshot.run.error or "")
    kept = await lane.services.runs.get(record.id)
    assert kept.input == record.input
    assert lane.at_server(text) == []
    assert lane.creates == before + 1


async def _twins(trials: Trials) -> None:
    await in_lanes(trials, _each_gets_its_own)


async def _each_gets_its_own(trial: Trial, lane: Lane) -> None:
    text = f"twins {trial.number}"
    lost = iter([Fault(lose=True)])
    lane.proxy.fault = lambda seen: next(lost, PASS) if is_create(seen) else PASS
    # The second comes before the first is looked for, or after; about a second later in life.
    first = await lane.run(text=text)
    await asyncio.sleep(trial.random.uniform(0, 0.15))
    second = await lane.run(text=text)
    if trial.random.random() < 0.5:
        # Somebody else of the account, or the web site: none of ours, and later than both.
        client = await lane.services.connection.client()
        await client.predictions.create(version="a" * 64, input={"text": text})
    for record in (first, second):
        await lane.until_saved(record)
    ids = [lane.now(record).run.remote_id for record in (first, second)]
    assert ids == [made.id for made in lane.at_server(text)[:2]]
    assert len(await lane.services.runs.rows(f'"{text}"')) == 2


async def _clocks_apart(trials: Trials) -> None:
    await in_lanes(trials, _finds_it_at_another_time, prepare=lambda lane: lane.demo.service.clock.advance(_skew(lane)))


def _skew(lane: Lane) -> int:
    """Return by how many seconds the clock of the lane's service is ahead."""
    return (10800, -10800)[lane.number % 2]


async def _finds_it_at_another_time(trial: Trial, lane: Lane) -> None:
    text = f"another time {trial.number}"
    lane.proxy.fault = lambda seen: Fault(lose=is_create(seen), rewrite=partial(_with_date, _skew(lane)))
    await _is_found(trial, lane, text)
    (made,) = lane.at_server(text)
    ahead = made.created / NANOSECONDS - time.time() - _skew(lane)
    assert abs(ahead) < 60, "the clocks are not apart"


def _with_date(skew: int, chunk: bytes) -> bytes:
    """Return the answer with the time that the service has, as its Date header tells it."""
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=skew), usegmt=True).encode()
    return _DATE.sub(lambda told: told[1] + date, chunk, count=1)


async def _server_errors(trials: Trials) -> None:
    await in_lanes(trials, _asks_once_after_an_error, lanes=8)


async def _asks_once_after_an_error(trial: Trial, lane: Lane) -> None:
    text = f"error {trial.number}"
    dice = trial.random
    was_made = trial.number % 3 > 0
    lane.strike(
        text,
        when="after" if was_made else "before",
        status=dice.choice([500, 502, 503, 504, 520, 529]),
        headers={"x-should-retry": "true", "Retry-After": "0"} if dice.random() < 0.5 else {},
        body={"detail": "Internal server error", "retry_after": 0},
    )
    await (_is_found if was_made else _is_not_made)(trial, lane, text)


async def _balances(trials: Trials) -> None:
    await in_lanes(trials, _stops_and_keeps_the_rest)


async def _stops_and_keeps_the_rest(trial: Trial, lane: Lane) -> None:
    """Twenty runs are sent once more, and the money is gone at one of them."""
    earlier = [(await lane.run(text=f"again {trial.number} {number}")).id for number in range(_BATCH)]
    paid = 7 if trial.number == 0 else trial.random.randrange(_BATCH)
    lane.demo.faults.add(insufficient_credit(method="POST", path="/v1/*predictions", nth=paid + 1))
    before = lane.proxy.count("POST", "/predictions")
    plan = await plan_again(lane.services.runs, lane.services.prices, earlier)
    result = await run_again(lane.services.runs, plan)
    assert result.problem is not None
    assert (result.problem.kind, result.sent) == (ProblemKind.NO_CREDIT, paid)
    assert list(result.not_sent) == earlier[paid:]
    assert lane.proxy.count("POST", "/predictions") - before == paid + 1
    made = [len(lane.at_server(f"again {trial.number} {number}")) for number in range(_BATCH)]
    assert made == [2] * paid + [1] * (_BATCH - paid)


async def _not_201_and_done(trials: Trials) -> None:
    await in_lanes(trials, _goes_on_from_what_was_said)


async def _goes_on_from_what_was_said(trial: Trial, lane: Lane) -> None:
    text = f"accepted {trial.number}"
    status = ("starting", "processing")[trial.number % 2]
    says = (b"HTTP/1.1 201 Created", b"HTTP/1.1 202 Created")[trial.number // 2 % 2]
    patch = ({"op": "replace", "path": "/status", "value": status}, {"op": "add", "path": "/output", "value": None})
    rule = FaultRule(method="POST", with_json={"/input/text": text}, patch=patch)
    lane.demo.faults.add(rule)
    lane.proxy.fault = on_create(Fault(rewrite=lambda chunk: chunk.replace(b"HTTP/1.1 201 Created", says)))
    record = await lane.run(text=text)
    assert (record.status, record.output) == (status, None)
    await lane.until_saved(record)


ROWS = (
    Row(
        id="B1",
        fault="the answer to a create is lost",
        goal="one create; its run is adopted within 10 s of the loss",
        check=_reply_lost,
        short=4,
        long=200,
        limit=10.0,
    ),
    Row(
        id="B2",
        fault="a create is lost on its way there",
        goal="one create, none made; said within 75 s, with its input kept",
        check=_request_lost,
        short=4,
        long=200,
        limit=75.0,
    ),
    Row(
        id="B3",
        fault="two equal runs, the first answer lost",
        goal="two rows, each with its own run",
        check=_twins,
        short=3,
        long=50,
    ),
    Row(
        id="B4",
        fault="B1 with a service three hours ahead or behind",
        goal="as B1: the Date header says how far apart the clocks are",
        check=_clocks_apart,
        short=4,
        long=50,
        limit=10.0,
    ),
    Row(
        id="B5",
        fault="5xx to a create, also with leave to send again",
        goal="one create each; found when it was made, else said",
        check=_server_errors,
        short=4,
        long=50,
    ),
    Row(
        id="B14",
        fault="201 or 202, starting or processing, without output",
        goal="followed to the end all the same",
        check=_not_201_and_done,
        short=4,
        long=4,
    ),
    Row(
        id="B15",
        fault="the balance runs out in a batch of 20",
        goal="no create after the refusal; what was not sent is told",
        check=_balances,
        short=2,
        long=20,
    ),
)
