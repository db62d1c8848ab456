"""A dialog: a quiet box in the middle; escape always closes it with the safe answer."""

from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from replicate_tui.ui.removal import RemovableScreen

AnswerT = TypeVar("AnswerT")


class Dialog(RemovableScreen[AnswerT | None], ModalScreen[AnswerT | None], Generic[AnswerT]):
    """Base of all dialogs; dismissing with None means "as if never asked"."""

    DEFAULT_CSS = """
    Dialog { align: center middle; }
    Dialog > #box {
        width: 72; max-width: 96%; height: auto; max-height: 92%;
        padding: 1 2; background: $panel; border: none; overflow-y: auto;
    }
    Dialog > #box > #heading { height: auto; text-style: bold; margin-bottom: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close", id="dialog.close")]

    def __init__(self, heading: str) -> None:
        super().__init__()
        self._heading = heading

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Static(Content(self._heading), id="heading")
            yield from self.compose_dialog()

    def compose_dialog(self) -> ComposeResult:
        """Give what stands below the heading."""
        yield from ()

    def action_close(self) -> None:
        self.dismiss(None)
