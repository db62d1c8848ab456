"""The list of trainings: rows whose clocks and progress move while one of them is going."""

from collections.abc import Mapping
from typing import Final

from textual.timer import Timer

from replicate_tui.services.views import RunSnapshot
from replicate_tui.store.records import RunRow
from replicate_tui.ui.training_rows import training_line
from replicate_tui.ui.widgets.virtual_list import RowContent, VirtualList

CLOCK_SECONDS: Final = 1.0


class TrainingList(VirtualList[RunRow]):
    """Draws trainings; the screen gives it rows and, of those that go, snapshots by our id."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(key=lambda row: row.id, empty_text="Reading …", id=id)
        self._snapshots: Mapping[str, RunSnapshot] = {}
        self._clock: Timer | None = None

    def show_progress(self, snapshots: Mapping[str, RunSnapshot]) -> None:
        """Show how far the trainings are that go."""
        self._snapshots = snapshots
        self.redraw_rows()

    def render_row(self, row: RunRow, width: int, cursor: bool) -> RowContent:  # noqa: ARG002  (the list's contract)
        return training_line(row, self._snapshots.get(row.id), width)

    def run_clock(self) -> None:
        """Draw the rows again each second while one of them is going."""
        first = next(iter(self._rows), None)
        # Live ones stand on top.
        if isinstance(first, RunRow) and not first.is_final:
            if self._clock is None:
                self._clock = self.set_interval(CLOCK_SECONDS, self._tick, name="the clock of the trainings")
        else:
            self.stop_clock()

    def stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.stop()
            self._clock = None

    def _tick(self) -> None:
        self.redraw_rows()
        self.run_clock()
