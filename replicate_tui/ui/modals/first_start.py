"""Shown once: the six keys that matter."""

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from replicate_tui.ui.modals.base import Dialog

SIX_KEYS: Final = (
    ("1 to 8", "go to a place: search, collections, runs and more"),
    ("enter", "open what the cursor is on"),
    ("/", "search or filter; down goes back to the list"),
    ("f", "the run form of a model; ctrl+g runs it"),
    ("esc", "back; it never quits, and leaving never stops a run"),
    ("?", "the keys of this screen; ctrl+p finds any action"),
)


class FirstStart(Dialog[None]):
    DEFAULT_CSS = """
    FirstStart #keys { height: auto; }
    FirstStart #hint { height: 1; margin-top: 1; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space,q", "close", "Start", show=False)]

    def __init__(self) -> None:
        super().__init__("Six keys are enough")

    def compose_dialog(self) -> ComposeResult:
        lines = [
            Content.assemble(Content.styled(f"{key:>7}", "bold $text-primary"), f"   {words}")
            for key, words in SIX_KEYS
        ]
        yield Static(Content("\n").join(lines), id="keys")
        yield Static(Content("enter starts; this is shown once"), id="hint")
