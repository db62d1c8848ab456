"""A bucket of requests that fills as time goes by."""

import time


class Bucket:
    """Holds at most `size`, and is full at first."""

    def __init__(self, *, size: float, per_second: float) -> None:
        self.size = size
        self.per_second = per_second
        self.left = size
        self._filled_at = time.monotonic()

    def take(self) -> float:
        """Take one and return 0, or return the seconds until there is one."""
        now = time.monotonic()
        self.left = min(self.size, self.left + (now - self._filled_at) * self.per_second)
        self._filled_at = now
        if self.left < 1:
            return (1 - self.left) / self.per_second
        self.left -= 1
        return 0.0
