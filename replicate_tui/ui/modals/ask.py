"""A dialog that asks for one line, and says what is wrong with it before anything is done."""

from collections.abc import Callable
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.text import clean_line
from replicate_tui.ui.modals.base import Dialog


class AskDialog(Dialog[str]):
    """Dismisses with the text once `check` raises no ServiceProblem for it, or with None."""

    DEFAULT_CSS = """
    AskDialog #problem { height: auto; color: $text-error; }
    AskDialog #hint { height: auto; margin-top: 1; color: $text-muted; }
    """

    def __init__(
        self, heading: str, hint: str, text: str = "", *, placeholder: str = "", check: Callable[[str], Any]
    ) -> None:
        super().__init__(heading)
        self._hint = hint
        self._text = text
        self._placeholder = placeholder
        self._check = check

    def compose_dialog(self) -> ComposeResult:
        field = Input(self._text, placeholder=self._placeholder, select_on_focus=False, id="text")
        field.cursor_blink = False
        yield field
        yield Static("", id="problem")
        yield Static(Content(self._hint), id="hint")

    @on(Input.Changed)
    def _forget_problem(self) -> None:
        self.query_one("#problem", Static).update("")

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            self._check(event.value)
        except ServiceProblem as problem:
            self.query_one("#problem", Static).update(Content(clean_line(str(problem), 300)))
        else:
            self.dismiss(event.value)
