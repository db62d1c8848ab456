"""What the screens with a form share: nothing that is typed before there is a field is lost, or taken for a command."""

from typing import Final

from textual import events
from textual.reactive import Reactive
from textual.widget import Widget

from replicate_tui.ui.house import House
from replicate_tui.ui.screens.base import HouseScreen
from replicate_tui.ui.widgets.fields.block import BlockEditor
from replicate_tui.ui.widgets.fields.line import LineEditor
from replicate_tui.ui.widgets.form_list import FormList

#: Keys that belong to what is typed, besides letters.
_AMONG_LETTERS: Final = frozenset({"tab", "shift+tab", "enter"})


class FormScreen(HouseScreen):
    """Base of screens with a `FormList`: keys that come while its fields are still read wait for the first one."""

    AUTO_FOCUS = ""
    # Textual paints the whole screen anew when the focus moves; here each editor that gets it is new anyway.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._early: list[events.Key | events.Paste] = []

    @property
    def _is_too_early(self) -> bool:
        """Whether there is no field yet, and one may come."""
        is_reading = any(worker.node is self and not worker.is_finished for worker in self.workers)
        return is_reading and self.focused is None and self.query_one(FormList).editor is None

    def on_key(self, event: events.Key) -> None:
        """Keep what is typed ahead, which would be commands of the app otherwise: a digit leads to another place."""
        if not self._is_too_early:
            return
        if event.is_printable or event.key in _AMONG_LETTERS:
            self._early.append(events.Key(event.key, event.character))
        elif event.key == "backspace" and self._early:
            # Typed later it would come too late: a binding takes the way through the app.
            self._early.pop()
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        if self._is_too_early:
            self._early.append(events.Paste(event.text))

    def watch_focused(self, focused: Widget | None) -> None:
        """Type it now, as if it came now; a first field that is no text has no use for it."""
        early, self._early = self._early, []
        if isinstance(focused, LineEditor | BlockEditor):
            for event in early:
                # As from the terminal: what comes from a screen goes no further up than to it.
                event.set_sender(self.app)
                self.app.post_message(event)
