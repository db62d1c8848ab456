"""From one profile to another in the same process: the screens of the one go, those of the other begin anew."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from textual.screen import Screen

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.ui import messages
from replicate_tui.ui.launcher import Launcher, OpenedProfile
from replicate_tui.ui.places import PLACES, START_MODE, Place
from replicate_tui.ui.removal import RemovableScreen
from replicate_tui.ui.sessions import Session, Sessions
from replicate_tui.ui.stack import StackApp

#: A stack of screens for the moment in which there is none of either profile.
_BETWEEN: Final = "between profiles"


class _NoScreen(RemovableScreen[None], Screen[None]):
    """Stands for a moment where the screens of neither profile are."""


class Switcher:
    """`make_place` makes the first screen of a place, `begin` opens the history of a profile that is new here."""

    def __init__(
        self,
        app: StackApp[int],
        launcher: Launcher,
        sessions: Sessions,
        make_place: Callable[[Place], Screen[Any]],
        begin: Callable[..., object],
    ) -> None:
        self._app = app
        self._launcher = launcher
        self._sessions = sessions
        self._make_place = make_place
        self._begin = begin

    async def switch(self, name: str) -> None:
        """Go on in the profile `name`; where that cannot be opened, say why and stay."""
        async with self._sessions.moving:
            try:
                profile = await self._launcher.open_profile(name)
            except ServiceProblem as problem:
                self._app.post_message(messages.SayProblem(problem))
                return
            before = self._sessions.current
            if before is not None and before.profile is not profile:
                await self._move(before, profile)

    async def _move(self, before: Session, profile: OpenedProfile) -> None:
        app, sessions = self._app, self._sessions
        app.clear_notifications()
        app.add_mode(_BETWEEN, _NoScreen)
        await app.switch_mode(_BETWEEN)
        for place in PLACES:
            await app.close_mode(place.mode)
            app.add_mode(place.mode, partial(self._make_place, place))
        await sessions.leave()
        if before.profile.name == profile.name:
            # Two of one profile would not both own its history.
            await sessions.close(before)
        session = sessions.enter(profile)
        await app.switch_mode(START_MODE)
        await app.remove_mode(_BETWEEN)
        if session.pump is None:
            self._begin(session, is_first=False)
        elif session.house.settings.read_account:
            profile.services.pull.refresh()
        sessions.update_strip()
