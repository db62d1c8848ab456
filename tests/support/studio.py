"""A stage for screenshots: the real app on a real demo service, in a time that passes only when a scene lets it."""

import asyncio
import heapq
import importlib
import itertools
import os
import pkgutil
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self
from unittest.mock import patch

from textual.pilot import Pilot

from replicate_tui.cli.composition import make_client
from replicate_tui.cli.opened import OpenedProfiles
from replicate_tui.config import Settings, SettingsProblem
from replicate_tui.demo import catalogue
from replicate_tui.demo import service as demo_service
from replicate_tui.demo.clock import NANOSECONDS, Clock
from replicate_tui.demo.server import DemoServer
from replicate_tui.demo.service import DemoSettings
from replicate_tui.paths import profile_paths
from replicate_tui.services.archive import Archive
from replicate_tui.services.bundle import Services, assemble
from replicate_tui.services.connection import Connection
from replicate_tui.services.estimate import FREE, PriceList
from replicate_tui.services.profiles import ProfileService
from replicate_tui.services.views import RunRequest, RunSnapshot
from replicate_tui.store.records import SaveState
from replicate_tui.ui.app import FIRST_START_KEY, ReplicateApp
from replicate_tui.ui.launcher import OpenedProfile
from replicate_tui.ui.wire.capabilities import Graphics, ImageMode
from tests.support.waiting import wait_for

if TYPE_CHECKING:
    from replicate_tui.api import AsyncReplicate

NOW: Final = datetime(2026, 11, 20, 10, 24, 7, tzinfo=UTC)
#: Where our modules read the time.
ROOMS: Final = ("replicate_tui.services", "replicate_tui.store", "replicate_tui.ui")
#: Always the same, since it stands in the addresses of outputs.
PORT: Final = 41414
_LIFETIME: Final = 365 * 86400.0
_PATIENCE: Final = 60.0


