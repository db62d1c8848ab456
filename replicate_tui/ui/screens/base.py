"""What every screen of the house has: the place bar above, the keys below, and the news it listens to."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult, ScreenStackError
from textual.binding import Binding, BindingType
from textual.screen import Screen

from replicate_tui.ui.house import House, LiveStrip
from replicate_tui.ui.removal import RemovableScreen
from replicate_tui.ui.widgets.key_bar import KeyBar
from replicate_tui.ui.widgets.place_bar import PlaceBar

if TYPE_CHECKING:
    from replicate_tui.services.events import RunEvent


class HouseScreen(RemovableScreen[None], Screen[None]):
    """Base of all full screens: subclasses give `compose_body`, and `on_run_event` where runs matter to them.

    A screen is drawn from snapshots: `on_screen_resume` is the time to take a fresh one, since a hidden screen
    may not redraw.
    """

    DEFAULT_CSS = """
    HouseScreen { layout: vertical; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.back", "Back", id="back.escape", show=False),
        Binding("q", "app.leave", "Back, at a place quit", id="back", show=False),
    ]

    def __init__(self, house: House) -> None:
        super().__init__()
        self.house = house

    @property
    def is_current(self) -> bool:
        """Whether any of it is seen: it is on top, or dialogs alone stand above it.

        Textual means the screen under a full one too, and paints all of that anew whenever this one changes.
        """
        try:
            stack = self.app.screen_stack
        except ScreenStackError:
            return False
        return self in stack and all(above.styles.background.a < 1 for above in stack[stack.index(self) + 1 :])

    def compose(self) -> ComposeResult:
        self._take_breakpoint()
        yield PlaceBar(self.app.current_mode, self.house.badge, str(self.house.current_strip()))
        yield from self.compose_body()
        yield KeyBar()

    def _take_breakpoint(self) -> None:
        """Have the class of this width before anything is styled: with the first resize all of it is styled again."""
        passed = [name for width, name in self.HORIZONTAL_BREAKPOINTS or () if self.app.size.width >= width]
        if passed:
            self.set_class(True, passed[-1], update=False)

    def _compositor_refresh(self) -> None:
        """Paint nothing during a batch, as the start of the app is one: Textual would throw the frame away."""
        if not self.app._batch_count:  # noqa: SLF001
            super()._compositor_refresh()

    def compose_body(self) -> ComposeResult:
        """Give what stands between the place bar and the keys."""
        yield from ()

    def on_mount(self) -> None:
        self.house.live_strip.subscribe(self, self._show_strip)
        # What was told since the bar was made; it may not be told again for hours.
        self._show_strip(self.house.current_strip())
        self.house.run_events.subscribe(self, self._take_run_event)

    def _show_strip(self, strip: LiveStrip) -> None:
        self.query_one(PlaceBar).strip = str(strip)

    def _take_run_event(self, event: "RunEvent") -> None:
        if self.is_current:
            self.on_run_event(event)

    def on_run_event(self, event: "RunEvent") -> None:
        """News of a run while this screen is on top."""
