"""Pictures by kitty's graphics protocol with placeholder cells, which scroll and clip like text.

The picture is sent once under a number; cells that hold the placeholder character show it. Row and column are told
by combining marks, the number by the colour of the cell.
Source: https://sw.kovidgoyal.net/kitty/graphics-protocol/#unicode-placeholders
"""

import base64
import io
from typing import Final

from PIL import Image
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_PLACEHOLDER: Final = "\U0010eeee"
_CHUNK: Final = 4096

# The marks that stand for 0, 1, 2 ... in the order of the protocol, as (first, length) runs of code points.
_MARK_RUNS: Final = (
    (0x0305, 1), (0x030D, 2), (0x0310, 1), (0x0312, 1), (0x033D, 3), (0x0346, 1), (0x034A, 3), (0x0350, 3),
    (0x0357, 1), (0x035B, 1), (0x0363, 13), (0x0483, 5), (0x0592, 4), (0x0597, 3), (0x059C, 6), (0x05A8, 2),
    (0x05AB, 2), (0x05AF, 1), (0x05C4, 1), (0x0610, 8), (0x0657, 5), (0x065D, 2), (0x06D6, 7), (0x06DF, 4),
    (0x06E4, 1), (0x06E7, 2), (0x06EB, 2), (0x0730, 1), (0x0732, 2), (0x0735, 2), (0x073A, 1), (0x073D, 1),
    (0x073F, 3), (0x0743, 1), (0x0745, 1), (0x0747, 1), (0x0749, 2), (0x07EB, 7), (0x07F3, 1), (0x0816, 4),
    (0x081B, 9), (0x0825, 3), (0x0829, 5), (0x0951, 1), (0x0953, 2), (0x0F82, 2), (0x0F86, 2), (0x135D, 3),
    (0x17DD, 1), (0x193A, 1), (0x1A17, 1), (0x1A75, 8), (0x1B6B, 1), (0x1B6D, 7), (0x1CD0, 3), (0x1CDA, 2),
    (0x1CE0, 1), (0x1DC0, 2), (0x1DC3, 7), (0x1DCB, 2), (0x1DD1, 22), (0x1DFE, 1),
)  # fmt: skip
MARKS: Final = "".join(chr(first + step) for first, length in _MARK_RUNS for step in range(length))
#: Rows and columns beyond this cannot be told by a mark here.
MOST_CELLS: Final = len(MARKS)


def kitty_message(image: Image.Image, number: int, columns: int, rows: int) -> str:
    """Return the bytes, as text, that send `image` under `number` (1 to 2^24 - 1) to fill `columns` by `rows` cells."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", compress_level=3)
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    parts = []
    for at in range(0, len(data), _CHUNK):
        first = f"a=T,U=1,f=100,t=d,i={number},c={columns},r={rows},q=2," if at == 0 else ""
        more = 1 if at + _CHUNK < len(data) else 0
        parts.append(f"\x1b_G{first}m={more};{data[at : at + _CHUNK]}\x1b\\")
    return "".join(parts)


def forget_message(number: int) -> str:
    """Return what frees the picture sent under `number` in the terminal."""
    return f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\"


def placeholder_strips(number: int, columns: int, rows: int) -> list[Strip]:
    """Return the cells that show the picture sent under `number`."""
    colour = Color.from_rgb(number >> 16 & 255, number >> 8 & 255, number & 255)
    style = Style.from_color(colour)
    return [
        Strip(
            [Segment("".join(f"{_PLACEHOLDER}{MARKS[row]}{MARKS[column]}" for column in range(columns)), style)],
            columns,
        )
        for row in range(rows)
    ]
