"""One training, live or finished: how far it is, when it will be over, how its losses go, and what it has made."""

from datetime import UTC, datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from replicate_tui.services.views import RunProgress, RunSnapshot
from replicate_tui.text import clean_line
from replicate_tui.ui import wording
from replicate_tui.ui.house import House
from replicate_tui.ui.screens.watched_run import WatchedRunScreen
from replicate_tui.ui.training_errands import TrainingErrands
from replicate_tui.ui.training_rows import ends_at
from replicate_tui.ui.widgets.chart import Chart
from replicate_tui.ui.widgets.file_log import FileLog
from replicate_tui.ui.widgets.progress_line import ProgressLine
from replicate_tui.ui.widgets.title_line import TitleLine


class TrainingMonitorScreen(WatchedRunScreen):
    """The chart has the focus; tab goes to the logs."""

    CSS_PATH = "training_monitor.tcss"
    AUTO_FOCUS = "#chart"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "tweak", "again", id="monitor.tweak", tooltip="Change the input and train again"),
        Binding("f", "run_version", "run it", id="training.run", tooltip="Run the version it has made"),
    ]

    def __init__(self, house: House, run_id: str) -> None:
        super().__init__(house, run_id)
        self._training_errands = TrainingErrands(self)

    def compose_body(self) -> ComposeResult:
        yield TitleLine(id="status")
        yield TitleLine(id="phases")
        yield ProgressLine(id="progress")
        yield TitleLine(id="outcome")
        yield Chart(id="chart")
        with Vertical(id="log-pane"):
            yield TitleLine("Logs", Content.styled("l full size", "$text-muted"), id="log-title")
            yield FileLog(empty_text="No logs yet.", id="logs")

    def title_of(self, snapshot: RunSnapshot) -> Content:
        destination = snapshot.destination or "a destination that is not told"
        return Content.assemble(
            Content.styled(clean_line(snapshot.run.model), "bold"),
            Content.styled(" → ", "$text-muted"),
            Content.styled(clean_line(destination), "bold" if snapshot.destination else "$text-muted"),
        )

    def show_run(self, snapshot: RunSnapshot) -> None:
        chart = self.query_one(Chart)
        if snapshot.run.is_final:
            chart.empty_text = "The logs tell no losses."
        chart.show(snapshot.series)
        outcome = outcome_words(snapshot)
        line = self.query_one("#outcome", TitleLine)
        line.display = bool(outcome.plain)
        line.show(outcome)

    def show_progress(self) -> None:
        line = self.query_one(ProgressLine)
        progress = self._snapshot.progress if self._snapshot and not self._snapshot.run.is_final else None
        line.display = progress is not None
        line.show(progress, pace_words(progress, datetime.now(UTC)) if progress else "")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "run_version":
            return bool(self._snapshot and self._snapshot.new_version)
        return super().check_action(action, parameters)

    def action_cancel(self) -> None:
        self._errands.cancel(self.run_id, "Cancel this training?")

    def action_tweak(self) -> None:
        self._errands.tweak(self.run_id, "an earlier training")

    def action_run_version(self) -> None:
        self._training_errands.run_new_version(self.run_id)

    def action_full_log(self) -> None:
        super().action_full_log()
        if not self.has_class("full-log"):
            self.set_focus(self.query_one(Chart))


def pace_words(progress: RunProgress, now: datetime) -> str:
    """Return how fast a training goes and when it will be over: "0.57 it/s · ends about 10:44 (in 17 min)"."""
    parts = [progress.label] if progress.label else []
    if progress.rate:
        slow = progress.rate < 0.1
        parts.append(f"{1 / progress.rate:.1f} s/it" if slow else f"{progress.rate:.2f} it/s")
    end = ends_at(progress, now)
    if end is not None and progress.seconds_left is not None:
        parts.append(f"ends about {wording.clock(end, now)} (in {wording.span(progress.seconds_left)})")
    return " · ".join(parts)


def outcome_words(snapshot: RunSnapshot) -> Content:
    """Return what came of a training that is over: its new version with the key that runs it, or what went wrong."""
    run = snapshot.run
    if run.error:
        return Content.styled(clean_line(run.error, 400), "$text-error")
    if snapshot.new_version:
        return Content.assemble(
            Content.styled("new version ", "$text-muted"),
            Content.styled(f"{clean_line(snapshot.destination)}:{snapshot.new_version[:12]}", "$text-success"),
            Content.styled("   f runs it", "$text-muted"),
        )
    if snapshot.notice:
        return Content.styled(clean_line(snapshot.notice, 200), "$text-warning")
    return Content.styled("It has made no version.", "$text-muted") if run.is_final else Content("")
