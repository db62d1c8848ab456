"""What the log of a run tells while it grows: how far the run is, how fast, and its losses over steps."""

import asyncio
import itertools
import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from replicate_tui.services.views import RunProgress, RunSeries
from replicate_tui.text import clean_line

if TYPE_CHECKING:
    from replicate_tui.api.progress import LossReader

#: Longer logs than this, in characters, are read in a thread.
LONG: Final = 100_000

#: Of more than this at once (characters or bytes), lines are left out evenly: a curve needs no million of points.
MOST_READ: Final = 8_000_000

#: A series longer than this loses every second point.
MOST_POINTS: Final = 20_000

#: The speed is that of the last so many seconds.
SPEED_SECONDS: Final = 300.0

_LINE: Final = re.compile(r"[^\r\n]+")
_LONGEST_LINE: Final = 1_000


class LogFacts(NamedTuple):
    progress: RunProgress | None
    series: tuple[RunSeries, ...]


class LogReader:
    """Reads the log of one run, which comes whole each time; only what is new of it is looked through for losses."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._speed = _Speed(clock)
        self._losses: LossReader | None = None
        self._read_to = 0

    async def read(self, logs: str, *, anew: bool) -> LogFacts:
        """Return what `logs` tells; `anew` when what was read before is not its beginning."""
        if anew:
            self._losses, self._read_to = None, 0
        if len(logs) > LONG:
            return await asyncio.to_thread(self._read, logs)
        return self._read(logs)

    def _read(self, logs: str) -> LogFacts:
        if self._losses is None:
            self._losses = _new_losses()
        # The last line may go on: it is looked at, and read again with the next part.
        end = max(logs.rfind("\n"), logs.rfind("\r")) + 1
        self._losses.feed(_lines(logs, self._read_to, end))
        self._read_to = end
        return LogFacts(self._progress_in(logs), _series(self._losses, logs[end : end + _LONGEST_LINE]))

    def _progress_in(self, logs: str) -> RunProgress | None:
        from replicate_tui.api.progress import progress_of, rate_of

        found = progress_of(logs)
        if found is None:
            return None
        rate = rate_of(logs)
        if found.current is not None:
            measured = self._speed.at(found.current, found.total)
            rate = measured if rate is None else rate
        return RunProgress(found.percentage, found.current, found.total, clean_line(found.label), rate)


class _Speed:
    """Counts per second, for logs that do not tell it themselves."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque()
        self._total: int | None = None

    def at(self, current: int, total: int | None) -> float | None:
        """Take the count of now and return the speed, None before two counts were seen."""
        now = self._clock()
        if total != self._total or (self._seen and current < self._seen[-1][1]):
            # Another bar: what it counts is something else.
            self._seen.clear()
            self._total = total
        self._seen.append((now, current))
        while now - self._seen[0][0] > SPEED_SECONDS and len(self._seen) > 2:
            self._seen.popleft()
        began, first = self._seen[0]
        return (current - first) / (now - began) if current > first and now > began else None


def series_in_file(path: Path) -> tuple[RunSeries, ...]:
    """Return the losses in a saved log, none when it cannot be read; blocks, for a large one up to a second."""
    losses = _new_losses()
    try:
        stride = 1 + path.stat().st_size // MOST_READ
        with path.open(encoding="utf-8", errors="replace") as file:
            losses.feed(itertools.islice(file, 0, None, stride))
            return _series(losses, "")
    except OSError:
        return ()


def _new_losses() -> "LossReader":
    from replicate_tui.api.progress import LossReader  # the client's rooms are loaded by now, not at the start

    return LossReader(with_others=True)


def _lines(text: str, start: int, end: int) -> Iterator[str]:
    stride = 1 + (end - start) // MOST_READ
    return (match[0] for match in itertools.islice(_LINE.finditer(text, start, end), 0, None, stride))


def _series(losses: "LossReader", unfinished_line: str) -> tuple[RunSeries, ...]:
    """Return what was read, each series with its point of the line that is being written, and no longer than needed."""
    made = []
    last = {name: (step, value) for name, step, value in losses.told_by(unfinished_line)}
    for series in losses.series:
        while len(series.steps) > MOST_POINTS:
            del series.steps[1:-1:2], series.values[1:-1:2]
        step, value = last.pop(series.name, (series.steps[-1], series.values[-1]))
        before = len(series.steps) - (series.steps[-1] == step)
        steps, values = (*series.steps[:before], step), (*series.values[:before], value)
        made.append(RunSeries(series.name, steps, values))
    made += [RunSeries(name, (step,), (value,)) for name, (step, value) in last.items()]
    return tuple(made)
