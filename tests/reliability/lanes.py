"""Lanes: copies of the app's services, each on a demo service behind a faulty line, so that trials are made at once.

Every wait of the services and of the demo service is `SPEED` times as short as in life; figures are told as in life.
"""

import asyncio
import contextlib
import time
import uuid
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from replicate_tui.demo.faults import FaultRule
from replicate_tui.demo.records import Run
from replicate_tui.demo.scripts import RunScript
from replicate_tui.demo.server import DemoServer
from replicate_tui.paths import ProfilePaths
from replicate_tui.services import follow, pace, reconcile, saving, shared_line, watch
from replicate_tui.services.archive import Archive
from replicate_tui.services.bundle import Services, assemble
from replicate_tui.services.connection import Connection
from replicate_tui.services.events import OutputAppended, OutputReplaced, RunEvent
from replicate_tui.services.views import RunRequest, RunSnapshot, TrainingRequest
from replicate_tui.store.records import RunKind, RunRecord, SaveState
from tests.reliability.row import Trial, Trials
from tests.services.proxy import PASS, Fault, Proxy, Seen
from tests.support.demo import make_demo
from tests.support.waiting import wait_for

SPEED = 20.0
PATIENCE = 30.0
TRAINER_VERSION = "3" * 64

Body = Callable[[Trial, "Lane"], Awaitable[None]]


@contextlib.contextmanager
def hurried() -> Iterator[None]:
    """Shorten the waits of the services while the context lasts."""

    def shorter(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: shorter(each) for name, each in value.items()}
        return tuple(map(shorter, value)) if isinstance(value, tuple) else value / SPEED

    waits = {
        pace: ("SHORTEST", "SHARE", "LONGEST", "BESIDE_STREAM", "UNHEARD_OF", "FIRST_PAUSE", "LONGEST_PAUSE"),
        shared_line: ("RECOUNT",),
        follow: ("REOPEN_PAUSE",),
        reconcile: ("LOOKS",),
        watch: ("CANCEL_PAUSE",),
        saving: ("PAUSES", "LONGEST_DISK_PAUSE"),
    }
    with contextlib.ExitStack() as stack:
        for module, names in waits.items():
            for name in names:
                stack.enter_context(mock.patch.object(module, name, shorter(getattr(module, name))))
        yield


@dataclass
class Lane:
    """One copy of the app's services; `number` counts them from 0, `heard` is all news of its runs."""

    number: int
    demo: DemoServer
    proxy: Proxy
    folder: Path
    services: Services = field(init=False)
    heard: list[RunEvent] = field(default_factory=list)
    _destination: str | None = None

    async def open(self) -> None:
        """Start the services on what is in the folder."""
        self.services = services_on(self.proxy.origin, self.demo.token, self.folder)
        self.services.tracker.subscribe(self.heard.append)
        await self.services.open()
        await self.services.tracker.resume()

    async def run(self, model: str = "tests/greeter", **input: Any) -> RunRecord:
        """Make a prediction; the text is what tells it from all others."""
        return await self.services.runs.create(RunRequest(model=model, input=input), uuid.uuid4().hex)

    async def train(self, text: str, *, steps: int = 10) -> RunRecord:
        """Make a training whose data says the text."""
        given = {"input_images": data_of(text), "steps": steps}
        request = TrainingRequest("tests/trainer", TRAINER_VERSION, await self.destination(), given)
        return await self.services.trainings.create(request, uuid.uuid4().hex)

    async def destination(self) -> str:
        """Return a model of the account's own, made when it is first asked for."""
        if self._destination is None:
            client = await self.services.connection.client()
            owner = (await client.account.get()).username or ""
            await client.models.create(owner, "trained", visibility="private", hardware="cpu")
            self._destination = f"{owner}/trained"
        return self._destination

    async def make(self, kind: RunKind, text: str) -> RunRecord:
        """Make a run of a kind that ends soon."""
        return await (self.train(text) if kind == "training" else self.run(text=text))

    @property
    def creates(self) -> int:
        """How many creates have left, of both kinds."""
        return sum(map(is_create, self.proxy.seen))

    def mend(self) -> None:
        """Take all faults away, and forget what was heard."""
        self.proxy.fault = lambda _: PASS
        self.proxy.hold = None
        self.demo.faults.clear()
        self.heard.clear()

    def strike(self, text: str, **fault: Any) -> None:
        """Let a fault strike the creates of that text."""
        for given in ({"/input/text": text}, {"/input/input_images": data_of(text)}):
            self.demo.faults.add(FaultRule(method="POST", with_json=given, **fault))

    def script(self, text: str, script: RunScript) -> None:
        """Decide what becomes of the run of that text."""
        self.strike(text, run=script, times=1)

    def at_server(self, text: str) -> list[Run]:
        """Return the runs of that text that the service really made, oldest first."""
        # One step of the interpreter: the service goes on in its own thread meanwhile.
        made = tuple(self.demo.service.state._runs.values())
        given = {text, data_of(text)}
        found = (run for run in made if given & {run.input.get("text"), run.input.get("input_images")})
        return sorted(found, key=lambda run: run.created)

    def at_server_by_id(self, record: RunRecord) -> Run:
        run = self.demo.service.state.run(self.now(record).run.remote_id or "")
        assert run is not None
        return run

    def now(self, record: RunRecord) -> RunSnapshot:
        snapshot = self.services.tracker.snapshot(record.id)
        assert snapshot is not None
        return snapshot

    async def until(self, record: RunRecord, test: Callable[[RunSnapshot], object], what: str) -> RunSnapshot:
        """Wait until what is shown of the run is so, and return it."""
        await wait_for(lambda: test(self.now(record)), what, seconds=PATIENCE)
        return self.now(record)

    async def until_saved(self, record: RunRecord) -> RunSnapshot:
        return await self.until(record, lambda it: it.run.is_final and it.run.saved is SaveState.SAVED, "it to be kept")

    async def until_final(self, record: RunRecord) -> RunSnapshot:
        return await self.until(record, lambda it: it.run.is_final, "the run to be over")

    def text_of(self, record: RunRecord) -> str:
        """Return the text that a listener has put together."""
        text = ""
        for event in self.heard:
            if event.run_id == record.id:
                if isinstance(event, OutputAppended):
                    text += event.delta
                elif isinstance(event, OutputReplaced):
                    text = event.text
        return text

    def count(self, record: RunRecord, kind: type[RunEvent]) -> int:
        return sum(isinstance(event, kind) and event.run_id == record.id for event in self.heard)


