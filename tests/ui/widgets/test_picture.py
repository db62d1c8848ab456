"""Pictures are drawn in every mode, and what is no picture is one clear line."""

import asyncio
import io
import sys
import tracemalloc
from pathlib import Path

import pytest
from PIL import Image
from rich.cells import cell_len
from textual.app import App, ComposeResult

from replicate_tui.ui.widgets import picture as picture_module
from replicate_tui.ui.widgets.picture import Picture
from replicate_tui.ui.widgets.pictures.decode import NotDrawn, decode, fit_cells, on_background
from replicate_tui.ui.widgets.pictures.half_blocks import half_block_strips
from replicate_tui.ui.widgets.pictures.kitty import MARKS, MOST_CELLS, kitty_message, placeholder_strips
from replicate_tui.ui.widgets.pictures.sixels import sixel_message
from replicate_tui.ui.wire.capabilities import Graphics, ImageMode
from tests.support import pictures
from tests.support.waiting import wait_for


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP", "GIF"])
def test_the_four_formats_are_decoded(file_format: str) -> None:
    decoded = decode(pictures.picture((64, 48), file_format))
    assert (decoded.size, decoded.format) == ((64, 48), file_format)
    left, right = decoded.image.getpixel((2, 10)), decoded.image.getpixel((61, 10))
    assert left[0] > right[0]
    assert right[2] > left[2]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (pictures.png_header(13_000, 13_000), "Too large to draw: 13000\u00d713000"),
        (pictures.png_header(0x7FFFFFFF, 0x7FFFFFFF), "Too large"),
        (pictures.png_header(0, 8), "damaged|Not a picture|not"),
        (pictures.picture()[:-40], "damaged"),
        (b"", "Not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Not a picture"),
        (b"<html></html>", "Not a picture"),
        (pictures.picture(file_format="BMP"), "Not a picture"),
        (pictures.picture(file_format="TIFF"), "Not a picture"),
    ],
)
def test_what_is_not_drawn_says_why(content: bytes, says: str) -> None:
    with pytest.raises(NotDrawn, match=says):
        decode(content)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotDrawn, match="cannot be read"):
        decode(tmp_path / "none.png")


def test_bombs_take_no_memory() -> None:
    bombs = [pictures.png_header(13_000, 13_000), pictures.text_bomb(64), pictures.long_gif(300)]
    tracemalloc.start()
    try:
        for bomb in bombs:
            try:
                decode(bomb)
            except NotDrawn:
                continue
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 30_000_000


def test_only_the_first_frame_counts() -> None:
    assert decode(pictures.long_gif(50)).image.getpixel((0, 0)) is not None


def test_large_pictures_are_kept_small_and_transparent_ones_get_the_background() -> None:
    decoded = decode(pictures.picture((3000, 30), "JPEG"))
    assert decoded.size == (3000, 30)
    assert max(decoded.image.size) <= 1600
    clear = decode(pictures.picture((8, 8), "PNG", "RGBA")).image
    assert on_background(clear, (0, 255, 0)).getpixel((0, 0)) == (0, 255, 0)


@pytest.mark.parametrize(
    ("size", "cells"),
    [((100, 100), (40, 20)), ((400, 100), (80, 10)), ((100, 400), (10, 20)), ((1, 1), (40, 20)), ((5000, 1), (80, 1))],
)
def test_a_picture_keeps_its_shape(size: tuple[int, int], cells: tuple[int, int]) -> None:
    assert fit_cells(size, 80, 20) == cells


def test_half_blocks_hold_two_pixels_a_cell() -> None:
    image = Image.new("RGB", (2, 2))
    image.putdata([(255, 0, 0), (0, 255, 0), (0, 0, 255), (9, 9, 9)])
    (strip,) = half_block_strips(image, 2, 1)
    segments = list(strip)
    assert [segment.text for segment in segments] == ["\u2580", "\u2580"]
    first = segments[0].style
    assert first is not None
    assert first.color is not None
    assert first.bgcolor is not None
    assert (first.color.triplet, first.bgcolor.triplet) == ((255, 0, 0), (0, 0, 255))


def test_fewer_colours_make_fewer_runs() -> None:
    image = decode(pictures.picture((200, 200))).image
    full = half_block_strips(image, 80, 20)
    few = half_block_strips(image, 80, 20, colours=8)
    assert sum(len(strip) for strip in few) < sum(len(strip) for strip in full) / 4


def test_kitty_marks_are_those_of_the_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    # textual-image looks at the terminal when this part of it is imported; here it finds none.
    monkeypatch.setattr(sys, "__stdout__", io.StringIO())
    from textual_image.renderable import tgp

    assert "".join(map(chr, tgp._NUMBER_TO_DIACRITIC)).startswith(MARKS)
    assert MOST_CELLS > 190


