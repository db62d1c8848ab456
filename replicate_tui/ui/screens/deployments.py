"""Deployments: what runs on machines of one's own, and what it costs to keep it ready."""

from datetime import UTC, datetime
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input

from replicate_tui.services.deployment_views import DeploymentCard
from replicate_tui.services.estimate import hardware_name
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.views import Aged
from replicate_tui.ui import messages, wording
from replicate_tui.ui.coalesced import Coalesced
from replicate_tui.ui.deployments.drawing import deployment_lines, hourly_sum
from replicate_tui.ui.deployments.errands import DeploymentErrands
from replicate_tui.ui.deployments.preview import DeploymentPreview
from replicate_tui.ui.house import House
from replicate_tui.ui.removal import is_whole
from replicate_tui.ui.screens.base import HouseScreen
from replicate_tui.ui.screens.collections import matches
from replicate_tui.ui.widgets import list_messages
from replicate_tui.ui.widgets.title_line import TitleLine
from replicate_tui.ui.widgets.virtual_list import RowContent, VirtualList

EMPTY: Final = "No deployments yet.\nn makes one; D on the page of a model makes one of that model."
SORTS: Final = ("newest", "name", "model", "cost")
PREVIEW_PAUSE: Final = 0.1
_ON_A_ROW: Final = frozenset({"run", "edit", "zero", "delete", "copy", "web"})


