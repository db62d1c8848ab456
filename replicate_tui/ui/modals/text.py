"""A text to read or to copy by hand."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from replicate_tui.text import clean
from replicate_tui.ui.messages import CopyText
from replicate_tui.ui.modals.base import Dialog


class TextDialog(Dialog[None]):
    DEFAULT_CSS = """
    TextDialog > #box { width: 80; }
    TextDialog #scroll { height: auto; max-height: 16; }
    TextDialog #text { height: auto; }
    TextDialog #hint { height: 1; margin-top: 1; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,q", "close", "Close", show=False),
        Binding("y", "copy", "Copy"),
    ]

    def __init__(self, heading: str, text: str) -> None:
        super().__init__(heading)
        self._text = text

    def compose_dialog(self) -> ComposeResult:
        with VerticalScroll(id="scroll"):
            yield Static(Content(clean(self._text)), id="text")
        yield Static(Content("y copy   esc close"), id="hint")

    def action_copy(self) -> None:
        self.app.post_message(CopyText(self._text, "the text"))
