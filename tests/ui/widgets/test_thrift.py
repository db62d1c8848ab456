"""What widgets do where the line to the terminal is spared: half a page at once, few repaints, plain pictures."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from textual.app import App, ComposeResult
from textual.reactive import var
from textual.strip import Strip
from textual.widget import Widget

from replicate_tui.ui.widgets import picture as picture_module
from replicate_tui.ui.widgets.file_log import FileLog
from replicate_tui.ui.widgets.json_tree import JsonTree
from replicate_tui.ui.widgets.picture import Picture
from replicate_tui.ui.widgets.pictures.draw import Wanted, draw
from replicate_tui.ui.widgets.text_view import TextView
from replicate_tui.ui.widgets.virtual_list import VirtualList
from replicate_tui.ui.wire.capabilities import Graphics, ImageMode
from replicate_tui.ui.wire.frugal import FRUGAL, PLAIN, Thrift
from tests.support import pictures
from tests.support.waiting import wait_for

SIZE = (60, 10)


class Far(App[None]):
    """An app at the other end of a slow line, with one widget."""

    CSS = "Picture { height: 1fr; }"
    thrift: var[Thrift] = var(FRUGAL)

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.animation_level = "none"
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget


def seen(widget: Widget) -> list[str]:
    return [widget.render_line(y).text.rstrip() for y in range(widget.size.height)]


# -- scrolling ---------------------------------------------------------------------------------------------------------


async def test_a_cursor_that_leaves_the_view_brings_half_a_page() -> None:
    rows: VirtualList[int] = VirtualList(key=lambda row: row)
    async with Far(rows).run_test(size=SIZE) as pilot:
        rows.set_rows(range(100))
        tops = set()
        for _ in range(30):
            await pilot.press("j")
            tops.add(rows.scroll_offset.y)
        assert tops == {0, 6, 12, 18, 24}
        assert rows.cursor_row == 30
        for _ in range(30):
            await pilot.press("k")
            tops.add(rows.scroll_offset.y)
            assert 0 <= rows.cursor_index - rows.scroll_offset.y < 10
        assert len(tops) < 11
        await pilot.press("G")
        assert seen(rows)[-1].endswith("99")


async def test_a_tree_goes_on_by_half_a_page() -> None:
    tree = JsonTree()
    async with Far(tree).run_test(size=SIZE) as pilot:
        tree.show(list(range(100)))
        await pilot.pause()
        tree.focus()
        tops = set()
        for _ in range(30):
            await pilot.press("down")
            await pilot.pause()
            tops.add(tree.scroll_offset.y)
        assert tree.cursor_line - tree.scroll_offset.y < 10
        assert 1 < len(tops) < 9


@pytest.fixture(params=["text", "log"])
def growing(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[TextView | FileLog, Callable[[str], None]]:
    """A view of thirty lines, and how lines are added."""
    begin = "\n".join(f"line {number}" for number in range(30))
    if request.param == "text":
        text = TextView(begin)
        return text, lambda line: text.write(f"\n{line}")
    path = tmp_path / "log"
    path.write_text(begin)
    log = FileLog(path)

    def add(line: str) -> None:
        with path.open("a") as file:
            file.write(f"\n{line}")
        log.grew()

    return log, add


async def test_a_text_that_grows_scrolls_by_half_a_page(
    growing: tuple[TextView | FileLog, Callable[[str], None]],
) -> None:
    view, add = growing
    async with Far(view).run_test(size=SIZE) as pilot:
        await wait_for(lambda: "line 29" in seen(view), "the lines")
        tops = [view.scroll_offset.y]
        for number in range(30, 42):
            add(f"line {number}")
            await wait_for(lambda: f"line {number}" in seen(view), "the line that was added")  # noqa: B023
            tops.append(view.scroll_offset.y)
        assert sorted(set(tops)) == [20, 25, 30, 35]
        assert tops == sorted(tops)
        assert view.following
        # A reader who looks back stays there, also when more comes.
        view.focus()
        await pilot.press("k")
        assert not view.following
        top = view.scroll_offset.y
        add("unseen")
        await wait_for(lambda: view._line_total() == 43, "the line to be known")
        await pilot.pause()
        assert (view.scroll_offset.y, view.following) == (top, False)
        await pilot.press("G")
        assert view.following
        assert "unseen" in seen(view)


async def test_a_stream_is_repainted_four_times_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    view = TextView()
    pauses: list[float] = []
    monkeypatch.setattr(view, "set_timer", lambda seconds, _then: pauses.append(seconds))
    app = Far(view)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        view.write("one")
        view._cooled()
        app.thrift = PLAIN
        view.write("two")
        assert pauses == [0.25, 0.1]


# -- pictures ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    written: list[str] = []

    def record(_app: object, message: str) -> bool:
        written.append(message)
        return True

    monkeypatch.setattr(picture_module, "send_graphics", record)
    return written


#: Noise, which no format makes small.
LARGE = pictures.noise((300, 300))
KITTY = Graphics(ImageMode.KITTY, 10, 20)


async def test_a_large_picture_is_sent_when_enter_says_so(sent: list[str]) -> None:
    picture = Picture(LARGE, caption="out-0.png", graphics=KITTY)
    async with Far(picture).run_test(size=(80, 30)) as pilot:
        await wait_for(lambda: "Send" in "".join(seen(picture)), "the question")
        question = next(line for line in seen(picture) if "Send" in line)
        assert question.endswith("kB of kitty graphics? enter sends, i: half blocks")
        picture.screen.set_focus(None)
        await pilot.pause()
        assert any("? tab to here, enter sends" in line for line in seen(picture))
        assert not sent
        await pilot.press("tab")
        await pilot.press("enter")
        await wait_for(lambda: sent, "the picture")
        assert len(sent[0]) > 100_000
        assert int("".join(filter(str.isdigit, question.partition("kB")[0]))) * 1000 >= len(sent[0]) - 1000
        await pilot.pause()
        assert "\U0010eeee" in seen(picture)[0]
        # Asked once for a file: a smaller one of the same comes at once.
        await pilot.press("minus")
        await wait_for(lambda: len(sent) == 3, "the old one forgotten and the smaller one")


async def test_half_blocks_are_the_other_answer(sent: list[str]) -> None:
    picture = Picture(LARGE, graphics=KITTY)
    async with Far(picture).run_test(size=(80, 30)) as pilot:
        await wait_for(lambda: "Send" in "".join(seen(picture)), "the question")
        await pilot.press("i")
        await wait_for(lambda: seen(picture)[0].strip().startswith("\u2580"), "half blocks")
        assert not sent
        await pilot.press("enter")
        await pilot.pause()
        assert not sent


async def test_leaving_the_mode_is_an_answer_too(sent: list[str]) -> None:
    picture = Picture(LARGE, graphics=KITTY)
    app = Far(picture)
    async with app.run_test(size=(80, 30)):
        await wait_for(lambda: "Send" in "".join(seen(picture)), "the question")
        app.thrift = PLAIN
        await wait_for(lambda: sent, "the picture")


async def test_a_preview_asks_nothing_and_is_plain(sent: list[str]) -> None:
    picture = Picture(LARGE, graphics=KITTY)
    picture.can_focus = False
    async with Far(picture).run_test(size=(80, 30)):
        await wait_for(lambda: seen(picture)[0].strip().startswith("\u2580"), "half blocks")
        assert not sent


async def test_a_small_picture_is_sent_at_once(sent: list[str]) -> None:
    async with Far(Picture(pictures.picture((40, 40)), graphics=KITTY)).run_test(size=(80, 30)):
        await wait_for(lambda: sent, "the picture")


def test_half_blocks_of_few_colours_cost_a_third_and_look_alike() -> None:
    image = Image.open(io.BytesIO(pictures.noise((16, 16)))).resize((512, 512), Image.Resampling.BICUBIC)
    image = Image.blend(image, Image.new("RGB", image.size, "grey"), 0.6)
    plain, frugal = (
        draw(image, Wanted(ImageMode.HALF, 80, 40, (0, 0, 0), thrift.colours), Graphics(), 1)
        for thrift in (PLAIN, FRUGAL)
    )
    assert frugal.written_bytes < plain.written_bytes * 0.45
    assert len({segment.style for strip in frugal.strips for segment in strip}) <= 64 * 64
    apart = [
        abs(here - there)
        for strips in zip(plain.strips, frugal.strips, strict=True)
        for pair in zip(*map(_levels, strips), strict=True)
        for here, there in zip(*pair, strict=True)
    ]
    assert max(apart) < 90
    assert sum(apart) / len(apart) < 14


def _levels(strip: Strip) -> list[tuple[int, ...]]:
    """Return red, green and blue of the upper pixel of each cell."""
    levels = []
    for text, style, _ in strip:
        colour = style.color.triplet if style and style.color else None
        levels += [tuple(colour or ())] * len(text)
    return levels
