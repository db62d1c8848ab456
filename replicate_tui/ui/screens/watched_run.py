"""What the monitors of predictions and trainings share: one run, its clock, its logs, what may be done with it."""

import time
from pathlib import Path
from typing import ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer

from replicate_tui.services.events import LogsChanged, RunEvent
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.views import RunSnapshot, Usual
from replicate_tui.ui import messages, wording
from replicate_tui.ui.house import House
from replicate_tui.ui.problems import tells_problems
from replicate_tui.ui.run_errands import RunErrands
from replicate_tui.ui.screens.base import HouseScreen
from replicate_tui.ui.widgets.file_log import FileLog
from replicate_tui.ui.widgets.phase_clock import phase_line, utc_now
from replicate_tui.ui.widgets.title_line import TitleLine

#: When the service has said nothing for this long, the screen says so instead of a clock that ticks on.
SILENT_SECONDS: Final = 40


class WatchedRunScreen(HouseScreen):
    """Base of the monitors; leaving one never stops its run. `run_id` is our own id of the run.

    Subclasses compose #status, #phases, #log-title and a FileLog, give `title_of`, and draw the rest in `show_run`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.back", "back", id="back.escape", tooltip="Back; the run goes on"),
        Binding("x", "cancel", "cancel", id="monitor.cancel", tooltip="Cancel the run"),
        Binding("e", "tweak", "tweak", id="monitor.tweak", tooltip="Change the input and run again"),
        Binding("y", "copy", "copy", id="monitor.copy"),
        Binding("l", "full_log", "logs", id="monitor.logs", tooltip="Logs full size and back"),
        Binding("w", "notify_at_end", "notify", id="monitor.notify", tooltip="Be told when it ends, or not"),
        Binding("o", "web", "web", id="monitor.web", tooltip="Open the web page"),
    ]

    def __init__(self, house: House, run_id: str) -> None:
        super().__init__(house)
        self.run_id = run_id
        self._snapshot: RunSnapshot | None = None
        self._usual: Usual | None = None
        self._clock: Timer | None = None
        self._log_path: Path | None = None
        self._errands = RunErrands(self)

    def title_of(self, snapshot: RunSnapshot) -> Content:
        """Return what stands behind the status."""
        raise NotImplementedError

    def show_run(self, snapshot: RunSnapshot) -> None:
        """Draw what the subclass shows of a run."""
        raise NotImplementedError

    def show_progress(self) -> None:
        """Draw how far the run is."""

    def on_mount(self) -> None:
        self._load()

    def on_screen_resume(self) -> None:
        if self._snapshot:
            self._load()

    def on_screen_suspend(self) -> None:
        self._stop_clock()

    # -- news ---------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="load", description="read the run")
    @tells_problems
    async def _load(self) -> None:
        services = self.house.services
        try:
            snapshot = await services.tracker.load(self.run_id)
        except ServiceProblem as problem:
            self.query_one("#status", TitleLine).show(Content.styled(str(problem), "$text-error"))
            return
        self._take(snapshot)
        self._usual = await services.runs.usual(snapshot.run.model, snapshot.run.version, snapshot.run.kind)
        self.show_progress()

    def on_run_event(self, event: RunEvent) -> None:
        if event.run_id != self.run_id or (self._snapshot and event.seq <= self._snapshot.seq):
            return
        if isinstance(event, LogsChanged):
            self._take_logs(replaced=event.replaced)
        elif snapshot := self.house.services.tracker.snapshot(self.run_id):
            self._take(snapshot)
        else:
            self._load()

    def _take(self, snapshot: RunSnapshot) -> None:
        self._snapshot = snapshot
        run = snapshot.run
        self.query_one("#status", TitleLine).show(
            Content.assemble(wording.status_content(run.status), "   ", self.title_of(snapshot)),
            Content.styled(self._link_words(snapshot), "$text-warning"),
        )
        self.show_run(snapshot)
        self._take_logs(replaced=False)
        self._tick()
        self.show_progress()
        if run.is_final:
            self._stop_clock()
        elif self._clock is None:
            self._clock = self.set_interval(1.0, self._tick, name="the run's clock")
        self.refresh_bindings()

    def _take_logs(self, *, replaced: bool) -> None:
        snapshot = self.house.services.tracker.snapshot(self.run_id) or self._snapshot
        path = snapshot.log_path if snapshot else None
        log = self.query_one(FileLog)
        if path != self._log_path:
            self._log_path = path
            log.show(path)
        elif replaced:
            log.replaced()
        else:
            log.grew()

    @on(FileLog.FollowChanged)
    def _follow_changed(self, event: FileLog.FollowChanged) -> None:
        words = "" if event.following else "f follows the end again"
        self.query_one("#log-title", TitleLine).show(facts=Content.styled(words, "$text-muted"))

    # -- drawing ------------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        if self._snapshot:
            run = self._snapshot.run
            is_told = bool(run.options.get("notify")) and not run.is_final
            words = [self._usual_words(), "its end is told" if is_told else ""]
            facts = Content.styled(" · ".join(filter(None, words)), "$text-muted")
            self.query_one("#phases", TitleLine).show(phase_line(run, utc_now()), facts)
            facts = Content.styled(self._link_words(self._snapshot), "$text-warning")
            self.query_one("#status", TitleLine).show(facts=facts)

    def _stop_clock(self) -> None:
        if self._clock:
            self._clock.stop()
            self._clock = None

    def _usual_words(self) -> str:
        usual = self._usual
        if usual is None or not usual.count or usual.ran_median is None:
            return ""
        is_waiting = self._snapshot is not None and self._snapshot.run.status == "starting"
        median, p90 = (
            (usual.waited_median, usual.waited_p90)
            if is_waiting and usual.waited_median is not None
            else (usual.ran_median, usual.ran_p90)
        )
        words = f"usually {wording.seconds(median)}"
        if p90 is not None and usual.count > 2:
            words += f" (p90 {wording.seconds(p90)})"
        return f"{words}, your last {wording.plural(usual.count, 'run')}"

    def _link_words(self, snapshot: RunSnapshot) -> str:
        if snapshot.run.is_final:
            return ""
        if snapshot.link == "offline":
            left = max(0.0, (snapshot.retry_at or 0.0) - time.monotonic())
            return f"offline, trying again in {left:.0f} s"
        if snapshot.heard_at is not None:
            silent = time.monotonic() - snapshot.heard_at
            if silent > SILENT_SECONDS:
                return f"the service has said nothing for {wording.seconds(silent)}"
        return ""

    # -- keys ---------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("cancel", "notify_at_end"):
            return bool(self._snapshot and not self._snapshot.run.is_final)
        return super().check_action(action, parameters)

    def action_cancel(self) -> None:
        self._errands.cancel(self.run_id, "Cancel this run?")

    def action_tweak(self) -> None:
        self._errands.tweak(self.run_id, "this run")

    def action_copy(self) -> None:
        self._errands.copy(self.run_id)

    def action_full_log(self) -> None:
        self.toggle_class("full-log")
        self.set_focus(self.query_one(FileLog))

    @work(group="notify", description="remember to tell of the end")
    @tells_problems
    async def action_notify_at_end(self) -> None:
        wanted = not (self._snapshot and self._snapshot.run.options.get("notify"))
        await self.house.services.runs.notify_at_end(self.run_id, wanted=wanted)
        words = "You are told when this run ends." if wanted else "The end of this run is not told any more."
        self.post_message(messages.Say(words))

    def action_web(self) -> None:
        if self._snapshot:
            run = self._snapshot.run
            self._errands.open_web_page(run.remote_id, run.urls.get("web", ""))
