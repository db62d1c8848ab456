"""A list to pick from that can be searched by typing."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input

from replicate_tui.text import clean_line
from replicate_tui.ui.modals.base import Dialog
from replicate_tui.ui.widgets.list_messages import Selected
from replicate_tui.ui.widgets.virtual_list import RowContent, VirtualList

MOST_LINES = 14


class ChooseDialog(Dialog[str]):
    """Dismisses with the value of the picked choice. Choices are (value, label); the list narrows while typing."""

    DEFAULT_CSS = """
    ChooseDialog #choices { background: $panel; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "move(1)", show=False),
        Binding("up,ctrl+p", "move(-1)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
    ]

    def __init__(self, heading: str, choices: Sequence[tuple[str, str]], current: str = "") -> None:
        super().__init__(heading)
        self._choices = choices
        self._current = current

    def compose_dialog(self) -> ComposeResult:
        field = Input(placeholder="type to search", id="filter")
        field.cursor_blink = False
        yield field
        self._list: VirtualList[tuple[str, str]] = VirtualList(
            self._draw, key=lambda choice: choice[0], empty_text="Nothing fits.", id="choices"
        )
        self._list.can_focus = False
        self._list.styles.height = min(MOST_LINES, max(1, len(self._choices)))
        yield self._list

    def on_mount(self) -> None:
        self._list.set_rows(list(self._choices))
        self._list.move_to_key(self._current)

    def _draw(self, choice: tuple[str, str], width: int, cursor: bool) -> RowContent:  # noqa: ARG002  (the list's)
        style = "bold $text-primary" if choice[0] == self._current else ""
        return Content.styled(clean_line(choice[1], width), style) if style else Content(clean_line(choice[1], width))

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        words = event.value.casefold().split()
        fitting = [choice for choice in self._choices if all(word in choice[1].casefold() for word in words)]
        self._list.set_rows(fitting)
        if not words:
            self._list.move_to_key(self._current)

    @on(Input.Submitted)
    def _take(self) -> None:
        row = self._list.cursor_row
        if row is not None:
            self.dismiss(row[0])

    def on_virtual_list_selected(self, event: Selected) -> None:
        event.stop()
        self.dismiss(event.row[0])

    def action_move(self, step: int) -> None:
        self._list.action_move(step)