class StageClock(Clock):
    """The demo service's time: each wait moves it on at once, but never past `hold`."""

    def __init__(self, start: datetime) -> None:
        super().__init__(1.0)
        self._time = _nanoseconds(start)
        self._limit: int | None = None
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._pumping = False

    def now(self) -> int:
        self._last = max(self._time, self._last + 1)
        return self._last

    @property
    def moment(self) -> datetime:
        return datetime.fromtimestamp(self._time / NANOSECONDS, tz=UTC)

    def move_to(self, moment: datetime) -> None:
        """Set the time, while nothing waits; it may go back."""
        self._time = self._last = _nanoseconds(moment)

    def hold(self, seconds: float) -> None:
        """Let `seconds` pass from now on, and stop there."""
        self._limit = self._time + round(seconds * NANOSECONDS)

    @property
    def is_held(self) -> bool:
        """Whether all that waits, waits for what is behind the limit."""
        waiting = list(self._waiting)
        return self._limit is not None and bool(waiting) and waiting[0][0] > self._limit

    def spend_the_rest(self) -> None:
        """Move the time on to the limit, nothing happening before it."""
        self._time = max(self._time, self._limit or 0)

    def monotonic(self) -> float:
        return self._time / NANOSECONDS

    async def wait(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        woken: asyncio.Future[None] = loop.create_future()
        heapq.heappush(self._waiting, (self._time + round(seconds * NANOSECONDS), next(self._numbers), woken))
        self._pump_soon(loop)
        await woken

    def _pump_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._pumping:
            self._pumping = True
            loop.call_later(0.001, self._pump, loop)

    def _pump(self, loop: asyncio.AbstractEventLoop) -> None:
        self._pumping = False
        while self._waiting and self._waiting[0][2].done():
            heapq.heappop(self._waiting)
        if not self._waiting:
            return
        if self._limit is None or self._waiting[0][0] <= self._limit:
            due, _, woken = heapq.heappop(self._waiting)
            self._time = max(self._time, due)
            woken.set_result(None)
        self._pump_soon(loop)


def _nanoseconds(moment: datetime) -> int:
    return round(moment.timestamp() * NANOSECONDS)


@contextmanager
def stage_time(clock: StageClock) -> Any:
    """Let every module of ours read the time from `clock` meanwhile."""

    class AnyDatetime(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, datetime)

    class StageDatetime(datetime, metaclass=AnyDatetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return clock.moment.astimezone(tz)  # type: ignore[return-value]

    _import_everything()
    # Not the client: it gives its own times to nobody, and pydantic reads its annotations late.
    ours = tuple(f"{room}." for room in ROOMS)
    modules = [module for name, module in sys.modules.items() if name.startswith(ours)]
    changed = [module for module in modules if vars(module).get("datetime") is datetime]
    for module in changed:
        vars(module)["datetime"] = StageDatetime
    try:
        yield
    finally:
        for module in changed:
            vars(module)["datetime"] = datetime


def _import_everything() -> None:
    for room in ROOMS:
        for module in pkgutil.walk_packages(importlib.import_module(room).__path__, f"{room}."):
            importlib.import_module(module.name)


class StageLauncher:
    """Hands the app its services; without `services` it starts at the welcome screen."""

    def __init__(self, services: Services | None, theme: str, badge: str) -> None:
        self._services = services
        self._badge = badge
        self.settings = Settings(theme=theme)
        self.settings_problems: tuple[SettingsProblem, ...] = ()

    def known_profile(self) -> OpenedProfile | None:
        services = self._services
        return OpenedProfile(lambda: services, self._badge) if services else None

    @property
    def profiles(self) -> ProfileService:
        return ProfileService(self.settings, OpenedProfiles("default", make_client))

    async def open_profile(self, name: str) -> OpenedProfile:
        raise NotImplementedError("scenes switch no profiles")

    async def close_profile(self, profile: OpenedProfile) -> None:
        raise NotImplementedError("scenes switch no profiles")

    def open_demo(self) -> OpenedProfile:
        raise NotImplementedError("scenes do not go on from the welcome screen")

    async def open_with_token(self, token: str, *, keep: bool) -> OpenedProfile:
        raise NotImplementedError("scenes do not go on from the welcome screen")


class Stage:
    """What a scene plays with: keys, conditions, and the time."""

    def __init__(self, app: ReplicateApp, pilot: Pilot[int], services: Services | None, demo: DemoServer) -> None:
        self.app = app
        self.pilot = pilot
        self.demo = demo
        self.clock = clock_of(demo)
        self._services = services

    @property
    def services(self) -> Services:
        assert self._services is not None
        return self._services

    @property
    def text(self) -> str:
        """The screen as text, line by line."""
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    async def until(self, condition: Callable[[], object] | str, what: str = "") -> None:
        """Wait for a condition, or for words on the screen."""
        if isinstance(condition, str):
            words = condition
            try:
                await wait_for(lambda: words in self.text, f"{words!r} on the screen", seconds=_PATIENCE)
            except AssertionError as missing:
                raise AssertionError(f"{missing}\n{self.text}") from None
        else:
            await wait_for(condition, what, seconds=_PATIENCE)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, words: str) -> None:
        await self.pilot.press(*("space" if letter == " " else letter for letter in words))
        await self.pilot.pause()

    async def start(self, model: str, values: Mapping[str, Any]) -> str:
        """Start a run and open its monitor."""
        from replicate_tui.ui import messages

        record = await self.services.runs.create(RunRequest(model=model, input=values), latch=model)
        self.app.post_message(messages.OpenRun(record.id))
        await self.pilot.pause()
        return record.id

    async def hold_at(self, seconds: float) -> None:
        """Let the service's time go on by `seconds`, and wait until it stands there."""
        self.clock.hold(seconds)
        await wait_for(lambda: self.clock.is_held, "the service waits", seconds=_PATIENCE)
        self.clock.spend_the_rest()

    def snapshot(self, run_id: str) -> RunSnapshot | None:
        return self.services.tracker.snapshot(run_id)


def clock_of(demo: DemoServer) -> StageClock:
    clock = demo.service.clock
    assert isinstance(clock, StageClock)
    return clock


@contextmanager
def private_home() -> Any:
    """Give HOME and its folders to a new empty folder, and times to UTC, meanwhile."""
    folder = Path(tempfile.gettempdir()) / "replicate-tui-stage"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        ours = ("XDG_", "REPLICATE_", "TEXTUAL", "NO_COLOR")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        settings = {**kept, "HOME": str(folder), "TZ": "UTC", "COLORTERM": "truecolor", "TERM": "xterm-256color"}
        with patch.dict(os.environ, settings, clear=True):
            time.tzset()
            yield folder
    finally:
        time.tzset()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def open_demo() -> Any:
    """Serve the catalogue at the stage's time."""
    with patch.object(demo_service, "Clock", lambda _: StageClock(NOW)):
        server = DemoServer(
            DemoSettings(seed=7, port=PORT, data_lifetime=_LIFETIME, rate_limits=False),
            catalogue.MODELS,
            catalogue.COLLECTIONS,
        )
        with server:
            yield server


@asynccontextmanager
async def open_services(demo: DemoServer, prices: PriceList = FREE) -> AsyncIterator[Services]:
    """Open services on `demo` that file their runs in this HOME; the app opens the history itself."""

    async def client() -> "AsyncReplicate":
        return await make_client(demo.token, demo.base_url)

    connection = Connection(client, origin="demo", profile="demo", is_demo=True)
    paths = profile_paths("demo")
    services = assemble(connection, paths, Archive(paths.runs, connection), prices)
    try:
        yield services
    finally:
        await services.close()


async def make_past(
    demo: DemoServer, services: Services, past: tuple[tuple[timedelta, str, Mapping[str, Any]], ...]
) -> None:
    """Run what was run before the scene: (how long ago, model, input), each at its own time, to its end."""
    clock = clock_of(demo)
    for ago, model, values in past:
        clock.move_to(NOW - ago)
        request = RunRequest(model=model, input=values)
        record = await services.runs.create(request, latch=f"{model} {ago}")
        await wait_for(lambda: _is_over(services, record.id), f"the end of {model}", seconds=_PATIENCE)  # noqa: B023
        owner, _, name = model.partition("/")
        page = await services.catalog.model(owner, name)
        await services.search.remember_opened(page.value.card)
    clock.move_to(NOW)


def _is_over(services: Services, run_id: str) -> bool:
    snapshot = services.tracker.snapshot(run_id)
    return bool(snapshot and snapshot.run.is_final and snapshot.run.saved not in (SaveState.NOT_YET, SaveState.SAVING))


@asynccontextmanager
async def open_stage(
    demo: DemoServer,
    size: tuple[int, int],
    theme: str,
    *,
    past: tuple[tuple[timedelta, str, Mapping[str, Any]], ...] = (),
    welcome: bool = False,
    first_start: bool = False,
    prices: PriceList = FREE,
) -> AsyncIterator[Stage]:
    """Open the app at `size` cells; `past` are the runs of its history. With `prices` it is not the demo's profile."""
    async with open_services(demo, prices) as services:
        await services.open()
        await services.memory.set(FIRST_START_KEY, not first_start)
        await make_past(demo, services, past)
        badge = "DEMO" if prices is FREE else ""
        app = ReplicateApp(
            StageLauncher(None if welcome else services, theme, badge), graphics=Graphics(ImageMode.HALF)
        )
        app.animation_level = "none"
        async with app.run_test(size=size) as pilot:
            yield Stage(app, pilot, services, demo)
