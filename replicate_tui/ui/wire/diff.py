"""The difference of two screens, as what a terminal has to be told."""

from collections.abc import Iterable, Iterator
from typing import Final

from replicate_tui.ui.wire.cells import PICTURE, PLAIN, UNKNOWN, Grid, Pen, is_steady, reach

#: A cursor move takes about as many bytes; unchanged letters in the same pen are rather written again.
_BRIDGED: Final = 4
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
    for y in sorted(rows):
        for first, end in _runs(shown, target, y):
            brush.paint(target, y, first, end)
        shown.copy_row(target, y)
    return brush.finish()


def _runs(shown: Grid, target: Grid, y: int) -> Iterator[tuple[int, int]]:
    """Give the stretches of row `y` that are to be painted, as first column and the one behind the last."""
    texts, pens = target.texts[y], target.pens[y]
    if texts == shown.texts[y] and pens == shown.pens[y]:
        return
    changed = _changed(shown, target, y)
    if not changed:
        return
    first = last = changed[0]
    for x in changed[1:]:
        if x - last > 1 and not _is_bridged(texts, pens, last, x):
            yield from _whole(texts, first, last + 1)
            first = x
        last = x
    yield from _whole(texts, first, last + 1)


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


def _whole(texts: list[str], first: int, end: int) -> Iterator[tuple[int, int]]:
    """Give the stretch with the whole of the wide characters at its edges."""
    while first > 0 and texts[first] == "":
        first -= 1
    while end < len(texts) and texts[end] == "":
        end += 1
    yield first, end


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

    def paint(self, grid: Grid, y: int, first: int, end: int) -> None:
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
