"""Wrapping text to a width in cells, so that wrapping what was added gives the same lines as wrapping all again."""

import re
from collections.abc import Iterator

from rich.cells import cell_len, chop_cells

TAB = "    "
_WORD = re.compile(r"[^ ]* *")


def wrap_paragraph(paragraph: str, width: int) -> list[str]:
    """Return the lines of one paragraph (no line feeds in it); joined they are the paragraph, tabs as four spaces.

    Lines break after spaces, which may hang over the edge; a word wider than `width` starts on a line of its own and
    is cut. Every line but the last is final: text added at the end can only change the last one.
    """
    if "\t" in paragraph:
        paragraph = paragraph.replace("\t", TAB)
    if len(paragraph) <= width and (paragraph.isascii() or cell_len(paragraph) <= width):
        return [paragraph]
    lines = []
    current = ""
    room = width
    for word in _words(paragraph):
        bare = word.rstrip(" ")
        length = cell_len(bare)
        if length <= room or not bare:
            current += word
        else:
            if current:
                lines.append(current)
            if length > width:
                *full, word = _cut(word, width)
                lines.extend(full)
            current = word
        room = width - cell_len(current)
    lines.append(current)
    return lines


def _words(paragraph: str) -> Iterator[str]:
    for match in _WORD.finditer(paragraph):
        if match.group():
            yield match.group()


def _cut(word: str, width: int) -> list[str]:
    bare = word.rstrip(" ")
    pieces = chop_cells(bare, width) or [""]
    # What chop_cells leaves out (marks alone at the very end) is kept, whatever it is.
    pieces[-1] += word[sum(map(len, pieces)) :]
    return pieces


class WrappedText:
    """Lines of text at one width; text is only ever added at the end, and only the last line is wrapped again."""

    def __init__(self, width: int) -> None:
        self.width = max(1, width)
        self._lines: list[str] = [""]
        # Whether a line ends a paragraph, so that the text can be put together again.
        self._ends: bytearray = bytearray(b"\0")

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, index: int) -> str:
        return self._lines[index]

    def append(self, text: str) -> int:
        """Add `text` and return the index of the first line that changed."""
        first = len(self._lines) - 1
        head, *paragraphs = text.split("\n")
        self._replace_last(self._lines[-1] + head)
        for paragraph in paragraphs:
            self._ends[-1] = 1
            self._lines.append("")
            self._ends.append(0)
            self._replace_last(paragraph)
        return first

    def slice(self, start: tuple[int, int] | None, end: tuple[int, int] | None) -> str:
        """Return the text between two (column, line) places, with a line feed only where a paragraph ends."""
        first = start or (0, 0)
        last = end or (len(self._lines[-1]), len(self._lines) - 1)
        parts = []
        for index in range(first[1], min(last[1], len(self._lines) - 1) + 1):
            line = self._lines[index]
            begin = first[0] if index == first[1] else 0
            stop = last[0] if index == last[1] else len(line)
            parts.append(line[begin:stop])
            if self._ends[index] and index != last[1]:
                parts.append("\n")
        return "".join(parts)

    def place_of(self, line: int) -> int:
        """Return how many characters stand before `line`, a measure that holds at any width."""
        stop = min(line, len(self._lines) - 1)
        return sum(len(text) for text in self._lines[:stop]) + sum(self._ends[:stop])

    def line_at(self, place: int) -> int:
        """Return the line that holds the character at `place` (see `place_of`)."""
        for index, line in enumerate(self._lines):
            place -= len(line) + self._ends[index]
            if place < 0:
                return index
        return len(self._lines) - 1

    def _replace_last(self, paragraph: str) -> None:
        lines = wrap_paragraph(paragraph, self.width)
        self._lines[-1:] = lines
        self._ends.extend(bytes(len(lines) - 1))
