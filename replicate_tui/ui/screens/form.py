"""What the screens with a form share: nothing that is typed before there is a field is lost, or taken for a command."""

from itertools import takewhile
from typing import Final, TypeAlias

from textual import events
from textual.reactive import Reactive
from textual.widget import Widget

from replicate_tui.ui.house import House
from replicate_tui.ui.screens.base import HouseScreen
from replicate_tui.ui.widgets.fields.block import BlockEditor
from replicate_tui.ui.widgets.fields.line import LineEditor
from replicate_tui.ui.widgets.form_list import FormList

Typed: TypeAlias = events.Key | events.Paste
#: Keys that belong to what is typed, besides letters.
_AMONG_LETTERS: Final = frozenset({"tab", "shift+tab", "enter"})


class FormScreen(HouseScreen):
    """Base of screens with a `FormList`: keys that come while its fields are still read wait for the first one."""

    AUTO_FOCUS = ""
    # Textual paints the whole screen anew when the focus moves; here each editor that gets it is new anyway.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self._early: list[Typed] = []
        self._taken: list[Typed] = []

    @property
    def _is_too_early(self) -> bool:
        """Whether there is no field yet, and one may come."""
        is_reading = any(worker.node is self and not worker.is_finished for worker in self.workers)
        return is_reading and self.focused is None and self.query_one(FormList).editor is None

    def on_key(self, event: events.Key) -> None:
        """Keep what is typed ahead, which would be commands of the app otherwise: a digit leads to another place."""
        if self._was_taken(event):
            event.stop()
            event.prevent_default()
            return
        if not self._is_too_early:
            return
        if _is_typed(event):
            self._early.append(_again(event))
        elif event.key == "backspace" and self._early:
            # Typed later it would come too late: a binding takes the way through the app.
            self._early.pop()
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        if self._is_too_early and not self._was_taken(event):
            self._early.append(_again(event))

    def watch_focused(self, before: Widget | None, focused: Widget | None) -> None:
        """Type it now, as if it came now; a first field that is no text has no use for it."""
        early, self._early = self._early, []
        if before is not None or not isinstance(focused, LineEditor | BlockEditor):
            return
        early += self._still_unheard()
        texts = list(takewhile(_is_text, early))
        for event in texts:
            # Ahead of what the app sends there from now on.
            focused.post_message(event)
        for event in early[len(texts) :]:
            # As from the terminal: a key that moves on is bound, and bindings are the app's to find.
            event.set_sender(self.app)
            self.app.post_message(event)

    def _still_unheard(self) -> list[Typed]:
        """Take what was sent here while there was no field, and has not come to its turn; rests on Textual 8.2.8."""
        waiting = (self._pending_message, *self._message_queue.values)
        self._taken = [message for message in waiting if isinstance(message, events.Key | events.Paste)]
        self._taken = [message for message in self._taken if isinstance(message, events.Paste) or _is_typed(message)]
        return list(map(_again, self._taken))

    def _was_taken(self, event: Typed) -> bool:
        return any(each is event for each in self._taken)


def _is_typed(key: events.Key) -> bool:
    return key.is_printable or key.key in _AMONG_LETTERS


def _is_text(event: Typed) -> bool:
    return isinstance(event, events.Paste) or event.is_printable


def _again(event: Typed) -> Typed:
    """Return the event as if nobody had heard it."""
    return events.Paste(event.text) if isinstance(event, events.Paste) else events.Key(event.key, event.character)
