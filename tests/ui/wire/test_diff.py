"""The difference shows what stock output shows, byte for byte fewer, and no width that is told wrong spreads."""

import pytest
from hypothesis import given, settings, strategies
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from replicate_tui.ui.wire import diff
from replicate_tui.ui.wire.cells import PICTURE, UNKNOWN, Grid, is_steady
from replicate_tui.ui.wire.diff import difference
from replicate_tui.ui.wire.frames import write_frame
from tests.support.cell_screen import Widths, as_rich, by_code_point, differences, narrow_emoji
from tests.ui.wire.frames import CLUSTERS, Dice, Diffed, Size, Stock

_PROPERTY = settings(max_examples=150, deadline=None, derandomize=True, database=None)
_SEEDS = strategies.integers(0, 2**32)


@pytest.mark.parametrize("colours", ["truecolor", "256", "standard"])
@given(seed=_SEEDS)
@_PROPERTY
def test_any_frames_look_as_stock_output_does(colours: str, seed: int) -> None:
    size, steps = Dice(seed, colours).sequence()
    stock, diffed = Stock(size, colours), Diffed(size, colours)
    for step in steps:
        stock.take(step)
        diffed.take(step)
        if not isinstance(step, Size):
            assert differences(stock.screen, diffed.screen) == []
    diffed.repaint()
    assert differences(stock.screen, diffed.screen) == []
    assert stock.screen.strange == diffed.screen.strange == []


@pytest.mark.parametrize("widths", [as_rich, by_code_point, narrow_emoji])
@given(seed=_SEEDS)
@_PROPERTY
def test_no_error_spreads_from_what_a_terminal_measures_differently(widths: Widths, seed: int) -> None:
    size, steps = Dice(seed).sequence()
    diffed = Diffed(size, "truecolor", widths)
    for step in steps:
        diffed.take(step)
    assert wrong_steady_cells(diffed) == []


def wrong_steady_cells(diffed: Diffed) -> list[tuple[int, int, str, str]]:
    """Return the cells that do not show what all terminals agree on: column, row, what should be there and what is."""
    shown = diffed.screen.cells
    return [
        (x, y, text, shown[y][x].text)
        for y, row in enumerate(diffed.target.texts)
        for x, text in enumerate(row)
        if text and is_steady(text) and _is_far_from_the_edge(row, x) and shown[y][x].text != text
    ]


def _is_far_from_the_edge(row: list[str], x: int) -> bool:
    """Whether no character of unsure width stands so close to the edge that a terminal must crowd it."""
    return all(is_steady(text) for text in row[-8:]) or x < len(row) - 9


@given(seed=_SEEDS)
@_PROPERTY
def test_they_do_so_pen_by_pen_too(seed: int) -> None:
    """Where a move takes nothing, all of one pen is always painted before the next."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(diff, "_MOVE_BYTES", 0)
        test_any_frames_look_as_stock_output_does.hypothesis.inner_test("truecolor", seed)


@given(seed=_SEEDS)
@_PROPERTY
def test_nothing_is_written_for_what_is_shown_already(seed: int) -> None:
    size, steps = Dice(seed).sequence()
    diffed = Diffed(size, "truecolor")
    for step in steps:
        diffed.take(step)
        before = diffed.written
        if not isinstance(step, Size):
            diffed.take(step)
        assert diffed.written == before


@given(seed=_SEEDS)
@_PROPERTY
def test_frames_that_were_not_shown_are_caught_up_with(seed: int) -> None:
    """While a write is under way frames are only noted; one painting shows what all of them would have."""
    size, steps = Dice(seed).sequence()
    stock, diffed = Stock(size, "truecolor"), Diffed(size, "truecolor")
    rows: set[int] = set()
    for step in steps:
        stock.take(step)
        if isinstance(step, Size):
            diffed.take(step)
            rows = set()
        else:
            rows |= write_frame(diffed.target, step, diffed.pens)
    diffed.show(rows)
    assert differences(stock.screen, diffed.screen) == []


def line(*parts: tuple[str, str]) -> LayoutUpdate:
    strip = Strip([Segment(text, Style.parse(style)) for text, style in parts])
    return LayoutUpdate([[strip]], Region(0, 0, strip.cell_length, 1))


def written(*frames: LayoutUpdate) -> str:
    """Return what the last of some frames of one row adds."""
    diffed = Diffed(Size(frames[0].region.width, 1), "truecolor")
    for frame in frames:
        before = len(diffed.written)
        diffed.take(frame)
    return diffed.written[before:]


def test_one_letter_is_one_letter() -> None:
    assert written(line(("hello there", "")), line(("hello thare", ""))) == "\x1b[;9Ha"


def test_only_the_colour_that_changes_is_told() -> None:
    first = line(("aaaa", "#010203 on #040506"), ("bbbb", "#070809 on #040506"))
    assert written(first) == "\x1b[H\x1b[38;2;1;2;3;48;2;4;5;6maaaa\x1b[38;2;7;8;9mbbbb\x1b[0m"


def test_the_colour_of_letters_does_not_matter_where_there_are_none() -> None:
    assert (
        written(line(("a    b", "red on blue")), line(("a", "red on blue"), ("    b", "green on blue"))).count("m") == 2
    )


@pytest.mark.parametrize(
    ("before", "after", "codes"),
    [("bold", "bold dim", "2"), ("bold dim", "dim", "22;2"), ("underline", "", "0"), ("bold", "italic", "22;3")],
)
def test_attributes_come_and_go_one_by_one(before: str, after: str, codes: str) -> None:
    both = written(line(("a", before), ("b", after)))
    assert f"a\x1b[{codes}mb" in both or (codes == "0" and "a\x1b[24mb" in both)


def test_near_changes_are_one_stretch_and_far_ones_are_jumped_to() -> None:
    assert written(line(("aaaaaaaaaaaa", "")), line(("baabaaaaaaab", ""))) == "\x1b[Hbaab\x1b[7Cb"


def test_a_wide_character_that_loses_a_half_loses_the_other() -> None:
    assert written(line(("字字", "")), line((" 字 ", ""))) == "\x1b[H 字 "


def test_unsure_characters_are_blanked_first_and_followed_by_a_move() -> None:
    assert written(line(("abcdef", "")), line(("❤️cdef", ""))) == "\x1b[H  \x1b[H❤️\x1b[;3Hcd"


def test_cells_under_a_picture_are_left_alone_until_something_is_painted_there() -> None:
    diffed = Diffed(Size(6, 1), "truecolor")
    diffed.take(line(("a    b", "")))
    for grid in (diffed.shown, diffed.target):
        grid.cover(1, 0, 4, 1)
    before = len(diffed.written)
    diffed.show({0})
    assert len(diffed.written) == before
    diffed.take(line(("a    b", "")))
    assert diffed.written[before:] == "\x1b[;2H    "


def test_unknown_cells_are_painted_and_those_without_content_are_not() -> None:
    target = Grid(3, 1)
    assert difference(Grid(3, 1), target, {0}) == ""
    assert UNKNOWN in target.texts[0]
    assert PICTURE not in target.texts[0]


@pytest.mark.parametrize("cluster", sorted(set(CLUSTERS)))
def test_steady_characters_are_measured_alike_by_all(cluster: str) -> None:
    if is_steady(cluster) and not cluster.startswith("\U0010eeee"):
        measured = {tuple(width for _, width in widths(cluster)) for widths in (as_rich, by_code_point, narrow_emoji)}
        assert len(measured) == 1
