"""The bottom line: the few keys that matter here, as they are bound now."""

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

WIDE_GAP = 3
NARROW_GAP = 2
#: Keys that stand at the end, also where others find no room: the sign that there are more, and the way out.
_LAST = ("question_mark", "escape")


class KeyBar(Widget):
    """Shows the screen's visible bindings, most special first; what does not fit is under `?`."""

    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; background: $panel; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._hints: list[tuple[str, str, str, bool]] = []
        self._spans: list[tuple[int, int, str]] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._take_bindings)
        self._take_bindings(self.screen)

    def _take_bindings(self, screen: Screen[object]) -> None:
        if not screen.is_current:
            return
        hints: list[tuple[str, str, str, bool]] = []
        seen: set[str] = set()
        for active in screen.active_bindings.values():
            binding = active.binding
            if binding.show and binding.action not in seen:
                seen.add(binding.action)
                display = self.app.get_key_display(binding)
                hints.append((display, binding.description, binding.key, active.enabled))
        # The way out stands last, whichever class bound it, and before it what leads to all keys.
        hints.sort(key=lambda hint: _LAST.index(hint[2]) if hint[2] in _LAST else -1)
        if hints != self._hints:
            self._hints = hints
            self.refresh()

    def render(self) -> Content:
        parts: list[Content] = []
        self._spans = []
        column = 1
        hints, gap = self._fitting(self.size.width - 2)
        for display, description, key, enabled in hints:
            key_style = "bold $text-primary" if enabled else "$text-disabled"
            parts.append(Content.styled(display, key_style))
            parts.append(Content.styled(f" {description}" + " " * gap, "" if enabled else "$text-disabled"))
            length = len(display) + 1 + len(description)
            self._spans.append((column, column + length, key))
            column += length + gap
        return Content.assemble(" ", *parts)

    def _fitting(self, width: int) -> tuple[list[tuple[str, str, str, bool]], int]:
        """Return the hints that fit and the cells between them; those that always stand last go last."""
        hints = list(self._hints)
        for gap in (WIDE_GAP, NARROW_GAP):
            if self._length(hints, gap) <= width:
                return hints, gap
        while len(hints) > 1 and self._length(hints, NARROW_GAP) > width:
            kept = sum(hint[2] in _LAST for hint in hints)
            hints.pop(-1 - kept if kept < len(hints) else 0)
        return hints, NARROW_GAP

    @staticmethod
    def _length(hints: list[tuple[str, str, str, bool]], gap: int) -> int:
        return sum(len(display) + 1 + len(description) + gap for display, description, _, _ in hints) - gap

    def on_click(self, event: events.Click) -> None:
        for start, end, key in self._spans:
            if start <= event.x < end:
                self.app.simulate_key(key)
                return
