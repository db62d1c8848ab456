"""A question that only a typed name answers with yes, for what cannot be undone."""

from collections.abc import Awaitable, Callable

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.text import clean_line
from replicate_tui.ui.modals.base import Dialog

_HINT = "type the name and press enter to delete it   esc keeps it"


class TypedNameDialog(Dialog[bool]):
    """Dismisses with True once `name` was typed as it is; `detail` says what will be gone, and what may forbid it.

    With `attempt` the deletion happens while the dialog stands, and a ServiceProblem of it is shown there.
    """

    DEFAULT_CSS = """
    TypedNameDialog #detail { height: auto; margin-bottom: 1; }
    TypedNameDialog #hint { height: auto; margin-top: 1; color: $text-muted; }
    """

    def __init__(
        self,
        heading: str,
        name: str,
        *,
        detail: str = "",
        hint: str = _HINT,
        attempt: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__(heading)
        self._wanted = name
        self._detail = detail
        self._hint = hint
        self._attempt = attempt
        self._is_trying = False

    def compose_dialog(self) -> ComposeResult:
        if self._detail:
            yield Static(Content(self._detail), id="detail")
        field = Input(placeholder=clean_line(self._wanted), id="name")
        field.cursor_blink = False
        yield field
        yield Static(Content(self._hint), id="hint")

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        event.stop()
        if self._is_trying:
            return
        if event.value.strip() != self._wanted:
            self._say("That is not its name; nothing was deleted." if event.value.strip() else self._hint)
        elif self._attempt is None:
            self.dismiss(True)
        else:
            self._try(self._attempt)

    @work(group="attempt", description="delete what was named")
    async def _try(self, attempt: Callable[[], Awaitable[None]]) -> None:
        self._is_trying = True
        self._say("◌ deleting …")
        try:
            await attempt()
        except ServiceProblem as problem:
            self._is_trying = False
            self._say(f"✗ {problem}", "$text-error")
        else:
            self.dismiss(True)

    def _say(self, words: str, colour: str = "") -> None:
        shown = clean_line(words, 400)
        self.query_one("#hint", Static).update(Content.styled(shown, colour) if colour else Content(shown))

    def action_close(self) -> None:
        """Keep it; once it was asked for, the answer is waited for."""
        if not self._is_trying:
            super().action_close()
