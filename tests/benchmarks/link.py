"""A line between the program and the person: as slow, as far and as deep as an SSH session over a bad network."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """Bytes a second towards the person, seconds there and back, and how many bytes may be under way at once."""

    rate: float
    round_trip: float
    buffer: int = 262_144


#: A train, a hotel: what the goals for slow lines are measured with.
SLOW = Link(20_000, 0.150)
#: Barely a line. Its shallow buffer makes the program's writes block early.
THIN = Link(5_000, 0.150, buffer=16_384)


class Direction:
    """One direction of a line: what is put in comes out later, in order, at its rate.

    `rate` is in bytes a second, None for as fast as can be; `delay` in seconds. `put` blocks while more than `buffer`
    bytes are under way, as a full socket does.
    """

    def __init__(
        self, arrive: Callable[[bytes], None], *, rate: float | None, delay: float, buffer: int | None = None
    ) -> None:
        self._arrive = arrive
        self._rate = rate
        self._delay = delay
        self._buffer = buffer
        self._under_way: deque[tuple[float, bytes]] = deque()
        self._amount = 0
        self._free_at = 0.0
        self._closed = False
        self._changed = threading.Condition()
        threading.Thread(target=self._deliver, daemon=True).start()

    def put(self, data: bytes) -> None:
        with self._changed:
            while self._buffer is not None and self._amount > self._buffer and not self._closed:
                self._changed.wait(0.5)
            now = time.perf_counter()
            self._free_at = max(self._free_at, now) + (len(data) / self._rate if self._rate else 0.0)
            self._under_way.append((self._free_at + self._delay, data))
            self._amount += len(data)
            self._changed.notify_all()

    def close(self) -> None:
        """Lose what is under way."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _deliver(self) -> None:
        while True:
            with self._changed:
                while not self._under_way and not self._closed:
                    self._changed.wait(0.5)
                if self._closed:
                    return
                at, data = self._under_way[0]
                if (left := at - time.perf_counter()) > 0:
                    self._changed.wait(left)
                    continue
                self._under_way.popleft()
                self._amount -= len(data)
                self._changed.notify_all()
            self._arrive(data)
