"""What a screen or a widget still does while it is removed: nothing.

Textual takes a screen off the stack at once, and removes it in steps while other code runs: its own queue to the end,
then its children, then the screen itself. Whatever runs between, a handler, a worker or a callback, looks for children
that are gone, or that never came when the screen was closed before they were mounted. Rests on Textual 8.2.8.
"""

import inspect
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from textual import events
from textual._context import active_message_pump
from textual.await_complete import AwaitComplete
from textual.dom import NoScreen
from textual.geometry import Region
from textual.messages import CloseMessages, Prune
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import Worker, active_worker

ResultT = TypeVar("ResultT")

if TYPE_CHECKING:
    from textual.message import Message
    from textual.screen import Screen

    class _Widget(Widget): ...

    class _Screen(Screen[ResultT]): ...

else:
    # Real bases would stand between a class and the style sheet of the class it extends.
    class _Widget: ...

    class _Screen(Generic[ResultT]): ...


#: What removes a node, and the callbacks of others that wait for their turn in its queue.
_STILL_HEARD: Final = (Prune, CloseMessages, events.Unmount, events.Callback)


def is_whole(widget: Widget) -> bool:
    """Return whether `widget` is mounted and nobody has begun to remove it, so that its children can be found."""
    return widget.is_mounted and widget.is_attached and not widget._pruning  # noqa: SLF001


def asking_screen() -> "Screen[Any] | None":
    """Return the screen for which code runs now, in its messages or in its worker; None when it is for the app."""
    pump: object = active_message_pump.get(None)
    if not isinstance(pump, Widget):
        worker = active_worker.get(None)
        pump = worker.node if worker else None
    try:
        return pump.screen if isinstance(pump, Widget) else None
    except NoScreen:
        return None


class Removable(_Widget):
    """Mixed in before a widget: no callback and no worker of it runs once it is being removed."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw blanks once it is gone: a screen behind a dialog is painted as it was laid out before."""
        if self._parent is None:
            return [Strip.blank(crop.width)] * crop.height
        return super().render_lines(crop)

    def call_after_refresh(self, callback: Any, *args: Any, **kwargs: Any) -> bool:
        """Call unless it is removed by then: the screen on top calls back, which may be another one by then."""
        return super().call_after_refresh(lambda: callback(*args, **kwargs) if is_whole(self) else None)

    def run_worker(self, work: Any, *args: Any, **kwargs: Any) -> "Worker[Any]":
        """Run work unless this is being removed."""
        worker: Worker[Any] = super().run_worker(work, *args, **kwargs)
        task = worker._task  # noqa: SLF001 (nothing else tells that it ended without having begun)
        if task is not None and inspect.iscoroutine(work):
            # Cancelled before its first step it would be reported as forgotten.
            task.add_done_callback(lambda _: work.close())
        if self._pruning:
            worker.cancel()
        return worker


class RemovableScreen(Removable, _Screen[ResultT], Generic[ResultT]):
    """Mixed in before a screen: once it is being removed it handles nothing, and it closes no other in its place.

    One that is closed before it was mounted hears of neither: not that it is mounted, nor of the end of that.
    """

    _has_heard_mount = False

    async def _on_message(self, message: "Message") -> None:
        if self._pruning and not isinstance(message, _STILL_HEARD):
            return
        if isinstance(message, events.Resize) and message.size != self.app.size:
            # The terminal has gone on to another size, which is told too. Laid out, this one would be told again after
            # that, and that after this one, for ever.
            message.stop()
            return
        if isinstance(message, Prune):
            # The widgets go next, before the screen does, and a worker would look for them.
            self.workers.cancel_node(self)
        elif isinstance(message, events.Mount):
            self._has_heard_mount = True
        elif isinstance(message, events.Unmount) and not self._has_heard_mount:
            return
        await super()._on_message(message)

    def dismiss(self, result: ResultT | None = None) -> AwaitComplete:
        """Close this screen, which only the one on top can do: a second key of the same burst comes too late."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def _pop_result_callback(self) -> None:
        """Answer whoever waits for this screen, also when it is closed by other means than an answer."""
        future = self._result_callbacks[-1].future
        if future is not None and not future.done():
            future.set_result(None)
        super()._pop_result_callback()
