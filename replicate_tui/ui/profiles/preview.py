"""The pane beside the list of profiles."""

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from replicate_tui.services.profiles import ProfileCard
from replicate_tui.ui.profiles.drawing import profile_facts


class ProfilePreview(VerticalScroll):
    """Shows what is known of a profile; it never takes the focus."""

    DEFAULT_CSS = """
    ProfilePreview { padding: 0 1; }
    ProfilePreview Static { width: 1fr; height: auto; }
    """
    can_focus = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._card: ProfileCard | None = None
        self._in_use = False

    def compose(self) -> ComposeResult:
        yield Static("", id="facts")

    def show(self, card: ProfileCard | None, *, in_use: bool) -> None:
        """Show a profile, or nothing."""
        if card is None or self._card is None or card.name != self._card.name:
            self.scroll_home(animate=False)
        self._card, self._in_use = card, in_use
        self._redraw()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002  (Textual's)
        self._redraw()

    def _redraw(self) -> None:
        # As if the scrollbar were there: whether it comes depends on the lines that this makes.
        width = self.outer_size.width - self.styles.gutter.width - 1
        if width > 0:
            lines = profile_facts(self._card, width, in_use=self._in_use) if self._card else []
            self.query_one("#facts", Static).update(Content("\n").join(lines))
