"""Profiles: several tokens and addresses, each with a history of its own; one is in use, the others a key away."""

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.profiles import ProfileCard, ProfileService, TokenState
from replicate_tui.ui import messages
from replicate_tui.ui.coalesced import Coalesced
from replicate_tui.ui.house import House
from replicate_tui.ui.modals.choice import Answer, ChoiceDialog
from replicate_tui.ui.modals.profile import Attempt, ProfileDialog
from replicate_tui.ui.profiles.drawing import profile_lines
from replicate_tui.ui.profiles.preview import ProfilePreview
from replicate_tui.ui.removal import is_whole
from replicate_tui.ui.screens.base import HouseScreen
from replicate_tui.ui.widgets.title_line import TitleLine
from replicate_tui.ui.widgets.virtual_list import RowContent, VirtualList

#: What a key does with a profile is dimmed where there is none.
_ON_A_PROFILE: Final = frozenset({"change", "preview"})
_OWN_WORLD: Final = (
    "The demo is a world of its own: nothing is sent anywhere,\n"
    "and no token is read here. To use profiles, quit and start\n"
    "replicate-tui without --demo."
)


class ProfileList(VirtualList[ProfileCard]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "switch", id="profiles.switch", tooltip="Go on in this profile"),
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return None if action == "select" and not self.rows else super().check_action(action, parameters)


