"""The last wall: whatever a widget draws, no control sequence in its text reaches the terminal."""

import re

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from replicate_tui.text import visible_character

_LIVE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e007f]")
_REPLACEMENT = "\ufffd"


class EscapeFilter(LineFilter):
    """Rewrites control, bidi and tag characters in the text of segments, one cell for each.

    Foreign text is cleaned where it enters (`replicate_tui.text`); this catches what was missed, so it keeps the
    width of the line rather than the meaning of the text. Control segments are the program's own and pass; Textual's
    colour filters drop their mark, so a program that uses them returns this filter before those.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 (LineFilter's shape)
        for text, _, control in segments:
            # True for what has neither controls nor format characters: nearly every line.
            if not text.isprintable() and control is None and _LIVE.search(text):
                return _rewrite(segments)
        return segments

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EscapeFilter)

    def __hash__(self) -> int:
        # Strips remember filtered lines by filter, so all instances count as one.
        return hash(EscapeFilter)


def _rewrite(segments: list[Segment]) -> list[Segment]:
    width = Segment.get_line_length(segments)
    rewritten = [
        segment if segment.control else Segment(_LIVE.sub(_one_cell, segment.text), segment.style)
        for segment in segments
    ]
    # Controls counted as no cells before; what stands for them must not push the line past its end.
    return Segment.adjust_line_length(rewritten, width, pad=False)


def _one_cell(match: re.Match[str]) -> str:
    shown = visible_character(match.group())
    return shown if len(shown) == 1 else _REPLACEMENT
