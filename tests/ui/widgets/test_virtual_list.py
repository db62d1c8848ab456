"""The list as a person uses it: keys, groups, marks, refreshes that keep the place, and pages that come on demand."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.content import Content
from textual.filter import LineFilter
from textual.message import Message
from textual.pilot import Pilot

from replicate_tui.ui.widgets.virtual_list import GroupHeader, RowContent, VirtualList
from replicate_tui.ui.wire.line_filter import EscapeFilter
from tests.support.hostile import EVERYTHING

SIZE = (40, 10)


class Shelf(App[None]):
    def __init__(self, rows: Sequence[Any], **options: Any) -> None:
        super().__init__()
        self.rows = rows
        self.told: list[Message] = []
        self.list: VirtualList[Any] = VirtualList(key=lambda row: row, **options)

    def compose(self) -> ComposeResult:
        yield self.list

    def on_mount(self) -> None:
        self.list.set_rows(self.rows)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [EscapeFilter(), *super().get_line_filters()]

    def on_virtual_list_highlighted(self, message: VirtualList.Highlighted) -> None:
        self.told.append(message)

    def on_virtual_list_selected(self, message: VirtualList.Selected) -> None:
        self.told.append(message)

    def on_virtual_list_reached_end(self, message: VirtualList.ReachedEnd) -> None:
        self.told.append(message)

    def on_virtual_list_marks_changed(self, message: VirtualList.MarksChanged) -> None:
        self.told.append(message)

    def of(self, kind: Callable[..., Message]) -> list[Any]:
        return [message for message in self.told if isinstance(message, kind)]  # type: ignore[arg-type]


def seen(shelf: Shelf) -> list[str]:
    return [shelf.list.render_line(y).text.rstrip() for y in range(shelf.list.size.height)]


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


@pytest.mark.parametrize(
    ("keys", "row"),
    [
        (("j",), 1),
        (("down", "down", "k"), 1),
        (("up",), 0),
        (("G",), 99),
        (("G", "j"), 99),
        (("end", "g"), 0),
        (("pagedown",), 9),
        (("pagedown", "pagedown", "pageup"), 9),
        (("ctrl+d", "ctrl+d"), 8),
        (("ctrl+d", "ctrl+u"), 0),
        (("G", "home"), 0),
    ],
)
async def test_keys_move_the_cursor_and_it_stays_in_view(keys: tuple[str, ...], row: int) -> None:
    shelf = Shelf([f"row {number}" for number in range(100)])
    async with shelf.run_test(size=SIZE) as pilot:
        await press(pilot, *keys)
        assert shelf.list.cursor_row == f"row {row}"
        assert f"\u258c row {row}" in seen(shelf)
        assert shelf.of(VirtualList.Highlighted)[-1].row == f"row {row}"


async def test_only_the_two_rows_of_a_move_are_drawn_again() -> None:
    drawn: list[int] = []

    def draw(row: int, width: int, cursor: bool) -> RowContent:
        drawn.append(row)
        return Content.assemble((f"{row}", "$accent"), " text")

    shelf = Shelf(range(100_000), render_row=draw)
    async with shelf.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert set(drawn) <= set(range(10))
        drawn.clear()
        await press(pilot, "j")
        assert sorted(drawn) == [0, 1]
        drawn.clear()
        await press(pilot, "G")
        assert set(drawn) == set(range(99_990, 100_000))
        drawn.clear()
        await press(pilot, "k", "j", "j")
        assert set(drawn) <= {99_998, 99_999}


async def test_the_cursor_steps_over_headers_and_shows_them() -> None:
    rows = [GroupHeader("Models", "2"), "a", "b", GroupHeader("Pages"), "c"]
    shelf = Shelf(rows)
    async with shelf.run_test(size=(40, 3)) as pilot:
        await pilot.pause()
        assert seen(shelf) == [" Models  2", "\u258c a", "  b"]
        await press(pilot, "j", "j")
        assert shelf.list.cursor_row == "c"
        assert seen(shelf) == ["  b", " Pages", "\u258c c"]
        await press(pilot, "g")
        assert seen(shelf)[0] == " Models  2"
        await press(pilot, "k")
        assert shelf.list.cursor_index == 1


async def test_a_list_of_nothing_but_headers_has_no_cursor() -> None:
    shelf = Shelf([GroupHeader("one"), GroupHeader("two")])
    async with shelf.run_test(size=SIZE) as pilot:
        await press(pilot, "j", "enter", "G", "space")
        assert shelf.list.cursor_row is None
        assert not shelf.of(VirtualList.Selected)


async def test_new_rows_keep_the_cursor_on_its_row_and_its_line() -> None:
    shelf = Shelf([f"row {number}" for number in range(50)])
    async with shelf.run_test(size=SIZE) as pilot:
        await press(pilot, "pagedown", "pagedown", "k", "k")
        key = shelf.list.cursor_key
        line = seen(shelf).index(f"\u258c {key}")
        shelf.list.set_rows(["new 1", "new 2", *shelf.rows], keep=key)
        await pilot.pause()
        assert shelf.list.cursor_key == key
        assert seen(shelf).index(f"\u258c {key}") == line
        shelf.list.set_rows([row for row in shelf.list.rows if row != key], keep=key)
        await pilot.pause()
        assert shelf.list.cursor_row is not None
        assert any(row.startswith("\u258c") for row in seen(shelf))
        shelf.list.set_rows(shelf.rows)
        await pilot.pause()
        assert shelf.list.cursor_row == "row 0"
        assert seen(shelf)[0] == "\u258c row 0"


async def test_the_end_is_told_once_for_each_number_of_rows() -> None:
    shelf = Shelf([f"row {number}" for number in range(40)])
    async with shelf.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert not shelf.of(VirtualList.ReachedEnd)
        await press(pilot, "G", "k", "j")
        assert len(shelf.of(VirtualList.ReachedEnd)) == 1
        shelf.list.append_rows([f"more {number}" for number in range(40)])
        await press(pilot, "j")
        assert shelf.list.cursor_row == "more 0"
        assert len(shelf.of(VirtualList.ReachedEnd)) == 1
        await press(pilot, "G")
        assert len(shelf.of(VirtualList.ReachedEnd)) == 2
        shelf.list.expect_more()
        await press(pilot, "k")
        assert len(shelf.of(VirtualList.ReachedEnd)) == 3


async def test_rows_that_do_not_fill_the_screen_ask_for_more_at_once() -> None:
    shelf = Shelf(["only one"])
    async with shelf.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert len(shelf.of(VirtualList.ReachedEnd)) == 1


async def test_enter_opens_and_a_click_first_moves_then_opens() -> None:
    shelf = Shelf([f"row {number}" for number in range(20)])
    async with shelf.run_test(size=SIZE) as pilot:
        await press(pilot, "j", "enter")
        assert [message.row for message in shelf.of(VirtualList.Selected)] == ["row 1"]
        await pilot.click(VirtualList, offset=(5, 4))
        await pilot.pause()
        assert shelf.list.cursor_row == "row 4"
        assert len(shelf.of(VirtualList.Selected)) == 1
        await pilot.click(VirtualList, offset=(5, 4))
        await pilot.pause()
        assert [message.row for message in shelf.of(VirtualList.Selected)] == ["row 1", "row 4"]


async def test_marks_stay_with_their_rows() -> None:
    shelf = Shelf([f"row {number}" for number in range(5)], markable=True)
    async with shelf.run_test(size=SIZE) as pilot:
        await press(pilot, "space", "j", "space")
        assert shelf.list.marked == ("row 0", "row 2")
        assert seen(shelf)[0] == " \u25cfrow 0"
        shelf.list.set_rows(["new", *shelf.rows], keep=shelf.list.cursor_key)
        await pilot.pause()
        assert seen(shelf)[1] == " \u25cfrow 0"
        await press(pilot, "g", "j", "space")
        assert shelf.list.marked == ("row 2",)
        shelf.list.clear_marks()
        await pilot.pause()
        assert "\u25cf" not in "".join(seen(shelf))
        assert len(shelf.of(VirtualList.MarksChanged)) == 4


async def test_rows_of_two_lines() -> None:
    shelf = Shelf(list(range(30)), render_row=lambda row, width, cursor: (f"title {row}", f"about {row}"), row_height=2)
    async with shelf.run_test(size=SIZE) as pilot:
        await press(pilot, "G")
        assert seen(shelf)[-2:] == ["\u258c title 29", "\u258c about 29"]
        await press(pilot, "pageup")
        assert shelf.list.cursor_row == 25


async def test_the_cursor_is_seen_without_focus_and_differently() -> None:
    shelf = Shelf(["a", "b"])
    async with shelf.run_test(size=SIZE) as pilot:
        await pilot.pause()

        def background(y: int) -> object:
            style = next(iter(shelf.list.render_line(y))).style
            return style.bgcolor if style else None

        focused = background(0)
        shelf.screen.set_focus(None)
        await pilot.pause()
        assert len({str(focused), str(background(0)), str(background(1))}) == 3


async def test_wide_and_long_rows_fill_exactly_their_width() -> None:
    shelf = Shelf(["日本語" * 20, "x" * 100, "\U0001f468\u200d\U0001f469" * 30, ""])
    async with shelf.run_test(size=SIZE) as pilot:
        await pilot.pause()
        width = shelf.list.scrollable_content_region.width
        for y in range(4):
            strip = shelf.list.render_line(y)
            assert strip.cell_length == width
            assert sum(segment.cell_length for segment in strip) == width


async def test_empty_words_stand_in_for_rows() -> None:
    shelf = Shelf([], empty_text="Nothing here.\n/ filters")
    async with shelf.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert seen(shelf)[:2] == [" Nothing here.", " / filters"]
        shelf.list.empty_text = "Offline."
        await press(pilot, "j", "enter")
        assert seen(shelf)[0] == " Offline."
        shelf.list.append_rows(["one"])
        await pilot.pause()
        assert seen(shelf)[0] == "\u258c one"
        shelf.list.replace_row(0, "two")
        await pilot.pause()
        assert seen(shelf)[0] == "\u258c two"


async def test_hostile_rows_are_literal_and_change_nothing() -> None:
    shelf = Shelf([text for _, text in EVERYTHING])
    async with shelf.run_test(size=(60, 20)) as pilot:
        for _ in range(len(EVERYTHING) // 19 + 1):
            await press(pilot, "pagedown", "enter")
            assert shelf.is_running
        # Cleaning is the caller's; markup is none to the list, whoever cleaned.
        assert "\u258c $name ${HOME} {{7*7}} %s %(x)s {0}" in seen(shelf)


async def test_only_the_rows_that_are_named_are_drawn_again() -> None:
    drawn: list[str] = []

    def draw(row: str, width: int, cursor: bool) -> RowContent:
        drawn.append(row)
        return row

    shelf = Shelf([f"row {number}" for number in range(40)], render_row=draw)
    async with shelf.run_test(size=SIZE) as pilot:
        await press(pilot, "j")
        for _ in range(2):
            drawn.clear()
            shelf.list.redraw_rows(lambda row: row in ("row 1", "row 3", "row 30"))
            await pilot.pause()
            assert sorted(set(drawn)) == ["row 1", "row 3"], "the last one is out of view"
        drawn.clear()
        shelf.list.redraw_rows()
        await pilot.pause()
        assert len(set(drawn)) == SIZE[1]
