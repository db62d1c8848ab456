"""What a terminal shows, cell by cell: Textual's frames are written into a grid of these."""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from rich.cells import get_character_cell_size, split_graphemes
from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip

#: In place of a cell's text: nothing is known of it, or a picture lies over it. No text holds a NUL.
UNKNOWN: Final = "\x00?"
PICTURE: Final = "\x00picture"

#: What a cell of Textual is without a style.
_DEFAULT_FOREGROUND: Final = "39"
_DEFAULT_BACKGROUND: Final = "49"
#: Attributes, as bits of Rich's styles, that show where there is no letter; with them the foreground shows too.
_SEEN_ON_BLANKS: Final = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12
_KNOWN_PENS: Final = 4096

#: Letters, box drawing, blocks, shapes and braille: one cell each, in every terminal.
_ONE_CELL: Final = frozenset(
    chr(point)
    for first, last in ((0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x2FF), (0x370, 0x482), (0x2500, 0x25FC), (0x2800, 0x28FF))
    for point in range(first, last + 1)
)
#: Scripts of wide characters that were wide before emoji were.
_WIDE_SCRIPTS: Final = (
    (0x1100, 0x115F),
    (0x2E80, 0x303E),
    (0x3041, 0x4DBF),
    (0x4E00, 0xA4CF),
    (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE6F),
    (0xFF00, 0xFF60),
    (0xFFE0, 0xFFE6),
    (0x20000, 0x3FFFD),
)
_UNSURE_CATEGORIES: Final = ("Mn", "Me", "Mc", "Cf", "Cn", "Co", "Cs", "Cc", "Zl", "Zp")
#: Kitty's cells of a picture, which carry their place as marks.
_PLACEHOLDER: Final = "\U0010eeee"
_FIRST_FLAG_LETTER, _LAST_FLAG_LETTER = "\U0001f1e6", "\U0001f1ff"


class Pen(NamedTuple):
    """How a cell is drawn: Rich's bits of attributes, colours as SGR parameters, and a link as OSC 8 tells it.

    `blank` is the part of it that can be seen where there is no letter.
    """

    attributes: int
    foreground: str
    background: str
    link: str
    blank: tuple[int, str, str, str]


def _pen(attributes: int, foreground: str, background: str, link: str) -> Pen:
    seen = attributes & _SEEN_ON_BLANKS
    return Pen(attributes, foreground, background, link, (seen, foreground if seen else "", background, link))


PLAIN: Final = _pen(0, _DEFAULT_FOREGROUND, _DEFAULT_BACKGROUND, "")


class Pens:
    """The pens of Rich's styles, in the colours that the terminal has."""

    def __init__(self, colours: ColorSystem) -> None:
        self._colours = colours
        self._known: dict[Style, Pen] = {}

    def of(self, style: Style | None) -> Pen:
        if style is None:
            return PLAIN
        pen = self._known.get(style)
        if pen is None:
            if len(self._known) >= _KNOWN_PENS:
                self._known.clear()
            pen = self._known[style] = self._make(style)
        return pen

    def _make(self, style: Style) -> Pen:
        foreground, background = _DEFAULT_FOREGROUND, _DEFAULT_BACKGROUND
        if style.color is not None:
            foreground = ";".join(style.color.downgrade(self._colours).get_ansi_codes())
        if style.bgcolor is not None:
            background = ";".join(style.bgcolor.downgrade(self._colours).get_ansi_codes(foreground=False))
        attributes = style._attributes & style._set_attributes  # noqa: SLF001 (thirteen properties say no more)
        link = f"id={style.link_id};{style.link}" if style.link else ""
        return _pen(attributes, foreground, background, link)


