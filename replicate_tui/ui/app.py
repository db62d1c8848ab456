"""The app: places as modes, themes, one pump for the tracker's news. Screens own behaviour; this only wires."""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.reactive import var
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input, TextArea

from replicate_tui.config import nearest_to
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.store.problems import HistoryProblem
from replicate_tui.ui import messages
from replicate_tui.ui.commands import Palette, ScreenActions
from replicate_tui.ui.keymap import check_keymap, key_name
from replicate_tui.ui.launcher import Launcher
from replicate_tui.ui.leaving import Leaving
from replicate_tui.ui.navigator import Navigator
from replicate_tui.ui.places import PLACES, START_MODE, Place
from replicate_tui.ui.sessions import Session, Sessions
from replicate_tui.ui.switching import Switcher
from replicate_tui.ui.theme import DARK, LIGHT, THEMES
from replicate_tui.ui.widgets.place_bar import PlaceBar
from replicate_tui.ui.wire.capabilities import Graphics
from replicate_tui.ui.wire.crash import leave_after_crash
from replicate_tui.ui.wire.frugal import PLAIN, Thrift
from replicate_tui.ui.wire.line_filter import EscapeFilter
from replicate_tui.ui.wire.terminal import driver_class
from replicate_tui.ui.wish_app import WishApp

if TYPE_CHECKING:
    from replicate_tui.services.bundle import Services

WELCOME_MODE = "welcome"
SCREEN_STYLES = Path(__file__).parent / "screens"
REPAINT_AFTER_RESIZE_SECONDS = 0.05
FIRST_START_KEY = "first start shown"


def _place_bindings() -> list[BindingType]:
    bindings: list[BindingType] = []
    for place in PLACES:
        go = f"go('{place.mode}')"
        words = f"Go to {place.name}"
        bindings.append(Binding(place.key, go, words, id=f"place.{place.mode}", show=False))
        bindings.append(Binding(f"alt+{place.key}", go, words, id=f"place.{place.mode}.anywhere", show=False))
    return bindings


