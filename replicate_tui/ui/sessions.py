"""The profiles the app has open: the one on the screens, and those left behind while something of them is going on."""

import asyncio
from typing import TYPE_CHECKING, Final, NamedTuple

from textual.app import App
from textual.signal import Signal
from textual.worker import Worker

from replicate_tui.ui.errands import Errands
from replicate_tui.ui.house import House, LiveStrip
from replicate_tui.ui.launcher import Launcher, OpenedProfile
from replicate_tui.ui.navigator import Navigator
from replicate_tui.ui.wire.capabilities import Graphics

if TYPE_CHECKING:
    from replicate_tui.services.bundle import Services
    from replicate_tui.services.events import RunEvent
    from replicate_tui.ui.news import NewsPump

#: A profile left behind is looked at this often, in seconds, to be closed once nothing of it is going on.
LOOK_SECONDS: Final = 1.0
_GROUP: Final = "left profiles"


class Elsewhere(NamedTuple):
    """What is going on in a profile that is not on the screens: its runs, those of them started here, its uploads.

    `is_listening` says whether deliveries of webhooks are waited for.
    """

    name: str
    going: int
    started_here: int
    uploads: int = 0
    is_listening: bool = False

    def __bool__(self) -> bool:
        return bool(self.going or self.uploads or self.is_listening)


class Session:
    """One open profile: the house of its screens and, once its services are there, the pump of its news."""

    def __init__(self, app: App[int], launcher: Launcher, profile: OpenedProfile, graphics: Graphics) -> None:
        self.profile = profile
        self.pump: NewsPump | None = None
        self._app = app
        self._run_events: Signal[RunEvent] = Signal(app, "run events")
        self._live_strip: Signal[LiveStrip] = Signal(app, "live strip")
        self.house = House(
            profile=profile,
            settings=launcher.settings,
            run_events=self._run_events,
            live_strip=self._live_strip,
            current_strip=lambda: self.pump.strip if self.pump else LiveStrip(),
            graphics=graphics,
        )
        self.navigator = Navigator(self.house)

    def listen(self, services: "Services", errands: Errands, sessions: "Sessions") -> None:
        """Tell the news of the profile from now on."""
        from replicate_tui.ui.news import NewsPump

        self.pump = NewsPump(
            self._app,
            services,
            errands,
            self._run_events,
            self._live_strip,
            self.house.settings,
            sessions.view_of(self),
        )
        self.pump.start()

    def going(self) -> Elsewhere:
        """Count what is going on."""
        if self.pump is None:
            return Elsewhere(self.profile.name, 0, 0)
        services = self.profile.services
        live = services.tracker.live()
        here = sum(snapshot.run.source == "here" for snapshot in live)
        uploads, is_listening = services.uploads.queue.going, services.webhooks.is_listening
        return Elsewhere(self.profile.name, len(live), here, uploads, is_listening)


class SessionView:
    """What the pump of a session asks of those beside it."""

    def __init__(self, sessions: "Sessions", session: Session) -> None:
        self._sessions = sessions
        self._session = session

    @property
    def left_name(self) -> str:
        """The name of the profile while it is not on the screens, else ""."""
        return "" if self._sessions.current is self._session else self._session.profile.name

    def elsewhere(self) -> tuple[Elsewhere, ...]:
        """Return what is going on in the other profiles."""
        return self._sessions.elsewhere()

    def changed(self) -> None:
        """Have the place bar told that what is going on here has changed."""
        self._sessions.update_strip()


class Sessions:
    """`moving` is held while a profile is entered or closed, so that none is entered that is just being closed."""

    def __init__(self, app: App[int], launcher: Launcher, errands: Errands, graphics: Graphics) -> None:
        self.current: Session | None = None
        self.moving = asyncio.Lock()
        self._app = app
        self._launcher = launcher
        self._errands = errands
        self._graphics = graphics
        self._left: list[Session] = []

    def enter(self, profile: OpenedProfile) -> Session:
        """Make `profile` the one on the screens, as it was left behind or new."""
        known = next((session for session in self._left if session.profile is profile), None)
        if known is not None:
            self._left.remove(known)
        self.current = known or Session(self._app, self._launcher, profile, self._graphics)
        return self.current

    async def leave(self) -> None:
        """Leave the profile on the screens behind: what is going on is seen to its end, and then it is closed."""
        session, self.current = self.current, None
        if session is None:
            return
        self._left.append(session)
        if session.pump is not None:
            # Nobody looks at the account's other runs.
            await session.profile.services.pull.stop()
        self._app.run_worker(self._see_to_its_end(session), group=_GROUP, description="close a profile left behind")

    async def close(self, session: Session) -> None:
        """Close a profile left behind; `moving` is held by the caller."""
        if session in self._left:
            self._left.remove(session)
            await self._launcher.close_profile(session.profile)
            self.update_strip()

    def listen(self, session: Session, services: "Services") -> None:
        session.listen(services, self._errands, self)

    def view_of(self, session: Session) -> SessionView:
        return SessionView(self, session)

    def elsewhere(self) -> tuple[Elsewhere, ...]:
        """Return what is going on in profiles left behind, those with nothing left out."""
        found = (session.going() for session in self._left)
        return tuple(each for each in found if each)

    def update_strip(self) -> None:
        if self.current is not None and self.current.pump is not None:
            self.current.pump.update_strip()

    async def _see_to_its_end(self, session: Session) -> None:
        await session.profile.until_prepared()
        while session in self._left:
            await asyncio.sleep(LOOK_SECONDS)
            async with self.moving:
                if not (self._has_errand() or session.profile.services.is_busy):
                    await self.close(session)

    def _has_errand(self) -> bool:
        """Whether the app does something that may still need the services of a profile, such as packing a folder."""
        return any(_is_errand(worker, self._app) for worker in self._app.workers)


def _is_errand(worker: "Worker[object]", app: App[int]) -> bool:
    return worker.node is app and worker.group != _GROUP and not worker.is_finished
