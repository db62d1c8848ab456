"""Trainings: those that go on top with their progress, then the ones before, newest first."""

from datetime import UTC, datetime
from typing import ClassVar, Final

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input

from replicate_tui.services.events import RunChanged, RunEnded, RunEvent
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.pull import PullState
from replicate_tui.services.views import RunSnapshot
from replicate_tui.store.records import RunTotals
from replicate_tui.ui import messages, wording
from replicate_tui.ui.coalesced import Coalesced
from replicate_tui.ui.history.cursor_run import read_run
from replicate_tui.ui.history.pages import HistoryPages
from replicate_tui.ui.house import House
from replicate_tui.ui.problems import tells_problems
from replicate_tui.ui.screens.base import HouseScreen
from replicate_tui.ui.training_errands import TrainingErrands
from replicate_tui.ui.widgets.chart import Chart
from replicate_tui.ui.widgets.list_messages import Selected
from replicate_tui.ui.widgets.run_preview import RunPreview
from replicate_tui.ui.widgets.title_line import TitleLine
from replicate_tui.ui.widgets.training_list import TrainingList
from replicate_tui.ui.widgets.virtual_list import VirtualList

FILTER_HINT: Final = "words, model: status: source: since: before: tag:"
EMPTY: Final = "No trainings yet. n starts one; t on the page of a trainer does too."
#: Between two readings of the rows, and of the preview, pass at least so many seconds.
READ_PAUSE: Final = 0.25
PREVIEW_PAUSE: Final = 0.25
#: The account's runs are asked for when the place is opened, if that was not done for so many seconds.
PULL_AFTER: Final = 300.0
_ONLY_TRAININGS: Final = "kind:training"
_ON_A_TRAINING: Final = frozenset({"copy", "web"})


