"""A dialog with a list to pick from."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content

from replicate_tui.ui.modals.base import Dialog
from replicate_tui.ui.widgets import list_messages
from replicate_tui.ui.widgets.virtual_list import RowContent, VirtualList

ChoiceT = TypeVar("ChoiceT")

MOST_LINES = 14


class PickDialog(Dialog[ChoiceT], Generic[ChoiceT]):
    """Dismisses with the picked choice; subclasses say how a choice looks."""

    DEFAULT_CSS = """
    PickDialog VirtualList { height: auto; background: $panel; }
    """

    def __init__(self, heading: str, choices: Sequence[ChoiceT]) -> None:
        super().__init__(heading)
        self._choices = choices

    def compose_dialog(self) -> ComposeResult:
        choices: VirtualList[int] = VirtualList(self._draw_row, id="choices")
        choices.styles.height = min(MOST_LINES, max(1, len(self._choices)))
        yield choices

    def on_mount(self) -> None:
        self.query_one(VirtualList).set_rows(range(len(self._choices)))

    def _draw_row(self, index: int, width: int, cursor: bool) -> RowContent:  # noqa: ARG002  (the list's contract)
        return self.draw_choice(self._choices[index], width)

    def draw_choice(self, choice: ChoiceT, width: int) -> Content:
        """Return the line of a choice in `width` cells."""
        return Content(str(choice)).truncate(width, ellipsis=True)

    @on(VirtualList.Selected)
    def _picked(self, event: list_messages.Selected) -> None:
        event.stop()
        self.take(self._choices[event.row])

    def take(self, choice: ChoiceT) -> None:
        """Answer with `choice`."""
        self.dismiss(choice)
