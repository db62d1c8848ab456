"""Pictures from characters: each cell an upper half block, two pixels one above the other."""

from itertools import groupby

from PIL import Image
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_HALF = "\u2580"


def half_block_strips(image: Image.Image, columns: int, rows: int, colours: int | None = None) -> list[Strip]:
    """Return `rows` strips of `columns` cells; fewer `colours` make fewer bytes for a slow link."""
    small = image.convert("RGB").resize((columns, rows * 2), Image.Resampling.BOX)
    if colours:
        small = small.quantize(colours, dither=Image.Dither.NONE).convert("RGB")
    raw = small.tobytes()
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
