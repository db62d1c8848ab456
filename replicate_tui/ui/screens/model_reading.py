"""What a model's page shows, as known here and then as the service says; each tab is read when it is first opened."""

from functools import partial
from typing import Any, Final

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from replicate_tui.config import OFFICIAL_BASE_URL
from replicate_tui.schema.fields import InputField
from replicate_tui.services.events import RunChanged, RunEnded, RunEvent
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.views import Aged, ExampleCard, ModelPage, VersionCard
from replicate_tui.store.records import RunRow
from replicate_tui.ui import messages, wording
from replicate_tui.ui.house import House
from replicate_tui.ui.model_details import example_detail, input_detail, run_detail, version_detail
from replicate_tui.ui.problems import tells_problems
from replicate_tui.ui.screens.listed_tabs import ListedTabs
from replicate_tui.ui.screens.model_tabs import CodeTab, ExamplesTab, InputsTab, VersionsTab, YourRunsTab
from replicate_tui.ui.widgets.markdown_view import MarkdownView
from replicate_tui.ui.widgets.row_detail import DrawDetail
from replicate_tui.ui.widgets.tab_line import TabLine
from replicate_tui.ui.widgets.title_line import TitleLine
from replicate_tui.ui.widgets.virtual_list import VirtualList

TABS: Final = (
    ("inputs", "Inputs"),
    ("readme", "README"),
    ("examples", "Examples"),
    ("versions", "Versions"),
    ("code", "Code"),
    ("your-runs", "Your runs"),
)

#: Rows of Your runs read at a time.
RUNS_AT_A_TIME: Final = 200


