"""Search: one field and a list; local matches at once, the service's answer blended in below."""

import asyncio
from collections.abc import Iterable
from typing import ClassVar, NamedTuple

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.views import CollectionCard, DocPage, ModelCard, SearchResults
from replicate_tui.ui import messages, wording
from replicate_tui.ui.house import House
from replicate_tui.ui.problems import tells_problems
from replicate_tui.ui.rows import collection_lines, model_lines
from replicate_tui.ui.screens.model_previewing import ASK_AFTER_SECONDS, ModelPreviewing
from replicate_tui.ui.web_pages import Listed, copy_choices, copy_choices_of, page_of
from replicate_tui.ui.widgets.marking_list import MarkingList
from replicate_tui.ui.widgets.model_preview import ModelPreview
from replicate_tui.ui.widgets.title_line import TitleLine
from replicate_tui.ui.widgets.virtual_list import GroupHeader, RowContent, VirtualList


class Found(NamedTuple):
    """One row: a model, a collection or a page of the documentation."""

    what: Listed
    pinned: bool = False

    @property
    def key(self) -> str:
        match self.what:
            case ModelCard():
                return f"model {self.what.full_name}"
            case CollectionCard():
                return f"collection {self.what.slug}"
            case DocPage():
                return f"page {self.what.url}"


Row = Found | GroupHeader


def group(title: str, found: Iterable[Found], seen: set[str], note: str = "") -> list[Row]:
    """Return a header and its rows, without what `seen` already holds; nothing when nothing is left."""
    rows: list[Row] = []
    for item in found:
        if item.key not in seen:
            seen.add(item.key)
            rows.append(item)
    return [GroupHeader(title, note), *rows] if rows else []