class ProfilesScreen(HouseScreen):
    """Lists what `profiles` knows without opening any; in the demo it says that there are none to switch to."""

    CSS_PATH = "profiles.tcss"
    AUTO_FOCUS = "#profiles"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "make", "new", id="profiles.new", tooltip="Make a profile: a name, a token, a base URL"),
        Binding("e", "change", "token, URL", id="profiles.change", tooltip="Give it another token or base URL"),
        Binding("d", "remove_token", "remove token", id="profiles.remove_token", tooltip="Remove its token; runs stay"),
        Binding("p", "preview", "Show or hide the preview", id="profiles.preview", show=False),
        Binding("r", "refresh", "Look again", id="profiles.refresh", show=False),
    ]

    def __init__(self, house: House, profiles: ProfileService) -> None:
        super().__init__(house)
        self._profiles = profiles
        self._is_demo = house.services.connection.is_demo
        self._wanted: str | None = None
        self._reading = Coalesced(self, self._read, description="look at the profiles")

    def compose_body(self) -> ComposeResult:
        yield TitleLine(Content.styled("Profiles", "bold"), id="heading")
        yield TitleLine(id="told")
        with Horizontal(id="panes"):
            empty = _OWN_WORLD if self._is_demo else "Reading …"
            yield ProfileList(self._draw, key=lambda card: card.name, row_height=2, empty_text=empty, id="profiles")
            yield ProfilePreview(id="preview")

    def on_mount(self) -> None:
        super().on_mount()
        if self._is_demo:
            self.query_one(ProfilePreview).display = False
        else:
            # The strip tells of runs of other profiles too.
            self.house.live_strip.subscribe(self, lambda _: self._look_again())

    def on_screen_resume(self) -> None:
        self._look_again()

    def _look_again(self) -> None:
        if not self._is_demo and self.is_current:
            self._reading.want()

    @property
    def _list(self) -> ProfileList:
        return self.query_one(ProfileList)

    @property
    def _card(self) -> ProfileCard | None:
        """The profile under the cursor."""
        return self._list.cursor_row

    def _is_in_use(self, card: ProfileCard) -> bool:
        return card.name == self.house.profile.name

    def _draw(self, card: ProfileCard, width: int, cursor: bool) -> RowContent:  # noqa: ARG002  (the list's contract)
        return profile_lines(card, width, in_use=self._is_in_use(card))

    # -- reading ------------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        cards = await self._profiles.all()
        if not is_whole(self):
            return
        known = self._list
        keep = self._wanted or known.cursor_key or self.house.profile.name
        self._wanted = None
        known.set_rows(list(cards), keep=keep)
        facts = f"{len(cards)} · in use: {self.house.profile.name}"
        self.query_one("#heading", TitleLine).show(facts=Content.styled(facts, "$text-muted"))
        self._show_card()

    @on(VirtualList.Highlighted)
    def _show_card(self) -> None:
        card = self._card
        self.query_one(ProfilePreview).show(card, in_use=card is not None and self._is_in_use(card))
        self.refresh_bindings()

    def _tell(self, words: str, colour: str = "$text-muted") -> None:
        if is_whole(self):
            self.query_one("#told", TitleLine).show(Content.styled(words, colour))

    # -- keys ---------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if self._is_demo and action in {*_ON_A_PROFILE, "make", "remove_token", "refresh"}:
            return None
        if self.is_mounted and action in _ON_A_PROFILE:
            return True if self._card else None
        if self.is_mounted and action == "remove_token":
            return True if self._card and self._card.has_kept_token else None
        return super().check_action(action, parameters)

    @on(VirtualList.Selected)
    def _switch(self) -> None:
        """Go on in the profile under the cursor; one without a token is asked for one first."""
        card = self._card
        if card is None or self._is_demo:
            return
        if self._is_in_use(card):
            self._tell(f"{card.name} is in use already.")
        elif card.problem:
            self._tell(f"{card.problem} e changes it." if card.can_move else card.problem, "$text-error")
        elif card.token is TokenState.NONE:
            self._ask(self._profiles.change, card, told=f"No token is kept for {card.name}.", switches=True)
        else:
            self.post_message(messages.SwitchProfile(card.name))

    def action_make(self) -> None:
        self._ask(self._profiles.make)

    def action_change(self) -> None:
        if card := self._card:
            self._ask(self._profiles.change, card)

    def _ask(
        self, attempt: Attempt, card: ProfileCard | None = None, *, told: str = "", switches: bool = False
    ) -> None:
        def answered(kept: ProfileCard | None) -> None:
            if kept is not None:
                self._take(card, kept, switches=switches)

        self.app.push_screen(ProfileDialog(attempt, card, told=told), answered)

    def _take(self, before: ProfileCard | None, kept: ProfileCard, *, switches: bool) -> None:
        """Show a profile that was made or changed; one that is in use goes on at its new address."""
        moved = before is not None and before.base_url != kept.base_url and self._is_in_use(kept)
        if switches or moved:
            self.post_message(messages.SwitchProfile(kept.name))
            return
        self._wanted = kept.name
        whose = f"its token is of {kept.account}."
        if before is None:
            self._tell(f"Made {kept.name}: {whose} enter switches to it.", "$text-success")
        elif before.token is TokenState.ENVIRONMENT and kept.has_kept_token:
            self._tell(f"{kept.name}: {whose} The next start takes REPLICATE_API_TOKEN again.", "$text-warning")
        elif kept.has_kept_token:
            self._tell(f"{kept.name}: {whose}", "$text-success")
        self._reading.want()

    def action_remove_token(self) -> None:
        card = self._card
        if card is None or not card.has_kept_token:
            return
        answers = (Answer("n", "Keep it", "keep"), Answer("y", "Remove the token", "remove"))
        detail = "Its runs, drafts and saved files stay on this machine."
        if self._is_in_use(card):
            detail += " Until you leave the app it is used on."
        if card.unfinished:
            detail += f" {card.unfinished:,} not finished: they are followed again once there is a token."

        def answered(answer: str | None) -> None:
            if answer == "remove":
                self.run_worker(self._remove(card.name), group="remove", description="remove the token of a profile")

        self.app.push_screen(ChoiceDialog(f"Remove the token of {card.name}?", answers, detail=detail), answered)

    async def _remove(self, name: str) -> None:
        try:
            await self._profiles.remove_token(name)
        except ServiceProblem as problem:
            self._tell(str(problem), "$text-error")
            return
        self._wanted = name
        self._tell(f"Removed the token of {name}; its runs and files are kept.")
        self._reading.want()

    def action_preview(self) -> None:
        pane = self.query_one(ProfilePreview)
        pane.display = not pane.display
        self._show_card()

    def action_refresh(self) -> None:
        self._tell("")
        self._reading.want()
