"""Decoded pixels to what a widget shows in one of the modes."""

from dataclasses import dataclass

from PIL import Image
from textual.strip import Strip

from replicate_tui.ui.widgets.pictures.decode import on_background
from replicate_tui.ui.widgets.pictures.half_blocks import half_block_strips
from replicate_tui.ui.widgets.pictures.kitty import kitty_message, placeholder_strips
from replicate_tui.ui.widgets.pictures.sixels import sixel_message
from replicate_tui.ui.wire.capabilities import Graphics, ImageMode


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a picture is to be drawn; fewer `colours` make fewer bytes (half-blocks only)."""

    mode: ImageMode
    columns: int
    rows: int
    background: tuple[int, int, int]
    colours: int | None = None


@dataclass(frozen=True, slots=True)
class Drawing:
    """Strips for the widget; `once` is sent before they show, `each_time` after every repaint of them."""

    wanted: Wanted
    strips: list[Strip]
    once: str = ""
    each_time: str = ""


def draw(image: Image.Image, wanted: Wanted, graphics: Graphics, number: int) -> Drawing:
    """Draw `image`, under `number` in kitty's terminal; run it in a thread."""
    columns, rows = wanted.columns, wanted.rows
    flat = on_background(image, wanted.background)
    if wanted.mode is ImageMode.KITTY:
        flat = flat.copy()
        flat.thumbnail((columns * graphics.cell_width, rows * graphics.cell_height), Image.Resampling.BILINEAR)
        message = kitty_message(flat, number, columns, rows)
        return Drawing(wanted, placeholder_strips(number, columns, rows), once=message)
    if wanted.mode is ImageMode.SIXEL:
        message = sixel_message(flat, columns * graphics.cell_width, rows * graphics.cell_height)
        return Drawing(wanted, [Strip.blank(columns)] * rows, each_time=message)
    return Drawing(wanted, half_block_strips(flat, columns, rows, wanted.colours))
