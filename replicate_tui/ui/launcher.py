"""What the app asks of the command line that started it: services for a profile, made once it is known which."""

import asyncio
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from replicate_tui.config import Settings, SettingsProblem

if TYPE_CHECKING:
    from replicate_tui.services.bundle import Services


class OpenedProfile:
    """A profile ready to use; `badge` names it in the place bar (empty for the default profile).

    `make_services` is called when the services are first asked for. Importing what they are made of takes as long
    as painting the first screen: `prepare` does it with `import_services` in a thread, after that screen is shown.
    """

    def __init__(
        self,
        make_services: "Callable[[], Services]",
        badge: str = "",
        *,
        import_services: Callable[[], None] | None = None,
    ) -> None:
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
