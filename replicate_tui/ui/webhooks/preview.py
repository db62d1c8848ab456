"""The pane beside the list of deliveries."""

import asyncio
from typing import Any, Final

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from replicate_tui.schema.jsontext import ValueProblem
from replicate_tui.services.webhook_judge import body_value
from replicate_tui.services.webhook_views import Delivery
from replicate_tui.text import clean_line
from replicate_tui.ui.form.sent import json_lines
from replicate_tui.ui.removal import Removable
from replicate_tui.ui.webhooks.drawing import about_group, header_group, verdict_lines
from replicate_tui.ui.widgets.run_facts import fact_lines

#: Of a body that is no JSON so much is shown here.
_TEXT_CHARACTERS: Final = 2_000


class DeliveryPreview(Removable, VerticalScroll):
    """Shows what is known of a delivery, and the beginning of its body; it never takes the focus."""

    DEFAULT_CSS = """
    DeliveryPreview { padding: 0 1; }
    DeliveryPreview Static { width: 1fr; height: auto; }
    """
    can_focus = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._delivery: Delivery | None = None
        self._body: list[Content] = []

    def compose(self) -> ComposeResult:
        yield Static("", id="facts")

    async def show(self, delivery: Delivery | None) -> None:
        """Show a delivery, or nothing; its body is read in a thread."""
        is_other = delivery is None or self._delivery is None or delivery.number != self._delivery.number
        if is_other:
            self._body = await asyncio.to_thread(_body_lines, delivery.body) if delivery else []
            self.scroll_home(animate=False)
        self._delivery = delivery
        self._redraw()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002  (Textual's)
        self._redraw()

    def _redraw(self) -> None:
        # As if the scrollbar were there: whether it comes depends on the lines that this makes.
        width = self.outer_size.width - self.styles.gutter.width - 1
        if width <= 0 or not self.is_attached:
            return
        lines: list[Content] = []
        if self._delivery is not None:
            body = [line.truncate(width, ellipsis=True) for line in self._body]
            lines = verdict_lines(self._delivery, width) + fact_lines([about_group(self._delivery)], width)
            lines += [Content(""), Content.styled("Body", "bold"), *body, Content("")]
            lines += fact_lines([header_group(self._delivery)], width)
        self.query_one("#facts", Static).update(Content("\n").join(lines))


def _body_lines(body: bytes) -> list[Content]:
    try:
        value: Any = body_value(body)
    except ValueProblem:
        return [Content(clean_line(body[:_TEXT_CHARACTERS].decode("utf-8", "replace"), _TEXT_CHARACTERS))]
    return json_lines(value)
