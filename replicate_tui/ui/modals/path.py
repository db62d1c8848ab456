"""A dialog that asks for a path."""

from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from replicate_tui.text import clean_line
from replicate_tui.ui.modals.base import Dialog


class PathDialog(Dialog[Path]):
    """Starts from `name` in the working folder; dismisses with the path, or None. Nothing is written here."""

    DEFAULT_CSS = """
    PathDialog #hint { height: 1; margin-top: 1; color: $text-muted; }
    """

    def __init__(self, heading: str, name: str) -> None:
        super().__init__(heading)
        self._start = working_folder() / name

    def compose_dialog(self) -> ComposeResult:
        field = Input(str(self._start), select_on_focus=False, id="path")
        field.cursor_blink = False
        yield field
        yield Static(Content("enter saves   esc closes; nothing is ever overwritten"), id="hint")

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        try:
            self.dismiss(Path(text).expanduser() if text else None)
        except RuntimeError as error:
            # The home of a user who is not known here ("~nobody-of-this-name").
            self.query_one("#hint", Static).update(Content(clean_line(str(error))))


def working_folder() -> Path:
    """Return the folder the app was started in, or the home of the user where that is gone."""
    try:
        return Path.cwd()
    except OSError:
        return Path.home()
