"""Makes the services of a profile: on Replicate with a token, or on the embedded demo service."""

import asyncio
import sys
import types
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from replicate_tui import config
from replicate_tui.paths import ProfilePaths, profile_paths
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.ui.launcher import OpenedProfile

if TYPE_CHECKING:
    from replicate_tui.api import AsyncReplicate
    from replicate_tui.demo.host import DemoHandle
    from replicate_tui.services.bundle import Services
    from replicate_tui.services.connection import Connection
    from replicate_tui.services.estimate import PriceList
    from replicate_tui.services.settings_file import SettingsFile

DEMO_BADGE: Final = "DEMO"
#: Runs of the demo are filed under this origin, since its port differs from start to start.
DEMO_ORIGIN: Final = "demo"


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
        self._opened: list[Services] = []

    def known_profile(self) -> OpenedProfile | None:
        """Return the profile that was asked for, or None when a token is missing or cannot be used."""
        if self._wants_demo:
            return self.open_demo()
        try:
            token = config.find_token(self._paths)
        except (config.TokenError, OSError):
            return None
        return self._open_with(token) if token else None

    def open_demo(self) -> OpenedProfile:
        paths = profile_paths(config.DEMO_PROFILE)

        async def demo_client() -> "AsyncReplicate":
            demo = await self._start_demo(paths)
            return await make_client(demo.token, demo.base_url)

        def connect() -> "Connection":
            from replicate_tui.services.connection import Connection

            return Connection(demo_client, origin=DEMO_ORIGIN, profile=config.DEMO_PROFILE, is_demo=True)

        return self._profile_of(connect, paths, DEMO_BADGE)

    async def open_with_token(self, token: str, *, keep: bool) -> OpenedProfile:
        from replicate_tui.services.account import check_token

        await check_token(self._client_provider(token), origin=self._base_url)
        if keep:
            try:
                await asyncio.to_thread(config.save_token, self._paths, token)
            except OSError as error:
                reason = error.strerror or str(error)
                raise ServiceProblem(
                    ProblemKind.DISK, f"The token is right, and could not be kept: {reason}.", kept="Untick to go on."
                ) from error
        return self._open_with(token)

    async def close(self) -> None:
        """End what runs: services first, so that everything is on disk, then the demo service."""
        for services in self._opened:
            await services.close()
        if self._demo:
            with suppress(OSError):
                await self._demo.stop()

    def _open_with(self, token: str) -> OpenedProfile:
        def connect() -> "Connection":
            from replicate_tui.services.connection import Connection

            return Connection(self._client_provider(token), origin=self._base_url, profile=self._profile)

        badge = "" if self._profile == config.DEFAULT_PROFILE else self._profile
        return self._profile_of(connect, self._paths, badge)

    def _client_provider(self, token: str) -> Callable[[], Awaitable["AsyncReplicate"]]:
        return lambda: make_client(token, self._base_url)

    def _profile_of(self, connect: "Callable[[], Connection]", paths: ProfilePaths, badge: str) -> OpenedProfile:
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
            self._opened.append(services)
            return services

        return OpenedProfile(make, badge, import_services=_import_services)

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


def _import_services() -> None:
    import replicate_tui.services.bundle  # noqa: F401 (what counts is that it is imported)


def _import_client() -> "type[AsyncReplicate]":
    # httpx loads a command line of its own (click, rich, pygments) wherever those are installed: 30 ms for nothing.
    stand_in = types.ModuleType("httpx._main")
    stand_in.__dict__["main"] = lambda: None
    sys.modules.setdefault("httpx._main", stand_in)
    from replicate_tui.api import AsyncReplicate

    return AsyncReplicate
