"""The webhook receiver: how it stands, and what has come."""

from collections.abc import Callable
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input

from replicate_tui.services.webhook_views import Delivery
from replicate_tui.ui import messages
from replicate_tui.ui.coalesced import Coalesced
from replicate_tui.ui.house import House
from replicate_tui.ui.removal import is_whole
from replicate_tui.ui.screens.base import HouseScreen
from replicate_tui.ui.webhooks.drawing import address_line, delivery_lines, refusal_words, state_line
from replicate_tui.ui.webhooks.errands import WebhookErrands
from replicate_tui.ui.webhooks.listing import WebhookListing
from replicate_tui.ui.webhooks.preview import DeliveryPreview
from replicate_tui.ui.widgets.title_line import TitleLine
from replicate_tui.ui.widgets.virtual_list import RowContent, VirtualList

#: Deliveries are drawn this often at most, in seconds.
NEWS_PAUSE: Final = 0.1
PREVIEW_PAUSE: Final = 0.1
_ON_A_DELIVERY: Final = frozenset({"replay", "forget", "open_run"})


class WebhooksScreen(HouseScreen):
    """Shows deliveries as they come; the cursor stays on its own."""

    CSS_PATH = "webhooks.tcss"
    AUTO_FOCUS = "#deliveries"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "start_or_stop", "start/stop", id="webhooks.start", tooltip="Start listening, or stop"),
        Binding("u", "public_url", "URL", id="webhooks.url", tooltip="Give the public URL that leads here"),
        Binding("e", "events", "events", id="webhooks.events", tooltip="Choose of what runs report, or of nothing"),
        Binding("R", "replay", "replay", id="webhooks.replay", tooltip="Give the delivery to a command"),
        Binding("o", "open_run", "run", id="webhooks.run", tooltip="Open the run that was told of"),
        Binding("y", "copy", "copy", id="webhooks.copy", tooltip="Copy the body, a curl command, an address"),
        Binding("d", "forget", "forget", id="webhooks.forget", tooltip="Take it off this list; marked ones too"),
        Binding("slash", "filter", "filter", id="webhooks.filter", key_display="/"),
        Binding("S", "sort", "sort", id="webhooks.sort", tooltip="Newest, oldest, run, verdict, size"),
        Binding("P", "port", "Choose the port", id="webhooks.port", show=False),
        Binding("p", "preview", "Show or hide the preview", id="webhooks.preview", show=False),
        Binding("r", "refresh", "Ask for the signing secret again", id="webhooks.refresh", show=False),
        Binding("escape", "leave_filter_or_back", "Back", id="webhooks.back", show=False),
    ]

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._receiver = house.services.webhooks
        self._listing = WebhookListing()
        self._problem = ""
        self._unsubscribe: Callable[[], None] | None = None
        self._errands = WebhookErrands(self, self._tell)
        self._showing = Coalesced(self, self._show, description="draw deliveries", pause=NEWS_PAUSE)
        self._previewed = Coalesced(self, self._preview, description="look at a delivery", pause=PREVIEW_PAUSE)

    def compose_body(self) -> ComposeResult:
        yield TitleLine(Content.styled("Webhooks", "bold"), id="heading")
        yield TitleLine(id="state")
        yield TitleLine(id="address")
        yield TitleLine(id="told")
        with Horizontal(id="panes"):
            yield VirtualList[Delivery](
                self._draw, key=lambda each: each.number, row_height=2, markable=True, id="deliveries"
            )
            yield DeliveryPreview(id="preview")
        field = Input(placeholder="filter: verdict, event, run, model, status", id="filter")
        field.cursor_blink = False
        yield field

    def on_mount(self) -> None:
        super().on_mount()
        self._errands.recall()

    def on_screen_resume(self) -> None:
        self._unsubscribe = self._unsubscribe or self._receiver.subscribe(self._take_news)
        self._showing.want()

    def on_screen_suspend(self) -> None:
        self._stop_listening()

    def on_unmount(self) -> None:
        self._stop_listening()

    def _stop_listening(self) -> None:
        if self._unsubscribe:
            self._unsubscribe()
        self._unsubscribe = None

    # -- what is shown ------------------------------------------------------------------------------------------

    @property
    def _list(self) -> VirtualList[Delivery]:
        return self.query_one("#deliveries", VirtualList)

    def _draw(self, row: Delivery, width: int, cursor: bool) -> RowContent:  # noqa: ARG002  (the list's contract)
        return delivery_lines(row, width)

    def _take_news(self) -> None:
        if is_whole(self):
            self._showing.want()

    async def _show(self) -> None:
        self._listing.deliveries = self._receiver.deliveries
        self._show_rows()
        self._show_state()

    def _show_rows(self) -> None:
        shown = self._list
        shown.empty_text = self._listing.empty_text(self._receiver.state)
        # Until the cursor is moved it stays on top, where the newest is.
        keep = shown.cursor_key if shown.cursor_index > 0 else None
        shown.set_rows(self._listing.rows(), keep=keep)
        self._show_heading()
        self._previewed.want()
        self.refresh_bindings()

    @on(VirtualList.MarksChanged)
    def _show_heading(self) -> None:
        words = self._listing.facts(self._receiver.state, len(self._list.rows), len(self._marked))
        self.query_one("#heading", TitleLine).show(facts=Content.styled(words, "$text-muted"))

    def _show_state(self) -> None:
        state = self._receiver.state
        self.query_one("#state", TitleLine).show(*state_line(state))
        is_demo = self.house.services.connection.is_demo
        self.query_one("#address", TitleLine).show(address_line(state, is_demo=is_demo))
        problem = self._problem or state.problem
        told = (
            Content.styled(problem, "$text-error") if problem else Content.styled(refusal_words(state), "$text-warning")
        )
        self.query_one("#told", TitleLine).show(told)

    def _tell(self, words: str) -> None:
        """Show what could not be done, until something else is."""
        self._problem = words
        if is_whole(self):
            self._show_state()

    # -- preview ------------------------------------------------------------------------------------------------

    @on(VirtualList.Highlighted)
    def _moved(self) -> None:
        self.refresh_bindings()
        self._previewed.want()

    async def _preview(self) -> None:
        pane = self.query_one(DeliveryPreview)
        if pane.display:
            await pane.show(self._delivery)

    def action_preview(self) -> None:
        pane = self.query_one(DeliveryPreview)
        pane.display = not pane.display
        self._previewed.want()

    def on_resize(self) -> None:
        self._previewed.want()

    # -- filter and sort ----------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        field = self.query_one("#filter", Input)
        field.display = True
        self.set_focus(field)

    @on(Input.Changed, "#filter")
    def _filter(self, event: Input.Changed) -> None:
        self._listing.words = event.value
        self._show_rows()

    @on(Input.Submitted, "#filter")
    def _leave_filter(self) -> None:
        self.query_one("#filter", Input).display = False
        self.set_focus(self._list)

    def on_key(self, event: events.Key) -> None:
        if self.query_one("#filter", Input).has_focus and event.key == "down":
            event.stop()
            self._leave_filter()

    async def action_leave_filter_or_back(self) -> None:
        """Leave the filter and take it off, else take off the marks, else go back."""
        field = self.query_one("#filter", Input)
        if field.has_focus or field.value:
            field.value = ""
            self._leave_filter()
        elif self._list.marked:
            self._list.clear_marks()
        else:
            await self.run_action("app.back")

    def action_sort(self) -> None:
        self._listing.next_sort()
        self._show_rows()

    # -- keys ---------------------------------------------------------------------------------------------------

    @property
    def _delivery(self) -> Delivery | None:
        """The delivery under the cursor, as it is known now."""
        row = self._list.cursor_row
        return self._receiver.get(row.number) if row else None

    @property
    def _marked(self) -> tuple[Delivery, ...]:
        """The marked deliveries that there still are."""
        return tuple(row for row in self._list.marked if self._receiver.get(row.number))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if self.is_mounted and action in _ON_A_DELIVERY:
            return True if self._delivery else None
        return super().check_action(action, parameters)

    @on(VirtualList.Selected)
    def _open(self) -> None:
        if self._delivery:
            self.post_message(messages.OpenDelivery(self._delivery.number))

    def action_start_or_stop(self) -> None:
        self._errands.start_or_stop()

    def action_public_url(self) -> None:
        self._errands.ask_public_url()

    def action_port(self) -> None:
        self._errands.ask_port()

    def action_events(self) -> None:
        self._errands.ask_events()

    def action_refresh(self) -> None:
        self._errands.learn_secret()

    def action_replay(self) -> None:
        if self._delivery:
            self._errands.replay(self._delivery)

    def action_open_run(self) -> None:
        if self._delivery:
            self._errands.open_run(self._delivery)

    def action_copy(self) -> None:
        self._errands.copy(self._delivery)

    def action_forget(self) -> None:
        chosen = self._marked or ((self._delivery,) if self._delivery else ())
        self._list.clear_marks()
        self._errands.forget(chosen)
