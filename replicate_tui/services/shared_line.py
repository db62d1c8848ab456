"""How many runs are followed on this machine, whichever copy of the app follows them: they share one pace."""

import contextlib
import time
from typing import Final

from replicate_tui.store.problems import HistoryProblem
from replicate_tui.store.runs import RunRepository

#: The history is asked this often at the most, in seconds.
RECOUNT: Final = 2.0


class SharedLine:
    """Counts the runs of the history that are being followed by this copy of the app or another."""

    def __init__(self, runs: RunRepository) -> None:
        self._runs = runs
        self._count = 0
        self._counted_at = float("-inf")

    async def followed(self, here: int) -> int:
        """Return how many there are, at least the `here` of this copy."""
        now = time.monotonic()
        if now - self._counted_at >= RECOUNT:
            # Before the answer, so that of many that ask at once only one counts.
            self._counted_at = now
            with contextlib.suppress(HistoryProblem):
                self._count = await self._runs.count_followed()
        return max(here, self._count)
