"""What the places of runs and of trainings share: a filtered, sorted, endless list of the history with a preview."""

import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input

from replicate_tui.services.events import RunChanged, RunEnded, RunEvent
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.pull import PullState
from replicate_tui.services.views import RunSnapshot, Usual
from replicate_tui.store.orders import RunOrder
from replicate_tui.store.records import RunKind, RunRow, RunTotals
from replicate_tui.ui import messages
from replicate_tui.ui.coalesced import Coalesced
from replicate_tui.ui.history.bulk import BulkErrands
from replicate_tui.ui.history.cursor_run import UsualTimes, read_run
from replicate_tui.ui.history.pages import MOST_MARKED, HistoryPages
from replicate_tui.ui.house import House
from replicate_tui.ui.problems import tells_problems
from replicate_tui.ui.removal import is_whole
from replicate_tui.ui.screens.base import HouseScreen
from replicate_tui.ui.widgets.history_head import HistoryHead
from replicate_tui.ui.widgets.list_messages import Selected
from replicate_tui.ui.widgets.run_list import RunList
from replicate_tui.ui.widgets.run_preview import RunPreview
from replicate_tui.ui.widgets.virtual_list import VirtualList

#: News come up to ten times a second for each run; the rows are read anew after at least so many seconds.
READ_PAUSE: Final = 0.25
#: The preview follows the cursor at once, and a cursor that goes on and on every so many seconds.
PREVIEW_PAUSE: Final = 0.1
#: The account's runs are asked for when the place is opened, if that was not done for so many seconds.
PULL_AFTER: Final = 300.0
NONE_FITS: Final = "Nothing matches the filter; esc clears it."
#: What needs a run under the cursor.
_ON_A_RUN: Final = frozenset({"again", "copy", "web", "folder", "remove", "tag", "note", "save_again", "export"})
_ORDERS: Final = tuple(RunOrder)


