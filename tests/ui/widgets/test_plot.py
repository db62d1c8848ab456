"""Curves as braille: every value is somewhere in its column, and the cost goes with the cells."""

import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from replicate_tui.ui.widgets import plot
from replicate_tui.ui.widgets.plot import Curve, Scale


def drawn(curve: Curve, cells: int, rows: int, *, is_log: bool = False) -> list[str]:
    first, last = curve.steps[0], curve.steps[-1]
    scale = plot.scale_of([curve], first, last, is_log=is_log)
    assert scale is not None
    columns = plot.extents(curve, first, last, cells * plot.DOTS_ACROSS)
    return ["".join(map(plot.braille, row)) for row in plot.trace(columns, scale, cells, rows)]


def test_a_straight_fall_goes_from_the_top_left_to_the_bottom_right() -> None:
    assert drawn(Curve(range(8), [float(8 - step) for step in range(8)]), 4, 2) == ["⠙⢦⡀ ", "  ⠙⢦"]


def test_a_flat_curve_is_one_line_in_the_middle() -> None:
    lines = drawn(Curve((0, 5, 10), (2.0, 2.0, 2.0)), 5, 3)
    assert [line.strip() == "" for line in lines] == [True, False, True]
    assert len(set(lines[1])) == 1


def test_a_spike_between_many_points_is_still_seen() -> None:
    values = [1.0] * 20_000
    values[13_333] = 9.0
    lines = drawn(Curve(range(20_000), values), 40, 4)
    assert sum(character != " " for character in lines[0]) == 1
    assert lines[0][26] != " "


def test_gaps_are_bridged() -> None:
    (line,) = drawn(Curve((0, 100), (1.0, 1.0)), 20, 1)
    assert " " not in line


def test_a_logarithmic_scale_spreads_what_is_small_and_leaves_out_what_it_cannot_show() -> None:
    curve = Curve((0, 1, 2, 3), (1000.0, 1.0, 0.001, -5.0))
    scale = plot.scale_of([curve], 0, 3, is_log=True)
    assert scale is not None
    assert math.isclose(scale.share(1.0), 0.5)
    assert math.isclose(scale.value(0.5), 1.0)
    assert plot.scale_of([Curve((0,), (-1.0,))], 0, 0, is_log=True) is None
    assert drawn(curve, 6, 3, is_log=True)[0][0] != " "


def test_a_window_shows_only_what_lies_in_it() -> None:
    curve = Curve(range(100), [float(step) for step in range(100)])
    scale = plot.scale_of([curve], 90, 99, is_log=False)
    assert scale == Scale(90.0, 99.0)
    columns = plot.extents(curve, 90, 99, 10)
    assert [extent and extent[0] for extent in columns] == [float(step) for step in range(90, 100)]


@given(
    st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=200),
    st.integers(1, 60),
    st.integers(1, 12),
    st.booleans(),
)
def test_any_values_fit(values: list[float], cells: int, rows: int, is_log: bool) -> None:
    curve = Curve(range(len(values)), values)
    if plot.scale_of([curve], 0, len(values) - 1, is_log=is_log) is None:
        return
    lines = drawn(curve, cells, rows, is_log=is_log)
    assert [len(line) for line in lines] == [cells] * rows
    assert "".join(lines).strip()


class Counted(list[float]):
    """Counts how often it is looked into; a slice is one look."""

    looks = 0

    def __getitem__(self, place: Any) -> Any:
        Counted.looks += 1
        return super().__getitem__(place)


def test_a_curve_of_twenty_thousand_points_is_looked_into_once_for_each_column() -> None:
    Counted.looks = 0
    values = Counted(math.sin(step / 50) for step in range(20_000))
    columns = plot.extents(Curve(range(20_000), values), 0, 19_999, 220)
    assert None not in columns
    assert Counted.looks == 220


def test_values_in_few_characters() -> None:
    said = [plot.value_words(value) for value in (0.0, 0.084, 0.4321, 0.0004, 12.345, 1204.0, -3.5e12)]
    assert said == ["0", "0.084", "0.432", "4.0e-04", "12.35", "1,204", "-3.5e+12"]
