"""Curves as braille: pure drawing, whose cost goes with the cells to fill and not with the points there are."""

import bisect
import math
from collections.abc import Sequence
from typing import Final, NamedTuple

#: A cell of braille is two dots wide and four high.
DOTS_ACROSS: Final = 2
DOTS_DOWN: Final = 4
_BRAILLE: Final = 0x2800
#: The bit of each dot of a cell, by row and column (Unicode, Braille Patterns).
_BITS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))

#: The smallest and the largest value in a column of dots.
Extent = tuple[float, float]


class Curve(NamedTuple):
    """Points of one series; `steps` go up, both are of equal length."""

    steps: Sequence[int]
    values: Sequence[float]

    def between(self, first: float, last: float) -> slice:
        """Return which points lie from step `first` to step `last`."""
        return slice(bisect.bisect_left(self.steps, first), bisect.bisect_right(self.steps, last))


class Scale(NamedTuple):
    """From values to heights; on a logarithmic scale `low` and `high` are above zero."""

    low: float
    high: float
    is_log: bool = False

    def share(self, value: float) -> float:
        """Return how high `value` stands, 0 for `low` and 1 for `high`."""
        low, high, value = map(self._linear, (self.low, self.high, value))
        return min(1.0, max(0.0, (value - low) / (high - low))) if high > low else 0.5

    def value(self, share: float) -> float:
        """Return the value that stands at `share` of the height."""
        low, high = self._linear(self.low), self._linear(self.high)
        value = low + (high - low) * share
        return float(10.0**value) if self.is_log else value

    def _linear(self, value: float) -> float:
        return math.log10(max(value, self.low)) if self.is_log else value


def scale_of(curves: Sequence[Curve], first: float, last: float, *, is_log: bool) -> Scale | None:
    """Return the scale that holds all points from step `first` to `last`; None when there are none to show.

    A logarithmic scale shows values above zero only.
    """
    shown = [curve.values[curve.between(first, last)] for curve in curves]
    if is_log:
        shown = [[value for value in values if value > 0] for values in shown]
    shown = [values for values in shown if values]
    if not shown:
        return None
    low, high = min(map(min, shown)), max(map(max, shown))
    if low == high:
        margin = abs(low) * 0.1 or 1.0
        low, high = (low / 1.1, high * 1.1) if is_log else (low - margin, high + margin)
    return Scale(low, high, is_log)


def extents(curve: Curve, first: float, last: float, columns: int) -> list[Extent | None]:
    """Return what values each of `columns` columns from step `first` to `last` has, None where no point lies."""
    width = (last - first) / columns or 1.0
    found: list[Extent | None] = []
    end = bisect.bisect_left(curve.steps, first)
    for column in range(columns):
        start = end
        is_last = column == columns - 1
        border = last if is_last else first + width * (column + 1)
        place = bisect.bisect_right if is_last else bisect.bisect_left
        end = place(curve.steps, border, lo=start)
        values = curve.values[start:end]
        found.append((min(values), max(values)) if values else None)
    return found


def trace(columns: Sequence[Extent | None], scale: Scale, cells: int, rows: int) -> list[list[int]]:
    """Return the dots of a curve as `rows` rows of `cells` cells; neighbouring columns are joined, gaps bridged."""
    grid = [[0] * cells for _ in range(rows)]
    height = rows * DOTS_DOWN - 1
    before: tuple[int, int, int] | None = None
    for column, extent in enumerate(columns[: cells * DOTS_ACROSS]):
        if extent is None or (scale.is_log and extent[1] <= 0):
            continue
        top, bottom = (round((1.0 - scale.share(value)) * height) for value in (extent[1], extent[0]))
        if before is not None:
            _join(grid, before, (column, top, bottom))
        _fill(grid, column, top, bottom)
        before = column, top, bottom
    return grid


def _join(grid: list[list[int]], start: tuple[int, int, int], end: tuple[int, int, int]) -> None:
    """Draw a line from the middle of one column to the middle of another."""
    across = end[0] - start[0]
    begin, finish = (start[1] + start[2]) / 2, (end[1] + end[2]) / 2
    last = round(begin)
    for step in range(1, across + 1):
        height = round(begin + (finish - begin) * step / across)
        # Half of a rise is drawn in each of two neighbours.
        middle = (last + height) // 2
        _fill(grid, start[0] + step - 1, *sorted((last, middle)))
        _fill(grid, start[0] + step, *sorted((middle, height)))
        last = height


def _fill(grid: list[list[int]], column: int, top: int, bottom: int) -> None:
    cell, across = divmod(column, DOTS_ACROSS)
    for dot in range(top, bottom + 1):
        row, down = divmod(dot, DOTS_DOWN)
        grid[row][cell] |= _BITS[down][across]


def braille(bits: int) -> str:
    """Return the character with these dots, a blank for none."""
    return chr(_BRAILLE + bits) if bits else " "


def value_words(value: float) -> str:
    """Return a value in at most nine characters: 0.084, 4e-04, 1,204."""
    size = abs(value)
    if value == 0:
        return "0"
    if size >= 1_000_000 or size < 0.001:
        return f"{value:.1e}"
    if size >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if size < 0.1 else f"{value:.2f}" if size >= 10 else f"{value:.3f}"
