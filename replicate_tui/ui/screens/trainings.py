"""Trainings: those that go on top with their progress, then the ones before."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from replicate_tui.services.views import RunSnapshot, Usual
from replicate_tui.store.records import RunRecord, RunRow
from replicate_tui.ui import messages
from replicate_tui.ui.house import House
from replicate_tui.ui.problems import tells_problems
from replicate_tui.ui.screens.history import HistoryScreen
from replicate_tui.ui.training_errands import TrainingErrands
from replicate_tui.ui.widgets.chart import Chart
from replicate_tui.ui.widgets.run_preview import RunPreview
from replicate_tui.ui.widgets.training_list import TrainingList
from replicate_tui.ui.wire.capabilities import Graphics


class TrainingPreview(Vertical):
    """The curve of a training over its facts."""

    def __init__(self, graphics: Graphics, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._graphics = graphics

    def compose(self) -> ComposeResult:
        chart = Chart(id="preview-chart")
        chart.can_focus = False
        yield chart
        yield RunPreview(self._graphics, id="preview-facts")

    def show(self, snapshot: RunSnapshot | None) -> None:
        chart = self.query_one(Chart)
        chart.display = bool(snapshot and snapshot.series)
        chart.show(snapshot.series if snapshot else ())
        self.query_one(RunPreview).show(snapshot, None)


class TrainingsScreen(HistoryScreen):
    """The part of the history that is trainings, with what the tracker knows of those that go."""

    AUTO_FOCUS = "#trainings"
    KIND = "training"
    NOUN = "training"
    TITLE_WORD = "Trainings"
    NONE_YET = "No trainings yet. n starts one; t on the page of a trainer does too."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "new", id="trainings.new", tooltip="Start a training"),
        Binding("slash", "filter", "filter", id="trainings.filter", key_display="/"),
        Binding("x", "cancel", "cancel", id="trainings.cancel", tooltip="Cancel the training, or the marked ones"),
        Binding("f", "run_version", "run it", id="trainings.run", tooltip="Run the version it has made"),
        Binding("e", "again", "again", id="trainings.again", tooltip="Change the input and train again"),
        Binding("S", "sort", "sort", id="trainings.sort", tooltip="Next order: time, length, cost, model, status"),
        Binding("p", "preview", "preview", id="trainings.preview", tooltip="Show or hide the preview"),
        Binding("y", "copy", "copy", id="trainings.copy"),
        Binding("o", "web", "web", id="trainings.web", tooltip="Open the web page"),
        Binding("t,number_sign", "tag", "tag", id="trainings.tag", tooltip="Tags of the training", key_display="t"),
        Binding("N", "note", "note", id="trainings.note", tooltip="Write a note on the training"),
        Binding("s", "save_again", "save", id="trainings.save", tooltip="Try again to save what it has made"),
        Binding("d", "remove", "remove", id="trainings.remove", tooltip="Remove from this machine's history"),
        Binding("u", "undo_remove", "undo", id="trainings.undo", tooltip="Bring back what was removed last"),
        Binding("E", "export", "export", id="trainings.export", tooltip="Export the marked ones, or all shown"),
        Binding("O", "folder", "folder", id="trainings.folder", tooltip="Open the folder of saved files"),
        Binding("A", "mark_all", "Mark all that are shown, or none", id="trainings.mark_all", show=False),
        Binding("r", "refresh", "Read the account's trainings again", id="trainings.refresh", show=False),
        Binding("escape", "leave_filter", "Leave the filter", id="trainings.leave_filter", show=False),
    ]

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._training_errands = TrainingErrands(self)

    def make_list(self) -> TrainingList:
        return TrainingList(id="trainings")

    def make_preview(self) -> TrainingPreview:
        return TrainingPreview(self.house.graphics, id="preview")

    def show_preview(self, snapshot: RunSnapshot | None, usual: Usual | None) -> None:  # noqa: ARG002  (the base's)
        self.query_one(TrainingPreview).show(snapshot)

    def is_shown(self, snapshot: RunSnapshot | None) -> bool:
        return snapshot is None or snapshot.run.kind == "training"

    def take_news(self, snapshot: RunSnapshot | None) -> None:
        """Read the rows again, but for more steps alone: those stand in no row of the history."""
        known = next((row for row in self._pages.rows if snapshot and row.id == snapshot.run.id), None)
        if known is None or snapshot is None or _state(known) != _state(snapshot.run):
            super().take_news(snapshot)
            return
        self._show_progress_of(self._live())
        self._list.run_clock()
        if self._list.cursor_key == known.id:
            self._previewed.want()

    def _live(self) -> dict[str, RunSnapshot]:
        live = self.house.services.tracker.live()
        return {snapshot.run.id: snapshot for snapshot in live if snapshot.run.kind == "training"}

    def _show_progress_of(self, live: dict[str, RunSnapshot]) -> None:
        self.query_one(TrainingList).show_progress(live)
        self._head.tell(going=len(live))

    async def rows_read(self) -> None:
        """Follow what goes and was started elsewhere, and show how far all of them are."""
        live = self._live()
        if any(not row.is_final and row.id not in live for row in self._pages.rows):
            await self.house.services.runs.follow_trainings()
        self._show_progress_of(live)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "run_version" and self.is_mounted:
            row = self._list.cursor_row
            return bool(row and row.status == "succeeded")
        return super().check_action(action, parameters)

    def cancel_question(self, row: RunRow) -> str:
        return f"Cancel the training of {row.title or row.model}?"

    @work(exclusive=True, group="new", description="pick a trainer")
    @tells_problems
    async def action_new(self) -> None:
        """Pick a trainer, and open the form of a training by it."""
        from replicate_tui.ui.training_form.trainers import pick_trainer

        if trainer := await pick_trainer(self.app, self.house.services):
            self.post_message(messages.OpenTraining(trainer))

    def action_run_version(self) -> None:
        if row := self._list.cursor_row:
            self._training_errands.run_new_version(row.id)


def _state(run: RunRow | RunRecord) -> tuple[object, ...]:
    """Return what of a training that goes stands in its row."""
    return run.status, run.started_at, run.title, run.saved, run.is_final