class DeploymentsScreen(HouseScreen):
    """Shows what was known at once, then what the service says; the cursor stays on its deployment."""

    CSS_PATH = "deployments.tcss"
    AUTO_FOCUS = "#deployments"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "new", id="deployments.new", tooltip="Make a deployment"),
        Binding("f", "run", "run", id="deployments.run", tooltip="Run on it"),
        Binding("e", "edit", "edit", id="deployments.edit", tooltip="Change version, hardware, instances"),
        Binding(
            "0", "zero", "scale down", id="deployments.zero", tooltip="Scale to zero, or switch off; marked ones too"
        ),
        Binding("d", "delete", "delete", id="deployments.delete", tooltip="Delete it, after its name was typed"),
        Binding("slash", "filter", "filter", id="deployments.filter", key_display="/"),
        Binding("S", "sort", "sort", id="deployments.sort", tooltip="Sort by another column"),
        Binding("y", "copy", "copy", id="deployments.copy"),
        Binding("o", "web", "web", id="deployments.web", tooltip="Open the web page, with live instance counts"),
        Binding("p", "preview", "Show or hide the preview", id="deployments.preview", show=False),
        Binding("r", "refresh", "Ask the service again", id="deployments.refresh", show=False),
        Binding("escape", "leave_filter_or_back", "Back", id="deployments.back", show=False),
    ]

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._answer: Aged[tuple[DeploymentCard, ...]] | None = None
        self._is_part = False
        self._words = ""
        self._sort = SORTS[0]
        self._refusal = ""
        self._errands = DeploymentErrands(self, self._read_again, self._tell)
        self._reading = Coalesced(self, self._read, description="list the deployments")
        self._previewed = Coalesced(self, self._preview, description="read a deployment", pause=PREVIEW_PAUSE)

    def compose_body(self) -> ComposeResult:
        yield TitleLine(Content.styled("Deployments", "bold"), id="heading")
        yield TitleLine(id="told")
        with Horizontal(id="panes"):
            yield VirtualList[DeploymentCard](
                self._draw,
                key=lambda card: card.full_name,
                row_height=2,
                empty_text="Reading …",
                markable=True,
                id="deployments",
            )
            yield DeploymentPreview(self.house.services.prices, id="preview")
        field = Input(placeholder="filter: name, model, hardware, version", id="filter")
        field.cursor_blink = False
        yield field

    def on_screen_resume(self) -> None:
        self._reading.want()

    @property
    def _list(self) -> VirtualList[DeploymentCard]:
        return self.query_one("#deployments", VirtualList)

    def _draw(self, card: DeploymentCard, width: int, cursor: bool) -> RowContent:  # noqa: ARG002  (list's contract)
        return deployment_lines(card, width)

    # -- reading ------------------------------------------------------------------------------------------------

    def _read_again(self) -> None:
        if is_whole(self):
            self._reading.want()

    async def _read(self) -> None:
        deployments = self.house.services.deployments
        if self._answer is None and (known := await deployments.cached_list()):
            self._show(known)
        is_first = self._answer is None
        try:
            self._show(await deployments.list(self._show_page if is_first else _wait_for_all))
        except ServiceProblem as problem:
            self._list.empty_text = f"{problem}\nr tries again"
            self._tell(str(problem))

    def _show_page(self, cards: tuple[DeploymentCard, ...]) -> None:
        """Show what is read so far of a list that is not known yet; a known one is replaced when all is read."""
        if is_whole(self):
            known = self._answer.value if self._answer else ()
            self._answer = Aged((*known, *cards), datetime.now(UTC))
            self._is_part = True
            self._show_rows()

    def _show(self, answer: Aged[tuple[DeploymentCard, ...]]) -> None:
        self._answer = answer
        self._is_part = False
        self._show_rows()
        self._tell(self._refusal)

    def _show_rows(self) -> None:
        cards = self._answer.value if self._answer else ()
        shown = [card for card in cards if matches(self._words, *_texts(card))]
        self._list.empty_text = "Nothing matches the filter; esc takes it off." if cards else EMPTY
        self._list.set_rows(self._sorted(shown), keep=self._list.cursor_key)
        self._show_heading(len(shown), len(cards))
        self._previewed.want()
        self.refresh_bindings()

    def _sorted(self, cards: list[DeploymentCard]) -> list[DeploymentCard]:
        match self._sort:
            case "name":
                return sorted(cards, key=lambda card: card.full_name)
            case "model":
                return sorted(cards, key=lambda card: (card.release.model, card.full_name))
            case "cost":
                return sorted(cards, key=self._cost, reverse=True)
            case _:
                oldest = datetime.min.replace(tzinfo=UTC)
                return sorted(cards, key=lambda card: card.release.created_at or oldest, reverse=True)

    def _cost(self, card: DeploymentCard) -> float:
        release = card.release
        return (self.house.services.prices.per_second(release.hardware) or 0.0) * (release.min_instances or 0)

    def _show_heading(self, shown: int, known: int) -> None:
        facts = [f"{wording.count(shown)} of {wording.count(known)}" if shown != known else wording.count(known)]
        facts[0] += " so far" if self._is_part else ""
        facts.append(f"by {self._sort}" if self._sort != SORTS[0] else "newest first")
        if known:
            facts.append(hourly_sum(self._answer.value if self._answer else (), self.house.services.prices))
        if marked := len(self._list.marked):
            facts.insert(0, f"{marked} marked")
        self.query_one("#heading", TitleLine).show(facts=Content.styled(" · ".join(facts), "$text-muted"))

    def _tell(self, words: str) -> None:
        """Show what the service refused until something else is done; else how old the list is when it is."""
        self._refusal = words
        if not is_whole(self):
            return
        answer = self._answer
        told = Content.styled(words, "$text-error")
        if not words and answer and answer.problem:
            told = Content.styled(f"{answer.problem} As of {_seen(answer.fetched_at)}.", "$text-warning")
        self.query_one("#told", TitleLine).show(told)

    # -- preview ------------------------------------------------------------------------------------------------

    @on(VirtualList.Highlighted)
    def _moved(self) -> None:
        self.refresh_bindings()
        self._previewed.want()

    @on(VirtualList.MarksChanged)
    def _marked(self) -> None:
        self._show_heading(len(self._list.rows), len(self._answer.value) if self._answer else 0)

    async def _preview(self) -> None:
        pane, card = self.query_one(DeploymentPreview), self._list.cursor_row
        if pane.display:
            releases = await self.house.services.deployments.releases(card.full_name) if card else ()
            pane.show(card, releases)

    def action_preview(self) -> None:
        pane = self.query_one(DeploymentPreview)
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
        self._words = event.value
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
        self._sort = SORTS[(SORTS.index(self._sort) + 1) % len(SORTS)]
        self._show_rows()

    # -- keys ---------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in _ON_A_ROW and self.is_mounted:
            return True if self._list.cursor_row else None
        return super().check_action(action, parameters)

    @on(VirtualList.Selected)
    def _open(self, event: list_messages.Selected) -> None:
        self.post_message(messages.OpenDeployment(event.row.full_name))

    def action_new(self) -> None:
        self.post_message(messages.OpenDeploymentForm())

    def action_run(self) -> None:
        if card := self._list.cursor_row:
            self._errands.run(card)

    def action_edit(self) -> None:
        if card := self._list.cursor_row:
            self.post_message(messages.OpenDeploymentForm(card))

    def action_zero(self) -> None:
        card = self._list.cursor_row
        if cards := self._list.marked or ((card,) if card else ()):
            self._errands.scale_down(cards, self._unmark)

    def _unmark(self) -> None:
        if is_whole(self):
            self._list.clear_marks()

    def action_delete(self) -> None:
        if card := self._list.cursor_row:
            self._errands.delete(card)

    def action_copy(self) -> None:
        if card := self._list.cursor_row:
            self._errands.copy(card)

    def action_web(self) -> None:
        if card := self._list.cursor_row:
            self._errands.open_web_page(card)

    def action_refresh(self) -> None:
        self._tell("")
        self._reading.want()


def _wait_for_all(_: tuple[DeploymentCard, ...]) -> None:
    """Show no part of a list in the place of a whole one."""


def _texts(card: DeploymentCard) -> tuple[str, ...]:
    release = card.release
    state = "off" if release.is_off else ""
    return card.full_name, release.model, release.version, release.hardware, hardware_name(release.hardware), state


def _seen(moment: datetime) -> str:
    age = wording.age(moment)
    return "just now" if age == "now" else age
