"""The presets of a model: pick one to load, or take one away."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from replicate_tui.store.records import Preset
from replicate_tui.text import clean_line
from replicate_tui.ui.modals.base import Dialog
from replicate_tui.ui.widgets.lines import fit
from replicate_tui.ui.widgets.list_messages import Selected
from replicate_tui.ui.widgets.virtual_list import RowContent, VirtualList
from replicate_tui.ui.wording import age, plural

PresetAnswer = tuple[Literal["load", "remove"], Preset]

MOST_LINES = 12


class PresetsDialog(Dialog[PresetAnswer]):
    DEFAULT_CSS = """
    PresetsDialog #presets { background: $panel; }
    PresetsDialog #hint { height: 1; margin-top: 1; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("d,delete", "remove", "Delete", id="presets.delete")]

    def __init__(self, presets: Sequence[Preset]) -> None:
        super().__init__("Presets")
        self._presets = presets

    def compose_dialog(self) -> ComposeResult:
        self._list: VirtualList[Preset] = VirtualList(self._draw, key=lambda preset: preset.name, id="presets")
        self._list.styles.height = min(MOST_LINES, max(1, len(self._presets)))
        yield self._list
        yield Static(Content("enter load   d delete   esc close"), id="hint")

    def on_mount(self) -> None:
        self._list.set_rows(list(self._presets))

    def _draw(self, preset: Preset, width: int, cursor: bool) -> RowContent:  # noqa: ARG002  (the list's contract)
        facts = f"{plural(len(preset.values), 'value')}  {age(preset.saved_at)}"
        name = fit(clean_line(preset.name), width - len(facts) - 2)
        return Content.assemble(name, "  ", Content.styled(facts, "$text-muted"))

    def on_virtual_list_selected(self, event: Selected) -> None:
        event.stop()
        self.dismiss(("load", event.row))

    def action_remove(self) -> None:
        row = self._list.cursor_row
        if row is not None:
            self.dismiss(("remove", row))