class HistoryScreen(HouseScreen):
    """Rows come first and their sums follow; each is read anew when news come, one read at a time.

    Subclasses bind the keys of the actions here, give a list, a pane and a head, and say what they are called.
    """

    CSS_PATH = "history.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    #: Only runs of this kind are shown.
    KIND: ClassVar[RunKind | None] = None
    NOUN: ClassVar[str] = "run"
    TITLE_WORD: ClassVar[str] = "Runs"
    NONE_YET: ClassVar[str] = ""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._only = f"kind:{self.KIND}" if self.KIND else ""
        self._pages = HistoryPages(house.services)
        self._pages.use_filter(self._only)
        self._usual = UsualTimes(house.services)
        self._errands = self.make_errands()
        self._rows = Coalesced(self, self._read_rows, description="read the history", pause=READ_PAUSE)
        self._sums = Coalesced(self, self._read_sums, description="sum up the history", pause=READ_PAUSE)
        self._previewed = Coalesced(self, self._read_preview, description="read the run", pause=PREVIEW_PAUSE)
        self._looks: dict[str, RunSnapshot | None] = {}
        self._totals: RunTotals | None = None
        self._is_new_list = False
        self._are_all_wanted = True

    # -- what subclasses say ------------------------------------------------------------------------------------

    def make_errands(self) -> BulkErrands:
        return BulkErrands(self, self._read_anew, self._show_progress)

    def make_list(self) -> RunList:
        """Return the list of the rows."""
        raise NotImplementedError

    def make_preview(self) -> Widget:
        """Return the pane beside the list, with the id "preview"."""
        raise NotImplementedError

    def show_preview(self, snapshot: RunSnapshot | None, usual: Usual | None) -> None:
        """Show the run under the cursor in the pane, or nothing."""
        raise NotImplementedError

    def is_shown(self, snapshot: RunSnapshot | None) -> bool:  # noqa: ARG002  (for subclasses)
        """Whether news of a run may change the rows; None is a run that is followed no more."""
        return True

    def take_news(self, snapshot: RunSnapshot | None) -> None:  # noqa: ARG002  (for subclasses)
        """Show what has changed of a run; None is a run that is followed no more."""
        self._rows.want()

    async def rows_read(self) -> None:
        """Look at the rows before they are shown; raises ServiceProblem."""

    # -- the screen ---------------------------------------------------------------------------------------------

    def compose_body(self) -> ComposeResult:
        mistakes_in = self.house.services.runs.filter_problems
        yield HistoryHead(mistakes_in, title=self.TITLE_WORD, noun=self.NOUN, id="head")
        with Horizontal(id="panes"):
            yield self.make_list()
            yield self.make_preview()

    def on_mount(self) -> None:
        self._pull = self.house.services.pull.state
        self._stop_hearing = self.house.services.pull.subscribe(self._hear_pull)
        self._head.tell(pull=self._pull)

    def on_unmount(self) -> None:
        self._stop_hearing()

    def on_screen_resume(self) -> None:
        self._usual.forget()
        self._read_again()
        self._read_tags()
        pulled = self._pull.last_complete_at
        if pulled is None or (datetime.now(UTC) - pulled).total_seconds() > PULL_AFTER:
            self.house.services.pull.refresh()

    def on_screen_suspend(self) -> None:
        self._list.stop_clock()

    @property
    def _list(self) -> RunList:
        return self.query_one(RunList)

    @property
    def _head(self) -> HistoryHead:
        return self.query_one("#head", HistoryHead)

    @property
    def _pane(self) -> Widget:
        return self.query_one("#preview")

    # -- reading ------------------------------------------------------------------------------------------------

    def _read_again(self) -> None:
        """Read all that is shown anew."""
        self._are_all_wanted = True
        self._rows.want()

    def _read_anew(self) -> None:
        """Read all that is shown after a change made here; a read from before it is dropped."""
        self._are_all_wanted = True
        self._rows.want_anew()
        self._read_tags()

    async def _read_rows(self) -> None:
        are_all_wanted, self._are_all_wanted = self._are_all_wanted, False
        try:
            await (self._pages.read() if are_all_wanted else self._pages.read_newest())
            await self.rows_read()
        except ServiceProblem as problem:
            self._list.empty_text = f"{problem}\nr tries again"
            self._head.tell(problem=str(problem))
            return
        self._head.tell(problem="")
        self._list.empty_text = self.NONE_YET if self._pages.filter == self._only else NONE_FITS
        keep = self._list.cursor_key
        if self._is_new_list and all(row.id != keep for row in self._pages.rows):
            keep = None
        self._is_new_list = False
        self._list.set_rows(self._pages.rows, keep=keep)
        if self.is_current:
            self._list.run_clock()
        self._sums.want()
        self._previewed.want()
        self.refresh_bindings()

    async def _read_sums(self) -> None:
        try:
            self._totals = await self.house.services.runs.totals(self._pages.filter)
        except ServiceProblem as problem:
            self._head.tell(problem=str(problem))
        else:
            self._head.tell(totals=self._totals)

    @on(VirtualList.ReachedEnd)
    @work(exclusive=True, group="more", description="read older runs")
    @tells_problems
    async def _read_older(self) -> None:
        older = await self._pages.read_older()
        if older is None:
            self._list.expect_more()
        else:
            self._list.append_rows(older)

    @work(exclusive=True, group="tags", description="read the known tags")
    async def _read_tags(self) -> None:
        # Only a help while typing: whatever else is read says what is wrong.
        with contextlib.suppress(ServiceProblem):
            self._head.tell(tags=await self.house.services.runs.known_tags())

    def on_run_event(self, event: RunEvent) -> None:
        if not isinstance(event, RunChanged | RunEnded):
            return
        snapshot = self.house.services.tracker.snapshot(event.run_id)
        if self.is_shown(snapshot) and self._looks_other(event.run_id, snapshot):
            self.take_news(snapshot)

    def _looks_other(self, run_id: str, snapshot: RunSnapshot | None) -> bool:
        """Whether a row may look other than before: a sign of life alone is no reason to read the history again."""
        look = snapshot and snapshot._replace(seq=0, text="", heard_at=None, retry_at=None)
        is_known, self._looks[run_id] = look is not None and self._looks.get(run_id) == look, look
        return not is_known

    @on(RunList.Ticked)
    def _clocks_moved(self) -> None:
        for preview in self.query(RunPreview):
            preview.tick()

    def _hear_pull(self, state: PullState) -> None:
        # Called within the pull's own task: the screen's queue keeps the order.
        self.call_later(self._take_pull, state)

    def _take_pull(self, state: PullState) -> None:
        before, self._pull = self._pull, state
        if (before.new_runs, before.changed_runs) != (state.new_runs, state.changed_runs) and self.is_current:
            self._read_again()
        self._head.tell(pull=state)

    def _show_progress(self, words: str) -> None:
        if is_whole(self):
            self._head.tell(progress=words)

    def on_resize(self) -> None:
        self._previewed.want()

    # -- filter and order ---------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        self.set_focus(self._head.field)

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        self._pages.use_filter(f"{self._only} {event.value}".strip())
        self._is_new_list = True
        self._rows.want_anew()
        self._sums.drop()

    @on(HistoryHead.Left)
    def _leave_field(self) -> None:
        self.set_focus(self._list)

    def action_leave_filter(self) -> None:
        field = self._head.field
        if not field.has_focus and not field.value and self._list.marked:
            self._list.clear_marks()
        field.value = ""
        self.set_focus(self._list)

    def action_sort(self) -> None:
        """Put the rows in the next order; the cursor stays on its run where that is among the first."""
        order = _ORDERS[(_ORDERS.index(self._pages.order) + 1) % len(_ORDERS)]
        self._pages.use_order(order)
        self._head.tell(order=order)
        self._is_new_list = self._are_all_wanted = True
        self._rows.want_anew()

    # -- preview ------------------------------------------------------------------------------------------------

    def action_preview(self) -> None:
        self._pane.display = not self._pane.display
        self._previewed.want()

    @on(VirtualList.Highlighted)
    def _moved(self) -> None:
        self.refresh_bindings()
        self._previewed.want()

    async def _read_preview(self) -> None:
        row = self._list.cursor_row
        if not self._pane.display:
            return
        if row is None:
            self.show_preview(None, None)
            return
        try:
            snapshot = await read_run(self.house.services, row.id)
            usual = await self._usual.of(row.model, row.version)
        except ServiceProblem:
            # The list says what is wrong with the history; a run that is gone goes from it too.
            return
        if self._list.cursor_key == row.id:
            self.show_preview(snapshot, usual)

    # -- keys ---------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not self.is_mounted:
            return super().check_action(action, parameters)
        if action == "cancel":
            return any(not row.is_final for row in self._list.chosen())
        if action == "undo_remove":
            return self._errands.can_undo
        if action in _ON_A_RUN:
            return True if self._list.chosen() else None
        return super().check_action(action, parameters)

    @on(VirtualList.MarksChanged)
    def _marks_changed(self) -> None:
        self._head.tell(marked=len(self._list.marked))
        self.refresh_bindings()

    @on(VirtualList.Selected)
    def _open(self, event: Selected) -> None:
        self.post_message(messages.OpenRun(event.row.id, kind=event.row.kind))

    def action_again(self) -> None:
        """One run goes through its form; several are sent as they were, after a question."""
        chosen = self._list.chosen()
        if len(chosen) > 1:
            self._errands.run_again(chosen, self._list.unmark)
        elif chosen:
            self._errands.tweak(chosen[0].id, f"an earlier {self.NOUN}")

    def action_cancel(self) -> None:
        """Cancel the run under the cursor, or the marked ones that are going."""
        going = [row for row in self._list.chosen() if not row.is_final]
        if len(going) > 1:
            self._errands.cancel_all([row.id for row in going], self.NOUN)
        elif going:
            self._errands.cancel(going[0].id, self.cancel_question(going[0]))

    def cancel_question(self, row: RunRow) -> str:
        return f"Cancel {row.model}?"

    def action_copy(self) -> None:
        chosen = self._list.chosen()
        if len(chosen) > 1:
            self._errands.copy_of_all(chosen)
        elif chosen:
            self._errands.copy(chosen[0].id)

    def action_web(self) -> None:
        if row := self._list.cursor_row:
            self._errands.open_web_page(row.remote_id)

    def action_folder(self) -> None:
        if row := self._list.cursor_row:
            self._errands.open_folder(row.id)

    def action_tag(self) -> None:
        if chosen := self._list.chosen():
            self._errands.tag(chosen)

    def action_note(self) -> None:
        if chosen := self._list.chosen():
            self._errands.note(chosen)

    def action_save_again(self) -> None:
        self._errands.save_again(self._list.chosen())

    def action_export(self) -> None:
        """Export the marked runs, newest first as all lists are, or without marks all that the filter shows."""
        if marked := self._list.marked:
            newest_first = sorted(marked, key=lambda row: row.cursor, reverse=True)
            self._errands.export([row.id for row in newest_first], len(marked))
        else:
            self._errands.export(self._pages.filter, self._totals.count if self._totals else len(self._pages.rows))

    def action_remove(self) -> None:
        self._errands.remove(self._list.chosen(), self._drop_rows)

    def _drop_rows(self, run_ids: Sequence[str]) -> None:
        """Take removed runs off the list at once, so that the next key cannot mean them."""
        self._pages.drop(run_ids)
        self._list.set_rows(self._pages.rows, keep=self._list.cursor_key)
        self._list.unmark(run_ids)

    def action_undo_remove(self) -> None:
        self._errands.undo_remove()

    @work(exclusive=True, group="marks", description="mark all runs of the filter")
    @tells_problems
    async def action_mark_all(self) -> None:
        if self._list.marked:
            self._list.clear_marks()
            return
        rows = await self._pages.all()
        self._list.mark_rows(rows)
        if len(rows) == MOST_MARKED:
            words = f"The first {MOST_MARKED:,} are marked; more cannot be at once."
            self.post_message(messages.Say(words, "warning"))

    def action_refresh(self) -> None:
        """Read the list again, and ask the service for the newest runs; neither costs anything."""
        self._read_again()
        self.house.services.pull.refresh()
