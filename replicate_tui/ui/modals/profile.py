"""The dialog that makes a profile, or gives one another token or address."""

from collections.abc import Awaitable, Callable
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.profiles import ProfileCard, ProfileWish
from replicate_tui.text import clean_line
from replicate_tui.ui.modals.base import Dialog
from replicate_tui.ui.profiles.drawing import address_hint

Attempt = Callable[[ProfileWish], Awaitable[ProfileCard]]

_HINT: Final = "enter checks the token with one request   tab next   esc closes"
_CHECKING: Final = "◌ Checking the token with one request …"


class ProfileDialog(Dialog[ProfileCard]):
    """Dismisses with the profile as it is kept. Without `card` it makes a new one; `told` says why it is asked for.

    `attempt` checks and keeps while the dialog stands; what it refuses is shown there, and what was typed stays.
    """

    DEFAULT_CSS = """
    ProfileDialog #told { height: auto; margin-bottom: 1; color: $text-warning; }
    ProfileDialog .label { text-style: bold; }
    ProfileDialog Input { margin-bottom: 1; }
    ProfileDialog #hint { height: auto; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, attempt: Attempt, card: ProfileCard | None = None, *, told: str = "") -> None:
        super().__init__(f"Profile {card.name}" if card else "New profile")
        self._attempt = attempt
        self._card = card
        self._told = told
        self._is_trying = False

    def compose_dialog(self) -> ComposeResult:
        if self._told:
            yield Static(Content(clean_line(self._told, 400)), id="told")
        if self._card is None:
            yield from _field("name", "Name", placeholder="work")
        token_hint = "as it is" if self._card and self._card.has_kept_token else "r8_…"
        yield from _field("token", "API token", placeholder=token_hint, password=True)
        can_move = self._card is None or self._card.can_move
        value = self._card.base_url if self._card and self._card.address_source == "profile" else ""
        hint = address_hint(self._card)
        yield from _field("base_url", "Base URL", value=value, placeholder=hint, disabled=not can_move)
        yield Static(Content(_HINT), id="hint")

    def _text(self, name: str) -> str:
        return next((field.value for field in self.query(f"#{name}").results(Input)), "")

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        event.stop()
        if not self._is_trying:
            name = self._card.name if self._card else self._text("name")
            self._try(ProfileWish(name, self._text("token"), self._text("base_url")))

    @work(group="attempt", description="check and keep a profile")
    async def _try(self, wish: ProfileWish) -> None:
        self._is_trying = True
        self._say(_CHECKING)
        try:
            card = await self._attempt(wish)
        except ServiceProblem as problem:
            self._show_refusal(problem)
        else:
            self.dismiss(card)
        finally:
            self._is_trying = False

    def _show_refusal(self, problem: ServiceProblem) -> None:
        """Say what is wrong, and go to the first field that is."""
        words = dict.fromkeys(complaint.message for complaint in problem.fields) or [problem.message]
        self._say(f"✗ {' '.join(words)} {problem.kept}", "$text-error")
        named = next((complaint.field for complaint in problem.fields), "")
        for field in self.query(f"#{named}").results(Input) if named else ():
            field.focus()

    def _say(self, words: str, colour: str = "") -> None:
        shown = clean_line(words.strip(), 600)
        self.query_one("#hint", Static).update(Content.styled(shown, colour) if colour else Content(shown))

    def action_close(self) -> None:
        """Close without a change; once a token is being checked, the answer is waited for."""
        if not self._is_trying:
            super().action_close()


def _field(
    name: str, label: str, *, value: str = "", placeholder: str = "", password: bool = False, disabled: bool = False
) -> ComposeResult:
    yield Static(Content(label), classes="label")
    field = Input(value, placeholder=clean_line(placeholder, 200), password=password, disabled=disabled, id=name)
    field.cursor_blink = False
    yield field
