"""What a benchmark finds: a figure, the one it is held against, and whether the goal is met."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

Unit = Literal["ms", "MB", "bytes", "bytes/s", "rows", "1/s", "1/min", "us"]
ValueT = TypeVar("ValueT")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: medians, in `unit`; `ratio` is the median of the ratios of neighbouring runs.

    `most_ratio` and `most` are the goals, for the ratio and for the figure itself; without either it only informs.
    `goal` is the number under which the README lists it, None for figures that are told beside.
    """

    name: str
    ours: float
    unit: Unit
    baseline: float | None = None
    ratio: float | None = None
    most_ratio: float | None = None
    most: float | None = None
    held_against: str = ""
    goal: int | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether all goals are met; None when there are none."""
        goals = [
            value <= most
            for value, most in ((self.ratio, self.most_ratio), (self.ours, self.most))
            if value is not None and most is not None
        ]
        return all(goals) if goals else None


def compared(
    name: str,
    ours: Sequence[float],
    baseline: Sequence[float],
    unit: Unit,
    *,
    held_against: str,
    most_ratio: float | None = None,
    most: float | None = None,
    goal: int | None = None,
) -> Figure:
    """Return the figure of two series measured in turn."""
    return Figure(
        name,
        statistics.median(ours),
        unit,
        baseline=statistics.median(baseline),
        ratio=statistics.median(one / other for one, other in zip(ours, baseline, strict=True)),
        most_ratio=most_ratio,
        most=most,
        held_against=held_against,
        goal=goal,
    )


def in_turn(
    pairs: int, ours: Callable[[], ValueT], baseline: Callable[[], ValueT]
) -> tuple[list[ValueT], list[ValueT]]:
    """Call both in turn, `pairs` times, after one call of each that warms caches and is not counted.

    Every second pair begins with the other side, so that a machine that grows slower favours neither.
    """
    ours()
    baseline()
    found: tuple[list[ValueT], list[ValueT]] = ([], [])
    for number in range(pairs):
        if number % 2:
            second = baseline()
            found[0].append(ours())
            found[1].append(second)
        else:
            found[0].append(ours())
            found[1].append(baseline())
    return found


def milliseconds(seconds: Iterable[float]) -> list[float]:
    return [each * 1_000 for each in seconds]


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as lines of text."""
    head = ("#", "figure", "ours", "baseline", "ratio", "goal", "met", "held against")
    rows = [head, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    right = (0, 2, 3, 4, 5)
    lines = [
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _cells(figure: Figure) -> tuple[str, ...]:
    goals = []
    if figure.most_ratio is not None:
        goals.append(f"{figure.most_ratio:g}x")
    if figure.most is not None:
        goals.append(_number(figure.most, figure.unit))
    verdict = {True: "yes", False: "NO", None: ""}[figure.is_met]
    return (
        "" if figure.goal is None else str(figure.goal),
        figure.name,
        _number(figure.ours, figure.unit),
        "" if figure.baseline is None else _number(figure.baseline, figure.unit),
        "" if figure.ratio is None else f"{figure.ratio:.2f}x",
        " and ".join(goals),
        verdict,
        figure.held_against,
    )


def _number(value: float, unit: Unit) -> str:
    digits = 0 if value == int(value) or value >= 1_000 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}"