class Cells:
    """Some cells of one row, from left to right: their texts, and their pens.

    A cell's text is one character with whatever joins it; the second cell of a wide one is "".
    """

    __slots__ = ("pens", "texts")

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.pens: list[Pen] = []

    def __len__(self) -> int:
        return len(self.texts)

    def add(self, strip: Strip, pens: Pens) -> None:
        """Append what `strip` shows."""
        for text, style, _ in strip._segments:  # noqa: SLF001 (iterating a strip makes no less)
            pen = pens.of(style)
            if _ONE_CELL.issuperset(text):
                self.texts.extend(text)
                self.pens.extend([pen] * len(text))
            else:
                self._add_others(text, pen)

    def _add_others(self, text: str, pen: Pen) -> None:
        text = "".join(character for character in text if unicodedata.category(character) != "Cc")
        first = len(self.texts)
        for start, end, width in split_graphemes(text)[0]:
            cluster = text[start:end]
            if not width:
                self._join(cluster)
            elif width == 1 and len(self.texts) > first and _is_flag_letter(cluster) and self._ends_in_half_a_flag():
                # Two letters are one flag, and printed apart they would be two boxes.
                self.texts[-1] += cluster
                self.texts.append("")
                self.pens.append(self.pens[-1])
            else:
                self.texts.append(cluster)
                self.texts.extend([""] * (width - 1))
                self.pens.extend([pen] * width)

    def _join(self, marks: str) -> None:
        """Let marks without a character of their own join the one before them; at the start of a row there is none."""
        for index in range(len(self.texts) - 1, -1, -1):
            if self.texts[index]:
                self.texts[index] += marks
                return

    def _ends_in_half_a_flag(self) -> bool:
        return len(self.texts[-1]) == 1 and _is_flag_letter(self.texts[-1])


def _is_flag_letter(cluster: str) -> bool:
    return _FIRST_FLAG_LETTER <= cluster[0] <= _LAST_FLAG_LETTER


class Grid:
    """A screen of cells. Row `y` has its texts in `texts[y]` and its pens in `pens[y]`."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.texts = [[UNKNOWN] * width for _ in range(height)]
        self.pens = [[PLAIN] * width for _ in range(height)]

    def write(self, y: int, x: int, cells: Cells) -> None:
        """Put `cells` at column `x` of row `y`; what reaches over the edges is cut off."""
        width = min(len(cells), self.width - x)
        if not 0 <= y < self.height or x < 0 or width <= 0:
            return
        texts = self.texts[y]
        end = x + width
        # Of a wide character that loses one half a terminal keeps neither.
        if x and texts[x] == "":
            self._blank_wide(texts, x)
        if end < self.width and texts[end] == "":
            texts[end] = " "
        texts[x:end] = cells.texts[:width]
        self.pens[y][x:end] = cells.pens[:width]
        if width < len(cells) and cells.texts[width] == "":
            self._blank_wide(texts, end)
        if texts[x] == "":
            texts[x] = " "

    @staticmethod
    def _blank_wide(texts: list[str], after: int) -> None:
        """Blank the wide character whose first cells lie before column `after`."""
        at = after - 1
        while at > 0 and texts[at] == "":
            texts[at] = " "
            at -= 1
        texts[at] = " "

    def cover(self, x: int, y: int, width: int, height: int) -> None:
        """Note that a picture lies over these cells."""
        left, right = max(0, x), min(self.width, x + width)
        for row in range(max(0, y), min(self.height, y + height)):
            if left < right:
                self.texts[row][left:right] = [PICTURE] * (right - left)

    def is_blank(self, x: int, y: int, width: int, height: int) -> bool:
        """Return whether all of these cells are on the screen, and without letters."""
        if x < 0 or y < 0 or x + width > self.width or y + height > self.height:
            return False
        return all(text in (" ", PICTURE) for row in self.texts[y : y + height] for text in row[x : x + width])

    def copy_row(self, other: "Grid", y: int) -> None:
        """Make row `y` what it is in `other`."""
        self.texts[y] = other.texts[y].copy()
        self.pens[y] = other.pens[y].copy()


@lru_cache(maxsize=4096)
def is_steady(text: str) -> bool:
    """Return whether all terminals agree how many cells a cell's text takes; they do not on emoji and what is joined.

    >>> is_steady("a"), is_steady("字"), is_steady("❤️")
    (True, True, False)
    """
    if text in _ONE_CELL or not text:
        return True
    if len(text) > 1:
        return text[0] == _PLACEHOLDER
    if unicodedata.category(text) in _UNSURE_CATEGORIES:
        return False
    point = ord(text)
    if unicodedata.east_asian_width(text) in "WF":
        is_old = any(first <= point <= last for first, last in _WIDE_SCRIPTS)
        return is_old and get_character_cell_size(text) == 2
    return point < 0x1F000 and get_character_cell_size(text) == 1


def reach(text: str) -> int:
    """Return how many cells some terminal may take for a cell's text: two for each of its code points at most."""
    return 2 * len(text)


def cells_of(strips: Iterable[Strip], pens: Pens) -> Cells:
    """Return the cells of strips that stand side by side."""
    cells = Cells()
    for strip in strips:
        cells.add(strip, pens)
    return cells
