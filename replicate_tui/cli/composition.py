"""Makes the services of a profile: on Replicate with a token, or on the embedded demo service."""

import asyncio
import sys
import types
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from replicate_tui import config
from replicate_tui.cli.opened import Opened, OpenedProfiles
from replicate_tui.paths import ProfilePaths, profile_paths
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.ui.launcher import OpenedProfile

if TYPE_CHECKING:
    from replicate_tui.api import AsyncReplicate
    from replicate_tui.demo.host import DemoHandle
    from replicate_tui.services.bundle import Services
    from replicate_tui.services.connection import Connection
    from replicate_tui.services.estimate import PriceList
    from replicate_tui.services.profiles import ProfileService
    from replicate_tui.services.settings_file import SettingsFile

DEMO_BADGE: Final = "DEMO"
#: Runs of the demo are filed under this origin, since its port differs from start to start.
DEMO_ORIGIN: Final = "demo"


_OWN_WORLD: Final = "The demo is a world of its own: no profile is opened from there, and no token is read."


class Composition:
    """Implements the app's Launcher; `close` ends what was opened, the demo service included."""

    def __init__(
        self,
        loaded: config.LoadedSettings,
        profile: str,
        paths: ProfilePaths,
        base_url: str,
        *,
        wants_demo: bool,
        speed: float,
    ) -> None:
        self.settings = loaded.settings
        self.settings_problems = loaded.problems
        self._file = loaded.file or config.settings_file()
        self._profile = profile
        self._paths = paths
        self._base_url = base_url
        self._wants_demo = wants_demo
        self._speed = speed
        self._demo: DemoHandle | None = None
        self._open = OpenedProfiles(profile, make_client)

    def known_profile(self) -> OpenedProfile | None:
        """Return the profile that was asked for, or None when a token is missing or cannot be used."""
        if self._wants_demo:
            return self.open_demo()
        try:
            token = config.find_token(self._paths)
        except (config.TokenError, OSError):
            return None
        if token is None:
            return None
        if token != _token_in_file(self._paths):
            self._open.borrowed[self._profile] = (token, True)
        return self._open_with(token)

    @property
    def cache_folder(self) -> Path:
        """Where the profile keeps what may be lost."""
        return self._paths.cache

    @property
    def profiles(self) -> "ProfileService":
        from replicate_tui.services.profiles import ProfileService

        return ProfileService(self.settings, self._open)

    def open_demo(self) -> OpenedProfile:
        paths = profile_paths(config.DEMO_PROFILE)

        async def demo_client() -> "AsyncReplicate":
            demo = await self._start_demo(paths)
            return await make_client(demo.token, demo.base_url)

        def connect() -> "Connection":
            from replicate_tui.services.connection import Connection

            return Connection(demo_client, origin=DEMO_ORIGIN, profile=config.DEMO_PROFILE, is_demo=True)

        return self._profile_of(connect, paths, config.DEMO_PROFILE, DEMO_ORIGIN)

    async def open_with_token(self, token: str, *, keep: bool) -> OpenedProfile:
        account = await self._open.check(token, self._base_url)
        if keep:
            # Beside the token stands where it may go: the environment may name another address next time.
            kept = config.KeptProfile(self._base_url, account.username)
            try:
                await asyncio.to_thread(_keep, self._paths, token, kept)
            except OSError as error:
                reason = error.strerror or str(error)
                raise ServiceProblem(
                    ProblemKind.DISK, f"The token is right, and could not be kept: {reason}.", kept="Untick to go on."
                ) from error
        else:
            self._open.borrowed[self._profile] = (token, False)
        return self._open_with(token)

    async def open_profile(self, name: str) -> OpenedProfile:
        if name == config.DEMO_PROFILE or self._open.get(config.DEMO_PROFILE):
            raise ServiceProblem(ProblemKind.FORBIDDEN, _OWN_WORLD)
        try:
            paths = profile_paths(name)
            is_started = name == self._profile
            base_url = config.address_of(name, self.settings, with_environment=is_started).base_url
            borrowed = self._open.borrowed.get(name)
            token = borrowed[0] if borrowed else await asyncio.to_thread(config.kept_token, paths)
        except (ValueError, OSError) as error:
            raise ServiceProblem(ProblemKind.NO_TOKEN, f"{name} cannot be opened: {error}") from error
        known = self._open.get(name)
        if known is not None and known.profile is not None and known.base_url == base_url:
            return known.profile
        if token is None:
            raise ServiceProblem(ProblemKind.NO_TOKEN, f"No token is kept for {name}.")
        return self._open_named(name, paths, base_url, token)

    async def close_profile(self, profile: OpenedProfile) -> None:
        await self._open.close(profile)

    async def close(self) -> None:
        """End what runs: services first, so that everything is on disk, then the demo service."""
        await self._open.close_all()
        if self._demo:
            with suppress(OSError):
                await self._demo.stop()

    def _open_with(self, token: str) -> OpenedProfile:
        return self._open_named(self._profile, self._paths, self._base_url, token)

    def _open_named(self, name: str, paths: ProfilePaths, base_url: str, token: str) -> OpenedProfile:
        def connect() -> "Connection":
            from replicate_tui.services.connection import Connection

            return Connection(lambda: make_client(token, base_url), origin=base_url, profile=name)

        return self._profile_of(connect, paths, name, base_url)

    def _profile_of(
        self, connect: "Callable[[], Connection]", paths: ProfilePaths, name: str, base_url: str
    ) -> OpenedProfile:
        opened = Opened(name, base_url)
        self._open.known.append(opened)

        def make() -> "Services":
            from replicate_tui.services.archive import Archive
            from replicate_tui.services.bundle import assemble

            connection = connect()
            folder = Path(self.settings.runs_folder).expanduser() if self.settings.runs_folder else paths.runs
            archive = Archive(
                folder,
                connection,
                most_bytes=self.settings.max_file_megabytes * 1_000_000,
                keeps=self.settings.save,
                aside=paths.logs_aside,
                earlier=(paths.runs,),
            )
            prices = self._prices(is_free=connection.is_demo)
            services = assemble(connection, paths, archive, prices, self.settings, self._settings_file)
            opened.services = services
            return services

        badge = {config.DEFAULT_PROFILE: "", config.DEMO_PROFILE: DEMO_BADGE}.get(name, name)
        opened.profile = OpenedProfile(make, badge, name=name, import_services=_import_services)
        return opened.profile

    @cached_property
    def _settings_file(self) -> "SettingsFile":
        from replicate_tui.services.settings_file import SettingsFile

        return SettingsFile(self._file, self.settings)

    def _prices(self, *, is_free: bool) -> "PriceList":
        from replicate_tui.services.estimate import PriceList

        settings = self._settings_file.settings
        return PriceList(settings.prices, settings.hardware, settings.unit_prices, is_free=is_free)

    async def _start_demo(self, paths: ProfilePaths) -> "DemoHandle":
        from replicate_tui.demo.host import DemoUnavailable, start_demo

        if self._demo is None:
            try:
                self._demo = await start_demo(paths.demo_state, speed=self._speed)
            except DemoUnavailable as error:
                raise ServiceProblem(ProblemKind.SERVICE, str(error)) from error
        return self._demo


async def make_client(token: str, base_url: str) -> "AsyncReplicate":
    """Import the client in a thread, so that the screen stays alive meanwhile, and return one."""
    make = await asyncio.to_thread(_import_client)
    return make(bearer_token=token, base_url=base_url)


def _token_in_file(paths: ProfilePaths) -> str | None:
    try:
        return config.kept_token(paths)
    except (config.TokenError, OSError):
        return None


def _keep(paths: ProfilePaths, token: str, kept: config.KeptProfile) -> None:
    config.keep_profile(paths, kept)
    config.save_token(paths, token)


def _import_services() -> None:
    import replicate_tui.services.bundle  # noqa: F401 (what counts is that it is imported)


def _import_client() -> "type[AsyncReplicate]":
    # httpx loads a command line of its own (click, rich, pygments) wherever those are installed: 30 ms for nothing.
    stand_in = types.ModuleType("httpx._main")
    stand_in.__dict__["main"] = lambda: None
    sys.modules.setdefault("httpx._main", stand_in)
    from replicate_tui.api import AsyncReplicate

    return AsyncReplicate
