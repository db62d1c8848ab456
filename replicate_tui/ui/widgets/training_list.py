"""The list of trainings: rows whose clocks and progress move while one of them is going."""

from collections.abc import Mapping

from replicate_tui.services.views import RunSnapshot
from replicate_tui.store.records import RunRow
from replicate_tui.ui.training_rows import training_line
from replicate_tui.ui.widgets.run_list import RunList
from replicate_tui.ui.widgets.virtual_list import RowContent


class TrainingList(RunList):
    """Draws trainings; the screen gives it rows and, of those that go, snapshots by our id."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._snapshots: Mapping[str, RunSnapshot] = {}

    def show_progress(self, snapshots: Mapping[str, RunSnapshot]) -> None:
        """Show how far the trainings are that go."""
        self._snapshots = snapshots
        # While the clock goes, it draws them within the second: one repaint for the news of all.
        if self._clock is None:
            self.redraw_rows(lambda row: not row.is_final)

    def render_row(self, row: RunRow, width: int, cursor: bool) -> RowContent:  # noqa: ARG002  (the list's contract)
        return training_line(row, self._snapshots.get(row.id), width)
