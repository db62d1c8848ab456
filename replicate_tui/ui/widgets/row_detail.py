"""A pane beside or below a list: what the row under the cursor has no room for."""

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from replicate_tui.ui.removal import Removable

#: Returns the lines of a detail in a width in cells.
DrawDetail = Callable[[int], list[Content]]


class RowDetail(Removable, VerticalScroll):
    """Shows lines that are drawn for its width; tab goes into it, to scroll."""

    DEFAULT_CSS = """
    RowDetail { padding: 0 1; scrollbar-size-vertical: 1; }
    RowDetail Static { width: 1fr; height: auto; }
    RowDetail:focus { background: $boost; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._draw: DrawDetail | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="detail-lines")

    def show(self, draw: DrawDetail | None) -> None:
        """Show what `draw` returns, or nothing."""
        self._draw = draw
        self._redraw()
        self.scroll_home(animate=False)

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002  (Textual's)
        self._redraw()

    def _redraw(self) -> None:
        # As if the scrollbar were there: whether it comes depends on the lines that this makes.
        width = self.outer_size.width - self.styles.gutter.width - 1
        if width > 0:
            lines = self._draw(width) if self._draw else []
            self.query_one("#detail-lines", Static).update(Content("\n").join(lines))
