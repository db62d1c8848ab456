"""Numbers: typed, or stepped inside their limits."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from replicate_tui.ui.form.steps import stepped
from replicate_tui.ui.widgets.fields.line import LineEditor


class NumberEditor(LineEditor):
    """`+` and `-` step, except where they can only be a sign: at the start, and after an exponent's e."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+up", "step(1)", "step", id="form.step_up", key_display="+ -", tooltip="One step up"),
        Binding("ctrl+down", "step(-1)", "One step down", id="form.step_down", show=False),
    ]

    def on_key(self, event: events.Key) -> None:
        if event.character in ("+", "-") and not self._wants_sign():
            event.stop()
            event.prevent_default()
            self.action_step(1 if event.character == "+" else -1)

    def _wants_sign(self) -> bool:
        before = self.value[: self.cursor_position]
        return not before or before[-1] in "eE" or not self.selection.is_empty

    def action_step(self, direction: int) -> None:
        self.show_text(stepped(self.row.field, self.value, direction))
