"""A row of the report: one fault, how often to make it, and the trials in which it is made."""

import contextlib
import inspect
import math
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self


class Trial:
    """One time the fault is made; what is raised inside `with trial:` is its failure, and the next one goes on."""

    def __init__(self, row_id: str, seed: int, number: int) -> None:
        self.number = number
        self.random = random.Random(f"{row_id}-{seed}-{number}")
        """Chooses the moment and the kind of the fault: the same for the same row, seed and number."""
        self.took: float | None = None
        """What the row measures, if it measures anything: seconds, or what its `unit` says."""
        self.failure: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        self.failure = error
        return isinstance(error, Exception)

    @contextlib.contextmanager
    def timed(self) -> Iterator[None]:
        """Take the time of what is inside as this trial's figure."""
        begun = time.monotonic()
        yield
        self.took = time.monotonic() - begun


@dataclass
class Trials:
    """The trials of a row, in order; several may be under way at once. `folder` is a folder of the row's own."""

    row_id: str
    count: int
    seed: int
    folder: Path
    done: list[Trial] = field(default_factory=list)

    def __iter__(self) -> Iterator[Trial]:
        for number in range(self.count):
            trial = Trial(self.row_id, self.seed, number)
            self.done.append(trial)
            yield trial


Check = Callable[[Trials], Awaitable[None] | None]


def _nothing_missing() -> str | None:
    return None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One fault of the table. `check` makes it `trials.count` times; `goal` says in words what must hold each time."""

    id: str
    fault: str
    goal: str
    check: Check
    short: int
    """Trials in the project's tests."""
    long: int
    """Trials in the report."""
    limit: float | None = None
    """What nineteen in twenty must not exceed; told in the report and never asserted in a test."""
    unit: str = "s"
    """Of the limit and of what is measured."""
    missing: Callable[[], str | None] = _nothing_missing
    """What this machine lacks for it (a compiler, a tracer), or None."""

    async def run(self, count: int, seed: int, folder: Path) -> "Result":
        """Make the fault `count` times; what the row itself raises, outside of any trial, is not caught."""
        folder.mkdir(parents=True, exist_ok=True)
        trials = Trials(self.id, count, seed, folder)
        begun = time.monotonic()
        outcome = self.check(trials)
        if inspect.isawaitable(outcome):
            await outcome
        if len(trials.done) != count:
            raise RuntimeError(f"{self.id} made {len(trials.done)} of {count} trials")
        return Result(self, tuple(trials.done), seed, time.monotonic() - begun)


@dataclass(frozen=True)
class Result:
    """What came of a row; `seconds` is the wall time of all its trials."""

    row: Row
    trials: tuple[Trial, ...]
    seed: int
    seconds: float

    @property
    def failures(self) -> tuple[Trial, ...]:
        return tuple(trial for trial in self.trials if trial.failure is not None)

    @property
    def p95(self) -> float | None:
        """Return what nineteen in twenty trials did not exceed (nearest rank)."""
        taken = sorted(trial.took for trial in self.trials if trial.took is not None)
        return taken[math.ceil(len(taken) * 0.95) - 1] if taken else None

    @property
    def is_met(self) -> bool:
        within = self.row.limit is None or self.p95 is None or self.p95 <= self.row.limit
        return not self.failures and within
