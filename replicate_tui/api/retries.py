"""When a request is sent again, and how long that waits. The policy is a value: copy it with changes."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from replicate_tui.api.limits import LONGEST_SILENT_WAIT

#: Told before each wait: its seconds, and why ("rate limited", "no connection", "status 503").
WaitHook = Callable[[float, str], None]
Sleep = Callable[[float], Awaitable[None]]

_RETRIED_STATUSES: Final = range(500, 600)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and after how long; seconds.

    The delay before try k is random between 0 and `first_delay`·2^k ("full jitter"), at most `longest_delay`, unless
    the service says how long. A wait that would make more than `longest_silent_wait` in one call is not made: the
    error says how long it would be. `sleep` and `jitter` are there for tests.
    """

    max_retries: int = 4
    first_delay: float = 0.5
    longest_delay: float = 8.0
    longest_silent_wait: float = LONGEST_SILENT_WAIT
    on_wait: WaitHook | None = None
    sleep: Sleep = asyncio.sleep
    jitter: Callable[[], float] = random.random

    def with_retries(self, max_retries: int) -> "RetryPolicy":
        return replace(self, max_retries=max(0, max_retries))

    def backoff(self, retry: int) -> float:
        """Return the delay before retry number `retry` (from 0)."""
        return self.jitter() * self._ceiling(retry)

    def throttled(self, retry: int) -> float:
        """Return the delay after a 429 that does not say how long: never near zero."""
        return (0.5 + 0.5 * self.jitter()) * self._ceiling(retry + 1)

    def _ceiling(self, retry: int) -> float:
        return min(self.longest_delay, self.first_delay * 2.0 ** min(retry, 30))

    def is_temporary(self, status: int) -> bool:
        return status in _RETRIED_STATUSES
