"""What the app asks of the command line that started it: services for a profile, made once it is known which."""

import asyncio
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from replicate_tui.config import DEFAULT_PROFILE, Settings, SettingsProblem

if TYPE_CHECKING:
    from replicate_tui.services.bundle import Services
    from replicate_tui.services.profiles import ProfileService


class OpenedProfile:
    """The profile `name`, ready to use; `badge` names it in the place bar (empty for the default profile).

    `make_services` is called when the services are first asked for. Importing what they are made of takes as long
    as painting the first screen: `prepare` does it with `import_services` in a thread, after that screen is shown.
    """

    def __init__(
        self,
        make_services: "Callable[[], Services]",
        badge: str = "",
        *,
        name: str = DEFAULT_PROFILE,
        import_services: Callable[[], None] | None = None,
    ) -> None:
        self.name = name
        self.badge = badge
        self._make_services = make_services
        self._import_services = import_services
        self._is_prepared = asyncio.Event()

    @cached_property
    def services(self) -> "Services":
        return self._make_services()

    async def prepare(self) -> "Services":
        """Return the services without holding up the event loop."""
        if self._import_services:
            await asyncio.to_thread(self._import_services)
        self._is_prepared.set()
        return self.services

    async def until_prepared(self) -> None:
        """Wait until the app has prepared this profile, which it does after the first paint."""
        await self._is_prepared.wait()


class Launcher(Protocol):
    """Implemented by the composition root (`replicate_tui.cli.launch`)."""

    @property
    def settings(self) -> Settings: ...

    @property
    def settings_problems(self) -> tuple[SettingsProblem, ...]: ...

    def known_profile(self) -> OpenedProfile | None:
        """Return the services of the profile that was asked for, or None when its token is missing."""

    def open_demo(self) -> OpenedProfile:
        """Return services on the embedded demo service."""

    async def open_with_token(self, token: str, *, keep: bool) -> OpenedProfile:
        """Check `token` with one request, keep it for the next start when `keep`, and return the services.

        Raises ServiceProblem when the token is refused or cannot be checked or kept.
        """

    @property
    def profiles(self) -> "ProfileService":
        """What is known of all profiles of this machine."""

    async def open_profile(self, name: str) -> OpenedProfile:
        """Return a profile that has a token: the one that is open already, or one opened anew.

        Raises ServiceProblem when its token or its address cannot be used.
        """

    async def close_profile(self, profile: OpenedProfile) -> None:
        """End what a profile does that nobody looks at any more; what it has heard is on disk afterwards."""
