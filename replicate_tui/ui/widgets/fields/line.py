"""One line of text: texts, secrets, and the base of number and file editors."""

from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.suggester import Suggester
from textual.widgets import Input

from replicate_tui.ui.form.rows import Row
from replicate_tui.ui.widgets.fields.base import Editor, EditorChanged, EditorDone, EditorWish


class LineEditor(Editor, Input):
    """An input of one line; enter goes on, backspace in an empty list element removes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "done", "Next field", show=False),
        Binding("backspace", "erase", "Delete left", show=False),
    ]

    def __init__(
        self,
        row: Row,
        text: str,
        *,
        placeholder: str = "",
        password: bool = False,
        suggester: Suggester | None = None,
    ) -> None:
        super().__init__(
            value=text, placeholder=placeholder, password=password, suggester=suggester, select_on_focus=False
        )
        self.row = row
        self.cursor_blink = False
        self._told = text

    @property
    def text_now(self) -> str:
        return self.value

    def show_text(self, text: str) -> None:
        self.value = text
        self.cursor_position = len(text)

    @on(Input.Changed)
    def _tell(self, message: Input.Changed) -> None:
        message.stop()
        if message.value != self._told:
            self._told = message.value
            self.post_message(EditorChanged(self.row.id, message.value))

    def action_done(self) -> None:
        self.post_message(EditorDone(self.row.id, 1))

    def action_erase(self) -> None:
        if not self.value and self.row.kind == "item":
            self.post_message(EditorWish(self.row.id, "remove item"))
        else:
            self.action_delete_left()

    def _on_paste(self, event: events.Paste) -> None:
        # The base class keeps the first line only; a prompt of several lines becomes one long line instead.
        event.stop()
        event.prevent_default()
        line = self.pasted(event.text)
        if line:
            self.replace(line, *self.selection) if not self.selection.is_empty else self.insert_text_at_cursor(line)

    def pasted(self, text: str) -> str:
        """Return what a paste puts into the line."""
        return " ".join(text.split("\n")) if "\n" in text.strip("\n") else text.strip("\r\n")
