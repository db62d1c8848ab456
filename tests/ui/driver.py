"""The whole app on real services on a demo service, driven by keys and read as text."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from replicate_tui.cli.composition import make_client
from replicate_tui.cli.opened import OpenedProfiles
from replicate_tui.config import Settings, SettingsProblem
from replicate_tui.demo.server import DemoServer
from replicate_tui.services.bundle import Services
from replicate_tui.services.estimate import FREE, PriceList
from replicate_tui.services.profiles import ProfileService
from replicate_tui.services.views import RunRequest
from replicate_tui.store.records import RunRecord, SaveState
from replicate_tui.ui import messages
from replicate_tui.ui.app import FIRST_START_KEY, ReplicateApp
from replicate_tui.ui.launcher import OpenedProfile
from replicate_tui.ui.wire.capabilities import Graphics, ImageMode
from tests.support.waiting import wait_for, workers_done
from tests.ui.form_app import make_services

WIDE = (120, 36)
SMALL = (80, 24)
_PATIENCE = 10.0


class TestLauncher:
    """Hands the app services that are open already; without a `token` it starts at the welcome screen."""

    __test__ = False

    def __init__(self, services: Services, settings: Settings, *, has_profile: bool) -> None:
        self.settings = settings
        self.settings_problems: tuple[SettingsProblem, ...] = ()
        self._profile = OpenedProfile(lambda: services, "DEMO")
        self._has_profile = has_profile

    def known_profile(self) -> OpenedProfile | None:
        return self._profile if self._has_profile else None

    def open_demo(self) -> OpenedProfile:
        return self._profile

    @property
    def profiles(self) -> ProfileService:
        return ProfileService(self.settings, OpenedProfiles("default", make_client))

    async def open_profile(self, name: str) -> OpenedProfile:
        raise AssertionError(f"no test of this launcher switches to {name}: see tests/ui/profiles_app.py")

    async def close_profile(self, profile: OpenedProfile) -> None:
        raise AssertionError(f"no test of this launcher leaves {profile.name}")

    async def open_with_token(self, token: str, *, keep: bool) -> OpenedProfile:
        raise AssertionError(f"no test gives a token ({len(token)} characters, keep={keep})")


class Driver:
    """What a test does with the app: keys, conditions, and reading the screen."""

    def __init__(self, app: ReplicateApp, pilot: Pilot[int], services: Services) -> None:
        self.app = app
        self.pilot = pilot
        self.services = services

    @property
    def screen(self) -> Any:
        """The screen on top; what a test reads of it is the test's own knowledge."""
        return self.app.screen

    @property
    def focused(self) -> str | None:
        """The id of the widget that has the focus."""
        return self.app.focused.id if self.app.focused else None

    def shows(self, kind: type) -> bool:
        """Return whether a screen of this kind is on top."""
        return isinstance(self.app.screen, kind)

    def find(self, selector: str) -> Any:
        """Return the widget of the screen on top that `selector` names."""
        return self.app.screen.query_one(selector)

    @property
    def lines(self) -> list[str]:
        """The screen as text, line by line."""
        return [strip.text.rstrip() for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def line(self, words: str) -> str:
        """Return the first line that holds `words`."""
        found = next((line for line in self.lines if words in line), None)
        assert found is not None, f"{words!r} is not in\n{self.text}"
        return found

    async def until(self, condition: Callable[[], object] | str, what: str = "the condition") -> None:
        """Wait for a condition, or for words on the screen."""
        if isinstance(condition, str):
            words, what = condition, f"{condition!r} on the screen"
            condition = lambda: words in self.text  # noqa: E731  (the other kind of condition is a function too)
        try:
            await wait_for(condition, what, seconds=_PATIENCE)
        except AssertionError as missing:
            raise AssertionError(f"{missing}\n{self.text}") from None
        await self.pilot.pause()

    async def workers_done(self) -> None:
        """Wait until nothing works in the background."""
        await workers_done(self.app)

    async def gone(self, words: str) -> None:
        await self.until(lambda: words not in self.text, f"{words!r} gone")

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, words: str) -> None:
        await self.press(*("space" if letter == " " else letter for letter in words))

    async def write(self, selector: str, words: str) -> None:
        """Put `words` into a field at once, as a paste does; quicker than typing them."""
        self.find(selector).value = words
        await self.pilot.pause()

    async def open(self, wish: messages.OpenTarget | messages.OpenForm) -> None:
        """Open a screen as another screen would ask for it, and wait until it is there."""
        before = self.app.screen
        self.app.post_message(wish)
        await self.until(lambda: self.app.screen is not before, f"{wish}")

    async def run(self, model: str, values: Mapping[str, Any], *, to_its_end: bool = True) -> RunRecord:
        """Run `model` as the form does; to its end means: its files are saved."""
        record = await self.services.runs.create(RunRequest(model=model, input=values), latch=f"{model} {values}")
        if to_its_end:
            await wait_for(lambda: self.is_over(record.id), f"the end of {model}", seconds=_PATIENCE)
        return record

    def is_over(self, run_id: str) -> bool:
        snapshot = self.services.tracker.snapshot(run_id)
        working = (SaveState.NOT_YET, SaveState.SAVING)
        return bool(
            snapshot
            and snapshot.run.is_final
            and (snapshot.run.status != "succeeded" or snapshot.run.saved not in working)
        )


@asynccontextmanager
async def open_app(
    demo: DemoServer,
    *,
    size: tuple[int, int] = WIDE,
    settings: Settings | None = None,
    target: messages.OpenTarget | None = None,
    has_profile: bool = True,
    first_start: bool = False,
    before: Callable[[Services], Any] | None = None,
    max_retries: int | None = None,
    prices: PriceList = FREE,
) -> AsyncIterator[Driver]:
    """Open the app; `before` may prepare its services, `has_profile=False` starts at the welcome screen."""
    services = make_services(demo, max_retries=max_retries, prices=prices, settings=settings)
    await services.open()
    try:
        await services.memory.set(FIRST_START_KEY, not first_start)
        if before is not None:
            await before(services)
        # The shared service knows the runs of other tests, too.
        chosen = settings or Settings(read_account=False)
        launcher = TestLauncher(services, chosen, has_profile=has_profile)
        app = ReplicateApp(launcher, target, graphics=Graphics(ImageMode.HALF))
        app.animation_level = "none"
        async with app.run_test(size=size, notifications=True) as pilot:
            yield Driver(app, pilot, services)
    finally:
        await services.close()
