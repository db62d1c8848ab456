"""From content to strips, for widgets that draw themselves line by line; nothing here parses markup."""

from typing import NamedTuple, TypeAlias

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.text import Text
from textual.content import Content
from textual.strip import Strip
from textual.style import Style

#: What a line can be made of; a `str` is literal text.
Line: TypeAlias = str | Text | Content

ELLIPSIS = "\u2026"


class MarkdownColours(NamedTuple):
    """What Markdown is drawn with, as Rich reads colours ("#a99bf5"); `panel` is behind code."""

    accent: str
    muted: str
    panel: str


class LinePainter:
    """Turns lines into strips of an exact width and remembers parsed styles; make a new one when the theme changes."""

    def __init__(self) -> None:
        self._styles: dict[str | Style, Style] = {}

    def paint(self, line: Line, width: int, base: Style) -> Strip:
        """Return `line` on `base`, cut with an ellipsis or padded to `width` cells."""
        return Strip(self.segments(line, width, base), max(0, width))

    def segments(self, line: Line, width: int, base: Style) -> list[Segment]:
        if width <= 0:
            return []
        if isinstance(line, str):
            return [Segment(fit(line, width), base.rich_style)]
        content = line if isinstance(line, Content) else Content.from_rich_text(line)
        content = content.truncate(width, ellipsis=True)
        segments = [
            Segment(text, style.rich_style)
            for text, style in content.render(base, end="", parse_style=self._parse)
            if text
        ]
        missing = width - content.cell_length
        if missing > 0:
            segments.append(Segment(" " * missing, base.rich_style))
        return segments

    def _parse(self, style: str | Style) -> Style:
        parsed = self._styles.get(style)
        if parsed is None:
            parsed = self._styles[style] = Style.parse(style) if isinstance(style, str) else style
        return parsed


def fit(text: str, width: int, *, align: str = "left") -> str:
    """Return `text` as exactly `width` cells: cut with an ellipsis, or padded (`align` "left" or "right")."""
    if width <= 0:
        return ""
    length = len(text) if text.isascii() else cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + ELLIPSIS
    padding = " " * (width - length)
    return padding + text if align == "right" else text + padding
