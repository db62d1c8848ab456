"""The top line: the eight places, the profile's badge, and what is going on now."""

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from replicate_tui.ui.places import PLACES
from replicate_tui.ui.wire.frugal import thrift_of

_NAMES_WIDTH = sum(len(f" {place.key} {place.name} ") for place in PLACES)


class PlaceBar(Widget):
    """One line; where names leave no room for what is going on, it keeps the numbers and the current name only."""

    DEFAULT_CSS = """
    PlaceBar { dock: top; height: 1; background: $panel; color: $text-muted; }
    """

    strip: reactive[str] = reactive("")

    class PlaceClicked(Message):
        def __init__(self, mode: str) -> None:
            super().__init__()
            self.mode = mode

    def __init__(self, mode: str, badge: str = "", strip: str = "") -> None:
        super().__init__()
        self._mode = mode
        self._badge = badge
        self._spans: list[tuple[int, int, str]] = []
        self.set_reactive(PlaceBar.strip, strip)

    def on_mount(self) -> None:
        self.watch(self.app, "thrift", self._thrift_changed, init=False)

    def _thrift_changed(self) -> None:
        self.refresh()

    def render(self) -> Content:
        rights = self._rights()
        # What is going on comes before the names of other places.
        with_names = _NAMES_WIDTH + rights[0].cell_length < self.size.width
        parts: list[Content] = []
        self._spans = []
        column = 0
        for place in PLACES:
            current = place.mode == self._mode
            text = f" {place.key} {place.name} " if with_names or current else f" {place.key} "
            parts.append(Content.styled(text, "bold $text-primary on $boost") if current else Content(text))
            self._spans.append((column, column + len(text), place.mode))
            column += len(text)
        room = self.size.width - column - 1
        right = next((part for part in rights if part.cell_length <= room), Content(""))
        gap = self.size.width - column - right.cell_length
        self._spans.append((self.size.width - right.cell_length, self.size.width, "runs"))
        return Content.assemble(*parts, " " * gap, right)

    def _rights(self) -> tuple[Content, ...]:
        """Return what may stand at the right end, the most telling first; where room is short the badge stays."""
        badge = Content.styled(f" {self._badge} ", "bold $background on $primary") if self._badge else Content("")
        strip = Content.styled(f" {self.strip} ", "$foreground") if self.strip else Content("")
        word = thrift_of(self.app).word
        frugal = Content(f" {word} ") if word else Content("")
        return Content.assemble(frugal, badge, strip), Content.assemble(badge, strip), badge, strip

    def on_click(self, event: events.Click) -> None:
        for start, end, mode in self._spans:
            if start <= event.x < end:
                self.post_message(self.PlaceClicked(mode))
                return
