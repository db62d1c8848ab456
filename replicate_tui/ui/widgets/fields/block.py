"""Several lines: long texts and JSON."""

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import TextArea

from replicate_tui.ui.form.rows import Row
from replicate_tui.ui.widgets.fields.base import Editor, EditorChanged, EditorDone


class BlockEditor(Editor, TextArea):
    """A text area that grows with its text; up in its first line and down in its last one leave it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "up_or_out", show=False),
        Binding("down", "down_or_out", show=False),
    ]

    def __init__(self, row: Row, text: str, *, placeholder: str = "") -> None:
        super().__init__(
            text, soft_wrap=True, show_line_numbers=False, highlight_cursor_line=False, placeholder=placeholder
        )
        self.row = row
        self.cursor_blink = False
        self._given = text
        # A text area knows only some line ends: until somebody types, the text stays as it was given.
        self._told = self.text

    def on_mount(self) -> None:
        self.move_cursor(self.document.end)

    @property
    def text_now(self) -> str:
        return self._given if self.text == self._told else self.text

    def show_text(self, text: str) -> None:
        self.text = text
        self.move_cursor(self.document.end)

    @on(TextArea.Changed)
    def _tell(self, message: TextArea.Changed) -> None:
        message.stop()
        text = self.text
        if text != self._told:
            self._told = self._given = text
            self.post_message(EditorChanged(self.row.id, text))

    def action_up_or_out(self) -> None:
        if self.navigator.is_first_wrapped_line(self.cursor_location):
            self.post_message(EditorDone(self.row.id, -1))
        else:
            self.action_cursor_up()

    def action_down_or_out(self) -> None:
        if self.navigator.is_last_wrapped_line(self.cursor_location):
            self.post_message(EditorDone(self.row.id, 1))
        else:
            self.action_cursor_down()
