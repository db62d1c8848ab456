"""Each benchmark runs, at a size that proves only that."""

import math

import pytest

from tests.benchmarks.__main__ import BENCHMARKS
from tests.benchmarks.figures import Figure, compared, in_turn, table
from tests.benchmarks.workshop import TINY, Workshop

#: Every start of the app takes a second here.
pytestmark = pytest.mark.xdist_group("benchmarks")


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("workshop"), TINY)


@pytest.mark.pty
@pytest.mark.parametrize("name", BENCHMARKS)
def test_it_finds_figures(name: str, workshop: Workshop) -> None:
    figures = BENCHMARKS[name](workshop)
    assert figures
    for figure in figures:
        assert math.isfinite(figure.ours)
        assert figure.ratio is None or figure.ratio > 0


def test_a_ratio_is_the_median_of_neighbours() -> None:
    figure = compared("f", [10, 20, 90], [5, 20, 30], "ms", held_against="g", most_ratio=2.0)
    assert (figure.ours, figure.baseline, figure.ratio) == (20, 20, 2.0)
    assert figure.is_met


def test_both_sides_are_measured_in_turn() -> None:
    asked: list[str] = []
    found = in_turn(3, lambda: asked.append("a"), lambda: asked.append("b"))
    assert "".join(asked) == "ab" + "ab" + "ba" + "ab"
    assert [len(side) for side in found] == [3, 3]


def test_a_goal_is_missed_by_either_bound() -> None:
    assert Figure("f", 9.0, "ms", ratio=1.3, most_ratio=1.2, most=10).is_met is False
    assert Figure("f", 11.0, "ms", ratio=1.1, most_ratio=1.2, most=10).is_met is False
    assert Figure("f", 9.0, "ms", ratio=1.1).is_met is None
    assert "NO" in table([Figure("f", 11.0, "ms", most=10)])
