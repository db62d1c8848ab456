"""The app as the command line puts it together, with profiles on this machine that speak to services of their own."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from replicate_tui import config
from replicate_tui.cli.composition import Composition
from replicate_tui.config import KeptProfile, LoadedSettings, Settings
from replicate_tui.demo.server import DemoServer
from replicate_tui.paths import profile_paths
from replicate_tui.services.bundle import Services
from replicate_tui.ui import messages
from replicate_tui.ui.app import FIRST_START_KEY, ReplicateApp
from replicate_tui.ui.screens.profiles import ProfilesScreen
from replicate_tui.ui.screens.search import SearchScreen
from replicate_tui.ui.wire.capabilities import Graphics, ImageMode
from tests.support.waiting import wait_for
from tests.ui.driver import WIDE, Driver


class ProfilesDriver(Driver):
    """`services` are those of the profile on the screens."""

    def __init__(self, app: ReplicateApp, pilot: object) -> None:
        self.app = app
        self.pilot = pilot  # type: ignore[assignment]

    @property
    def services(self) -> Services:  # type: ignore[override]
        assert self.app._sessions.current is not None
        return self.app._sessions.current.profile.services

    @property
    def profile(self) -> str:
        current = self.app._sessions.current
        return current.profile.name if current else ""

    async def open_profiles(self) -> None:
        self.app.post_message(messages.OpenProfiles())
        await self.until(lambda: self.shows(ProfilesScreen), "the profiles")
        if not self.services.connection.is_demo:
            await self.until("in use: ")

    async def go_to(self, name: str) -> None:
        """Have the cursor on a profile of the list."""
        profiles = self.find("#profiles")
        await self.until(lambda: any(card.name == name for card in profiles.rows), f"{name} in the list")
        profiles.move_to_key(name)
        await self.pilot.pause()

    async def switch_to(self, name: str) -> None:
        """Go on in another profile, by its line in the list, and wait until its history is open."""
        await self.open_profiles()
        await self.go_to(name)
        await self.press("enter")
        await self.until_in(name)

    async def until_in(self, name: str) -> None:
        await self.until(lambda: self.profile == name and self.shows(SearchScreen), f"profile {name}")
        await wait_for(lambda: self.app._sessions.current.pump is not None, "its services")
        await self.services.database.open()


def keep(name: str, demo: DemoServer) -> None:
    """Have a profile on this machine, as the app keeps it."""
    config.keep_profile(profile_paths(name), KeptProfile(demo.base_url))
    config.save_token(profile_paths(name), demo.token)


@asynccontextmanager
async def open_profiles_app(
    profiles: Mapping[str, DemoServer],
    *,
    started: str = "default",
    size: tuple[int, int] = WIDE,
    settings: Settings | None = None,
    wants_demo: bool = False,
) -> AsyncIterator[ProfilesDriver]:
    """Open the app in the profile `started` of `profiles`."""
    for name, demo in profiles.items():
        keep(name, demo)
    chosen = settings or Settings(read_account=False)
    profile = config.DEMO_PROFILE if wants_demo else started
    composition = Composition(
        LoadedSettings(chosen),
        profile,
        profile_paths(profile),
        config.base_url_for(profile, chosen),
        wants_demo=wants_demo,
        speed=100,
    )
    app = ReplicateApp(composition, graphics=Graphics(ImageMode.HALF))
    app.animation_level = "none"
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            driver = ProfilesDriver(app, pilot)
            if app._sessions.current is not None:
                await wait_for(lambda: app._sessions.current.pump is not None, "the services")
                await driver.services.memory.get(FIRST_START_KEY)
                await driver.until("Six keys")
                await driver.press("enter")
                await driver.gone("Six keys")
            yield driver
    finally:
        await composition.close()