class ReplicateApp(WishApp):
    """Holds the house together for one run of the program.

    `launcher` makes the services of the profile that is wanted; `target` is where to start instead of Search,
    `graphics` how this terminal draws pictures, `thrift` how its line is spared (widgets watch it: a key changes it).
    """

    TITLE = "replicate-tui"
    # The first screen's own rules come with them: Textual reads all style sheets again for a file that comes later.
    CSS_PATH = ["app.tcss", "screens/search.tcss"]
    DEFAULT_MODE = START_MODE
    NOTIFICATION_TIMEOUT = 6
    COMMANDS = App.COMMANDS | {ScreenActions}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "show_keys", "keys", id="keys", key_display="?"),
        *_place_bindings(),
        Binding("ctrl+q", "quit", "Quit", id="quit", show=False, priority=True),
        Binding("ctrl+c", "hint_at_quit", show=False, system=True),
        Binding("ctrl+p", "command_palette", "Palette", id="palette", show=False, priority=True),
        Binding("colon", "command_palette", "Palette", id="palette.colon", show=False),
        Binding("ctrl+l", "redraw", "Redraw the screen", id="redraw", show=False),
        Binding("F", "toggle_frugal", "Frugal mode, or leave it", id="frugal", show=False),
        Binding("ctrl+z", "suspend_process", "Suspend", id="suspend", show=False),
    ]
    thrift: var[Thrift] = var(PLAIN)

    def __init__(
        self,
        launcher: Launcher,
        target: messages.OpenTarget | None = None,
        *,
        graphics: Graphics | None = None,
        thrift: Thrift = PLAIN,
    ) -> None:
        profile = launcher.known_profile()
        # Textual makes the first mode's stack in its constructor, and the first screen of a stack cannot be switched.
        self.DEFAULT_MODE = START_MODE if profile else WELCOME_MODE  # type: ignore[misc]
        super().__init__(driver_class())
        self._begin_with_theme(launcher.settings.theme)
        # Neither scrolling nor anything else moves by itself: each step would be a frame for the terminal.
        self.animation_level = "none"
        self.set_reactive(ReplicateApp.thrift, thrift)
        self._launcher = launcher
        self._target = target
        self._repaint: Timer | None = None
        self._leaving = Leaving(self, self._errands)
        self._sessions = Sessions(self, launcher, self._errands, graphics or Graphics())
        self._switcher = Switcher(self, launcher, self._sessions, self._place, self._begin)
        if profile:
            self._sessions.enter(profile)
        else:
            self.add_mode(WELCOME_MODE, self._welcome)
        for place in PLACES:
            self.add_mode(place.mode, partial(self._place, place))

    def _welcome(self) -> Screen[Any]:
        from replicate_tui.ui.screens.welcome import WelcomeScreen

        return WelcomeScreen(self._launcher)

    def _place(self, place: Place) -> Screen[Any]:
        if self._navigator is None:
            raise RuntimeError("no place can be shown before a profile is open")
        screen = self._navigator.place(place)
        # It has the styles of now; Textual takes those of a screen that was never shown for old, and reads all again.
        screen._css_update_count = self._css_update_count  # noqa: SLF001
        return screen

    def _read_styles(self) -> None:
        """Read every screen's style sheet at once, so that opening a screen does not read all of them again."""
        for path in SCREEN_STYLES.glob("*.tcss"):
            self.stylesheet.read(path)

    # -- start and end ------------------------------------------------------------------------------------------

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Put the wall against control sequences last, behind whatever else changes segments."""
        return [*super().get_line_filters(), EscapeFilter()]

    def _fatal_error(self) -> None:
        leave_after_crash(self)

    def _begin_with_theme(self, name: str) -> None:
        """Have the theme before any style sheet is read; chosen later, all of them are read again."""
        for theme in THEMES:
            self.register_theme(theme)
        self.set_reactive(App.theme, name if name in self.available_themes else DARK.name)
        self.stylesheet.set_variables(self.get_css_variables())

    def _say_unknown_theme(self, name: str) -> None:
        if name not in self.available_themes:
            nearest = nearest_to(name, self.available_themes)
            hint = f" Did you mean {nearest}?" if nearest else ""
            self._errands.say(f"There is no theme {name}.{hint}", "warning", seconds=12)

    def on_mount(self) -> None:
        self._say_unknown_theme(self._launcher.settings.theme)
        self._apply_keymap()
        self.call_after_refresh(self._repaint_after_resizes)

    def on_ready(self) -> None:
        if self._sessions.current:
            # After the first paint; a profile that the welcome screen opens before it begins by itself.
            self.call_after_refresh(self._begin, self._sessions.current)

    def _apply_keymap(self) -> None:
        problems = [str(problem) for problem in self._launcher.settings_problems]
        if wanted := self._launcher.settings.keys:
            from replicate_tui.ui.known_bindings import known_binding_ids

            checked = check_keymap(wanted, known_binding_ids())
            self.set_keymap(checked.keymap)
            problems += checked.problems
        for problem in problems:
            self._errands.say(problem, "warning", seconds=12)

    @work(group="begin", description="open the history and resume runs")
    async def _begin(self, session: Session, *, is_first: bool = True) -> None:
        self._read_styles()
        services = await session.profile.prepare()
        self._sessions.listen(session, services)
        try:
            await self._begin_history(session, services, is_first=is_first)
        except (HistoryProblem, ServiceProblem) as problem:
            # What can be done without a history still can; whatever needs it says so itself.
            self._errands.say(str(problem), "error", seconds=20)
        self._sessions.update_strip()

    async def _begin_history(self, session: Session, services: "Services", *, is_first: bool) -> None:
        for notice in await services.open():
            self._errands.say(notice, "warning", seconds=15)
        # Whoever has come from another profile, or is in another already, knows the keys.
        is_start = is_first and self._sessions.current is session
        if self._target and is_start:
            self.post_message(self._target)
        elif not await services.memory.get(FIRST_START_KEY, False):
            if is_start:
                from replicate_tui.ui.modals.first_start import FirstStart

                self.push_screen(FirstStart())
            await services.memory.set(FIRST_START_KEY, True)
        await services.begin(read_account=self._launcher.settings.read_account)
        Navigator.begin_imports()

    async def action_quit(self) -> None:
        """Leave; ask first when runs that were started here are still going, or uploads."""
        if self._navigator:
            services = self._navigator.house.services
            self._leaving.ask(services.tracker.live(), services.uploads.queue.going, self._sessions.elsewhere())
        else:
            self._leaving.ask(())

    def action_hint_at_quit(self) -> None:
        self._leaving.interrupted()

    # -- places and screens -------------------------------------------------------------------------------------

    async def action_go(self, mode: str) -> None:
        """Go to a place as it was left; the key of the place one is in closes what is open above it."""
        if self._navigator is None:
            return
        if mode != self.current_mode:
            self.switch_mode(mode)
            return
        while len(self.screen_stack) > 1:
            await self.pop_screen()

    async def action_back(self) -> None:
        """Close the screen on top; at a place nothing is closed, so escape never quits."""
        self.pop_screen()

    async def action_leave(self) -> None:
        """Close the screen on top; at a place, quit."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        else:
            await self.action_quit()

    def action_command_palette(self) -> None:
        """Open the palette, once."""
        if not any(isinstance(screen, Palette) for screen in self.screen_stack):
            self.push_screen(Palette())

    def get_key_display(self, binding: Binding) -> str:
        """Name keys as people say them: "enter", "ctrl+g"."""
        return binding.key_display or key_name(binding.key)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:  # noqa: ARG002  (Textual's contract)
        """Offer in the palette what has no key of its own."""
        yield SystemCommand("Dark theme", "Light words on dark", lambda: self._use_theme(DARK.name))
        yield SystemCommand("Light theme", "Dark words on light", lambda: self._use_theme(LIGHT.name))
        if self._sessions.current:
            yield SystemCommand("Webhooks", "Receive and judge what runs report", self._open_webhooks)
            yield SystemCommand("Switch profile…", "Other tokens, each with its own history", self._open_profiles)
        yield SystemCommand("The terminal's colours", "For terminals of 16", lambda: self._use_theme("ansi-dark"))

    def _use_theme(self, name: str) -> None:
        self.theme = name

    def _repaint_after_resizes(self) -> None:
        """From now on: the sizes that are told at the start need no second painting."""
        self._repaint = self.set_interval(REPAINT_AFTER_RESIZE_SECONDS, self._repaint_once, pause=True)

    def _repaint_once(self) -> None:
        # Until the screen has heard of the size too, it would be painted in the one before.
        if self._repaint is not None and self.screen.outer_size == self.size:
            self._repaint.pause()
            self.action_redraw()

    def on_resize(self) -> None:
        """Paint everything once the size is settled: the terminal may have wiped or moved what it showed.

        Textual paints what changed, which is nothing when the size went to another and back between two looks.
        """
        if self._repaint is not None:
            self._repaint.reset()
            self._repaint.resume()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Let no cursor blink: it would write to the terminal for as long as the app waits for a key."""
        if isinstance(event.widget, Input | TextArea):
            event.widget.cursor_blink = False

    def action_toggle_frugal(self) -> None:
        """Spare the line to the terminal from now on, or no more."""
        self.thrift = self.thrift.other
        if self.thrift.word:
            self._errands.say("Frugal: few repaints, plain pictures, larger ones only when asked.")
        else:
            self._errands.say("No longer frugal.")

    def action_redraw(self) -> None:
        self.refresh(layout=True)

    def action_show_keys(self) -> None:
        from replicate_tui.ui.modals.keys import KeysDialog

        self.push_screen(KeysDialog(self.screen.active_bindings))

    @on(PlaceBar.PlaceClicked)
    async def _go_to_clicked_place(self, message: PlaceBar.PlaceClicked) -> None:
        await self.action_go(message.mode)

    # -- profiles -----------------------------------------------------------------------------------------------

    @on(messages.ProfileOpened)
    async def _leave_welcome(self, message: messages.ProfileOpened) -> None:
        if self._sessions.current:
            return  # one way in was taken already
        session = self._sessions.enter(message.profile)
        await self.switch_mode(START_MODE)
        await self.remove_mode(WELCOME_MODE)
        self._begin(session)

    @on(messages.OpenProfiles)
    def _open_profiles(self) -> None:
        self._open(lambda navigator: navigator.profiles(self._launcher.profiles))

    @on(messages.SwitchProfile)
    async def _switch_profile(self, message: messages.SwitchProfile) -> None:
        # Awaited here, so that keys wait until the first screen of the other profile is there.
        await self._switcher.switch(message.name)
