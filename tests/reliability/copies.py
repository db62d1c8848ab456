"""Several copies of the app on one history: each run is polled by one of them, and all is in all."""

import asyncio
import re
import signal
import sqlite3
import uuid
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Final

from replicate_tui.demo.faults import FaultRule
from replicate_tui.demo.scripts import RunScript, Step
from replicate_tui.demo.tokens import SCOPES
from replicate_tui.services.pace import SHARE
from replicate_tui.services.views import RunRequest
from replicate_tui.store.records import SaveState
from tests.reliability import shim
from tests.reliability.crash import folder_of
from tests.reliability.lanes import SPEED, hurried, services_on
from tests.reliability.nursery import Nursery, Running, open_nursery
from tests.reliability.programs import Say
from tests.reliability.promises import look_into
from tests.reliability.row import Row, Trials
from tests.support.demo import make_demo

_COPIES: Final = (2, 5)
#: So many that they share the pace: each copy for itself would ask for its few at the quickest.
_RUNS: Final = 20
#: How long a run takes, in seconds of life.
_RUN: Final = 30.0
_PATIENCE: Final = 60.0
#: How often one copy asks when nothing holds it up, and how much more several may.
_FAIR: Final = _RUNS * (1 + _RUN / (_RUNS * SHARE))
_MORE: Final = 1.1
_OF_A_RUN: Final = re.compile(r"/v1/predictions/(\w+)$")


async def copy_of_the_app(say: Say, origin: str, token: str, folder: str, texts: list[str]) -> None:
    """Make runs of those texts, follow them, and go on until the history holds all runs of all copies, saved."""
    with hurried():
        services = services_on(origin, token, Path(folder))
        await services.open()
        await services.begin()
        say("open", None)
        for text in texts:
            await services.runs.create(RunRequest(model="tests/greeter", input={"text": text}), uuid.uuid4().hex)
        while True:
            rows = [await services.runs.get(row.id) for row in await services.runs.rows()]
            if len(rows) == _RUNS and all(row.saved is SaveState.SAVED for row in rows):
                break
            await asyncio.sleep(0.1)
        say("complete", sorted(row.remote_id or "" for row in rows))
        await asyncio.Event().wait()


async def _copies(trials: Trials) -> None:
    async with open_nursery(trials.folder, "replicate_tui.api") as nursery:
        one = await _asked(nursery, trials.folder / "one", 1)
        for trial in trials:
            with trial:
                copies = _COPIES[trial.number % len(_COPIES)]
                several = await _asked(nursery, folder_of(trials, trial), copies)
                # A machine that was busy has one copy ask less often; several are not to be held to that.
                trial.took = several / max(one, _FAIR)
                assert trial.took <= _MORE, f"{copies} copies asked {several} times, one {one} times"


async def _asked(nursery: Nursery, folder: Path, copies: int) -> int:
    """Have so many copies make the same number of runs, and return how often they asked for runs and lists of them."""
    script = RunScript(works=False, steps=(Step(after=_RUN, status="succeeded"),))
    # A service of their own: a new history would learn of all that others ran there before.
    with make_demo(speed=SPEED, rate_limits=False) as demo:
        demo.faults.add(FaultRule(method="POST", path="/v1/*predictions", run=script))
        # By its token the service tells which copy asks.
        tokens = [demo.service.scoped_tokens.issue(SCOPES) for _ in range(copies)]
        started = [
            await nursery.start(
                "copy_of_the_app",
                origin=demo.origin,
                token=token,
                folder=folder,
                texts=[f"{folder.name} {number}" for number in range(place, _RUNS, copies)],
            )
            for place, token in enumerate(tokens)
        ]
        try:
            async with asyncio.timeout(_PATIENCE):
                complete = [await _complete(program) for program in started]
        except TimeoutError:
            raise AssertionError(f"the copies did not get to hold all runs: {_held_in(folder)}") from None
        finally:
            for program in started:
                program.kill()
            ended = [await program.ended() for program in started]
    assert all(each.code == -signal.SIGKILL for each in ended), ended
    assert all(ids == complete[0] for ids in complete), "the copies do not hold the same runs"
    look_into(folder / "data" / "history.db")
    asked = [seen for seen in demo.requests if seen.method == "GET" and "/predictions" in seen.path]
    polled_by = defaultdict(set)
    for seen in asked:
        if found := _OF_A_RUN.match(seen.path):
            polled_by[found[1]].add(seen.headers["authorization"])
    assert all(len(who) == 1 for who in polled_by.values()), "a run is polled by two copies"
    return len(asked)


def _held_in(folder: Path) -> list[tuple[str, str, str, int]]:
    """Return how many runs there are of each source, status and state of saving."""
    with closing(sqlite3.connect(folder / "data" / "history.db")) as connection:
        found = connection.execute("select source, status, saved, count(*) from runs group by 1, 2, 3")
        return found.fetchall()


async def _complete(program: Running) -> list[str]:
    """Return the runs that a copy holds when it holds all."""
    while (said := await program.hear()) is not None:
        kind, value = said
        if kind == "complete":
            return list(value)
    await program.ended()
    raise AssertionError("a copy ended")


ROWS = (
    Row(
        id="D8",
        fault="two and five copies of the app on one history",
        goal="all is in all; one polls each run; at most 1.1 times the requests",
        check=_copies,
        short=2,
        long=20,
        limit=_MORE,
        unit="x",
        missing=shim.missing,
    ),
)
