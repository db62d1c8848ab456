"""A model's page: what it is, and six tabs about it."""

from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from replicate_tui.config import OFFICIAL_BASE_URL
from replicate_tui.services.deployment_views import Release
from replicate_tui.services.events import RunChanged, RunEnded, RunEvent
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.views import ExampleCard, ModelPage, RunOptions, VersionCard
from replicate_tui.store.records import RunRow
from replicate_tui.ui import messages, wording
from replicate_tui.ui.house import House
from replicate_tui.ui.model_errands import ModelErrands
from replicate_tui.ui.problems import tells_problems
from replicate_tui.ui.screens.base import HouseScreen
from replicate_tui.ui.screens.model_tabs import CodeTab, ExamplesTab, InputsTab, VersionsTab, YourRunsTab
from replicate_tui.ui.web_pages import model_page
from replicate_tui.ui.widgets import list_messages
from replicate_tui.ui.widgets.markdown_view import MarkdownView
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


class ModelScreen(HouseScreen):
    """`full_name` is "owner/name"; `tab` is the id of the tab to open."""

    CSS_PATH = "model.tcss"
    AUTO_FOCUS = "#inputs"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.back", "back", id="back.escape"),
        Binding("enter", "enter", "run form", id="model.enter"),
        Binding("f", "form", "form", id="model.form", tooltip="Open the run form", show=False),
        Binding("left_square_bracket", "tab(-1)", "Previous tab", id="model.previous_tab", key_display="[", show=False),
        Binding("right_square_bracket", "tab(1)", "tabs", id="model.next_tab", key_display="[ ]"),
        Binding("c", "language", "language", id="model.language", tooltip="Next language of the code"),
        Binding("asterisk", "pin", "pin", id="model.pin", key_display="*", tooltip="Pin or unpin the model"),
        Binding("y", "copy", "copy", id="model.copy"),
        Binding("o", "web", "web", id="model.web", tooltip="Open the web page"),
        Binding("e", "edit", "Change the texts and links of your model", id="model.edit", show=False),
        Binding("d", "delete", "Delete your model, under Versions one version", id="model.delete", show=False),
        Binding("r", "refresh", "Ask the service again", id="model.refresh", show=False),
        Binding("t", "train", "Train a version of it", id="model.train", show=False),
        Binding("D", "deploy", "deploy", id="model.deploy", tooltip="Make a deployment of it"),
    ]

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
        with ContentSwitcher(initial="inputs", id="body"):
            yield InputsTab()
            yield MarkdownView(empty_text="Reading …", id="readme")
            yield ExamplesTab()
            yield VersionsTab()
            yield CodeTab()
            yield YourRunsTab()

    def on_mount(self) -> None:
        self._load_page()
        if self._first_tab != "inputs":
            self.query_one(TabLine).active = self._first_tab

    def on_screen_resume(self) -> None:
        self._count_runs()
        if self._may_have_changed:
            self._may_have_changed = False
            self.action_refresh()

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
        self._pinned = any(card.full_name == self.full_name for card in await self.house.services.search.pinned())
        self._age = f"{answer.problem} · age {wording.age(answer.fetched_at)}" if answer.problem else ""
        self._show_heading(answer.value)

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
            shown = body.visible_content
            target: Widget | None = self.query_one("#snippet") if tab == "code" else shown
            if target:
                self.set_focus(target, scroll_visible=False)
        if tab not in self._read:
            self._read.add(tab)
            self._read_tab(tab)
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
        runs = self.house.services.runs
        self.query_one(YourRunsTab).show(await runs.rows(model=self.full_name))
        totals = await runs.totals(model=self.full_name)
        self.query_one(TabLine).note("your-runs", wording.count(totals.count) if totals.count else "")

    def on_run_event(self, event: RunEvent) -> None:
        if isinstance(event, RunChanged | RunEnded) and self.query_one(TabLine).active == "your-runs":
            self._count_runs()

    # -- keys ---------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "language":
            return self.query_one(TabLine).active == "code" if self.is_mounted else False
        return super().check_action(action, parameters)

    def action_tab(self, by: int) -> None:
        self.query_one(TabLine).step(by)

    def action_language(self) -> None:
        self.query_one(CodeTab).next_language()

    @on(VirtualList.Selected)
    def _selected(self, event: list_messages.Selected) -> None:
        match event.row:
            case ExampleCard() as example:
                origin = "an example of the author"
                self.post_message(messages.OpenForm(self.full_name, values=example.input, origin=origin))
            case VersionCard() as version:
                options = RunOptions(version=version.id)
                self.post_message(messages.OpenForm(self.full_name, options=options))
            case RunRow() as row:
                self.post_message(messages.OpenRun(row.id, kind=row.kind))
            case _:
                self.action_form()

    def action_enter(self) -> None:
        shown = self.query_one("#body", ContentSwitcher).visible_content
        if isinstance(shown, VirtualList) and shown.cursor_row is not None:
            shown.action_select()
        else:
            self.action_form()

    def action_form(self) -> None:
        self.post_message(messages.OpenForm(self.full_name))

    @work(group="pin", description="pin or unpin the model")
    @tells_problems
    async def action_pin(self) -> None:
        if self._page:
            self._pinned = await self.house.services.search.toggle_pin(self._page.card)
            self._show_heading(self._page)

    def action_copy(self) -> None:
        choices = [("name", self.full_name), ("URL", model_page(self.full_name))]
        if self._page and self._page.version:
            choices.append(("version", self._page.version.id))
        code = self.query_one(CodeTab).text
        if self.query_one(TabLine).active == "code" and code:
            choices.insert(0, ("code", code))
        self.post_message(messages.OpenCopyMenu(tuple(choices)))

    def action_web(self) -> None:
        self.post_message(messages.OpenWebPage(model_page(self.full_name)))

    def action_train(self) -> None:
        """Open the form of a training, with the version under the cursor where there is one."""
        chosen = self._version_under_cursor
        version = chosen or (self._page.version if self._page else None)
        if version is not None and version.schema.training is not None:
            self.post_message(messages.OpenTraining(self.full_name, chosen.id if chosen else ""))
        elif self._page is not None:
            words = "This version has no inputs of a training, so it cannot be trained."
            self.post_message(messages.Say(words, "warning"))

    @property
    def _version_under_cursor(self) -> VersionCard | None:
        shown = self.query_one("#body", ContentSwitcher).visible_content
        return shown.cursor_row if isinstance(shown, VersionsTab) else None

    def action_deploy(self) -> None:
        version = self._page.version.id if self._page and self._page.version else ""
        self.post_message(messages.OpenDeploymentForm(release=Release(model=self.full_name, version=version)))

    @work(exclusive=True, group="own model", description="change the model")
    @tells_problems
    async def action_edit(self) -> None:
        field = "readme" if self.query_one(TabLine).active == "readme" else ""
        self._may_have_changed = True
        await ModelErrands(self, self.house).edit(self.full_name, field)

    @work(exclusive=True, group="own model", description="delete the model, or a version of it")
    @tells_problems
    async def action_delete(self) -> None:
        errands = ModelErrands(self, self.house)
        version = self.query_one(VersionsTab).cursor_row
        if self.query_one(TabLine).active == "versions" and version is not None:
            if await errands.delete_version(self.full_name, version):
                self.post_message(messages.Say(f"Version {version.id[:8]} is being deleted; it takes a few minutes."))
                self.action_refresh()
        elif await errands.delete(self.full_name):
            self.post_message(messages.Say(f"Deleted {self.full_name}."))
            self.dismiss()

    def action_refresh(self) -> None:
        self._read.clear()
        self._load_page()
