"""A list whose rows are marked one by one, as one goes, over a range, or all at once."""

from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar

from textual.binding import Binding, BindingType

from replicate_tui.ui.widgets.list_rows import GroupHeader
from replicate_tui.ui.widgets.virtual_list import VirtualList

RowT = TypeVar("RowT")


class MarkingList(VirtualList[RowT]):
    """What is marked stays so when a filter hides it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("V", "mark_range", "Mark from the last mark to here", id="list.mark_range", show=False),
        Binding("shift+down", "mark_and_step(1)", "Mark and go down", id="list.mark_down", show=False),
        Binding("shift+up", "mark_and_step(-1)", "Mark and go up", id="list.mark_up", show=False),
        Binding("A", "mark_all", "Mark all that are shown, or none", id="list.mark_all", show=False),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, markable=True, **kwargs)

    def action_mark_range(self) -> None:
        """Mark from the row marked last to the cursor; without a mark, the row under the cursor."""
        here = self.cursor_index
        last = next(reversed(self._marked), None)
        there = None if last is None else self._index_of(last)
        first, end = sorted((here, here if there is None else there))
        self._mark(self._rows[max(0, first) : end + 1])

    def action_mark_and_step(self, step: int) -> None:
        if (row := self.cursor_row) is not None:
            self._mark((row,))
            self.action_move(step)

    def action_mark_all(self) -> None:
        """Mark all rows that are shown; take the marks off when there are some."""
        if self._marked:
            self.clear_marks()
        else:
            self._mark(self._rows)

    def _mark(self, rows: Iterable[RowT | GroupHeader]) -> None:
        self._marked.update((self.row_key(row), row) for row in rows if not isinstance(row, GroupHeader))
        self.redraw_rows()
        self.post_message(self.MarksChanged(self))
