"""Decoded pixels to what a widget shows in one of the modes."""

from dataclasses import dataclass

from PIL import Image
from rich.color import ColorSystem
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
    """Strips for the widget; `once` is sent before they show, `each_time` after every repaint of them.

    `number` is the one it has in kitty's terminal.
    """

    wanted: Wanted
    strips: list[Strip]
    once: str = ""
    each_time: str = ""
    number: int = 0

    @property
    def written_bytes(self) -> int:
        """How much goes to the terminal before all of it is seen, at most."""
        segments = (segment for strip in self.strips for segment in strip)
        drawn = (
            segment.style.render(segment.text, color_system=ColorSystem.TRUECOLOR) if segment.style else segment.text
            for segment in segments
        )
        return len(self.once) + len(self.each_time) + sum(len(text.encode()) for text in drawn)


def draw(image: Image.Image, wanted: Wanted, graphics: Graphics, number: int) -> Drawing:
    """Draw `image`, under `number` in kitty's terminal; run it in a thread."""
    columns, rows = wanted.columns, wanted.rows
    flat = on_background(image, wanted.background)
    if wanted.mode is ImageMode.KITTY:
        flat = flat.copy()
        flat.thumbnail((columns * graphics.cell_width, rows * graphics.cell_height), Image.Resampling.BILINEAR)
        message = kitty_message(flat, number, columns, rows)
        return Drawing(wanted, placeholder_strips(number, columns, rows), once=message, number=number)
    if wanted.mode is ImageMode.SIXEL:
        message = sixel_message(flat, columns * graphics.cell_width, rows * graphics.cell_height)
        return Drawing(wanted, [Strip.blank(columns)] * rows, each_time=message)
    return Drawing(wanted, half_block_strips(flat, columns, rows, wanted.colours))
