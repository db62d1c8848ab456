"""From a screen of the app to a crisp PNG: Textual's own SVG, with fonts and blocks that fill their cells."""

import html
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

if TYPE_CHECKING:
    from PIL.Image import Image

FONT_FOLDERS: Final = (
    Path("/usr/share/fonts/truetype/jetbrains-mono"),
    Path("/usr/share/fonts/jetbrains-mono"),
    Path.home() / ".local/share/fonts",
    Path.home() / "Library/Fonts",
)
FALLBACK_FOLDERS: Final = (Path("/usr/share/fonts/truetype/dejavu"),)
FONTS: Final = "'JetBrains Mono', 'DejaVu Sans Mono', monospace"
MOST_BYTES: Final = 350_000
#: Smaller areas, in pixels, are edges of letters, whose colour is any one nearby.
_LEAST_AREA: Final = 60

# As Rich writes them: a class for the style, and the corner and the length of the text.
_TEXT: Final = re.compile(
    r'<text class="(?P<style>[^"]+)" x="(?P<x>[\d.]+)" y="(?P<y>[\d.]+)" textLength="(?P<length>[\d.]+)"'
    r"(?P<rest>[^>]*)>(?P<text>[^<]*)</text>"
)
_STYLE: Final = re.compile(r"\.(?P<name>[\w-]+-r\d+) \{ fill: (?P<colour>#[0-9a-fA-F]{6})")
_FONT_FACE: Final = re.compile(r"@font-face \{.*?\}", re.DOTALL)
_CELL_WIDTH: Final = 12.2
_LINE_HEIGHT: Final = 24.4
_FONT_SIZE: Final = 20.0
#: Block characters as a part of their cell: left, top, right, bottom.
_BLOCKS: Final = {
    "▀": (0.0, 0.0, 1.0, 0.5),
    "▄": (0.0, 0.5, 1.0, 1.0),
    "█": (0.0, 0.0, 1.0, 1.0),
    "▌": (0.0, 0.0, 0.5, 1.0),
    "▐": (0.5, 0.0, 1.0, 1.0),
    "▇": (0.0, 0.125, 1.0, 1.0),
    "▁": (0.0, 0.875, 1.0, 1.0),
    "▔": (0.0, 0.0, 1.0, 0.125),
    "▊": (0.0, 0.0, 0.75, 1.0),
    "▎": (0.0, 0.0, 0.25, 1.0),
}
_BRAILLE: Final = tuple(map(chr, range(0x2800, 0x2900)))
#: Where the dot of each bit stands: column and row (Unicode, Braille Patterns).
_DOT_PLACES: Final = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
_BLOCK_RUN: Final = re.compile(f"([{''.join(_BLOCKS)}]+|[{_BRAILLE[0]}-{_BRAILLE[-1]}]+)")
#: What JetBrains Mono has no glyph for; beside one, the renderer would draw the whole text in another font.
_FOREIGN: Final = re.compile("([^\\x20-\\x7e\\xa0-\\u024f\\u2500-\\u257f…·])")


class FontMissing(Exception):
    """JetBrains Mono is not installed where it is looked for."""


def font_files() -> list[Path]:
    """Return the files of JetBrains Mono and of the fallback for its missing glyphs. Raises FontMissing."""
    for folder in FONT_FOLDERS:
        if folder.is_dir() and (own := sorted(folder.rglob("JetBrainsMono-*.ttf"))):
            wanted = {f"JetBrainsMono-{style}.ttf" for style in ("Regular", "Bold", "Italic", "BoldItalic")}
            fallback = (path for folder in FALLBACK_FOLDERS for path in sorted(folder.glob("DejaVuSansMono*.ttf")))
            return [*(path for path in own if path.name in wanted), *fallback]
    places = ", ".join(map(str, FONT_FOLDERS))
    raise FontMissing(f"JetBrains Mono is missing (Debian: apt install fonts-jetbrains-mono). Looked in {places}.")


def with_own_fonts(svg: str) -> str:
    """Return Rich's SVG without web fonts, its text in fonts of this machine, and block characters as rectangles.

    A font's blocks leave hair lines between cells, which a terminal's do not.
    """
    svg = _FONT_FACE.sub("", svg)
    svg = re.sub(r"font-family: ?Fira Code, ?monospace", f"font-family: {FONTS}", svg)
    svg = re.sub(r"font-family: ?arial", f"font-family: {FONTS}", svg)
    colours = {match["name"]: match["colour"] for match in _STYLE.finditer(svg)}
    return _TEXT.sub(lambda match: "".join(_parts(match, colours)), svg)


