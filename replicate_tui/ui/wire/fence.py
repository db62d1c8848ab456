"""Whether the terminal has answered all it was asked: what it sends later would land on the shell's line."""

import re
import time
from collections import deque
from collections.abc import Callable
from typing import Final

#: The question that Textual puts at its start (does the terminal take whole frames?), and what answers it. Terminals
#: answer in order: when the answer is here, so is all that was sent before.
QUESTION: Final = "\x1b[?2026$p"
_ANSWER: Final = re.compile(rb"\x1b\[\?2026;\d{1,2}\$y")
_LONGEST_ANSWER: Final = 16

#: How long an answer is waited for, in seconds: from a terminal that has never answered, and from any.
_UNKNOWN_SECONDS: Final = 0.35
_MOST_SECONDS: Final = 0.4
_LEAST_SECONDS: Final = 0.1
_ROUND_TRIPS: Final = 2


class Fence:
    """Counts questions and answers; `clock` gives seconds. `feed` may be called from another thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._asked: deque[float] = deque()
        self._round_trip: float | None = None
        self._rest = b""

    @property
    def is_answered(self) -> bool:
        """Whether the terminal has ever answered, so that it pays to ask it again."""
        return self._round_trip is not None

    def begin(self) -> None:
        """Forget what was not answered: another program had the terminal meanwhile."""
        self._asked.clear()
        self._rest = b""

    def asked(self) -> None:
        self._asked.append(self._clock())

    def feed(self, data: bytes) -> None:
        """Look for answers in what the terminal has sent, which may be cut anywhere."""
        text = self._rest + data
        end = 0
        for answer in _ANSWER.finditer(text):
            end = answer.end()
            if self._asked:
                self._round_trip = self._clock() - self._asked.popleft()
        self._rest = text[max(end, len(text) - _LONGEST_ANSWER) :]

    @property
    def patience(self) -> float:
        """For how many seconds it is worth waiting from now on; 0 when nothing is to be answered any more."""
        if not self._asked:
            return 0.0
        most = _UNKNOWN_SECONDS
        if self._round_trip is not None:
            most = min(_MOST_SECONDS, _LEAST_SECONDS + _ROUND_TRIPS * self._round_trip)
        return max(0.0, self._asked[-1] + most - self._clock())
