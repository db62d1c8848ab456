"""Pictures from characters: each cell an upper half block, two pixels one above the other."""

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Final

from PIL import Image
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_HALF = "\u2580"

#: What a cell of a picture with few colours may cost on its way to the terminal, in bytes; a change of colour costs
#: nineteen at most, its character three.
_CELL_BYTES: Final = 10
_CHANGE_BYTES: Final = 19
_CHARACTER_BYTES: Final = 3
#: How far two colours may be apart to count as one, tried in this order; beyond the last, shapes are lost.
_TOLERANCES: Final = (0, 20, 40, 60, 80, 100, 120)


def half_block_strips(image: Image.Image, columns: int, rows: int, colours: int | None = None) -> list[Strip]:
    """Return `rows` strips of `columns` cells.

    With `colours` there are no more than so many, and neighbours that are nearly alike become alike: each cell costs
    about ten bytes then, where pictures that are no noise allow it, and else about forty.
    """
    small = image.convert("RGB").resize((columns, rows * 2), Image.Resampling.BOX)
    raw = (_calmed(small, colours) if colours else small).tobytes()
    row_bytes = columns * 3
    styles: dict[tuple[bytes, bytes], Style] = {}
    strips = []
    for row in range(rows):
        upper = raw[2 * row * row_bytes : (2 * row + 1) * row_bytes]
        lower = raw[(2 * row + 1) * row_bytes : (2 * row + 2) * row_bytes]
        cells = [(upper[at : at + 3], lower[at : at + 3]) for at in range(0, row_bytes, 3)]
        segments = []
        for pair, run in groupby(cells):
            style = styles.get(pair)
            if style is None:
                style = styles[pair] = Style.from_color(Color.from_rgb(*pair[0]), Color.from_rgb(*pair[1]))
            segments.append(Segment(_HALF * len(list(run)), style))
        strips.append(Strip(segments, columns))
    return strips


def _calmed(image: Image.Image, colours: int) -> Image.Image:
    """Return `image` with few colours, and as few changes of them along a row as its cells may cost."""
    indexed = image.quantize(colours, dither=Image.Dither.NONE)
    palette = indexed.getpalette() or []
    apart = _distances([tuple(palette[at : at + 3]) for at in range(0, len(palette), 3)])
    width, pixels = image.width, indexed.tobytes()
    rows = [pixels[at : at + width] for at in range(0, len(pixels), width)]
    most_changes = len(pixels) // 2 * (_CELL_BYTES - _CHARACTER_BYTES) // _CHANGE_BYTES
    calm = rows
    for tolerance in _TOLERANCES:
        calm = [_held(row, apart, tolerance) for row in rows]
        if sum(here != there for row in calm for here, there in pairwise(row)) <= most_changes:
            break
    indexed.frombytes(b"".join(calm))
    return indexed.convert("RGB")


def _held(row: bytes, apart: Sequence[Sequence[int]], tolerance: int) -> bytes:
    """Return a row in which a colour goes on until one comes that is further away."""
    held = row[0]
    line = bytearray()
    for colour in row:
        if apart[held][colour] > tolerance:
            held = colour
        line.append(held)
    return bytes(line)


def _distances(palette: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return how far any two colours are apart, as the eye weighs red, green and blue, roughly."""
    return [
        [2 * abs(red - r) + 4 * abs(green - g) + abs(blue - b) for r, g, b in palette] for red, green, blue in palette
    ]
