"""Polling runs to their end, at a pace that many watchers share."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from replicate_tui.api.errors import ReplicateError, WaitTimeoutError

if TYPE_CHECKING:
    from replicate_tui.api.types.prediction import Prediction
    from replicate_tui.api.types.training import Training

R = TypeVar("R", "Prediction", "Training")

FIRST_INTERVAL: Final = 0.5
LONGEST_INTERVAL: Final = 5.0
_GROWTH: Final = 1.3
#: All watchers of a client together ask this often, at most.
_REQUESTS_PER_SECOND: Final = 8.0


class Sleeper(Protocol):
    def __call__(self, seconds: float, /) -> Awaitable[None]: ...


class Pace:
    """When one of many watchers may ask: each backs off by itself, and all together take turns."""

    def __init__(self, first_interval: float = FIRST_INTERVAL, sleep: Sleeper = asyncio.sleep) -> None:
        self.first_interval = first_interval
        self.sleep = sleep
        self._free_at = 0.0

    def interval(self, asked: int) -> float:
        """The seconds before the next question about a run, after `asked` questions."""
        return min(LONGEST_INTERVAL, self.first_interval * _GROWTH ** min(asked, 30))

    async def turn(self) -> None:
        """Wait until it is this watcher's turn to ask."""
        now = asyncio.get_running_loop().time()
        start = max(now, self._free_at)
        self._free_at = start + 1 / _REQUESTS_PER_SECOND
        if start > now:
            await self.sleep(start - now)


async def wait_for_end(run: R | str, get: Callable[[str], Awaitable[R]], pace: Pace, timeout: float | None = None) -> R:
    """Poll until `run`, given whole or by its id, is final and return it; raises WaitTimeoutError after `timeout` s."""
    try:
        async with asyncio.timeout(timeout):
            if isinstance(run, str):
                await pace.turn()
                run = await get(run)
            asked = 0
            while not run.is_final:
                await pace.sleep(pace.interval(asked))
                await pace.turn()
                asked += 1
                run = await get(run.id)
    except TimeoutError as problem:
        if isinstance(problem, ReplicateError):
            raise
        if isinstance(run, str):
            raise WaitTimeoutError(f"no word of {run} within {timeout:g} s", run=None) from problem
        raise WaitTimeoutError(f"{run.id} is still {run.status} after {timeout:g} s", run=run) from problem
    return run