def test_kitty_sends_the_picture_in_chunks_and_cells_that_name_it() -> None:
    message = kitty_message(decode(pictures.picture((300, 300))).image, 0x010203, 20, 10)
    commands = message.split("\x1b\\")[:-1]
    assert commands[0].startswith("\x1b_Ga=T,U=1,f=100,t=d,i=66051,c=20,r=10,q=2,m=")
    assert all(len(command) < 4096 + 100 for command in commands)
    strips = placeholder_strips(0x010203, 20, 10)
    assert len(strips) == 10
    assert all(cell_len(strip.text) == 20 for strip in strips)
    style = next(iter(strips[0])).style
    assert style is not None
    assert style.color is not None
    assert style.color.triplet == (1, 2, 3)


def test_sixels_never_reach_below_their_cells() -> None:
    message = sixel_message(decode(pictures.picture()).image, 100, 50)
    assert message.startswith("\x1bP")
    assert ";100;48" in message.split("#")[0]


class Wall(App[None]):
    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self.picture = picture
        self.messages: list[Picture.Shown] = []

    def compose(self) -> ComposeResult:
        yield self.picture

    def on_picture_shown(self, message: Picture.Shown) -> None:
        self.messages.append(message)


def seen(picture: Picture) -> list[str]:
    return [picture.render_line(y).text.rstrip() for y in range(picture.size.height)]


async def test_a_picture_appears_and_changes_size_and_mode(tmp_path: Path) -> None:
    path = tmp_path / "out-0.png"
    path.write_bytes(pictures.picture((200, 100)))
    picture = Picture(path, caption="out-0.png")
    app = Wall(picture)
    async with app.run_test(size=(80, 30)) as pilot:
        await wait_for(lambda: app.messages and picture.size.height > 10, "the picture")
        assert app.messages[0].size == (200, 100)
        assert seen(picture)[0].startswith("\u2580")
        assert seen(picture)[-1] == "out-0.png  200\u00d7100  half blocks"
        height = picture.size.height
        picture.focus()
        await pilot.press("minus")
        await wait_for(lambda: 0 < picture.size.height < height, "the smaller picture")
        await pilot.press("i")
        await wait_for(lambda: picture.size.height == 1, "no picture")
        assert "pictures are off" in seen(picture)[0]
        await pilot.press("i")
        await wait_for(lambda: picture.size.height > 1, "the picture again")
        await pilot.resize_terminal(20, 30)
        await wait_for(lambda: picture.size.height == 6, "the picture for the new width")


async def test_what_is_no_picture_is_one_line() -> None:
    picture = Picture(b"<html>", caption="out.png")
    app = Wall(picture)
    async with app.run_test(size=(80, 20)) as pilot:
        await wait_for(lambda: app.messages, "the verdict")
        await pilot.pause()
        assert seen(picture) == ["out.png  Not a picture this app draws (PNG, JPEG, WebP or GIF)."]
        assert app.messages[0].size is None
        picture.show(pictures.picture((10, 10)))
        await wait_for(lambda: picture.size.height > 1, "a good picture")


@pytest.mark.parametrize("mode", [ImageMode.KITTY, ImageMode.SIXEL])
async def test_graphics_go_to_the_terminal_once_painted(mode: ImageMode, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    def record(_app: object, message: str, *, over: object = None) -> bool:
        sent.append(message)
        return True

    monkeypatch.setattr(picture_module, "send_graphics", record)
    picture = Picture(pictures.picture((100, 100)), graphics=Graphics(mode, 8, 16))
    async with Wall(picture).run_test(size=(80, 40)) as pilot:
        await wait_for(lambda: sent, "the graphics")
        await pilot.pause()
        if mode is ImageMode.KITTY:
            assert sent[0].startswith("\x1b_Ga=T,U=1")
            assert "\U0010eeee" in seen(picture)[0]
        else:
            assert sent[0].startswith("\x1b7\x1b[1;1H\x1bP")
            assert not seen(picture)[0]
        await pilot.press("tab", "i")
        await wait_for(lambda: seen(picture)[0].startswith("\u2580"), "half blocks")
        if mode is ImageMode.KITTY:
            assert sent[-1].startswith("\x1b_Ga=d")
        await asyncio.sleep(0)


class Frame(Wall):
    CSS = "Picture { height: 1fr; }"


async def test_a_picture_that_fills_is_as_large_as_fits_and_in_the_middle() -> None:
    picture = Picture(pictures.picture((200, 200)), caption="out-0.png", fill=True)
    app = Frame(picture)
    async with app.run_test(size=(80, 30)) as pilot:
        await wait_for(lambda: app.messages, "the picture")
        await pilot.pause()
        lines = seen(picture)
        assert [line.find("\u2580") for line in lines[:29]] == [11] * 29
        assert {line.count("\u2580") for line in lines[:29]} == {58}
        assert lines[29].strip() == "out-0.png  200\u00d7200  half blocks"
        assert lines[29].index("out") == (80 - len(lines[29].strip())) // 2
        picture.focus()
        await pilot.press("minus")
        await wait_for(lambda: "\u2580" not in seen(picture)[0], "the smaller picture")
        await pilot.press("plus")
        await wait_for(lambda: "\u2580" in seen(picture)[0], "the larger picture")
