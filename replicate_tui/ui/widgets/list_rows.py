"""Rows of a `VirtualList`: what they can be, how they are found and how they become strips."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from rich.segment import Segment
from textual.strip import Strip
from textual.style import Style

from replicate_tui.ui.widgets.lines import Line, LinePainter

#: One line, or a tuple of as many lines as the list's rows are high.
RowContent: TypeAlias = Line | tuple[Line, ...]

#: The cells before each row: the cursor's bar and the mark.
GUTTER: Final = 2
_CURSOR_SIGN: Final = "\u258c"
_MARK_SIGN: Final = "\u25cf"


class GroupHeader(NamedTuple):
    """A row that titles the rows below it; the cursor steps over it."""

    title: str
    note: str = ""


def nearest_row(rows: Sequence[Any], index: int, direction: int = 1) -> int:
    """Return the index of the nearest row that is no header, looking first in `direction`; -1 for none."""
    index = min(index, len(rows) - 1)
    for step in (direction, -direction):
        at = index
        while 0 <= at < len(rows):
            if not isinstance(rows[at], GroupHeader):
                return at
            at += step
    return -1


def first_header_above(rows: Sequence[Any], index: int) -> int:
    """Return the index of the first of the headers that stand directly above `index`, or `index`."""
    while index > 0 and isinstance(rows[index - 1], GroupHeader):
        index -= 1
    return index


def find_key(rows: Sequence[Any], key_of: Callable[[Any], Hashable], key: Hashable, near: int) -> int | None:
    """Return the index of the row with `key`; the row at `near` is tried first, since most refreshes move nothing."""
    if 0 <= near < len(rows) and not isinstance(rows[near], GroupHeader) and key_of(rows[near]) == key:
        return near
    for index, row in enumerate(rows):
        if not isinstance(row, GroupHeader) and key_of(row) == key:
            return index
    return None


def row_strips(
    painter: LinePainter, content: RowContent, height: int, width: int, base: Style, *, bar: Style | None, marked: bool
) -> tuple[Strip, ...]:
    """Return `height` strips of `width` cells for one row, with the gutter before it; `bar` is the cursor's."""
    lines = content if isinstance(content, tuple) else (content,)
    strips = []
    for number in range(height):
        gutter = (_CURSOR_SIGN if bar else " ") + (_MARK_SIGN if marked and number == 0 else " ")
        painted = painter.segments(lines[number] if number < len(lines) else "", width - GUTTER, base)
        # Each segment is written with its colours, so neighbours of one style are joined.
        joined = Segment.simplify([*painter.segments(gutter, GUTTER, bar or base), *painted])
        strips.append(Strip(joined, width))
    return tuple(strips)


def header_strips(
    painter: LinePainter, header: GroupHeader, height: int, width: int, base: Style, around: Style
) -> tuple[Strip, ...]:
    """Return the strips of a header; in lists of tall rows the free line goes above it, away from the row before."""
    text = f" {header.title}  {header.note}" if header.note else f" {header.title}"
    blank = Strip.blank(width, around.rich_style)
    return (*[blank] * (height - 1), painter.paint(text, width, base))
