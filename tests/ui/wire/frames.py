"""Frames as Textual makes them, at random: styled strips with wide and joined characters, whole and in pieces."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from replicate_tui.ui.wire.cells import Grid, Pens
from replicate_tui.ui.wire.diff import difference
from replicate_tui.ui.wire.frames import Frame, write_frame
from tests.support.cell_screen import CellScreen, Widths, as_rich

#: One to four code points that share one or two cells.
CLUSTERS = (
    *"aBz09 .-_~/", *"       ", *"│─█▀●✓äßПλ…→", "字", "한", "ヲ", "\uff08", "e\u0301", "n\u0303\u0323", "👍", "👍🏽",
    "❤️", "❤", "☎️", "👨\u200d👩\u200d👧", "🇩🇪", "1️⃣", "⭐", "⌚", "क\u094d", "ก\u0e33", "\u2630",
    "\U0010eeee\u0305\u030d",
)  # fmt: skip

#: Rich keeps a style's sequence in the colours it was first drawn in, so each kind of terminal has colours of its own.
_COLOURS = {
    "truecolor": (None, "default", "red", "bright_blue", "color(33)", "#102030", "#102031", "#ffffff"),
    "256": (None, "default", "green", "bright_red", "color(34)", "#405060", "#405061", "#fffffe"),
    "standard": (None, "default", "blue", "bright_cyan", "color(35)", "#708090", "#708091", "#fffffd"),
}
_ATTRIBUTES = ("bold", "dim", "italic", "underline", "blink", "reverse", "conceal", "strike", "underline2", "overline")
#: One sequence ends both of two neighbours.
_SIBLINGS = ("bold", "dim", "underline", "underline2")


@dataclass
class Size:
    columns: int
    rows: int


class Dice:
    """Makes frames of any kind; the same for the same seed."""

    def __init__(self, seed: int, colours: str = "truecolor") -> None:
        self._colours = _COLOURS[colours]
        self._random = random.Random(seed)
        # Few, so that frames differ in few places, as those of a program do.
        self._styles = [None, *(self._style() for _ in range(self._random.randint(1, 6)))]
        self._clusters = self._random.sample(CLUSTERS, self._random.randint(2, len(CLUSTERS)))

    def _style(self) -> Style:
        pick = self._random.choice
        attributes = self._random.sample(pick((_ATTRIBUTES, _SIBLINGS)), pick((0, 0, 1, 2)))
        link = pick((None, None, None, "https://example.com/a"))
        return Style(
            color=pick(self._colours), bgcolor=pick(self._colours), link=link, **dict.fromkeys(attributes, True)
        )

    def _strip(self, width: int) -> Strip:
        pick = self._random.choice
        segments = [
            Segment("".join(pick(self._clusters) for _ in range(self._random.randint(1, 4))), pick(self._styles))
            for _ in range(self._random.randint(0, 6))
        ]
        return Strip(segments).adjust_cell_length(width, pick(self._styles))

    def whole(self, size: Size) -> LayoutUpdate:
        cut = self._random.randint(1, size.columns - 1)
        lines = [[self._strip(cut), self._strip(size.columns - cut)] for _ in range(size.rows)]
        return LayoutUpdate(lines, Region(0, 0, size.columns, size.rows))

    def pieces(self, size: Size) -> ChopsUpdate:
        """Return a frame of some rows, each cut in up to three pieces of which some are painted."""
        spans, chops, ends = [], [], []
        for y in range(size.rows):
            cuts = sorted(self._random.sample(range(1, size.columns), self._random.randint(0, 2)))
            starts, row_ends = [0, *cuts], [*cuts, size.columns]
            chops.append({x: self._strip(end - x) for x, end in zip(starts, row_ends, strict=True)})
            ends.append(row_ends)
            if self._random.random() < 0.5:
                # A span begins where a piece begins, as the edges of widgets do.
                first = self._random.choice(starts)
                spans.append((y, first, self._random.randint(first + 1, size.columns)))
        return ChopsUpdate(chops, spans or [(0, 0, size.columns)], ends)

    def sequence(self) -> tuple[Size, list[Frame | Size]]:
        """Return a first size, and frames with sizes between them; after each size comes a whole frame."""
        first = self._size()
        return first, list(self._steps(first))

    def _steps(self, size: Size) -> Iterator[Frame | Size]:
        yield self.whole(size)
        for _ in range(self._random.randint(1, 6)):
            kind = self._random.choice(("pieces", "pieces", "pieces", "whole", "size"))
            if kind == "size":
                size = self._size()
                yield size
            yield self.pieces(size) if kind == "pieces" else self.whole(size)

    def _size(self) -> Size:
        return Size(self._random.randint(6, 40), self._random.randint(1, 6))


class Stock:
    """A terminal to which Textual's own output goes."""

    def __init__(self, size: Size, colours: str) -> None:
        self._console = Console(color_system=colours, legacy_windows=False, force_terminal=True)
        self.screen = CellScreen(size.columns, size.rows)

    def take(self, step: Frame | Size) -> None:
        if isinstance(step, Size):
            self.screen.resize(step.columns, step.rows)
        else:
            self.screen.feed(step.render_segments(self._console))


class Diffed:
    """A terminal to which the difference goes; `written` is all of it."""

    def __init__(self, size: Size, colours: str, widths: Widths = as_rich) -> None:
        self.screen = CellScreen(size.columns, size.rows, widths)
        self.pens = Pens(ColorSystem[{"standard": "STANDARD", "256": "EIGHT_BIT", "truecolor": "TRUECOLOR"}[colours]])
        self.written = ""
        self.start(size)

    def start(self, size: Size) -> None:
        """Know nothing of what is shown, as after another size."""
        self.shown, self.target = Grid(size.columns, size.rows), Grid(size.columns, size.rows)

    def take(self, step: Frame | Size) -> None:
        if isinstance(step, Size):
            self.screen.resize(step.columns, step.rows)
            self.start(step)
        else:
            self.show(write_frame(self.target, step, self.pens))

    def repaint(self) -> None:
        """Forget what is shown, and paint all that should be."""
        self.shown = Grid(self.target.width, self.target.height)
        self.show(set(range(self.target.height)))

    def show(self, rows: set[int]) -> None:
        output = difference(self.shown, self.target, rows)
        self.written += output
        self.screen.feed(output)
