"""How often to ask after a run: soon while things move, seldom while they do not, never in a storm."""

import random
from typing import Final

#: The shortest interval of a run, and the share each followed run adds, in seconds; a training may be asked for
#: fifteen times a minute.
SHORTEST: Final = {"prediction": 1.0, "training": 4.0}
SHARE: Final = 1 / 8

#: Without news the interval grows up to this, in seconds; what a prediction made is to be saved within two. A training
#: that says nothing for long may be at its end all the same.
LONGEST: Final = {"prediction": 1.5, "training": 4.0}
GROWTH: Final = 1.3

#: While a stream brings the news, the truth is asked for this often, in seconds.
BESIDE_STREAM: Final = 5.0

#: A status nobody here has heard of is asked after slowly, in seconds.
UNHEARD_OF: Final = 5.0

#: A body that takes long to transfer is fetched less often: the interval is at least this many transfer times.
TRANSFER_FACTOR: Final = 10

#: So much of an answer's time is the way there and back, in seconds.
USUAL_ANSWER: Final = 0.3

#: First and longest pause after a failure, in seconds.
FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 8.0


class Pace:
    """The pace of one run's questions; `followed` is how many runs share the line at the moment."""

    def __init__(self, kind: str) -> None:
        self._longest = LONGEST.get(kind, LONGEST["prediction"])
        self._shortest = SHORTEST.get(kind, SHORTEST["prediction"])
        self._interval = self._shortest
        self._failures = 0
        self._transfer = self._last_transfer = 0.0

    def answered(self, *, news: bool, transfer_seconds: float) -> None:
        """Note an answer: news brings the shortest interval back, silence stretches it."""
        self._failures = 0
        transfer = max(transfer_seconds - USUAL_ANSWER, 0.0)
        # One slow answer may mean that this machine has slept meanwhile; two in a row are a slow line.
        self._transfer, self._last_transfer = min(transfer, self._last_transfer), transfer
        self._interval = self._shortest if news else min(self._interval * GROWTH, self._longest)

    def next_interval(self, *, followed: int, streaming: bool, status_known: bool) -> float:
        """Return the seconds until the next question."""
        interval = max(self._interval, followed * SHARE, self._transfer * TRANSFER_FACTOR)
        if streaming:
            interval = max(interval, BESIDE_STREAM)
        if not status_known:
            interval = max(interval, UNHEARD_OF)
        return interval

    @property
    def least_interval(self) -> float:
        """The seconds between two questions at the least, whatever happens meanwhile."""
        return max(self._shortest, self._transfer * TRANSFER_FACTOR)

    def next_pause(self, retry_after: float | None = None) -> float:
        """Return the seconds to wait after a failure: what the service asked for, else doubling with jitter."""
        self._failures += 1
        if retry_after is not None:
            return max(retry_after, FIRST_PAUSE)
        ceiling = min(FIRST_PAUSE * 2.0 ** min(self._failures - 1, 16), LONGEST_PAUSE)
        return ceiling * random.uniform(0.5, 1.0)
