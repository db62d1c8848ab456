"""The list of runs: rows that show a clock or a countdown while there is one, and marks over ranges."""

from collections.abc import Hashable, Sequence
from datetime import UTC, datetime
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer

from replicate_tui.store.records import RunRow
from replicate_tui.ui.run_rows import kept_words, run_line
from replicate_tui.ui.widgets.list_rows import GroupHeader
from replicate_tui.ui.widgets.virtual_list import RowContent, VirtualList

#: Seconds between two drawings while runs are going, and while outputs are kept by the service only.
CLOCK_SECONDS: Final = 1.0
COUNTDOWN_SECONDS: Final = 30.0
#: From this width of the whole screen on rows show their costs.
COSTS_FROM: Final = 120


class RunList(VirtualList[RunRow]):
    """Draws runs; the screen gives it rows, and stops its clock when it is hidden."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "mark", id="list.mark", tooltip="Mark the run for what comes next"),
        Binding("V", "mark_range", "Mark from the last mark to here", id="runs.mark_range", show=False),
        Binding("shift+down", "mark_and_step(1)", "Mark and go down", id="runs.mark_down", show=False),
        Binding("shift+up", "mark_and_step(-1)", "Mark and go up", id="runs.mark_up", show=False),
    ]

    class Ticked(Message):
        """The clocks of the rows have moved: what shows the same runs moves with them, in the same repaint."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(key=lambda row: row.id, markable=True, empty_text="Reading …", id=id)
        self._clock: Timer | None = None
        self._clock_seconds = 0.0
        self._has_costs = False

    def set_rows(self, rows: Sequence[RunRow | GroupHeader], *, keep: Hashable | None = None) -> None:
        """Show `rows` instead; costs have a column when one of them cost anything."""
        self._has_costs = any(isinstance(row, RunRow) and row.cost for row in rows)
        super().set_rows(rows, keep=keep)

    def render_row(self, row: RunRow, width: int, cursor: bool) -> RowContent:  # noqa: ARG002  (the list's contract)
        return run_line(row, width, costs=self._has_costs and self.app.size.width >= COSTS_FROM)

    # -- marks --------------------------------------------------------------------------------------------------

    def chosen(self) -> list[RunRow]:
        """Return the marked runs as they stand now, or the one under the cursor."""
        if not self._marked:
            return [self.cursor_row] if self.cursor_row else []
        now = {row.id: row for row in self._rows if not isinstance(row, GroupHeader)}
        return [now.get(row.id, row) for row in self.marked]

    def mark_rows(self, rows: Sequence[RunRow]) -> None:
        """Mark these runs too; they need not be among the rows that are read."""
        self._marked.update((row.id, row) for row in rows)
        self.redraw_rows()
        self.post_message(self.MarksChanged(self))

    def unmark(self, run_ids: Sequence[str]) -> None:
        for run_id in run_ids:
            self._marked.pop(run_id, None)
        self.redraw_rows()
        self.post_message(self.MarksChanged(self))

    def action_mark_range(self) -> None:
        """Mark from the run marked last to the cursor; without a mark, the run under the cursor."""
        here = self.cursor_index
        last = next(reversed(self._marked), None)
        there = None if last is None else self._index_of(last)
        first, end = sorted((here, here if there is None else there))
        self.mark_rows([row for row in self._rows[max(0, first) : end + 1] if not isinstance(row, GroupHeader)])

    def action_mark_and_step(self, step: int) -> None:
        if row := self.cursor_row:
            self.mark_rows([row])
            self.action_move(step)

    # -- clocks -------------------------------------------------------------------------------------------------

    def run_clock(self) -> None:
        """Draw the rows again as often as what they show changes: not at all when nothing does."""
        seconds = self._seconds_between_drawings()
        if seconds != self._clock_seconds:
            self.stop_clock()
            self._clock_seconds = seconds
            if seconds:
                self._clock = self.set_interval(seconds, self._tick, name="the clock of the runs")

    def stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.stop()
        self._clock, self._clock_seconds = None, 0.0

    def _tick(self) -> None:
        # Each second only what is going moves; the rest is drawn with the next piece of news.
        self.redraw_rows(_is_going if self._clock_seconds == CLOCK_SECONDS else None)
        self.post_message(self.Ticked())
        self.run_clock()

    def _seconds_between_drawings(self) -> float:
        if any(isinstance(row, RunRow) and not row.is_final for row in self._rows):
            return CLOCK_SECONDS
        now = datetime.now(UTC)
        is_kept = any(isinstance(row, RunRow) and kept_words(row, now) for row in self._rows)
        return COUNTDOWN_SECONDS if is_kept else 0.0


def _is_going(row: RunRow) -> bool:
    return not row.is_final
