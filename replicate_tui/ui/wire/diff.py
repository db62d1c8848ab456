"""The difference of two screens, as what a terminal has to be told."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from replicate_tui.ui.wire.cells import PICTURE, PLAIN, UNKNOWN, Grid, Pen, is_steady, reach

#: A cursor move takes about as many bytes; unchanged letters in the same pen are rather written again.
_BRIDGED: Final = 4
#: What a move to a row and a column takes.
_MOVE_BYTES: Final = 8
#: Attributes in the order of Rich's bits: what turns each on, and off.
_ATTRIBUTES: Final = (
    ("1", "22"),
    ("2", "22"),
    ("3", "23"),
    ("4", "24"),
    ("5", "25"),
    ("6", "25"),
    ("7", "27"),
    ("8", "28"),
    ("9", "29"),
    ("21", "24"),
    ("51", "54"),
    ("52", "54"),
    ("53", "55"),
)


def difference(shown: Grid, target: Grid, rows: Iterable[int]) -> str:
    """Return what makes a terminal that shows `shown` show `target`, "" when nothing differs; `shown` becomes so.

    Only `rows` are looked at. The pen is plain before and after, line wrapping off, and the cursor may be anywhere.
    """
    brush = _Brush(target.width)
    pieces: list[_Piece] = []
    for y in sorted(rows):
        stretches = list(_stretches(shown, target, y))
        if all(is_steady(text) for first, end in stretches for text in target.texts[y][first:end]):
            pieces += [piece for first, end in stretches for piece in _pieces(target, y, first, end)]
        else:
            # What a terminal measures otherwise reaches over what stands behind it, which so has to come later.
            for first, end in stretches:
                brush.paint_in_order(target, y, first, end)
        shown.copy_row(target, y)
    for piece in _in_best_order(pieces):
        brush.paint(target, piece)
    return brush.finish()


class _Piece(NamedTuple):
    """Cells of row `y` from column `first` up to `end` that one pen draws; `is_new`: nothing stands just before it."""

    pen: Pen
    y: int
    first: int
    end: int
    is_new: bool


def _pieces(target: Grid, y: int, first: int, end: int) -> Iterator[_Piece]:
    """Cut a stretch where the pen changes so that it can be seen; blanks go with whatever stands beside them."""
    texts, pens = target.texts[y], target.pens[y]
    begun, pen, only_blanks = first, pens[first], texts[first] == " "
    for x in range(first + 1, end):
        new, text = pens[x], texts[x]
        if new is not pen and text != "" and new != pen and not (text == " " and new.blank == pen.blank):
            if not (only_blanks and new.blank == pen.blank):
                yield _Piece(pen, y, begun, x, begun == first)
                begun, only_blanks = x, True
            pen = new
        only_blanks = only_blanks and text == " "
    yield _Piece(pen, y, begun, end, begun == first)


def _in_best_order(pieces: list[_Piece]) -> list[_Piece]:
    """Return the pieces in the order that takes fewer bytes: as they stand, or all of one pen before the next."""
    by_pen: dict[Pen, list[_Piece]] = {}
    for piece in pieces:
        by_pen.setdefault(piece.pen, []).append(piece)
    if len(by_pen) == len(pieces):
        return pieces
    as_they_stand = _changes(piece.pen for piece in pieces) + _MOVE_BYTES * sum(piece.is_new for piece in pieces)
    pen_by_pen = _changes(by_pen) + _MOVE_BYTES * len(pieces)
    return [piece for some in by_pen.values() for piece in some] if pen_by_pen < as_they_stand else pieces


def _changes(pens: Iterable[Pen]) -> int:
    """Return how many bytes it takes to have one pen after the other."""
    size, before = 0, PLAIN
    for pen in pens:
        if pen is not before:
            size += len(change_of_pen(before, pen))
        before = pen
    return size


def _stretches(shown: Grid, target: Grid, y: int) -> Iterator[tuple[int, int]]:
    """Give the stretches of row `y` that are to be painted, as first column and the one behind the last."""
    texts, pens = target.texts[y], target.pens[y]
    if texts == shown.texts[y] and pens == shown.pens[y]:
        return
    painted = 0
    for first, end in _runs(texts, pens, _changed(shown, target, y)):
        # With the whole of the wide characters at the edges.
        while first > painted and texts[first] == "":
            first -= 1
        while end < len(texts) and texts[end] == "":
            end += 1
        first = max(first, painted)
        if first < end:
            yield first, end
            painted = end


def _runs(texts: list[str], pens: list[Pen], changed: list[int]) -> Iterator[tuple[int, int]]:
    """Give stretches of changed columns, with those between that are rather written again than jumped over."""
    if not changed:
        return
    first = last = changed[0]
    for x in changed[1:]:
        if x - last > 1 and not _is_bridged(texts, pens, last, x):
            yield first, last + 1
            first = x
        last = x
    yield first, last + 1


def _changed(shown: Grid, target: Grid, y: int) -> list[int]:
    columns = zip(target.texts[y], shown.texts[y], target.pens[y], shown.pens[y], strict=True)
    return [
        x
        for x, (text, old_text, pen, old_pen) in enumerate(columns)
        if (text != old_text or (pen is not old_pen and pen != old_pen))
        and text is not UNKNOWN
        and text is not PICTURE
        and not (text == old_text == " " and pen.blank == old_pen.blank)
    ]


def _is_bridged(texts: list[str], pens: list[Pen], last: int, following: int) -> bool:
    """Return whether the cells between two changed ones are rather written again than jumped over."""
    if following - last - 1 > _BRIDGED:
        return False
    pen = pens[last]
    return all(texts[x].isascii() and len(texts[x]) == 1 and pens[x] == pen for x in range(last + 1, following))


class _Brush:
    """Writes cells, and knows where that leaves the cursor and the pen."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._parts: list[str] = []
        self._letters: list[str] = []
        self._pen = PLAIN
        #: None: nobody knows.
        self._at: tuple[int, int] | None = None
        self._painted_to = (-1, 0)

    def paint(self, grid: Grid, piece: _Piece) -> None:
        """Paint cells of one pen, all of a sure width."""
        self._move(piece.y, piece.first)
        self._use(piece.pen, is_blank=False)
        self._letters += grid.texts[piece.y][piece.first : piece.end]
        self._at = (piece.y, piece.end)

    def paint_in_order(self, grid: Grid, y: int, first: int, end: int) -> None:
        """Paint columns `first` to `end` of row `y`, and those that a character of unsure width may reach over."""
        texts, pens = grid.texts[y], grid.pens[y]
        if self._painted_to[0] == y:
            first = max(first, self._painted_to[1])
        x = first
        while x < end:
            text = texts[x]
            if text is UNKNOWN or text is PICTURE or text == "":
                x += 1
                continue
            width = _width_at(texts, x)
            self._move(y, x)
            if is_steady(text):
                self._use(pens[x], is_blank=text == " ")
                self._letters.append(text)
                self._at = (y, x + width)
            else:
                self._use(pens[x], is_blank=False)
                self._paint_unsure(text, y, x, width)
                end = max(end, self._end_of(texts, x + reach(text)))
            x += width
        self._painted_to = (y, x)

    def _paint_unsure(self, text: str, y: int, x: int, width: int) -> None:
        """Blank the cells first: a terminal that takes the text for narrower leaves the rest as it was."""
        self._letters.append(" " * width)
        self._at = None
        self._move(y, x)
        self._letters.append(text)
        self._at = None

    def _end_of(self, texts: list[str], end: int) -> int:
        end = min(end, self._width)
        while end < self._width and texts[end] == "":
            end += 1
        return end

    def _move(self, y: int, x: int) -> None:
        if self._at == (y, x):
            return
        self._flush()
        if self._at is not None and self._at[0] == y and self._at[1] < x:
            steps = x - self._at[1]
            self._parts.append("\x1b[C" if steps == 1 else f"\x1b[{steps}C")
        else:
            self._parts.append(cursor_to(x, y))
        self._at = (y, x)

    def _use(self, pen: Pen, *, is_blank: bool) -> None:
        if pen is self._pen or pen == self._pen or (is_blank and pen.blank == self._pen.blank):
            return
        self._flush()
        self._parts.append(change_of_pen(self._pen, pen))
        self._pen = pen

    def _flush(self) -> None:
        if self._letters:
            self._parts.append("".join(self._letters))
            self._letters.clear()

    def finish(self) -> str:
        self._flush()
        if self._pen != PLAIN:
            if self._pen.link:
                self._parts.append(_link(""))
            self._parts.append("\x1b[0m")
        return "".join(self._parts)


