"""The keys of the screen below, as they are bound now."""

from collections.abc import Mapping
from typing import ClassVar, Final

from textual import events
from textual.app import App, ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from replicate_tui.ui.modals.base import Dialog

#: Padding, heading and hint.
LINES_AROUND: Final = 6
#: Keys that every Textual screen has, in our words; "" leaves one out.
_TEXTUALS_OWN: Final = {
    "app.focus_next": "Next pane or field",
    "app.focus_previous": "Pane or field before",
    "screen.copy_text": "",
    "help_quit": "",
}


class KeysDialog(Dialog[None]):
    """Lists what the focused widget, then the screen, then the app answers to."""

    DEFAULT_CSS = """
    KeysDialog > #box { width: 72; }
    KeysDialog #scroll { height: auto; }
    KeysDialog #keys { height: auto; }
    KeysDialog #hint { height: 1; margin-top: 1; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark,q,enter", "close", "Close", show=False)]

    def __init__(self, bindings: Mapping[str, ActiveBinding]) -> None:
        super().__init__("Keys")
        self._active = bindings

    def compose_dialog(self) -> ComposeResult:
        with VerticalScroll(id="scroll"):
            yield Static(self._draw(), id="keys")
        yield Static(Content("up and down scroll   esc closes"), id="hint")

    def on_resize(self, event: events.Resize) -> None:
        """Leave room for what stands around the list; a box of automatic height does not see its maximum."""
        self.query_one("#scroll").styles.max_height = max(3, event.size.height * 92 // 100 - LINES_AROUND)

    def _draw(self) -> Content:
        lines: list[Content] = []
        for title, actives in self._by_owner():
            if lines:
                lines.append(Content(""))
            lines.append(Content.styled(title, "$text-muted"))
            lines += self._lines(actives)
        return Content("\n").join(lines)

    def _by_owner(self) -> list[tuple[str, list[ActiveBinding]]]:
        groups: dict[str, list[ActiveBinding]] = {"This screen": [], "What has the focus": [], "Everywhere": []}
        for active in self._active.values():
            if isinstance(active.node, App):
                groups["Everywhere"].append(active)
            elif isinstance(active.node, Screen):
                groups["This screen"].append(active)
            else:
                groups["What has the focus"].append(active)
        return [(title, actives) for title, actives in groups.items() if actives]

    def _lines(self, actives: list[ActiveBinding]) -> list[Content]:
        keys_of: dict[tuple[str, str], list[str]] = {}
        for active in actives:
            binding = active.binding
            words = _TEXTUALS_OWN.get(binding.action, binding.tooltip or binding.description)
            if words and not binding.action.startswith("scroll_"):
                keys_of.setdefault((words[0].upper() + words[1:], binding.action), []).append(
                    self.app.get_key_display(binding)
                )
        return [
            Content.assemble(
                Content.styled(f"{' '.join(dict.fromkeys(keys)):>18}", "bold $text-primary"), f"   {words}"
            )
            for (words, _), keys in keys_of.items()
        ]