class ModelReading(ListedTabs):
    """`full_name` is "owner/name"; `tab` is the id of the tab to open."""

    def __init__(self, house: House, full_name: str, tab: str = "") -> None:
        super().__init__(house)
        self.full_name = full_name
        self._model_owner, _, self._model_name = full_name.partition("/")
        self._first_tab = tab or "inputs"
        self._page: ModelPage | None = None
        self._age = ""
        self._pinned = False
        self._read: set[str] = set()
        self._may_have_changed = False

    def compose_body(self) -> ComposeResult:
        yield TitleLine(Content.styled(self.full_name, "bold"), id="name")
        yield TitleLine(id="description")
        yield TabLine(TABS, "inputs", id="tabs")
        yield from self.compose_panes("inputs")

    def compose_tabs(self) -> ComposeResult:
        yield InputsTab()
        yield MarkdownView(empty_text="Reading …", id="readme")
        yield ExamplesTab()
        yield VersionsTab()
        yield CodeTab()
        yield YourRunsTab()

    def detail_of(self, row: Any) -> DrawDetail | None:
        match row:
            case InputField():
                return partial(input_detail, row)
            case ExampleCard():
                return partial(example_detail, row)
            case VersionCard():
                return partial(version_detail, row, self.query_one(VersionsTab).before(row))
            case RunRow():
                return partial(run_detail, row)
        return None

    def on_mount(self) -> None:
        self._load_page()
        if self._first_tab != "inputs":
            self.query_one(TabLine).active = self._first_tab

    def on_screen_resume(self) -> None:
        self._count_runs()
        if self._may_have_changed:
            self._may_have_changed = False
            self.action_refresh()

    def action_refresh(self) -> None:
        self._read.clear()
        self._load_page()

    # -- the page -----------------------------------------------------------------------------------------------

    @work(exclusive=True, group="page", description="read the model")
    @tells_problems
    async def _load_page(self) -> None:
        catalog = self.house.services.catalog
        if cached := await catalog.cached_model(self._model_owner, self._model_name):
            self._show_page(cached.value)
        try:
            answer = await catalog.model(self._model_owner, self._model_name)
        except ServiceProblem as problem:
            if self._page is None:
                self.query_one(InputsTab).empty_text = f"{problem}\nr tries again"
            else:
                self.post_message(messages.SayProblem(problem))
            return
        self._show_page(answer.value)
        await self.house.services.search.remember_opened(answer.value.card)
        self._pinned = self.full_name in await self.house.services.search.pinned_names()
        self._tell_age(answer)

    def _tell_age(self, answer: Aged[Any]) -> None:
        """Say of what is shown, when it could not be read anew, how old it is."""
        self._age = f"{answer.problem} · age {wording.age(answer.fetched_at)}" if answer.problem else ""
        if self._page is not None:
            self._show_heading(self._page)

    def _show_page(self, page: ModelPage) -> None:
        self._page = page
        self._show_heading(page)
        self.query_one(InputsTab).show(page)
        self._read.discard("code")
        self._open_tab(self.query_one(TabLine).active)

    def _show_heading(self, page: ModelPage) -> None:
        card = page.card
        kind = "official" if card.is_official else "private" if card.visibility == "private" else "community"
        facts = [kind]
        if card.run_count is not None:
            facts.append(f"{wording.short_count(card.run_count)} runs")
        price = "price per output: not told by the API" if card.is_official else "billed by hardware seconds"
        facts.append("local stand-in" if card.stand_in else price)
        if self._pinned:
            facts.append("● pinned")
        self.query_one("#name", TitleLine).show(
            Content.assemble(Content.styled(card.owner + "/", "$text-muted"), Content.styled(card.name, "bold")),
            Content.styled(" · ".join(facts), "$text-muted"),
        )
        self.query_one("#description", TitleLine).show(card.description, Content.styled(self._age, "$text-warning"))

    # -- tabs ---------------------------------------------------------------------------------------------------

    @on(TabLine.Changed)
    def _tab_changed(self, message: TabLine.Changed) -> None:
        self._open_tab(message.tab)

    def _open_tab(self, tab: str) -> None:
        body = self.query_one("#body", ContentSwitcher)
        if body.current != tab:
            body.current = tab
            self.query_one("#filter").display = False
            shown = body.visible_content
            target: Widget | None = self.query_one("#snippet") if tab == "code" else shown
            if target:
                self.set_focus(target, scroll_visible=False)
        if tab not in self._read:
            self._read.add(tab)
            self._read_tab(tab)
        self.show_detail()
        self.refresh_bindings()

    def _read_tab(self, tab: str) -> None:
        readers = {
            "readme": self._load_readme,
            "examples": self._load_examples,
            "versions": self._load_versions,
            "code": self._load_code,
            "your-runs": self._count_runs,
        }
        if reader := readers.get(tab):
            reader()

    @work(exclusive=True, group="readme", description="read the README")
    async def _load_readme(self) -> None:
        view = self.query_one(MarkdownView)
        catalog = self.house.services.catalog
        if cached := await catalog.cached_readme(self._model_owner, self._model_name):
            view.show_markdown(cached.value)
        try:
            answer = await catalog.readme(self._model_owner, self._model_name)
        except ServiceProblem as problem:
            self._read.discard("readme")
            if cached is None:
                view.set_text(f"{problem}\nr tries again")
            return
        if cached is None or cached.value != answer.value:
            view.show_markdown(answer.value or "This model has no README.")
        self._tell_age(answer)

    @work(exclusive=True, group="examples", description="read the examples")
    async def _load_examples(self) -> None:
        tab = self.query_one(ExamplesTab)
        try:
            answer = await self.house.services.catalog.examples(self._model_owner, self._model_name)
        except ServiceProblem as problem:
            self._read.discard("examples")
            tab.empty_text = f"{problem}\nr tries again"
            return
        tab.show(answer.value)
        self._tell_age(answer)
        self.query_one(TabLine).note("examples", str(len(answer.value) or ""))

    @work(exclusive=True, group="versions", description="read the versions")
    async def _load_versions(self) -> None:
        tab = self.query_one(VersionsTab)
        try:
            answer = await self.house.services.catalog.versions(self._model_owner, self._model_name)
        except ServiceProblem as problem:
            self._read.discard("versions")
            tab.empty_text = f"{problem}\nr tries again"
            return
        # Official models hide theirs; the page of any other that has one lists them.
        is_hidden = self._page is not None and self._page.version is not None
        leaving = self.house.services.own_models.being_deleted
        tab.show(answer.value, is_hidden=is_hidden, leaving=leaving)
        self._tell_age(answer)
        self.query_one(TabLine).note("versions", str(len(answer.value) or ("hidden" if is_hidden else "")))

    @work(exclusive=True, group="code", description="write the code")
    async def _load_code(self) -> None:
        page = self._page
        if page is None:
            self._read.discard("code")
            return
        from replicate_tui.services.snippets import snippets_of_page

        self.query_one(CodeTab).show(snippets_of_page(page, base_url=OFFICIAL_BASE_URL))

    @work(exclusive=True, group="your runs", description="read the runs of this model")
    @tells_problems
    async def _count_runs(self) -> None:
        runs, tab = self.house.services.runs, self.query_one(YourRunsTab)
        limit = max(RUNS_AT_A_TIME, len(tab.rows))
        rows = await runs.rows(tab.words, model=self.full_name, limit=limit)
        tab.show(rows, has_older=len(rows) == limit)
        totals = await runs.totals(model=self.full_name)
        self.query_one(TabLine).note("your-runs", wording.count(totals.count) if totals.count else "")

    @on(VirtualList.ReachedEnd, "#your-runs")
    @work(exclusive=True, group="older runs", description="read older runs of this model")
    @tells_problems
    async def _read_older(self) -> None:
        tab = self.query_one(YourRunsTab)
        if not tab.has_older:
            return
        shown, last = tab.rows, tab.rows[-1]
        before = last.cursor if isinstance(last, RunRow) else None
        older = await self.house.services.runs.rows(
            tab.words, model=self.full_name, before=before, limit=RUNS_AT_A_TIME
        )
        if tab.rows is shown:
            tab.add_older(older, has_older=len(older) == RUNS_AT_A_TIME)

    def narrow(self, shown: "VirtualList[Any]", words: str) -> None:
        if isinstance(shown, YourRunsTab):
            shown.words = words
            self._count_runs()
        else:
            super().narrow(shown, words)

    def words_of(self, shown: "VirtualList[Any]") -> str:
        return shown.words if isinstance(shown, YourRunsTab) else super().words_of(shown)

    def on_run_event(self, event: RunEvent) -> None:
        if isinstance(event, RunChanged | RunEnded) and self.query_one(TabLine).active == "your-runs":
            self._count_runs()