class TrainingsScreen(HouseScreen):
    """The part of the history that is trainings, with what the tracker knows of those that go."""

    CSS_PATH = "trainings.tcss"
    AUTO_FOCUS = "#trainings"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "new", id="trainings.new", tooltip="Start a training"),
        Binding("slash", "filter", "filter", id="trainings.filter", key_display="/"),
        Binding("x", "cancel", "cancel", id="trainings.cancel", tooltip="Cancel the training"),
        Binding("f", "run_version", "run it", id="trainings.run", tooltip="Run the version it has made"),
        Binding("p", "preview", "preview", id="trainings.preview", tooltip="Show or hide the preview"),
        Binding("y", "copy", "copy", id="trainings.copy"),
        Binding("o", "web", "web", id="trainings.web", tooltip="Open the web page"),
        Binding("r", "refresh", "Read the account's trainings again", id="trainings.refresh", show=False),
        Binding("escape", "leave_filter", "Leave the filter", id="trainings.leave_filter", show=False),
    ]

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._pages = HistoryPages(house.services)
        self._pages.use_filter(_ONLY_TRAININGS)
        self._errands = TrainingErrands(self)
        self._rows = Coalesced(self, self._read_rows, description="read the trainings", pause=READ_PAUSE)
        self._previewed = Coalesced(self, self._read_preview, description="read the training", pause=PREVIEW_PAUSE)
        self._totals: RunTotals | None = None
        self._problem = ""
        self._is_new_filter = False

    def compose_body(self) -> ComposeResult:
        yield TitleLine(Content.styled("Trainings", "bold"), id="heading")
        field = Input(placeholder=FILTER_HINT, id="filter")
        field.cursor_blink = False
        yield field
        yield TitleLine(id="told")
        with Horizontal(id="panes"):
            yield TrainingList(id="trainings")
            with Vertical(id="preview"):
                chart = Chart(id="preview-chart")
                chart.can_focus = False
                yield chart
                yield RunPreview(self.house.graphics, id="preview-facts")

    def on_mount(self) -> None:
        pull = self.house.services.pull
        self._stop_hearing = pull.subscribe(self._hear_pull)
        self._pull = pull.state

    def on_unmount(self) -> None:
        self._stop_hearing()

    def on_screen_resume(self) -> None:
        self._rows.want()
        pulled = self._pull.last_complete_at
        if pulled is None or (datetime.now(UTC) - pulled).total_seconds() > PULL_AFTER:
            self.house.services.pull.refresh()

    def on_screen_suspend(self) -> None:
        self._list.stop_clock()

    @property
    def _list(self) -> TrainingList:
        return self.query_one("#trainings", TrainingList)

    # -- reading ------------------------------------------------------------------------------------------------

    async def _read_rows(self) -> None:
        try:
            await self._pages.read()
            self._totals = await self.house.services.runs.totals(self._pages.filter)
        except ServiceProblem as problem:
            self._problem = str(problem)
            self._list.empty_text = f"{problem}\nr tries again"
            self._show_told()
            return
        self._problem = ""
        is_filtered = self._pages.filter != _ONLY_TRAININGS
        self._list.empty_text = "Nothing matches the filter; esc clears it." if is_filtered else EMPTY
        keep = None if self._is_new_filter else self._list.cursor_key
        self._is_new_filter = False
        self._list.show_progress(self._live())
        self._list.set_rows(self._pages.rows, keep=keep)
        self._list.run_clock()
        self._previewed.want()
        self.refresh_bindings()
        self._show_heading()
        self._show_told()

    def _live(self) -> dict[str, RunSnapshot]:
        live = self.house.services.tracker.live()
        return {snapshot.run.id: snapshot for snapshot in live if snapshot.run.kind == "training"}

    @on(VirtualList.ReachedEnd)
    @work(exclusive=True, group="more", description="read older trainings")
    @tells_problems
    async def _read_older(self) -> None:
        older = await self._pages.read_older()
        if older is None:
            self._list.expect_more()
        else:
            self._list.append_rows(older)

    def on_run_event(self, event: RunEvent) -> None:
        if isinstance(event, RunChanged | RunEnded):
            snapshot = self.house.services.tracker.snapshot(event.run_id)
            if snapshot is None or snapshot.run.kind == "training":
                self._rows.want()

    def _hear_pull(self, state: PullState) -> None:
        # Called within the pull's own task: the screen's queue keeps the order.
        self.call_later(self._take_pull, state)

    def _take_pull(self, state: PullState) -> None:
        before, self._pull = self._pull, state
        if (before.new_runs, before.changed_runs) != (state.new_runs, state.changed_runs) and self.is_current:
            self._rows.want()
        self._show_told()

    # -- what is said -------------------------------------------------------------------------------------------

    def _show_heading(self) -> None:
        going = len(self._live())
        parts = [f"{wording.count(going)} going"] if going else []
        if self._totals is not None and self._totals.count:
            parts.append(wording.plural(self._totals.count, "training"))
            if self._totals.seconds:
                parts.append(wording.span(self._totals.seconds))
        self.query_one("#heading", TitleLine).show(facts=Content.styled(" · ".join(parts), "$text-muted"))

    def _show_told(self) -> None:
        """Show what matters most: a mistake in the filter, or why the list may be old."""
        mistakes = self.house.services.runs.filter_problems(self.query_one("#filter", Input).value)
        words = self._problem or (mistakes[0] if mistakes else self._pull.problem or "")
        self.query_one("#told", TitleLine).show(Content.styled(words, "$text-warning"))

    # -- filter -------------------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        self.set_focus(self.query_one("#filter", Input))

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        self._pages.use_filter(f"{_ONLY_TRAININGS} {event.value}".strip())
        self._is_new_filter = True
        self._rows.want_anew()

    @on(Input.Submitted, "#filter")
    def _leave_field(self) -> None:
        self.set_focus(self._list)

    def on_key(self, event: events.Key) -> None:
        if event.key == "down" and self.query_one("#filter", Input).has_focus:
            event.stop()
            self.set_focus(self._list)

    def action_leave_filter(self) -> None:
        self.query_one("#filter", Input).value = ""
        self.set_focus(self._list)

    # -- preview ------------------------------------------------------------------------------------------------

    def action_preview(self) -> None:
        preview = self.query_one("#preview")
        preview.display = not preview.display
        self._previewed.want()

    @on(VirtualList.Highlighted)
    def _moved(self) -> None:
        self.refresh_bindings()
        self._previewed.want()

    def on_resize(self) -> None:
        self._previewed.want()

    async def _read_preview(self) -> None:
        row = self._list.cursor_row
        if not self.query_one("#preview").display:
            return
        facts, chart = self.query_one(RunPreview), self.query_one(Chart)
        if row is None:
            facts.show(None, None)
            chart.display = False
            return
        try:
            snapshot = await read_run(self.house.services, row.id)
        except ServiceProblem:
            return  # the list says what is wrong with the history
        if self._list.cursor_key == row.id:
            chart.display = bool(snapshot.series)
            chart.show(snapshot.series)
            facts.show(snapshot, None)

    # -- keys ---------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted:
            return super().check_action(action, parameters)
        row = self._list.cursor_row
        if action == "cancel":
            return bool(row and not row.is_final)
        if action == "run_version":
            return bool(row and row.status == "succeeded")
        if action in _ON_A_TRAINING:
            return True if row else None
        return super().check_action(action, parameters)

    @on(VirtualList.Selected)
    def _open(self, event: Selected) -> None:
        self.post_message(messages.OpenRun(event.row.id, kind="training"))

    @work(exclusive=True, group="new", description="pick a trainer")
    @tells_problems
    async def action_new(self) -> None:
        """Pick a trainer, and open the form of a training by it."""
        from replicate_tui.ui.training_form.trainers import pick_trainer

        if trainer := await pick_trainer(self.app, self.house.services):
            self.post_message(messages.OpenTraining(trainer))

    def action_cancel(self) -> None:
        if row := self._list.cursor_row:
            self._errands.cancel(row.id, f"Cancel the training of {row.title or row.model}?")

    def action_run_version(self) -> None:
        if row := self._list.cursor_row:
            self._errands.run_new_version(row.id)

    def action_copy(self) -> None:
        if row := self._list.cursor_row:
            self._errands.copy(row.id)

    def action_web(self) -> None:
        if row := self._list.cursor_row:
            self._errands.open_web_page(row.remote_id)

    def action_refresh(self) -> None:
        """Read the list again, and ask the service for the newest runs; neither costs anything."""
        self._rows.want()
        self.house.services.pull.refresh()
