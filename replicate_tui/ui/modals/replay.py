"""A delivery on its way through a command: what it says, and what came of it."""

from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static
from textual.worker import Worker

from replicate_tui.services.webhook_replay import ReplayOutcome, Target, replay
from replicate_tui.services.webhook_views import Delivery
from replicate_tui.ui import wording
from replicate_tui.ui.messages import CopyText
from replicate_tui.ui.modals.base import Dialog
from replicate_tui.ui.removal import is_whole
from replicate_tui.ui.widgets.text_view import TextView

_GOING: Final = "running   x stops it   esc stops it and closes"


class ReplayDialog(Dialog[None]):
    """Runs the replay while it is open: closing it stops the program."""

    AUTO_FOCUS = "#output"
    DEFAULT_CSS = """
    ReplayDialog > #box { width: 100; height: 24; }
    ReplayDialog #output { height: 1fr; }
    ReplayDialog #outcome { height: auto; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "stop", "stop", id="replay.stop"),
        Binding("R", "again", "again", id="replay.again"),
        Binding("y", "copy", "copy", id="replay.copy"),
        Binding("enter,q", "close", "Close", show=False),
    ]

    def __init__(self, delivery: Delivery, target: Target) -> None:
        super().__init__(f"#{delivery.number} → {target}")
        self._delivery = delivery
        self._target = target
        self._replaying: Worker[None] | None = None

    def compose_dialog(self) -> ComposeResult:
        yield TextView(empty_text="No output yet.", id="output")
        yield Static("", id="outcome")

    def on_mount(self) -> None:
        self.action_again()

    def action_again(self) -> None:
        """Give it the delivery once more, when it has ended."""
        if self._replaying is None or self._replaying.is_finished:
            self.query_one(TextView).set_text("")
            self._tell(Content.styled(_GOING, "$text-muted"))
            self._replaying = self._replay()

    def action_stop(self) -> None:
        if self._replaying is not None and not self._replaying.is_finished:
            self._replaying.cancel()
            self._tell(Content.styled("⊘ stopped   R runs it again   esc closes", "$text-warning"))

    def action_copy(self) -> None:
        if text := self.query_one(TextView).text:
            self.app.post_message(CopyText(text, "the output"))

    @work(group="replay", description="give a delivery to a command")
    async def _replay(self) -> None:
        outcome = await replay(self._delivery, self._target, self._say)
        if is_whole(self):
            self._tell(outcome_content(outcome, is_answer=self._target.url is not None))

    def _say(self, text: str) -> None:
        if is_whole(self):
            self.query_one(TextView).write(text)

    def _tell(self, words: Content) -> None:
        self.query_one("#outcome", Static).update(words)


def outcome_content(outcome: ReplayOutcome, *, is_answer: bool) -> Content:
    """Say what came of a replay; `is_answer` when it was posted to an address."""
    keys = "   R runs it again   esc closes"
    if outcome.code is None:
        return Content.styled(f"✗ {outcome.problem}{keys}", "$text-error")
    is_good = 200 <= outcome.code < 300 if is_answer else outcome.code == 0
    what = f"answered {outcome.code}" if is_answer else _ended(outcome.code)
    words = f"{'✓' if is_good else '✗'} {what} after {wording.seconds(outcome.seconds)}"
    if outcome.left_out:
        words += f", {wording.size(outcome.left_out)} of its output left out"
    return Content.styled(words + keys, "$text-success" if is_good else "$text-error")


def _ended(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"ended by signal {-code}"
