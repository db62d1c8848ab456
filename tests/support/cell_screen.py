"""A strict terminal for tests: every cell with its colours, attributes and link, and nothing it does not know.

pyte reads text well enough for everything else; it has no dim, no links, and gives up at a joined emoji.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from rich.cells import split_graphemes

#: How a terminal cuts text into what shares cells, and how many cells each takes (0 joins the one before).
Widths = Callable[[str], Iterator[tuple[str, int]]]


def as_rich(text: str) -> Iterator[tuple[str, int]]:
    """Measure as Rich does, two letters of a flag together; what stock output counts on."""
    pending = ""
    for start, end, width in split_graphemes(text)[0]:
        cluster = text[start:end]
        if pending:
            if is_flag_letter(cluster):
                yield pending + cluster, 2
                pending = ""
                continue
            yield pending, 1
            pending = ""
        if is_flag_letter(cluster) and len(cluster) == 1:
            pending = cluster
        else:
            yield cluster, width
    if pending:
        yield pending, 1


def by_code_point(text: str) -> Iterator[tuple[str, int]]:
    """Measure as old terminals do: nothing is joined but combining marks, and every emoji is wide."""
    for character in text:
        if unicodedata.combining(character):
            yield character, 0
        else:
            yield character, 2 if unicodedata.east_asian_width(character) in "WF" else 1


def narrow_emoji(text: str) -> Iterator[tuple[str, int]]:
    """Measure as terminals older than emoji do: joined as Rich has it, but one cell each."""
    for cluster, width in as_rich(text):
        is_emoji = len(cluster) > 1 or ord(cluster[0]) >= 0x1F000 or cluster in "\u231a\u2b50\u2728"
        yield cluster, min(width, 1) if is_emoji else width


def is_flag_letter(cluster: str) -> bool:
    return "\U0001f1e6" <= cluster[0] <= "\U0001f1ff"


class Look(NamedTuple):
    """What a cell looks like besides its text; colours as SGR parameters."""

    attributes: frozenset[str] = frozenset()
    foreground: str = "39"
    background: str = "49"
    link: str = ""


class Cell(NamedTuple):
    text: str = " "
    look: Look = Look()


_TOKEN: Final = re.compile(
    r"""
      \x1b\[ (?P<private>[<=>?]?) (?P<parameters>[0-9;:]*) (?P<between>[ -/]*) (?P<final>[@-~])
    | \x1b\] (?P<osc>[^\x07\x1b]*) (?: \x07 | \x1b\\ )
    | (?P<string>\x1b[PX^_] (?s:.*?) \x1b\\)
    | \x1b (?P<escape>[^\[\]PX^_])
    | (?P<control>[\x00-\x1a\x1c-\x1f\x7f])
    | (?P<text>[^\x00-\x1f\x7f]+)
    """,
    re.VERBOSE,
)
#: Attributes that each code turns off; 1 and 2 share theirs, and so on.
_OFF: Final = {
    "22": {"1", "2"},
    "23": {"3"},
    "24": {"4", "21"},
    "25": {"5", "6"},
    "27": {"7"},
    "28": {"8"},
    "29": {"9"},
    "54": {"51", "52"},
    "55": {"53"},
}
_ON: Final = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "21", "51", "52", "53")
#: What shows its foreground, or itself, where there is no letter.
_SEEN_ON_BLANKS: Final = {"4", "7", "9", "21", "51", "52", "53"}


#: How large a cell is, in pixels, and what one shows that sixels were drawn over.
CELL_WIDTH, CELL_HEIGHT = 10, 20
PICTURE: Final = Cell("\u2592")
_SIXELS: Final = re.compile(r'\x1bP[0-9;]*q"\d+;\d+;(\d+);(\d+)')


class CellScreen:
    """Feed it what a program writes; `cells[y][x]` is what it shows, "" the second cell of a wide one.

    `strange` collects what it does not know, `strings` what went by of pictures, titles and the like, in order.
    """

    def __init__(self, columns: int, rows: int, widths: Widths = as_rich) -> None:
        self.columns, self.rows = columns, rows
        self.cells = [[Cell()] * columns for _ in range(rows)]
        self.cursor = (0, 0)
        self.modes: dict[str, bool] = {}
        self.strange: list[str] = []
        self.strings: list[str] = []
        self._widths = widths
        self._look = Look()
        self._saved = (self.cursor, self._look)
        self._rest = ""
        #: The cell that a mark joins; None after a move: then the one before the cursor.
        self._last: tuple[int, int] | None = None

    # -- reading ------------------------------------------------------------------------------------------------

    def feed(self, output: str) -> None:
        """Take in output, which may be cut anywhere."""
        output = self._rest + output
        at = 0
        while at < len(output):
            token = _TOKEN.match(output, at)
            if token is None:
                break
            self._take(token)
            at = token.end()
        self._rest = output[at:]

    def _take(self, token: re.Match[str]) -> None:
        if token["text"] is not None:
            self._print(token["text"])
        elif token["control"] is not None:
            self._control(token["control"])
        elif token["osc"] is not None:
            self._operate(token["osc"])
        elif token["string"] is not None:
            self._string(token["string"])
        elif token["escape"] is not None:
            self._escape(token["escape"])
        else:
            self._sequence(token["private"], token["parameters"], token["between"], token["final"])

    def _sequence(self, private: str, parameters: str, between: str, final: str) -> None:
        numbers = [int(number) if number else 0 for number in parameters.split(";")] if ":" not in parameters else []
        first = max(1, numbers[0]) if numbers else 1
        x, y = self.cursor
        if private == "?" and final in "hl" and not between:
            self._set_modes(parameters, is_on=final == "h")
        elif private or between:
            # Questions, and the keyboard's modes: nothing that can be seen.
            if not (final in "pu" or (private == "?" and final == "c")):
                self.strange.append(f"{private}{parameters}{between}{final}")
        elif final == "m":
            self._look = _restyled(self._look, parameters or "0")
        elif final == "H":
            row, column = [*numbers, 0, 0][:2]
            self._go(max(1, column) - 1, max(1, row) - 1)
        elif final in "ABCD":
            step = {"A": (0, -first), "B": (0, first), "C": (first, 0), "D": (-first, 0)}[final]
            self._go(x + step[0], y + step[1])
        elif final == "J" and parameters == "2":
            self._wipe()
        else:
            self.strange.append(f"{parameters}{final}")

    def _set_modes(self, numbers: str, *, is_on: bool) -> None:
        for number in numbers.split(";"):
            self.modes[number] = is_on
            if number == "1049":
                self._wipe()

    def _operate(self, command: str) -> None:
        if command.startswith("8;"):
            # Rich numbers its links at random.
            self._look = self._look._replace(link=command[2:].partition(";")[2])
        else:
            self.strings.append(command)

    def _string(self, string: str) -> None:
        self.strings.append(string)
        if size := _SIXELS.match(string):
            x, y = self.cursor
            for row in self.cells[y : y + -(-int(size[2]) // CELL_HEIGHT)]:
                end = min(self.columns, x + -(-int(size[1]) // CELL_WIDTH))
                row[x:end] = [PICTURE] * (end - x)

    def _escape(self, letter: str) -> None:
        if letter == "7":
            self._saved = (self.cursor, self._look)
        elif letter == "8":
            self.cursor, self._look = self._saved
        elif letter != "\\":
            self.strange.append(f"ESC {letter}")

    def _control(self, control: str) -> None:
        x, y = self.cursor
        if control == "\n":
            self._go(x, y + 1)
        elif control == "\r":
            self._go(0, y)
        elif control != "\x07":
            self.strange.append(repr(control))

    def resize(self, columns: int, rows: int) -> None:
        """Take another size, as terminals do: what fits stays where it is."""
        kept = [row[:columns] + [Cell()] * (columns - len(row)) for row in self.cells[:rows]]
        self.cells = kept + [[Cell()] * columns for _ in range(rows - len(kept))]
        self.columns, self.rows = columns, rows
        self._go(*self.cursor)

    # -- drawing ------------------------------------------------------------------------------------------------

    def _go(self, x: int, y: int) -> None:
        self.cursor = (min(max(0, x), self.columns - 1), min(max(0, y), self.rows - 1))
        self._last = None

    def _wipe(self) -> None:
        self.cells = [[Cell()] * self.columns for _ in range(self.rows)]

    def _print(self, text: str) -> None:
        if text.isascii() and self._print_plain(text):
            return
        for cluster, width in self._widths(text):
            if width:
                self._put(cluster, width)
            else:
                self._join(cluster)

    def _print_plain(self, text: str) -> bool:
        """Put letters of one cell each, many at once; False where a wide character stands in the way."""
        x, y = self.cursor
        end = x + len(text)
        row = self.cells[y]
        if end > self.columns or (end < self.columns and row[end].text == "") or row[x].text == "":
            return False
        row[x:end] = [_cell(letter, self._look) for letter in text]
        self._go(end, y)
        self._last = (end - 1, y)
        return True

    def _put(self, cluster: str, width: int) -> None:
        """Put a character at the cursor; without line wrapping the last column takes all that comes."""
        x, y = self.cursor
        width = min(width, self.columns - x)
        for at in range(x, x + width):
            self._break(at, y)
        self.cells[y][x] = _cell(cluster, self._look)
        for at in range(x + 1, x + width):
            self.cells[y][at] = _cell("", self._look)
        self._go(x + width, y)
        self._last = (x, y)

    def _join(self, mark: str) -> None:
        at, y = self._last or (self.cursor[0] - 1, self.cursor[1])
        while at > 0 and self.cells[y][at].text == "":
            at -= 1
        if at >= 0:
            self.cells[y][at] = self.cells[y][at]._replace(text=self.cells[y][at].text + mark)

    def _break(self, x: int, y: int) -> None:
        """Blank the other half of a wide character that is about to be written over."""
        row = self.cells[y]
        first = x
        while first > 0 and row[first].text == "":
            first -= 1
        end = x + 1
        while end < self.columns and row[end].text == "":
            end += 1
        if end - first > 1:
            for at in range(first, end):
                row[at] = row[at]._replace(text=" ")

    # -- what a person sees -------------------------------------------------------------------------------------

    @property
    def lines(self) -> list[str]:
        return ["".join(cell.text for cell in row).rstrip() for row in self.cells]


@lru_cache(maxsize=65536)
def _as_seen(cell: Cell) -> Cell:
    """Return the cell without what cannot be seen of a blank one."""
    if cell.text != " ":
        return cell
    look = cell.look
    attributes = look.attributes & _SEEN_ON_BLANKS
    foreground = look.foreground if attributes else ""
    return Cell(" ", Look(frozenset(attributes), foreground, look.background, look.link))


@lru_cache(maxsize=65536)
def _cell(text: str, look: Look) -> Cell:
    # The same object each time: screens are compared often, and then mostly by identity.
    return Cell(text, look)


@lru_cache(maxsize=4096)
def _restyled(look: Look, parameters: str) -> Look:
    """Return `look` after a sequence that ends in m."""
    codes = iter(parameters.split(";"))
    for code in codes:
        if code in ("", "0"):
            look = Look(link=look.link)
        elif code in _ON:
            look = look._replace(attributes=look.attributes | {code})
        elif code in _OFF:
            look = look._replace(attributes=look.attributes - _OFF[code])
        elif code in ("38", "48"):
            kind = next(codes)
            colour = ";".join([code, kind, *(next(codes) for _ in range(3 if kind == "2" else 1))])
            look = look._replace(**{"foreground" if code == "38" else "background": colour})
        elif code[:-1] in ("3", "9"):
            look = look._replace(foreground=code)
        elif code[:-1] in ("4", "10"):
            look = look._replace(background=code)
        else:
            raise AssertionError(f"no known colour or attribute: {code} in {parameters}")
    return look


def differences(one: CellScreen, other: CellScreen) -> list[str]:
    """Return, in words, the first cells in which two screens do not look the same."""
    found = [
        f"column {x}, row {y}: {_as_seen(first)!r} and {_as_seen(second)!r}"
        for y, (row, other_row) in enumerate(zip(one.cells, other.cells, strict=True))
        if row != other_row
        for x, (first, second) in enumerate(zip(row, other_row, strict=True))
        if first is not second and first != second and _as_seen(first) != _as_seen(second)
    ]
    return found[:5]
