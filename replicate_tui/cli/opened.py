"""The profiles of one run of the program: which are open, on which address, and with which token."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from replicate_tui.ui.launcher import OpenedProfile

if TYPE_CHECKING:
    from replicate_tui.api import AsyncReplicate
    from replicate_tui.services.account import AccountCard
    from replicate_tui.services.bundle import Services
    from replicate_tui.services.profiles import TokenState

ClientMaker = Callable[[str, str], Awaitable["AsyncReplicate"]]


@dataclass(slots=True)
class Opened:
    """One profile; `services` are there once they were asked for."""

    name: str
    base_url: str
    profile: OpenedProfile | None = None
    services: "Services | None" = None


@dataclass(slots=True)
class OpenedProfiles:
    """Implements OpenProfiles of the services; `make_client` takes a token and a base URL.

    `borrowed` has the tokens that no file keeps, and whether the environment gave them; else they were typed for this
    run only.
    """

    started: str
    make_client: ClientMaker
    known: list[Opened] = field(default_factory=list)
    borrowed: dict[str, tuple[str, bool]] = field(default_factory=dict)

    def get(self, name: str) -> Opened | None:
        """Return the profile `name` as it was opened last."""
        return next((opened for opened in reversed(self.known) if opened.name == name), None)

    def token_state(self, name: str) -> "TokenState | None":
        if name not in self.borrowed:
            return None
        from replicate_tui.services.profiles import TokenState  # not on the way to the first paint

        return TokenState.ENVIRONMENT if self.borrowed[name][1] else TokenState.SESSION

    def is_busy(self, name: str) -> bool:
        opened = self.get(name)
        return opened is not None and opened.services is not None and opened.services.is_busy

    async def check(self, token: str, base_url: str) -> "AccountCard":
        from replicate_tui.services.account import check_token

        return await check_token(lambda: self.make_client(token, base_url), origin=base_url)

    async def replace_token(self, name: str, token: str) -> None:
        self.borrowed.pop(name, None)
        opened = self.get(name)
        if opened is not None and opened.services is not None:
            base_url = opened.base_url
            await opened.services.connection.replace(lambda: self.make_client(token, base_url))

    async def close(self, profile: OpenedProfile) -> None:
        """Close the services of a profile; nothing happens when that was done."""
        for opened in [opened for opened in self.known if opened.profile is profile]:
            self.known.remove(opened)
            if opened.services is not None:
                await opened.services.close()

    async def close_all(self) -> None:
        """Close everything at once: each profile takes a few seconds at most."""
        await asyncio.gather(*(self.close(opened.profile) for opened in tuple(self.known) if opened.profile))
