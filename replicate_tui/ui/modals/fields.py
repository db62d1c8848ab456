"""A dialog with a few fields: what is wrong with one stands at it, and nothing typed is lost."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.text import clean_line
from replicate_tui.ui.modals.base import Dialog

LONGEST_VALUE = 300


class AskedField(NamedTuple):
    """One field; `suggested` are values that are offered while typing."""

    name: str
    label: str
    value: str = ""
    placeholder: str = ""
    suggested: Sequence[str] = ()


class FieldsDialog(Dialog[bool]):
    """Dismisses with True once `attempt` has worked.

    `check` returns what is wrong by the names of fields; `attempt` may raise ServiceProblem, which is shown here.
    """

    DEFAULT_CSS = """
    FieldsDialog #detail { height: auto; margin-bottom: 1; color: $text-muted; }
    FieldsDialog .label { height: 1; color: $text-muted; }
    FieldsDialog .problem { height: auto; color: $text-error; display: none; }
    FieldsDialog Input { margin-bottom: 1; }
    FieldsDialog #hint { height: auto; color: $text-muted; }
    """

    def __init__(
        self,
        heading: str,
        fields: Sequence[AskedField],
        *,
        check: Callable[[Mapping[str, str]], Mapping[str, str]],
        attempt: Callable[[Mapping[str, str]], Awaitable[None]],
        detail: str = "",
    ) -> None:
        super().__init__(heading)
        self._fields = fields
        self._check = check
        self._attempt = attempt
        self._detail = detail
        self._is_trying = False

    def compose_dialog(self) -> ComposeResult:
        if self._detail:
            yield Static(Content(self._detail), id="detail")
        for asked in self._fields:
            yield Static(Content(asked.label), classes="label")
            yield Static("", id=f"problem-{asked.name}", classes="problem")
            suggester = SuggestFromList(asked.suggested, case_sensitive=False) if asked.suggested else None
            field = Input(
                asked.value,
                placeholder=asked.placeholder,
                suggester=suggester,
                max_length=LONGEST_VALUE,
                id=f"field-{asked.name}",
            )
            field.cursor_blink = False
            yield field
        yield Static(Content(self._hint), id="hint")

    @property
    def _hint(self) -> str:
        ways = ["enter keeps it"]
        if len(self._fields) > 1:
            ways.append("tab next field")
        if any(asked.suggested for asked in self._fields):
            ways.append("→ takes the offer")
        return "   ".join([*ways, "esc closes"])

    @property
    def values(self) -> dict[str, str]:
        """What the fields hold, without the blanks around it."""
        return {asked.name: self.query_one(f"#field-{asked.name}", Input).value.strip() for asked in self._fields}

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._tell((event.input.id or "").removeprefix("field-"), "")

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        event.stop()
        if self._is_trying:
            return
        values = self.values
        mistakes = {name: words for name, words in self._check(values).items() if words}
        for asked in self._fields:
            self._tell(asked.name, mistakes.get(asked.name, ""))
        if mistakes:
            self.query_one(f"#field-{next(iter(mistakes))}", Input).focus()
        else:
            self._try(values)

    @work(group="attempt", description="keep what was asked for")
    async def _try(self, values: Mapping[str, str]) -> None:
        self._is_trying = True
        try:
            await self._attempt(values)
        except ServiceProblem as problem:
            hint = Content.styled(f"✗ {clean_line(str(problem), LONGEST_VALUE)}", "$text-error")
            self.query_one("#hint", Static).update(hint)
        else:
            self.dismiss(True)
        finally:
            self._is_trying = False

    def _tell(self, name: str, words: str) -> None:
        line = self.query_one(f"#problem-{name}", Static)
        line.display = bool(words)
        line.update(Content(f"✗ {clean_line(words, LONGEST_VALUE)}" if words else ""))

    def action_close(self) -> None:
        """Change nothing; what is being written is waited for."""
        if not self._is_trying:
            super().action_close()
