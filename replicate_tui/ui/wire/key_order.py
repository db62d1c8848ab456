"""Keys that arrive together are handled one after the other, each to its end, as if a person had typed them apart.

Textual hands a key to the focused widget and, when nothing there wants it, lets it climb to the screen's and the
app's bindings through their message queues; the next key of the same read overtakes it. Over a slow line keys come
in clumps: "/fog" would open the form of a model with its `f`, and a backspace would delete what was typed after it.
"""

import asyncio
import threading
from typing import Any, Final

from textual.app import App
from textual.message_pump import MessagePump

#: A handler that takes longer than this does not hold up the keys behind it.
PATIENCE_SECONDS: Final = 0.5


class KeyOrder:
    """Used by the input thread: `wait` before a message is sent on, `sent` after a key was."""

    def __init__(self, app: App[Any], loop: asyncio.AbstractEventLoop) -> None:
        self._app = app
        self._loop = loop
        self._done = threading.Event()
        self._done.set()

    def wait(self) -> None:
        """Return when the key before has been handled by all that may want it."""
        self._done.wait(PATIENCE_SECONDS)

    def let_go(self) -> None:
        """Have nobody wait any more: the loop that handles keys is leaving."""
        self._done.set()

    def sent(self) -> None:
        """Follow the key that was just sent on its way, through the same queues."""
        self._done.clear()
        asyncio.run_coroutine_threadsafe(self._follow(), self._loop)

    async def _follow(self) -> None:
        self._hop_to(self._app, self._at_app)

    def _at_app(self) -> None:
        first: MessagePump = self._app.focused or self._app.screen
        self._hop_to(first, lambda: self._at(first))

    def _at(self, node: MessagePump) -> None:
        above = node._parent  # noqa: SLF001 (where Textual itself sends a key that is not wanted)
        if above is None or node is self._app:
            self._done.set()
        else:
            self._hop_to(above, lambda: self._at(above))

    def _hop_to(self, node: MessagePump, arrived: Any) -> None:
        if not node.call_later(arrived):
            self._done.set()
