"""The comparison with stock output notices a difference that does one thing wrong."""

from collections.abc import Callable
from typing import Any

import pytest

from replicate_tui.ui.wire import cells, diff
from replicate_tui.ui.wire.cells import PLAIN, Grid, Pen
from tests.support.cell_screen import Widths, as_rich, by_code_point, differences
from tests.ui.wire.frames import Dice, Diffed, Size, Stock
from tests.ui.wire.test_diff import wrong_steady_cells

_SEEDS = range(120)

Break = Callable[[pytest.MonkeyPatch], None]


def looks_wrong(seed: int) -> bool:
    size, steps = Dice(seed).sequence()
    stock, diffed = Stock(size, "truecolor"), Diffed(size, "truecolor")
    for step in steps:
        stock.take(step)
        diffed.take(step)
        if not isinstance(step, Size) and differences(stock.screen, diffed.screen):
            return True
    diffed.repaint()
    return bool(differences(stock.screen, diffed.screen))


def spreads(seed: int, widths: Widths) -> bool:
    size, steps = Dice(seed).sequence()
    diffed = Diffed(size, "truecolor", widths)
    for step in steps:
        diffed.take(step)
    return bool(wrong_steady_cells(diffed))


def forgets_a_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    right = diff.change_of_pen
    monkeypatch.setattr(diff, "change_of_pen", lambda old, new: right(old, new._replace(background=old.background)))


def forgets_an_attribute_that_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    right = diff.change_of_pen
    monkeypatch.setattr(
        diff, "change_of_pen", lambda old, new: right(old._replace(attributes=old.attributes & new.attributes), new)
    )


def forgets_that_dim_goes_with_bold(monkeypatch: pytest.MonkeyPatch) -> None:
    right = diff.change_of_pen

    def change(old: Pen, new: Pen) -> str:
        kept = old.attributes & new.attributes
        return right(old._replace(attributes=old.attributes & ~kept), new._replace(attributes=new.attributes & ~kept))

    monkeypatch.setattr(diff, "change_of_pen", change)


def is_off_by_one_behind_wide_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diff, "_width_at", lambda texts, x: 1)


def jumps_one_too_far(monkeypatch: pytest.MonkeyPatch) -> None:
    right = diff.cursor_to
    monkeypatch.setattr(diff, "cursor_to", lambda x, y: right(x + 1, y))


def sees_no_change_of_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    def changed(shown: Grid, target: Grid, y: int) -> list[int]:
        return [x for x, text in enumerate(target.texts[y]) if text != shown.texts[y][x]]

    monkeypatch.setattr(diff, "_changed", changed)


def forgets_the_last_column(monkeypatch: pytest.MonkeyPatch) -> None:
    right = diff._changed
    monkeypatch.setattr(diff, "_changed", lambda *grids: [x for x in right(*grids) if x < grids[1].width - 1])


def bridges_with_the_wrong_pen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diff._Brush, "_use", _only_first_pen_of_a_stretch(diff._Brush._use))


def _only_first_pen_of_a_stretch(right: Callable[..., None]) -> Callable[..., None]:
    def use(brush: Any, pen: Pen, *, is_blank: bool) -> None:
        if not brush._letters:
            right(brush, pen, is_blank=is_blank)

    return use


def leaves_half_a_wide_character(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Grid, "_blank_wide", staticmethod(lambda texts, after: None))


def takes_every_blank_for_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "_SEEN_ON_BLANKS", 0)


def remembers_over_a_resize(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(diffed: Diffed, size: Size) -> None:
        old = getattr(diffed, "shown", None)
        diffed.shown, diffed.target = Grid(size.columns, size.rows), Grid(size.columns, size.rows)
        if old and old.width >= size.columns and old.height >= size.rows:
            for y in range(size.rows):
                diffed.shown.texts[y] = [" "] * size.columns
                diffed.shown.pens[y] = [PLAIN] * size.columns

    monkeypatch.setattr(Diffed, "start", start)


@pytest.mark.parametrize(
    "defect",
    [
        forgets_a_colour,
        forgets_an_attribute_that_ends,
        forgets_that_dim_goes_with_bold,
        is_off_by_one_behind_wide_cells,
        jumps_one_too_far,
        sees_no_change_of_colour,
        forgets_the_last_column,
        bridges_with_the_wrong_pen,
        leaves_half_a_wide_character,
        takes_every_blank_for_the_same,
        remembers_over_a_resize,
    ],
)
def test_a_wrong_picture_is_noticed(defect: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    defect(monkeypatch)
    assert any(looks_wrong(seed) for seed in _SEEDS)


def trusts_every_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diff, "is_steady", lambda text: True)


def does_not_repaint_behind_an_emoji(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diff, "reach", lambda text: 0)


@pytest.mark.parametrize("defect", [trusts_every_width, does_not_repaint_behind_an_emoji])
def test_an_error_that_spreads_is_noticed(defect: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    defect(monkeypatch)
    assert any(spreads(seed, by_code_point) for seed in _SEEDS)


def test_nothing_is_found_in_the_right_one() -> None:
    assert not any(looks_wrong(seed) or spreads(seed, by_code_point) or spreads(seed, as_rich) for seed in _SEEDS)
