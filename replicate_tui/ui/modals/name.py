"""A dialog that asks for a name."""

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from replicate_tui.ui.modals.base import Dialog

LONGEST_NAME = 80


class NameDialog(Dialog[str]):
    """Dismisses with a name that is not empty, or None."""

    DEFAULT_CSS = """
    NameDialog #hint { height: auto; margin-top: 1; color: $text-muted; }
    """

    def __init__(self, heading: str, hint: str, name: str = "") -> None:
        super().__init__(heading)
        self._hint = hint
        self._name = name

    def compose_dialog(self) -> ComposeResult:
        field = Input(self._name, max_length=LONGEST_NAME, id="name")
        field.cursor_blink = False
        yield field
        yield Static(Content(self._hint), id="hint")

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        name = " ".join(event.value.split())
        if name:
            self.dismiss(name)
