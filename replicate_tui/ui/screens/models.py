"""Models: pinned, recent, the account's own, and all public ones, as lists of one kind."""

from datetime import UTC, datetime
from typing import ClassVar, cast

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input

from replicate_tui.services.model_lists import PublicModels, PublicSort
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.views import ModelCard
from replicate_tui.ui import messages
from replicate_tui.ui.house import House
from replicate_tui.ui.listed_models import TABS, ListedModels, new_tabs
from replicate_tui.ui.model_errands import ModelErrands
from replicate_tui.ui.problems import tells_problems
from replicate_tui.ui.rows import model_lines
from replicate_tui.ui.screens.model_previewing import ModelPreviewing
from replicate_tui.ui.web_pages import copy_choices, copy_choices_of, page_of
from replicate_tui.ui.widgets import list_messages
from replicate_tui.ui.widgets.marking_list import MarkingList
from replicate_tui.ui.widgets.model_preview import ModelPreview
from replicate_tui.ui.widgets.tab_line import TabLine
from replicate_tui.ui.widgets.title_line import TitleLine
from replicate_tui.ui.widgets.virtual_list import RowContent, VirtualList


class ModelsScreen(ModelPreviewing):
    """Each tab keeps its rows, filter, order and cursor; what changes elsewhere shows when one comes back."""

    CSS_PATH = "models.tcss"
    AUTO_FOCUS = "#models"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "form", "form", id="models.form", tooltip="Open the run form of the model"),
        Binding("n", "new", "new", id="models.new", tooltip="Make a model of your own"),
        Binding("slash", "filter", "filter", id="models.filter", key_display="/"),
        Binding("S", "sort", "sort", id="models.sort", tooltip="Next order of the list"),
        Binding(
            "left_square_bracket", "tab(-1)", "Previous tab", id="models.previous_tab", key_display="[", show=False
        ),
        Binding("right_square_bracket", "tab(1)", "tabs", id="models.next_tab", key_display="[ ]"),
        Binding("asterisk", "pin", "pin", id="models.pin", key_display="*", tooltip="Pin or unpin the model"),
        Binding("p", "preview", "preview", id="models.preview", tooltip="Show or hide the preview"),
        Binding("y", "copy", "copy", id="models.copy"),
        Binding("o", "web", "web", id="models.web", tooltip="Open the web page"),
        Binding("e", "edit", "Change the texts and links of your model", id="models.edit", show=False),
        Binding("d", "delete", "Delete your model", id="models.delete", show=False),
        Binding("r", "refresh", "Ask the service again", id="models.refresh", show=False),
        Binding("escape", "leave_filter", "Leave the filter", id="models.leave_filter", show=False),
    ]

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._tabs = new_tabs()
        self._pinned: frozenset[str] = frozenset()
        self._public: PublicModels | None = None

    def compose_body(self) -> ComposeResult:
        yield TabLine(TABS, "pinned", id="tabs")
        yield TitleLine(id="summary")
        with Horizontal(id="panes"):
            yield MarkingList[ModelCard](self._draw_row, key=lambda card: card.full_name, row_height=2, id="models")
            yield ModelPreview(id="preview")
        field = Input(placeholder="filter: words of the name or the description", id="filter")
        field.cursor_blink = False
        yield field

    def on_screen_resume(self) -> None:
        # What was here is painted before anything is read.
        self.call_after_refresh(self._read)

    @property
    def _list(self) -> VirtualList[ModelCard]:
        return self.query_one("#models", VirtualList)

    @property
    def _active(self) -> str:
        return self.query_one(TabLine).active

    @property
    def _tab(self) -> ListedModels:
        return self._tabs[self._active]

    @property
    def current(self) -> ModelCard | None:
        return self._list.cursor_row

    @property
    def _chosen(self) -> tuple[ModelCard, ...]:
        """The marked rows, else the one under the cursor."""
        return self._list.marked or ((self.current,) if self.current else ())

    def _draw_row(self, card: ModelCard, width: int, cursor: bool) -> RowContent:  # noqa: ARG002  (the list's contract)
        return model_lines(card, width, pinned=card.full_name in self._pinned)

    # -- reading ------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="models", description="read a list of models")
    @tells_problems
    async def _read(self, *, ask: bool = False) -> None:
        """Show the open tab as known here, then as the service says: once, and on `ask`."""
        await self.house.profile.until_prepared()
        self._show()
        search = self.house.services.search
        self._pinned = await search.pinned_names()
        name = self._active
        tab = self._tabs[name]
        match name:
            case "pinned":
                self._take(tab, await search.pinned())
            case "recent":
                self._take(tab, await search.recent(200))
            case "mine":
                await self._read_mine(tab, ask=ask or not tab.is_asked)
            case _:
                await self._read_public(tab, ask=ask or not tab.is_asked)

    def _take(self, tab: ListedModels, cards: tuple[ModelCard, ...], problem: str = "") -> None:
        tab.cards, tab.problem, tab.is_read = cards, problem, True
        if tab is self._tab:
            self._show()

    async def _read_mine(self, tab: ListedModels, *, ask: bool) -> None:
        lists = self.house.services.model_lists
        known = await lists.known_mine()
        if known:
            self._take(tab, known, tab.problem)
        if not ask:
            return
        try:
            answer = await lists.mine()
        except ServiceProblem as problem:
            self._take(tab, known, str(problem))
            return
        # Only now: another key may have cut the asking short.
        tab.is_asked, tab.fetched_at = True, answer.fetched_at
        self._take(tab, answer.value, answer.problem or "")

    async def _read_public(self, tab: ListedModels, *, ask: bool) -> None:
        sort = cast("PublicSort", tab.sort_name)
        lists = self.house.services.model_lists
        if not ask:
            return
        known = None if tab.cards else await lists.first_known(sort)
        if known:
            tab.fetched_at = known.fetched_at
            self._take(tab, known.value)
        walk = lists.public(sort)
        try:
            newest = await walk.more()
        except ServiceProblem as problem:
            self._take(tab, tab.cards, str(problem))
            return
        is_same = self._public is not None and self._public.sort == sort
        if not is_same:
            self._public = walk
        # A newer first page goes on top of what was scrolled through, so that the cursor keeps its row.
        names = {card.full_name for card in newest}
        before = tab.cards if is_same else ()
        tab.is_asked, tab.fetched_at = True, datetime.now(UTC)
        tab.has_more = not (self._public or walk).is_complete
        self._take(tab, (*newest, *(card for card in before if card.full_name not in names)))

    @on(VirtualList.ReachedEnd)
    def _bring_more(self) -> None:
        """Read the next page of public models; a filter looks at what is here, and never walks through all there is."""
        if self._active == "public" and not self._tab.words and self._public and not self._public.is_complete:
            self._read_more(self._public)

    @work(group="more models", description="read the next page of public models")
    async def _read_more(self, walk: PublicModels) -> None:
        tab = self._tabs["public"]
        try:
            more = await walk.more()
        except ServiceProblem as problem:
            self._list.expect_more()
            self._take(tab, tab.cards, str(problem))
            return
        if walk is self._public:
            tab.has_more = not walk.is_complete
            known = {card.full_name for card in tab.cards}
            self._take(tab, (*tab.cards, *(card for card in more if card.full_name not in known)))

    def _show(self) -> None:
        tab, rows = self._tab, self._list
        shown = tab.shown()
        rows.empty_text = tab.empty_text()
        rows.set_rows(shown, keep=rows.cursor_key or tab.cursor)
        self._summarise(len(shown))
        self.query_one(TabLine).note(
            self._active, str(len(tab.cards)) if tab.cards and self._active != "public" else ""
        )
        self.follow_cursor()

    def _summarise(self, shown: int) -> None:
        tab = self._tab
        note = f"filter: {tab.words}" if tab.words else tab.note
        self.query_one("#summary", TitleLine).show(note, Content.styled(tab.facts(shown), "$text-muted"))

    # -- tabs, filter, order ------------------------------------------------------------------------------------

    def action_tab(self, by: int) -> None:
        self._tab.cursor = self._list.cursor_key
        self.query_one(TabLine).step(by)

    @on(TabLine.Changed)
    def _tab_changed(self) -> None:
        self._list.clear_marks()
        self._list.set_rows(())
        self._show()
        self._read()

    def action_sort(self) -> None:
        tab = self._tab
        tab.next_sort()
        if self._active == "public":
            tab.cards, tab.is_read, tab.is_asked, tab.cursor, self._public = (), False, False, None, None
            self._list.set_rows(())
            self._read()
        self._show()

    def action_filter(self) -> None:
        field = self.query_one("#filter", Input)
        field.display = True
        field.value = self._tab.words
        self.set_focus(field)

    @on(Input.Changed, "#filter")
    def _filter(self, event: Input.Changed) -> None:
        if event.value.strip() != self._tab.words:
            self._tab.words = event.value.strip()
            self._show()

    @on(Input.Submitted, "#filter")
    def _to_the_list(self) -> None:
        self.query_one("#filter", Input).display = False
        self.set_focus(self._list)

    def on_key(self, event: events.Key) -> None:
        if self.query_one("#filter", Input).has_focus and event.key == "down":
            event.stop()
            self._to_the_list()

    def action_leave_filter(self) -> None:
        self._to_the_list()
        if self._tab.words:
            self._tab.words = ""
            self._show()

    def action_refresh(self) -> None:
        self._read(ask=True)

    # -- keys on a model ----------------------------------------------------------------------------------------

    @on(VirtualList.Selected)
    def _open(self, event: list_messages.Selected) -> None:
        self.post_message(messages.OpenModel(event.row.full_name))

    def action_form(self) -> None:
        if self.current:
            self.post_message(messages.OpenForm(self.current.full_name))

    def action_new(self) -> None:
        self.post_message(messages.OpenModelForm())

    @work(exclusive=True, group="own model", description="change a model")
    @tells_problems
    async def action_edit(self) -> None:
        if self.current:
            await ModelErrands(self, self.house).edit(self.current.full_name)

    @work(exclusive=True, group="own model", description="delete a model")
    @tells_problems
    async def action_delete(self) -> None:
        card = self.current
        if card and await ModelErrands(self, self.house).delete(card.full_name):
            self.post_message(messages.Say(f"Deleted {card.full_name}."))
            self._forget(card)

    def _forget(self, card: ModelCard) -> None:
        """Take a deleted model out of every tab."""
        for tab in self._tabs.values():
            tab.cards = tuple(each for each in tab.cards if each.full_name != card.full_name)
        self._show()

    @work(group="pin", description="pin or unpin models")
    @tells_problems
    async def action_pin(self) -> None:
        search = self.house.services.search
        for card in self._chosen:
            await search.toggle_pin(card)
        self._list.clear_marks()
        self._read()

    def action_copy(self) -> None:
        chosen = self._chosen
        if len(chosen) == 1:
            self.post_message(messages.OpenCopyMenu(copy_choices(chosen[0])))
        elif chosen:
            self.post_message(messages.OpenCopyMenu(copy_choices_of(chosen)))

    def action_web(self) -> None:
        if self.current:
            self.post_message(messages.OpenWebPage(page_of(self.current)))
