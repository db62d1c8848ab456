"""One webhook delivery whole: its verdict, its headers, its body."""

import asyncio
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from replicate_tui.services.webhook_judge import body_text
from replicate_tui.services.webhook_views import Delivery
from replicate_tui.ui import wording
from replicate_tui.ui.house import House
from replicate_tui.ui.screens.base import HouseScreen
from replicate_tui.ui.webhooks.drawing import delivery_facts, verdict_content
from replicate_tui.ui.webhooks.errands import WebhookErrands
from replicate_tui.ui.widgets.text_view import TextView
from replicate_tui.ui.widgets.title_line import TitleLine

#: Of a body so much is shown; all of it is copied and replayed.
MOST_CHARACTERS: Final = 1_000_000


class DeliveryScreen(HouseScreen):
    """Shows the delivery with `number`, and others of the list from here."""

    CSS_PATH = "delivery.tcss"
    AUTO_FOCUS = "#whole"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("R", "replay", "replay", id="delivery.replay", tooltip="Give the delivery to a command"),
        Binding("o", "open_run", "run", id="delivery.run", tooltip="Open the run that was told of"),
        Binding("y", "copy", "copy", id="delivery.copy", tooltip="Copy the body, a curl command, an address"),
        Binding(
            "left_square_bracket", "step(-1)", "earlier", id="delivery.earlier", tooltip="The delivery that came before"
        ),
        Binding(
            "right_square_bracket", "step(1)", "later", id="delivery.later", tooltip="The delivery that came after"
        ),
    ]

    def __init__(self, house: House, number: int) -> None:
        super().__init__(house)
        self._number = number
        self._errands = WebhookErrands(self, self._tell)

    def compose_body(self) -> ComposeResult:
        yield TitleLine(id="heading")
        yield TitleLine(id="told")
        yield TextView(follow=False, empty_text="This delivery is not kept any more.", id="whole")

    def on_mount(self) -> None:
        super().on_mount()
        self._show()

    @property
    def _delivery(self) -> Delivery | None:
        return self.house.services.webhooks.get(self._number)

    @work(group="delivery", exclusive=True, description="read a delivery")
    async def _show(self) -> None:
        delivery = self._delivery
        if delivery is None:
            return
        facts = delivery.facts
        title = Content.assemble(Content.styled(f"Delivery #{delivery.number}", "bold"), f"  {facts.event}")
        self.query_one("#heading", TitleLine).show(title, verdict_content(delivery.verdict))
        view = self.query_one(TextView)
        width = max(20, (view.size.width or self.app.size.width) - 2)
        lines = [line.plain.rstrip() for line in delivery_facts(delivery, width)]
        body = await asyncio.to_thread(body_text, delivery.body)
        more = len(body) - MOST_CHARACTERS
        cut = f"\n\n… {wording.count(more)} more characters are not shown; y copies the body" if more > 0 else ""
        view.set_text("\n".join([*lines, "", "Body", f"{body[:MOST_CHARACTERS]}{cut}"]))

    def _tell(self, words: str) -> None:
        self.query_one("#told", TitleLine).show(Content.styled(words, "$text-error"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("replay", "open_run", "copy"):
            return True if self._delivery else None
        return super().check_action(action, parameters)

    def action_step(self, step: int) -> None:
        """Go to the delivery that came before or after this one."""
        numbers = [each.number for each in self.house.services.webhooks.deliveries]
        others = [number for number in numbers if (number - self._number) * step > 0]
        if others:
            self._number = min(others) if step > 0 else max(others)
            self._show()

    def action_replay(self) -> None:
        if self._delivery:
            self._errands.replay(self._delivery)

    def action_open_run(self) -> None:
        if self._delivery:
            self._errands.open_run(self._delivery)

    def action_copy(self) -> None:
        self._errands.copy(self._delivery)