def _width_at(texts: list[str], x: int) -> int:
    end = x + 1
    while end < len(texts) and texts[end] == "":
        end += 1
    return end - x


def cursor_to(x: int, y: int) -> str:
    """Return what puts the cursor at column `x` of row `y`, both from 0."""
    row = str(y + 1) if y else ""
    return f"\x1b[{row}H" if not x else f"\x1b[{row};{x + 1}H"


@lru_cache(maxsize=4096)
def change_of_pen(old: Pen, new: Pen) -> str:
    """Return what turns one pen into the other."""
    codes: list[str] = []
    if old.attributes != new.attributes:
        off = {stop for bit, (_, stop) in enumerate(_ATTRIBUTES) if (old.attributes & ~new.attributes) >> bit & 1}
        codes += sorted(off)
        # A code that turns one attribute off may turn its sibling off, too: bold and dim share theirs.
        codes += [
            start
            for bit, (start, stop) in enumerate(_ATTRIBUTES)
            if new.attributes >> bit & 1 and (stop in off or not old.attributes >> bit & 1)
        ]
    if old.foreground != new.foreground:
        codes.append(new.foreground)
    if old.background != new.background:
        codes.append(new.background)
    styled = f"\x1b[{';'.join(codes)}m" if codes else ""
    return (_link(new.link) if old.link != new.link else "") + styled


def _link(link: str) -> str:
    return f"\x1b]8;{link}\x1b\\" if link else "\x1b]8;;\x1b\\"
