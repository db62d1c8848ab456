"""A deployment's page: what it runs now, what keeping it ready costs, and the releases seen here."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from replicate_tui.services.deployment_views import DeploymentCard, Release
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.ui import messages, wording
from replicate_tui.ui.deployments.drawing import NO_COUNTS, page_facts, release_line, state_content
from replicate_tui.ui.deployments.errands import DeploymentErrands
from replicate_tui.ui.house import House
from replicate_tui.ui.removal import is_whole
from replicate_tui.ui.screens.base import HouseScreen
from replicate_tui.ui.widgets import list_messages
from replicate_tui.ui.widgets.run_facts import fact_lines
from replicate_tui.ui.widgets.title_line import TitleLine
from replicate_tui.ui.widgets.virtual_list import RowContent, VirtualList

_NEEDS_IT = frozenset({"run", "edit", "zero", "delete", "model"})


class DeploymentScreen(HouseScreen):
    """`full_name` is "owner/name" of the deployment; it is read anew whenever the page comes back on top."""

    CSS_PATH = "deployment.tcss"
    AUTO_FOCUS = "#releases"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.back", "back", id="back.escape"),
        Binding("f", "run", "run", id="deployment.run", tooltip="Run on it"),
        Binding("e", "edit", "edit", id="deployment.edit", tooltip="Change version, hardware, instances"),
        Binding("0", "zero", "scale down", id="deployment.zero", tooltip="Scale to zero, or switch off"),
        Binding("d", "delete", "delete", id="deployment.delete", tooltip="Delete it, after its name was typed"),
        Binding("m", "model", "model", id="deployment.model", tooltip="Open the page of its model"),
        Binding("y", "copy", "copy", id="deployment.copy"),
        Binding("o", "web", "web", id="deployment.web", tooltip="Open the web page, with live instance counts"),
        Binding("r", "refresh", "Ask the service again", id="deployment.refresh", show=False),
    ]

    def __init__(self, house: House, full_name: str) -> None:
        super().__init__(house)
        self.full_name = full_name
        self._card: DeploymentCard | None = None
        self._seen: tuple[Release, ...] = ()
        self._age = ""
        self._refusal = ""
        self._errands = DeploymentErrands(self, self._read_again, self._refuse)

    def compose_body(self) -> ComposeResult:
        yield TitleLine(Content.styled(self.full_name, "bold"), id="name")
        yield Static(id="notice")
        yield Static(Content.styled(" Reading …", "$text-muted"), id="facts")
        yield Static(Content(NO_COUNTS), id="counts")
        yield TitleLine(Content.styled("Releases seen here", "bold"), id="heading")
        yield VirtualList[Release](self._draw, key=lambda release: release.number, id="releases")

    def on_screen_resume(self) -> None:
        self._read_again()

    @property
    def _releases(self) -> VirtualList[Release]:
        return self.query_one("#releases", VirtualList)

    def _draw(self, release: Release, width: int, cursor: bool) -> RowContent:  # noqa: ARG002  (list's contract)
        current = self._card.release.number if self._card else None
        older = (each for each in self._seen if (each.number or 0) < (release.number or 0))
        return release_line(release, next(older, None), width, is_current=release.number == current)

    # -- reading ------------------------------------------------------------------------------------------------

    def _read_again(self) -> None:
        if is_whole(self):
            self._read()

    @work(exclusive=True, group="deployment", description="read the deployment")
    async def _read(self) -> None:
        deployments = self.house.services.deployments
        if self._card is None and (known := await deployments.cached(self.full_name)):
            await self._show(known)
        try:
            answer = await deployments.get(self.full_name)
        except ServiceProblem as problem:
            self._age = f"{problem} r tries again."
            self._show_notice()
            return
        self._age = f"{answer.problem} As of {wording.age(answer.fetched_at)}." if answer.problem else ""
        await self._show(answer.value)

    async def _show(self, card: DeploymentCard) -> None:
        self._card = card
        release = card.release
        name = Content.assemble(Content.styled(card.owner + "/", "$text-muted"), Content.styled(card.name, "bold"))
        number = Content.styled(f"release {release.number}   " if release.number is not None else "", "$text-muted")
        self.query_one("#name", TitleLine).show(name, Content.assemble(number, state_content(release)))
        self._show_facts()
        self._show_notice()
        releases = await self.house.services.deployments.releases(self.full_name) or (release,)
        # A release that was made meanwhile is what one came to see.
        keep = self._releases.cursor_key if len(self._seen) == len(releases) else None
        self._seen = releases
        self._releases.set_rows(releases, keep=keep)
        hint = "enter opens an earlier one as a change" if len(releases) > 1 else "the API tells only the current one"
        self.query_one("#heading", TitleLine).show(facts=Content.styled(hint, "$text-muted"))
        self.refresh_bindings()

    def _show_facts(self) -> None:
        width = self.size.width - 2
        if self._card is not None and width > 0:
            lines = fact_lines([("", page_facts(self._card, self.house.services.prices, width), "")], width)
            self.query_one("#facts", Static).update(Content("\n").join(lines))

    def on_resize(self) -> None:
        self._show_facts()

    def _refuse(self, words: str) -> None:
        self._refusal = words
        if is_whole(self):
            self._show_notice()

    def _show_notice(self) -> None:
        notice = self.query_one("#notice", Static)
        notice.display = bool(self._refusal or self._age)
        style = "$text-error" if self._refusal else "$text-warning"
        notice.update(Content.styled(self._refusal or self._age, style))

    # -- keys ---------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in _NEEDS_IT and self._card is None:
            return None
        return super().check_action(action, parameters)

    @on(VirtualList.Selected)
    def _go_back_to(self, event: list_messages.Selected) -> None:
        """Open the form with what an earlier release had; the current one opens it as it is."""
        if self._card is not None:
            is_current = event.row.number == self._card.release.number
            self.post_message(messages.OpenDeploymentForm(self._card, None if is_current else event.row))

    def action_run(self) -> None:
        if self._card is not None:
            self._errands.run(self._card)

    def action_edit(self) -> None:
        if self._card is not None:
            self.post_message(messages.OpenDeploymentForm(self._card))

    def action_zero(self) -> None:
        if self._card is not None:
            self._errands.scale_down((self._card,))

    def action_delete(self) -> None:
        if self._card is not None:
            self._errands.delete(self._card, self._leave)

    def _leave(self) -> None:
        if is_whole(self):
            self.dismiss()

    def action_model(self) -> None:
        if self._card is not None and self._card.release.model:
            self.post_message(messages.OpenModel(self._card.release.model))

    def action_copy(self) -> None:
        if self._card is not None:
            self._errands.copy(self._card)

    def action_web(self) -> None:
        if self._card is not None:
            self._errands.open_web_page(self._card)

    def action_refresh(self) -> None:
        self._refusal = ""
        self._read_again()
