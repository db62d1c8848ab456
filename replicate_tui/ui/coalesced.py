"""An errand that is asked for more often than it can be run."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from textual.widget import Widget
from textual.worker import Worker

from replicate_tui.ui.removal import is_whole


class Coalesced:
    """Runs `errand` as a worker of `node`, one at a time: what is asked for meanwhile is one more run after it.

    Between two runs `pause` seconds pass. The errand must tell its own failures.
    """

    def __init__(
        self, node: Widget, errand: Callable[[], Awaitable[None]], *, description: str, pause: float = 0.0
    ) -> None:
        self._node = node
        self._errand = errand
        self._description = description
        self._pause = pause
        self._is_wanted = False
        self._turn = 0
        self._worker: Worker[Any] | None = None

    def want(self) -> None:
        """Run the errand: now, or once more after the run under way."""
        self._is_wanted = True
        if self._worker is None:
            self._start()

    def want_anew(self) -> None:
        """Run the errand now; a run under way is dropped, since nobody wants its answer any more."""
        self.drop()
        self.want()

    def drop(self) -> None:
        """Stop the run under way."""
        self._is_wanted = False
        if self._worker is not None:
            self._worker.cancel()
            # A canceled worker may take a while to end, and does nothing more for what is wanted from now on.
            self._worker = None

    def _start(self) -> None:
        if not is_whole(self._node):
            return  # nobody is left to see what comes of it
        self._turn += 1
        self._worker = self._node.run_worker(
            self._run(self._turn), group=f"coalesced {self._description}", description=self._description
        )

    async def _run(self, turn: int) -> None:
        try:
            while self._is_wanted and turn == self._turn:
                self._is_wanted = False
                await self._errand()
                if self._pause:
                    await asyncio.sleep(self._pause)
        finally:
            if turn == self._turn:
                self._worker = None