def _parts(text: re.Match[str], colours: dict[str, str]) -> Iterator[str]:
    words = html.unescape(text["text"])
    colour = colours.get(text["style"])
    column, left, top = 0, float(text["x"]), float(text["y"]) - _FONT_SIZE + 1.5
    for part in filter(None, _BLOCK_RUN.split(words) if colour else (words,)):
        x = left + column * _CELL_WIDTH
        if colour and part[0] in _BLOCKS:
            for glyph, number, before in _runs(part):
                yield _rectangle(_BLOCKS[glyph], x + before * _CELL_WIDTH, top, number, colour)
            column += len(part)
            continue
        if colour and part[0] in _BRAILLE:
            for place, glyph in enumerate(part):
                yield from _dots(ord(glyph) - ord(_BRAILLE[0]), x + place * _CELL_WIDTH, top, colour)
            column += len(part)
            continue
        for piece in filter(None, _FOREIGN.split(part)):
            if piece.strip():
                escaped = html.escape(piece).replace(" ", "&#160;")
                x = left + column * _CELL_WIDTH
                length = f"{cell_len(piece) * _CELL_WIDTH:g}"
                yield (
                    f'<text class="{text["style"]}" x="{x:g}" y="{text["y"]}" textLength="{length}"{text["rest"]}>'
                    f"{escaped}</text>"
                )
            column += cell_len(piece)


def _runs(blocks: str) -> Iterator[tuple[str, int, int]]:
    """Yield (block, how often, cells before) for neighbours that can be one rectangle."""
    start = 0
    for end in range(1, len(blocks) + 1):
        is_last = end == len(blocks) or blocks[end] != blocks[start] or _BLOCKS[blocks[start]][2] < 1
        if is_last:
            yield blocks[start], end - start, start
            start = end


def _dots(bits: int, x: float, top: float, colour: str) -> Iterator[str]:
    """Yield a circle for each dot of a braille cell; the font has no braille, and a terminal draws its own."""
    for bit, (across, down) in enumerate(_DOT_PLACES):
        if bits >> bit & 1:
            yield (
                f'<circle fill="{colour}" cx="{x + (across + 0.5) * _CELL_WIDTH / 2:.2f}" '
                f'cy="{top + (down + 0.5) * _LINE_HEIGHT / 4:.2f}" r="{_CELL_WIDTH / 6:.2f}"/>'
            )


def _rectangle(part: tuple[float, float, float, float], x: float, top: float, number: int, colour: str) -> str:
    left, upper, right, lower = part
    width = (number - 1 + right - left) * _CELL_WIDTH
    return (
        f'<rect fill="{colour}" x="{x + left * _CELL_WIDTH:.2f}" y="{top + upper * _LINE_HEIGHT:.2f}" '
        f'width="{width + 0.1:.2f}" height="{(lower - upper) * _LINE_HEIGHT + 0.1:.2f}" shape-rendering="crispEdges"/>'
    )


def png_of(svg: str, fonts: list[Path]) -> bytes:
    """Return a PNG of Rich's SVG, below `MOST_BYTES`. Raises ValueError when no text was drawn, or it stays too large.

    Without a font that fits, the renderer draws no text and says nothing.
    """
    own = with_own_fonts(svg)
    for zoom, colours in ((2.0, None), (1.6, None), (1.6, 255), (1.6, 96)):
        image = _drawn(own, fonts, zoom)
        file = io.BytesIO()
        (with_palette(image, colours) if colours else image).save(file, "PNG", optimize=True)
        if file.tell() < MOST_BYTES:
            return file.getvalue()
    raise ValueError(f"the picture stays above {MOST_BYTES} bytes")


def _drawn(svg: str, fonts: list[Path], zoom: float) -> "Image":
    import resvg_py
    from PIL import Image

    drawn = resvg_py.svg_to_bytes(
        svg_string=svg, zoom=zoom, skip_system_fonts=True, font_files=[str(path) for path in fonts]
    )
    image = Image.open(io.BytesIO(bytes(drawn))).convert("RGBA")
    if not has_text(image):
        raise ValueError("no text was drawn: the fonts were not found by the renderer")
    return image


def with_palette(image: "Image", colours: int) -> "Image":
    """Return a picture of at most `colours` colours and clear corners; the colours of large areas stay as they are."""
    from PIL import Image as Pillow

    plain = image.convert("RGB")
    counted = sorted(plain.getcolors(maxcolors=1 << 24) or [], reverse=True)
    frequent = [colour for _, colour in counted[: colours // 8]]
    # Each colour once, however large its area: a small red dot stays red beside a large picture.
    each = [colour for count, colour in counted if count >= _LEAST_AREA] or frequent
    swatches = Pillow.new("RGB", (len(each), 1))
    swatches.putdata(each)
    others = swatches.quantize(colours - len(frequent), method=Pillow.Quantize.MEDIANCUT).getpalette() or []
    palette = Pillow.new("P", (1, 1))
    palette.putpalette([*(part for colour in frequent for part in colour), *others][: colours * 3])
    reduced = plain.quantize(palette=palette, dither=Pillow.Dither.NONE)
    clear = image.getchannel("A").point(lambda alpha: 255 if alpha < 128 else 0)
    reduced.paste(colours, mask=clear)
    reduced.info["transparency"] = colours
    return reduced


def has_text(image: "Image") -> bool:
    """Return whether the window's title is there: edges in between the colours of its letters and of what is behind."""
    width, _ = image.size
    title = image.crop((width // 3, 20, width * 2 // 3, 70))
    colours = title.convert("RGB").getcolors(maxcolors=1 << 20) or []
    return len(colours) > 12
