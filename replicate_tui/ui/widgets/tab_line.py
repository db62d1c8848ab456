"""A line of tabs: which there are, which is open; `[` and `]` walk through them."""

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class TabLine(Widget):
    """One line of (id, title) tabs, with a note behind a title where there is something to count."""

    DEFAULT_CSS = """
    TabLine { height: 1; padding: 0 1; color: $text-muted; }
    """
    active: reactive[str] = reactive("")

    class Changed(Message):
        """Another tab is open."""

        def __init__(self, tab: str) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self, tabs: tuple[tuple[str, str], ...], active: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._tabs = tabs
        self._notes: dict[str, str] = {}
        self._spans: list[tuple[int, int, str]] = []
        self.set_reactive(TabLine.active, active)

    def note(self, tab: str, text: str) -> None:
        """Show `text` behind the title of `tab`."""
        if self._notes.get(tab) != text:
            self._notes[tab] = text
            self.refresh()

    def step(self, by: int) -> None:
        """Open the tab `by` places further, around the ends."""
        names = [name for name, _ in self._tabs]
        self.active = names[(names.index(self.active) + by) % len(names)]

    def watch_active(self, tab: str) -> None:
        self.post_message(self.Changed(tab))

    def render(self) -> Content:
        parts: list[Content] = []
        self._spans = []
        column = 0
        for name, title in self._tabs:
            note = self._notes.get(name, "")
            text = f" {title} {note} " if note else f" {title} "
            is_open = name == self.active
            parts.append(Content.styled(text, "bold $text-primary on $boost" if is_open else ""))
            self._spans.append((column, column + len(text), name))
            column += len(text)
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        for start, end, name in self._spans:
            if offset and start <= offset.x < end:
                self.active = name