class SearchScreen(ModelPreviewing):
    CSS_PATH = "search.tcss"
    AUTO_FOCUS = "#found"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "form", "form", id="search.form", tooltip="Open the run form of the model"),
        Binding("p,right", "preview", "preview", id="search.preview", tooltip="Show or hide the preview"),
        Binding("slash", "focus_field", "search", id="search.field", key_display="/"),
        Binding("asterisk", "pin", "pin", id="search.pin", key_display="*", tooltip="Pin or unpin the model"),
        Binding("y", "copy", "copy", id="search.copy"),
        Binding("o", "web", "web", id="search.web", tooltip="Open the web page"),
        Binding("r", "refresh", "Ask the service again", id="search.refresh", show=False),
        Binding("escape", "clear", "Clear the search", id="search.clear", show=False),
    ]

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._query = ""
        self._results: list[SearchResults] = []
        self._open_when_listed = False
        self._pinned: tuple[ModelCard, ...] = ()
        self._asked_for_start = False

    def compose_body(self) -> ComposeResult:
        field = Input(placeholder="Search models, collections and docs", id="query", select_on_focus=False)
        field.cursor_blink = False
        yield field
        yield TitleLine(id="summary")
        with Horizontal(id="panes"):
            yield MarkingList[Found](self._draw_row, key=lambda found: found.key, row_height=2, id="found")
            yield ModelPreview(id="preview")

    def on_screen_resume(self) -> None:
        if not self._query:
            # The place itself is painted before what fills it is imported.
            self.call_after_refresh(self._show_start)

    @property
    def _list(self) -> VirtualList[Found]:
        return self.query_one("#found", VirtualList)

    def _draw_row(self, row: Found, width: int, cursor: bool) -> RowContent:  # noqa: ARG002  (the list's contract)
        match row.what:
            case ModelCard():
                return model_lines(row.what, width, pinned=row.pinned)
            case CollectionCard():
                return collection_lines(row.what, width)
            case DocPage():
                return Content(row.what.name), Content.styled(row.what.url, "$text-muted")

    # -- what is shown ------------------------------------------------------------------------------------------

    @work(exclusive=True, group="search", description="pinned, recent and popular models")
    @tells_problems
    async def _show_start(self, *, ask: bool = False) -> None:
        """Before typing: pinned, recent and popular models as known here; the service is asked once, or on `ask`."""
        await self.house.profile.until_prepared()
        await self._show_known("")
        if self._asked_for_start and not ask:
            return
        age = ""
        try:
            collections = await self.house.services.catalog.collections()
            age = f" · age {wording.age(collections.fetched_at)}" if collections.problem else ""
            popular = await self.house.services.search.refresh_popular()
        except ServiceProblem as problem:
            self._summarise(f"{problem}{age}")
            return
        self._asked_for_start = collections.problem is None
        await self._show_known(f"{collections.problem or ''}{age}", popular)

    async def _show_known(self, note: str, popular: tuple[ModelCard, ...] | None = None) -> None:
        search = self.house.services.search
        self._pinned = await search.pinned()
        seen: set[str] = set()
        rows = [
            *group("Pinned", (Found(card, pinned=True) for card in self._pinned), seen),
            *group("Recent", map(Found, await search.recent()), seen),
            *group("Popular", map(Found, popular or await search.popular()), seen),
        ]
        if self._query:
            return
        self._results = []
        self._list.set_rows(rows, keep=self._list.cursor_key)
        self._summarise(note)

    @on(Input.Changed, "#query")
    def _search(self, event: Input.Changed) -> None:
        self._query = event.value.strip()
        self._open_when_listed = False
        if self._query:
            self._search_for(self._query)
        else:
            self._show_start()

    @work(exclusive=True, group="search", description="search here, then at the service")
    @tells_problems
    async def _search_for(self, query: str) -> None:
        search = self.house.services.search
        local = await search.local_search(query)
        # Other words start from the top; the same words again leave the cursor where it is.
        self._show_results([local], keep=self._listed_query == query)
        self._summarise("asking the service …")
        # Local matches came at once; the service is asked when the field has been still for a while.
        await asyncio.sleep(ASK_AFTER_SECONDS)
        try:
            answer = await search.search(query)
        except ServiceProblem as problem:
            self._open_when_listed = False
            self._summarise(str(problem))
            return
        self._show_results([local, answer.value], keep=True)
        self._summarise(answer.problem or "")

    @property
    def _listed_query(self) -> str:
        """The words that the list answers."""
        return self._results[0].query if self._results else ""

    def _show_results(self, results: list[SearchResults], *, keep: bool) -> None:
        """Keep local matches on top, so that the service's answer never moves what the cursor is on."""
        self._results = results
        here = "Nothing of that is known here yet." if len(results) < 2 else "Nothing fits, here or at the service."
        self._list.empty_text = f"{here} esc clears the search."
        self._list.set_rows(self._result_rows(), keep=self._list.cursor_key if keep else None)
        is_whole = len(results) > 1
        if self._open_when_listed and (self._list.cursor_row or is_whole):
            self._open_when_listed = False
            self.action_open()

    def _result_rows(self) -> list[Row]:
        seen: set[str] = set()
        pinned = {card.full_name for card in self._pinned}
        rows: list[Row] = []
        for number, results in enumerate(self._results):
            models = (Found(card, card.full_name in pinned) for card in results.models)
            origin = "from the service" if number else ""
            rows += group("Models", models, seen, origin or "known here")
            rows += group("Collections", map(Found, results.collections), seen, origin)
            rows += group("Documentation", map(Found, results.pages), seen)
        return rows

    def _summarise(self, note: str) -> None:
        number = sum(1 for row in self._list.rows if isinstance(row, Found))
        title = f"{number} found" if self._query else ""
        self.query_one("#summary", TitleLine).show(title, Content.styled(note, "$text-muted"))

    # -- moving about -------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        if self.query_one("#query", Input).has_focus and event.key == "down":
            event.stop()
            event.prevent_default()
            self.set_focus(self._list)

    def action_clear(self) -> None:
        self._list.clear_marks()
        self.query_one("#query", Input).value = ""
        self.set_focus(self._list)

    @on(Input.Submitted, "#query")
    def _open_first(self) -> None:
        """Open what was typed for, never what the list still shows of the words before."""
        self.set_focus(self._list)
        if self._listed_query == self._query and self._list.cursor_row:
            self.action_open()
        else:
            self._open_when_listed = len(self._results) < 2 or self._listed_query != self._query

    def action_open(self) -> None:
        match self.current:
            case ModelCard() as card:
                self.post_message(messages.OpenModel(card.full_name))
            case CollectionCard() as card:
                self.post_message(messages.OpenCollection(card.slug))
            case DocPage() as page:
                self.post_message(messages.OpenWebPage(page.url))

    @on(VirtualList.Selected)
    def _open_selected(self) -> None:
        self.action_open()

    @property
    def current(self) -> Listed | None:
        row = self._list.cursor_row
        return row.what if row else None

    def action_focus_field(self) -> None:
        self.set_focus(self.query_one("#query", Input))

    def action_form(self) -> None:
        if isinstance(self.current, ModelCard):
            self.post_message(messages.OpenForm(self.current.full_name))

    @property
    def _marked_models(self) -> tuple[ModelCard, ...]:
        return tuple(row.what for row in self._list.marked if isinstance(row.what, ModelCard))

    @on(VirtualList.MarksChanged)
    def _marks_changed(self) -> None:
        self._summarise(f"{len(self._list.marked)} marked" if self._list.marked else "")

    @work(group="pin", description="pin or unpin models")
    @tells_problems
    async def action_pin(self) -> None:
        under_cursor = (self.current,) if isinstance(self.current, ModelCard) else ()
        chosen = self._marked_models or under_cursor
        search = self.house.services.search
        for card in chosen:
            await search.toggle_pin(card)
        self._list.clear_marks()
        if not chosen:
            return
        if not self._query:
            await self._show_known("")
            return
        self._pinned = await search.pinned()
        self._list.set_rows(self._result_rows(), keep=self._list.cursor_key)

    def action_copy(self) -> None:
        if marked := self._marked_models:
            self.post_message(messages.OpenCopyMenu(copy_choices_of(marked)))
        elif self.current:
            self.post_message(messages.OpenCopyMenu(copy_choices(self.current)))

    def action_web(self) -> None:
        if self.current:
            self.post_message(messages.OpenWebPage(page_of(self.current)))

    def action_refresh(self) -> None:
        if self._query:
            self._search_for(self._query)
        else:
            self._show_start(ask=True)
