"""The right side of a wide form: what will be sent, what it may cost, and the button that sends it."""

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from replicate_tui.ui.form.sent import json_lines
from replicate_tui.ui.widgets.lines import LinePainter
from replicate_tui.ui.wording import plural


class _JsonLines(Widget):
    """Lines of JSON; what has no room is counted in the last line."""

    DEFAULT_CSS = """
    _JsonLines { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Content] = []
        self._painter = LinePainter()

    def show(self, lines: list[Content]) -> None:
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        line: Content = self._lines[y] if y < len(self._lines) else Content("")
        hidden = len(self._lines) - height
        if hidden > 0 and y == height - 1:
            line = Content.styled(f"… {plural(hidden + 1, 'more line')}", "$text-muted")
        return self._painter.paint(line, width, self.visual_style)

    def notify_style_update(self) -> None:
        self._painter = LinePainter()
        super().notify_style_update()


class _RunButton(Static):
    DEFAULT_CSS = """
    _RunButton { height: 1; width: auto; padding: 0 2; background: $primary; color: $background; text-style: bold; }
    _RunButton.-busy { background: $boost; color: $text-muted; }
    """

    def on_click(self) -> None:
        self.post_message(SentPane.RunClicked())


class SentPane(Vertical):
    """Shows a JSON object, lines about cost and time, and a button that says `word`."""

    DEFAULT_CSS = """
    SentPane { padding: 0 1 0 2; border-left: solid $border; }
    SentPane #sent-heading { height: 1; color: $text-muted; margin-bottom: 1; }
    SentPane #report { height: auto; color: $text-muted; margin-top: 1; display: none; }
    SentPane #estimate { height: auto; color: $text-muted; margin-top: 1; }
    SentPane #run { margin-top: 1; }
    """

    class RunClicked(Message):
        """The button was clicked."""

    def __init__(self, word: str = "Run", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._words = f"{word}  ctrl+g"

    def compose(self) -> ComposeResult:
        self._lines = _JsonLines()
        self._report = Static(id="report")
        self._estimate = Static(id="estimate")
        self._button = _RunButton(Content(self._words), id="run")
        yield Static(Content("What will be sent"), id="sent-heading")
        yield self._lines
        yield self._report
        yield self._estimate
        yield self._button

    def show_input(self, value: Any) -> None:
        self._lines.show(json_lines(value))

    def show_report(self, lines: Sequence[str]) -> None:
        """Show lines about whom the run reports to besides."""
        self._report.display = bool(lines)
        self._report.update(Content("\n".join(lines)))

    def show_estimate(self, lines: Sequence[str]) -> None:
        """Show lines about cost and time, each with its basis."""
        self._estimate.display = bool(lines)
        self._estimate.update(Content("\n".join(lines)))

    def show_busy(self, busy: bool) -> None:
        self._button.set_class(busy, "-busy")
        self._button.update(Content("sending" if busy else self._words))
