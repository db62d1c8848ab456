"""The whole input as JSON to edit, with what is wrong with it below."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TextArea

from replicate_tui.schema.values import ValueProblem
from replicate_tui.text import clean_line
from replicate_tui.ui.removal import Removable


class _JsonArea(Removable, TextArea):
    """The text itself."""


class JsonPane(Vertical):
    """A text area over a status line; texts go out as `Edited` only when a person changed them."""

    DEFAULT_CSS = """
    JsonPane { height: 1fr; }
    JsonPane > #json-status { height: auto; max-height: 3; padding: 0 1; color: $text-muted; }
    JsonPane > #json-status.-wrong { color: $text-error; }
    """

    class Edited(Message):
        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, text: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._area = _JsonArea(text, show_line_numbers=True, highlight_cursor_line=False)
        self._area.cursor_blink = False
        self._told = self._area.text
        self._status = Static(Content("The same values as JSON; ctrl+t goes back to the form."), id="json-status")

    def compose(self) -> ComposeResult:
        yield self._area
        yield self._status

    @property
    def text(self) -> str:
        return self._area.text

    def show_text(self, text: str) -> None:
        self._area.text = text

    def on_mount(self) -> None:
        self._area.focus()

    def show_status(self, text: str) -> None:
        """Say something calm about the text."""
        self._status.set_class(False, "-wrong")
        self._status.update(Content(clean_line(text, 300)))

    def show_problem(self, problem: ValueProblem, *, go_there: bool = False) -> None:
        """Say what is wrong; with `go_there` the cursor goes to its line."""
        self._status.set_class(True, "-wrong")
        self._status.update(Content(f"✗ {clean_line(problem.message, 300)}"))
        if go_there and problem.line:
            self._area.move_cursor((problem.line - 1, (problem.column or 1) - 1), center=True)

    @on(TextArea.Changed)
    def _tell(self, message: TextArea.Changed) -> None:
        message.stop()
        if self.text != self._told:
            self._told = self.text
            self.post_message(self.Edited(self.text))
