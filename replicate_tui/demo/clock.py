"""The service's time: wall-clock nanoseconds, waits scaled by the speed, and Replicate's many timestamp forms."""

import asyncio
import re
import time
import zlib
from datetime import UTC, datetime
from functools import lru_cache

NANOSECONDS = 1_000_000_000
# The fraction widths seen in real answers; clients that assume one of them break on the others.
_FRACTION_WIDTHS = (2, 3, 6, 8, 9)
_FRACTION = re.compile(r"\.(\d+)")


class Clock:
    """Wall time that may be stepped, stopped or quickened, and sleeps that `speed` shortens."""

    def __init__(self, speed: float) -> None:
        if not speed > 0:
            raise ValueError(f"speed must be above 0, not {speed!r}")
        self.speed = speed
        self.rate = 1.0
        self.has_gone_back = False
        self._since = time.time_ns()
        self._shown = self._since
        self._last = 0

    def now(self) -> int:
        """Return unix nanoseconds; unless it was stepped back, later than ever before, so that times order things."""
        self._last = max(self._reading(), self._last + 1)
        return self._last

    def advance(self, seconds: float) -> None:
        """Step the wall time, back when below 0; sleeps under way are not woken."""
        self._anchor(self._reading() + round(seconds * NANOSECONDS))
        if seconds < 0:
            self.has_gone_back = True
            self._last = self._shown

    def run_at(self, rate: float) -> None:
        """Let the wall time pass `rate` times as fast from now on, 0 to stop it; sleeps keep their pace."""
        self._anchor(self._reading())
        self.rate = rate

    def _reading(self) -> int:
        passed = time.time_ns() - self._since
        return self._shown + (passed if self.rate == 1.0 else round(passed * self.rate))

    def _anchor(self, shown: int) -> None:
        self._since, self._shown = time.time_ns(), shown

    def scaled(self, seconds: float) -> float:
        """Return how many real seconds `seconds` at speed 1 take."""
        return seconds / self.speed

    async def sleep(self, seconds: float) -> None:
        await self.wait(self.scaled(seconds))

    def monotonic(self) -> float:
        """Return the time by which waits are kept, in real seconds."""
        return asyncio.get_running_loop().time()

    async def wait(self, seconds: float) -> None:
        """Wait real seconds."""
        await asyncio.sleep(seconds)


def seconds_between(earlier: int, later: int) -> float:
    return (later - earlier) / NANOSECONDS


def timestamp(nanoseconds: int, *, width: int = 6) -> str:
    """Return RFC 3339 UTC with `width` fractional digits."""
    seconds, fraction = divmod(nanoseconds, NANOSECONDS)
    return f"{_whole_seconds(seconds)}.{fraction:09d}"[: 20 + width] + "Z"


@lru_cache(maxsize=4096)
def _whole_seconds(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, tz=UTC):%Y-%m-%dT%H:%M:%S}"


def odd_timestamp(nanoseconds: int, key: str) -> str:
    """Return RFC 3339 UTC with 2 to 9 fractional digits; `key` decides how many, always the same for the same key."""
    return timestamp(nanoseconds, width=_FRACTION_WIDTHS[zlib.crc32(key.encode()) % len(_FRACTION_WIDTHS)])


def parse_timestamp(text: str) -> int:
    """Return unix nanoseconds of an ISO 8601 time (UTC when it names no zone).

    Raises ValueError for anything else.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    digits = _FRACTION.search(text)
    fraction = digits[1][:9].ljust(9, "0") if digits else "0"
    return int(moment.replace(microsecond=0).timestamp()) * NANOSECONDS + int(fraction)