def data_of(text: str) -> str:
    """Return the data of a training of that text, as a URI."""
    return f"data:application/zip;base64,{b64encode(text.encode()).decode()}"


def services_on(origin: str, token: str, folder: Path) -> Services:
    """Return services of a profile in `folder`, not opened yet."""

    async def nap(seconds: float) -> None:
        await asyncio.sleep(seconds / SPEED)

    async def client() -> Any:
        from replicate_tui.api import AsyncReplicate, RetryPolicy

        return AsyncReplicate(bearer_token=token, base_url=origin, retry_policy=RetryPolicy(sleep=nap))

    paths = ProfilePaths(config=folder / "config", data=folder / "data", cache=folder / "cache")
    connection = Connection(client, origin=origin, profile="row")
    return assemble(connection, paths, Archive(paths.runs, connection))


async def in_lanes(
    trials: Trials, body: Body, *, lanes: int = 4, prepare: Callable[[Lane], None] = lambda _: None, **settings: Any
) -> None:
    """Make the trials in so many lanes at once, one after the other in each; `settings` are those of the service.

    `prepare` is called with each lane before its first trial.
    """
    waiting = iter(trials)

    async def along(lane: Lane) -> None:
        prepare(lane)
        for trial in waiting:
            with trial:
                await body(trial, lane)
            lane.mend()

    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(hurried())
        given = {"speed": SPEED, "rate_limits": False, **settings}
        demos = [stack.enter_context(make_demo(**given)) for _ in range(min(lanes, trials.count))]
        opened = [
            await stack.enter_async_context(_lane(number, trials.folder / f"{number}", demo))
            for number, demo in enumerate(demos)
        ]
        await asyncio.gather(*map(along, opened))


@contextlib.asynccontextmanager
async def _lane(number: int, folder: Path, demo: DemoServer) -> AsyncIterator[Lane]:
    async with Proxy(demo.origin) as proxy:
        lane = Lane(number, demo, proxy, folder)
        await lane.open()
        try:
            yield lane
        finally:
            lane.mend()
            await lane.services.close()


@contextlib.contextmanager
def as_in_life(trial: Trial) -> Iterator[None]:
    """Take the time of what is inside as this trial's figure, in seconds of a service that is not hurried."""
    begun = time.monotonic()
    yield
    trial.took = (time.monotonic() - begun) * SPEED


def on_create(fault: Fault) -> Callable[[Seen], Fault]:
    return lambda seen: fault if is_create(seen) else PASS


def is_create(seen: Seen) -> bool:
    return seen.method == "POST" and seen.path.endswith(("/predictions", "/trainings"))


def is_cancel(seen: Seen) -> bool:
    return seen.path.endswith("/cancel")


def is_stream(seen: Seen) -> bool:
    return "/stream/" in seen.path


def is_poll(seen: Seen) -> bool:
    """Whether it asks for the state of some run."""
    return seen.method == "GET" and seen.path.startswith(("/v1/predictions/", "/v1/trainings/"))


def is_question(seen: Seen, record: RunRecord) -> bool:
    """Whether it asks for the state of this run."""
    return is_poll(seen) and seen.path.endswith(f"/{record.remote_id}")
