"""A question with a few answers, one key each; enter takes the safe one."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from replicate_tui.ui.modals.base import Dialog

#: Answers are bars as wide as the dialog, less the key before them.
ANSWER_CELLS = 65


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: the key that gives it, its words, and the value the asker gets."""

    key: str
    words: str
    value: str


class ChoiceDialog(Dialog[str]):
    """Shows answers one below the other; the first is the default and must be the safe one."""

    DEFAULT_CSS = """
    ChoiceDialog #detail { height: auto; color: $text-muted; margin-bottom: 1; }
    ChoiceDialog #answers { height: auto; text-wrap: nowrap; text-overflow: clip; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k,shift+tab", "move(-1)", show=False),
        Binding("down,j,tab", "move(1)", show=False),
        Binding("enter", "take", "Choose"),
    ]

    def __init__(self, heading: str, answers: tuple[Answer, ...], *, detail: str = "") -> None:
        super().__init__(heading)
        self._answers = answers
        self._detail = detail
        self._chosen = 0

    def compose_dialog(self) -> ComposeResult:
        if self._detail:
            yield Static(Content(self._detail), id="detail")
        yield Static(self._draw(), id="answers")

    def _draw(self) -> Content:
        lines = []
        for index, answer in enumerate(self._answers):
            style = "$block-cursor-foreground on $block-cursor-background" if index == self._chosen else ""
            key = Content.styled(f" {answer.key} ", "bold $text-primary")
            words = f" {answer.words}".ljust(ANSWER_CELLS)
            lines.append(Content.assemble(key, words).stylize(style) if style else Content.assemble(key, words))
        return Content("\n").join(lines)

    def action_move(self, step: int) -> None:
        self._chosen = (self._chosen + step) % len(self._answers)
        self.query_one("#answers", Static).update(self._draw())

    def action_take(self) -> None:
        self.dismiss(self._answers[self._chosen].value)

    def on_key(self, event: events.Key) -> None:
        for answer in self._answers:
            if event.character == answer.key:
                event.stop()
                self.dismiss(answer.value)
                return


#: The answers to "cancel this run?": the safe one first, and not by the key that asks, which may be held down.
CANCEL_ANSWERS = (Answer("n", "Keep running", "keep"), Answer("y", "Cancel it", "cancel"))
