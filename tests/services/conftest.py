"""Services on the demo service, over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from replicate_tui.paths import profile_paths
from replicate_tui.services import follow, pace, reconcile, saving, watch
from replicate_tui.services.archive import Archive
from replicate_tui.services.bundle import Services, assemble
from replicate_tui.services.connection import Connection
from replicate_tui.services.estimate import FREE, PriceList
from replicate_tui.services.events import OutputAppended, OutputReplaced, RunEvent
from replicate_tui.services.views import RunRequest
from replicate_tui.store.records import RunRecord, SaveState
from tests.services.proxy import Proxy


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten every wait of the services, so that faults take no time to get over."""
    for module, names in {
        pace: {
            "SHORTEST": {"prediction": 0.02, "training": 0.02},
            "SHARE": 0.001,
            "FIRST_PAUSE": 0.02,
            "LONGEST_PAUSE": 0.1,
            "BESIDE_STREAM": 0.1,
        },
        follow: {"REOPEN_PAUSE": 0.02},
        reconcile: {"LOOKS": (0.05, 0.1, 0.2)},
        watch: {"CANCEL_PAUSE": 0.02},
        saving: {"PAUSES": (0.02, 0.05)},
    }.items():
        for name, value in names.items():
            monkeypatch.setattr(module, name, value)


async def hurried(seconds: float) -> None:
    await asyncio.sleep(seconds / 20)


class House:
    """Opens services on an origin, as many times as a test wants, over one folder."""

    def __init__(self, origin: str, token: str, stack: AsyncExitStack) -> None:
        self.origin = origin
        self.token = token
        self._stack = stack

    async def open(self, *, profile: str = "demo", prices: PriceList = FREE) -> Services:
        async def client() -> Any:
            from replicate_tui.api import AsyncReplicate, RetryPolicy

            return AsyncReplicate(
                bearer_token=self.token, base_url=self.origin, retry_policy=RetryPolicy(first_delay=0.01, sleep=hurried)
            )

        connection = Connection(client, origin=self.origin, profile=profile, is_demo=True)
        services = assemble(
            connection,
            profile_paths(profile),
            Archive(profile_paths(profile).runs, connection),
            prices,
        )
        await services.open()
        self._stack.push_async_callback(services.close)
        return services


class Heard(list[RunEvent]):
    """All news of the runs of a services."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        services.tracker.subscribe(self.append)

    def of(self, kind: type[RunEvent], run_id: str) -> list[RunEvent]:
        return [event for event in self if isinstance(event, kind) and event.run_id == run_id]

    def text_of(self, run_id: str) -> str:
        """Return the text that a listener would have put together."""
        text = ""
        for event in self:
            if event.run_id != run_id:
                continue
            if isinstance(event, OutputAppended):
                text += event.delta
            elif isinstance(event, OutputReplaced):
                text = event.text
        return text


def is_over(services: Services, run_id: str) -> Callable[[], object]:
    """Return a condition: the run has ended and its outputs are saved."""

    def condition() -> bool:
        snapshot = services.tracker.snapshot(run_id)
        return snapshot is not None and snapshot.run.is_final and snapshot.run.saved is SaveState.SAVED

    return condition


async def run(services: Services, model: str, latch: str = "form", **input: Any) -> RunRecord:
    return await services.runs.create(RunRequest(model=model, input=input), latch)


@pytest.fixture
async def house_on() -> AsyncIterator[Callable[[Any], House]]:
    """Return a way to open services on a demo server, or on a proxy in front of one."""
    async with AsyncExitStack() as stack:
        yield lambda server, token=None: House(server.origin, token or server.token, stack)


@pytest.fixture
async def proxy(demo: Any) -> AsyncIterator[Proxy]:
    """A faulty line to the shared demo service."""
    async with Proxy(demo.origin) as proxy:
        yield proxy


@pytest.fixture
async def through(proxy: Proxy, demo: Any, house_on: Callable[..., House]) -> Services:
    """Services that reach the demo service over `proxy`."""
    return await house_on(proxy, demo.token).open()


@pytest.fixture
async def services(demo: Any, house_on: Callable[[Any], House]) -> Services:
    return await house_on(demo).open()
