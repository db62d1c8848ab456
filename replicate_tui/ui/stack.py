"""How the app deals with its stacks of screens while keys come faster than screens."""

import asyncio
from typing import Any, Generic, TypeVar

from textual.await_complete import AwaitComplete
from textual.dom import DOMNode
from textual.widget import Widget

from replicate_tui.ui.removal import asking_screen, is_whole
from replicate_tui.ui.wire.wired_app import WiredApp

ReturnT = TypeVar("ReturnT")


class StackApp(WiredApp[ReturnT], Generic[ReturnT]):
    """Opens screens where they were asked for, and asks nothing of one that is not there yet or no more."""

    def push_screen(self, screen: Any, *args: Any, mode: str | None = None, **kwargs: Any) -> Any:
        """Open a screen; a worker that took its time asks in the place it was started in, not where one is by now."""
        asker = asking_screen()
        left = (name for name, stack in self._screen_stacks.items() if asker in stack)
        return super().push_screen(screen, *args, mode=mode or next(left, None), **kwargs)

    async def close_mode(self, mode: str) -> None:
        """Remove a mode with all its screens; questions among them are answered as if they were never asked."""
        for screen in reversed(self._screen_stacks.get(mode, [])[1:]):
            # Textual only removes them, and whoever waits for an answer would wait for ever.
            screen._pop_result_callback()  # noqa: SLF001
        await self.remove_mode(mode)

    async def push_screen_wait(self, screen: Any, *, mode: str | None = None) -> Any:
        """Open a screen from a worker and wait for its answer.

        What the app has put off comes first, and is not the worker's to take along when that is canceled: the ends of
        widgets are waited for, and canceling who waits would cut them short, a draft that is being saved with them.
        """
        await asyncio.shield(self._flush_next_callbacks())
        return await super().push_screen_wait(screen, mode=mode)

    def pop_screen(self) -> AwaitComplete:
        """Close the screen on top; at a place there is none, however often it is asked."""
        return super().pop_screen() if len(self.screen_stack) > 1 else AwaitComplete()

    async def _dispatch_action(self, namespace: DOMNode, action_name: str, params: Any) -> bool:
        """Do nothing for a screen whose widgets are not there: the key was meant for the one before it."""
        if isinstance(namespace, Widget) and not is_whole(namespace):
            return False
        return await super()._dispatch_action(namespace, action_name, params)
