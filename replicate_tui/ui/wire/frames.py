"""Textual's frames, read into a grid of cells. Rests on Textual 8.2.8's kinds of frames; `stock_check` knows them."""

from collections.abc import Iterator
from typing import Final

from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.strip import Strip

from replicate_tui.ui.wire.cells import Grid, Pens, cells_of

#: The kinds that fill a whole screen's cells: all of it, and what changed.
Frame = LayoutUpdate | ChopsUpdate
FRAMES: Final = (LayoutUpdate, ChopsUpdate)


def write_frame(grid: Grid, frame: Frame, pens: Pens) -> set[int]:
    """Write what `frame` paints into `grid`; returns the rows it touches."""
    rows = set()
    painted = _whole_lines(frame) if isinstance(frame, LayoutUpdate) else _chops(frame)
    for y, x, strips in painted:
        if y < grid.height:
            grid.write(y, x, cells_of(strips, pens))
            rows.add(y)
    return rows


def _whole_lines(frame: LayoutUpdate) -> Iterator[tuple[int, int, list[Strip]]]:
    for y, line in enumerate(frame.strips, frame.region.y):
        yield y, frame.region.x, list(line)


def _chops(frame: ChopsUpdate) -> Iterator[tuple[int, int, list[Strip]]]:
    """Give row, column and the pieces that Textual would paint there, cut where it would cut them."""
    for y, first, end in frame.spans:
        for chop_end, (x, strip) in zip(frame.chop_ends[y], frame.chops[y].items(), strict=False):
            if strip is None or x > end or chop_end <= first:
                continue
            if first <= x < end and chop_end <= end:
                yield y, x, [strip]
            else:
                yield y, x, [strip.crop(0, min(chop_end, end) - x)]
