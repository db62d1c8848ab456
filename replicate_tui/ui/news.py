"""The one pump of news: what runs, the link and the history tell comes in here and goes out to the screens."""

from typing import Any, Final

from textual.app import App
from textual.signal import Signal

from replicate_tui.config import Settings
from replicate_tui.services.bundle import Services
from replicate_tui.services.connection import LinkState
from replicate_tui.services.events import RunEnded, RunEvent
from replicate_tui.text import clean_line
from replicate_tui.ui.errands import Errands
from replicate_tui.ui.house import LiveStrip
from replicate_tui.ui.sessions import Elsewhere, SessionView
from replicate_tui.ui.wire.notices import notify
from replicate_tui.ui.wording import plural, seconds, status_look

_REFUSED = "The service does not accept this token (401). Nothing more is asked of it; runs and files here are kept."


#: The name of another profile in the place bar, in cells.
_NAME_CELLS: Final = 16


class NewsPump:
    """Publishes run events and the place bar's strip, and says what a person must hear wherever they are.

    While its profile is not on the screens (`view` tells) it goes on saying how runs end, with the profile's name.
    """

    def __init__(
        self,
        app: App[int],
        services: Services,
        errands: Errands,
        run_events: Signal[RunEvent],
        live_strip: Signal[LiveStrip],
        settings: Settings,
        view: SessionView,
    ) -> None:
        self._app = app
        self._services = services
        self._errands = errands
        self._run_events = run_events
        self._live_strip = live_strip
        self._settings = settings
        self._view = view
        self._strip = LiveStrip()
        self._was_offline = False

    def start(self) -> None:
        """Listen from now on; services call back on the event loop, the app's own queue keeps the order."""
        self._services.tracker.subscribe(lambda event: self._later(self._publish, event))
        self._services.connection.subscribe(lambda state: self._later(self._link_changed, state))
        self._services.history.subscribe(lambda problem: self._later(self._history_changed, problem))
        self._services.webhooks.subscribe(self._receiver_changed)
        self._services.history.subscribe_findings(lambda notice: self._later(self._history_mended, notice))

    def update_strip(self) -> None:
        """Bring the right end of the place bar up to date."""
        live = self._services.tracker.live()
        trainings = [snapshot for snapshot in live if snapshot.run.kind == "training"]
        progress = trainings[0].progress if len(trainings) == 1 else None
        strip = LiveStrip(
            running=len(live) - len(trainings),
            trainings=len(trainings),
            note=self._standing_note(),
            percent=int(progress.fraction * 100) if progress else None,
            elsewhere=" · ".join(map(_elsewhere_words, self._view.elsewhere())),
            is_listening=self._services.webhooks.is_listening,
        )
        if self._view.left_name:
            self._view.changed()
        elif strip != self._strip:
            self._strip = strip
            self._live_strip.publish(strip)

    @property
    def strip(self) -> LiveStrip:
        """The strip as published last, for a place bar that is new."""
        return self._strip

    def _later(self, callback: Any, *news: object) -> None:
        self._app.call_later(callback, *news)

    def _receiver_changed(self) -> None:
        """Deliveries may come by the hundred; the strip tells only whether it listens."""
        if self._services.webhooks.is_listening != self._strip.is_listening:
            self._later(self.update_strip)

    def _standing_note(self) -> str:
        if self._services.history.problem:
            return "history not saved"
        state = self._services.connection.state
        return str(state) if state in (LinkState.OFFLINE, LinkState.UNAUTHORISED) else ""

    def _publish(self, event: RunEvent) -> None:
        self._run_events.publish(event)
        self.update_strip()
        if isinstance(event, RunEnded):
            self._announce_end(event)

    def _link_changed(self, state: LinkState) -> None:
        self.update_strip()
        if state is LinkState.UNAUTHORISED:
            self._errands.say(self._named(_REFUSED), "error", seconds=20)
        elif state is LinkState.OFFLINE:
            self._was_offline = True
        elif state is LinkState.ONLINE and self._was_offline:
            self._was_offline = False
            if not self._view.left_name:
                self._errands.say("The service answers again.")

    def _history_changed(self, problem: str | None) -> None:
        self.update_strip()
        if problem:
            self._errands.say(self._named(problem), "error", seconds=20)
        else:
            self._errands.say(self._named("The history is saved again."))

    def _history_mended(self, notice: str) -> None:
        self._errands.say(self._named(notice), "warning", seconds=20)

    def _announce_end(self, event: RunEnded) -> None:
        snapshot = self._services.tracker.snapshot(event.run_id)
        if snapshot is None or event.asked_here:
            return
        run = snapshot.run
        look = status_look(run.status)
        took = seconds(run.metrics.get("predict_time"))
        destination = f" → {clean_line(snapshot.destination)}" if snapshot.destination else ""
        text = self._named(
            f"{look.glyph} {clean_line(run.model)}{destination} {look.word}" + (f" in {took}" if took else "")
        )
        if run.options.get("notify"):
            self._app.run_worker(self._notify(text), group="notify", description="tell that a run ended")
        if getattr(self._app.screen, "run_id", None) == run.id:
            return  # its monitor is on top and says so itself
        self._errands.say(text, "information" if run.status == "succeeded" else "warning")

    def _named(self, words: str) -> str:
        """Say of which profile it is, when that is not the one on the screens."""
        name = self._view.left_name
        return f"{name}: {words}" if name else words

    async def _notify(self, text: str) -> None:
        if problem := await notify(self._app, self._settings, "replicate-tui", text):
            self._errands.say(problem, "warning")


def _elsewhere_words(other: Elsewhere) -> str:
    words = f"{other.going} going" if other.going else plural(other.uploads, "upload") if other.uploads else "listening"
    return f"{clean_line(other.name, _NAME_CELLS)}: {words}"
