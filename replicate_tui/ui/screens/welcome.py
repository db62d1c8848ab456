"""The first screen of a profile without a token: take one, or open the demo."""

import asyncio
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Checkbox, Input, Static

from replicate_tui.config import TokenError, check_token
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.ui.launcher import Launcher
from replicate_tui.ui.messages import ProfileOpened
from replicate_tui.ui.removal import RemovableScreen, is_whole
from replicate_tui.ui.widgets.key_bar import KeyBar

TOKEN_PAGE = "https://replicate.com/account/api-tokens"  # noqa: S105  (a web address, not a token)


class WelcomeScreen(RemovableScreen[None], Screen[None]):
    """Checks a token with one request before anything is kept; a refused one stays in the field to be mended."""

    CSS_PATH = "welcome.tcss"
    AUTO_FOCUS = "#token"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "use token", id="welcome.token", show=True),
        # In a field ctrl+d would delete to the right.
        Binding("ctrl+d", "demo", "open the demo", id="welcome.demo", priority=True),
        Binding("ctrl+t", "toggle_keep", "keep or forget the token", id="welcome.keep"),
        Binding("escape", "app.quit", "quit", id="welcome.quit"),
    ]

    def __init__(self, launcher: Launcher) -> None:
        super().__init__()
        self._launcher = launcher
        self._checking = False

    def compose(self) -> ComposeResult:
        with Vertical(id="welcome"):
            yield Static("replicate-tui", id="name", markup=False)
            yield Static("All of Replicate at the keyboard.", id="line", markup=False)
            yield Static("API token", classes="label", markup=False)
            token = Input(password=True, placeholder="r8_…", id="token")
            token.cursor_blink = False
            yield token
            yield Static(Content(f"enter checks it with one request. Make one at {TOKEN_PAGE}"), classes="hint")
            yield Checkbox("Keep it on this machine, readable by you only", value=True, id="keep")
            yield Static("", id="answer", markup=False)
            yield Static("", id="others", markup=False)
            yield Static("No account?", classes="label", markup=False)
            yield Static(
                Content.assemble(
                    Content.styled("ctrl+d", "bold $text-primary"),
                    "  opens the demo: a service on this machine that imitates Replicate.\n"
                    "        Nothing is sent anywhere and nothing is spent.",
                ),
                id="demo",
            )
        yield KeyBar()

    def on_mount(self) -> None:
        self._name_others()

    @work(group="others", description="look for profiles that have a token")
    async def _name_others(self) -> None:
        """Name other profiles with a token: who has one may only have forgotten to ask for it."""
        profiles = await asyncio.to_thread(lambda: self._launcher.profiles)
        names = await profiles.others_with_token()
        if names and is_whole(self):
            others = self.query_one("#others", Static)
            others.update(Content(f"With a token: {', '.join(names)}. Start with --profile and the name."))
            others.display = True

    @on(Input.Submitted, "#token")
    def action_submit(self) -> None:
        if self._checking:
            return
        try:
            token = check_token(self.query_one("#token", Input).value)
        except TokenError as error:
            self._answer(str(error), is_problem=True)
            return
        self._checking = True
        self._answer("Checking the token with one request …")
        self._check(token, keep=self.query_one("#keep", Checkbox).value)

    @work(exclusive=True, group="token", description="check a token")
    async def _check(self, token: str, *, keep: bool) -> None:
        try:
            profile = await self._launcher.open_with_token(token, keep=keep)
        except ServiceProblem as problem:
            self._answer(str(problem), is_problem=True)
        else:
            self.post_message(ProfileOpened(profile))
        finally:
            self._checking = False

    def action_demo(self) -> None:
        self.post_message(ProfileOpened(self._launcher.open_demo()))

    def action_toggle_keep(self) -> None:
        self.query_one("#keep", Checkbox).toggle()

    def _answer(self, text: str, *, is_problem: bool = False) -> None:
        answer = self.query_one("#answer", Static)
        answer.set_class(is_problem, "problem")
        answer.update(Content(text))
