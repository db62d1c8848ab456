"""Where the lines of a log file are: a few bytes of memory for each block of it, whatever its size."""

import os
import weakref
from array import array
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from replicate_tui.text import clean

BLOCK_LINES: Final = 64
BLOCK_BYTES: Final = 64 * 1024
READ_BYTES: Final = 128 * 1024
#: As much as a thread takes at once, some ten milliseconds.
SCAN_BYTES: Final = 4 * 1024 * 1024
#: A line is shown up to this many bytes.
LINE_BYTES: Final = 16 * 1024
_KEPT_BLOCKS: Final = 16
#: A carriage return, as it came and as a cleaned log shows it.
_RETURNS: Final = "\r\u240d"


@dataclass(frozen=True, slots=True)
class Growth:
    """What a scan found: where new blocks start, and the state after it. `complete` when at the end."""

    block_lines: "array[int]"
    block_offsets: "array[int]"
    feeds: int
    last_line_offset: int
    size: int
    complete: bool
    written_anew: bool = False


class LogIndex:
    """An index of one file that only grows.

    `scan` reads on and changes nothing, so it may run in a thread; `take` applies what it found; `line` reads one
    line. Lines end with a line feed; a last line without one counts as soon as it has a byte. A block starts every
    64 lines, or sooner after 64 kB, so no line is further than that from a known offset. Raises OSError.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        # Closed with the last reference, which may be a scan that is still running in its thread.
        weakref.finalize(self, os.close, self._descriptor)
        self._size = 0
        self._feeds = 0
        self._last_line_offset = 0
        self._block_lines = array("Q", [0])
        self._block_offsets = array("Q", [0])
        self._spans: OrderedDict[int, list[tuple[int, int]]] = OrderedDict()

    @property
    def size(self) -> int:
        """How many bytes are taken in."""
        return self._size

    @property
    def line_count(self) -> int:
        return self._feeds + (1 if self._size > self._last_line_offset else 0)

    # -- growing ------------------------------------------------------------------------------------------------

    def scan(self, budget: int = SCAN_BYTES) -> Growth:
        """Find the lines in the next `budget` bytes."""
        size, feeds, last_line_offset = self._size, self._feeds, self._last_line_offset
        if os.fstat(self._descriptor).st_size < size or self._is_another_file():
            return Growth(array("Q"), array("Q"), feeds, last_line_offset, size, complete=True, written_anew=True)
        block_line, block_offset = self._block_lines[-1], self._block_offsets[-1]
        lines, offsets = array("Q"), array("Q")
        stop = size + budget
        while size < stop:
            chunk = os.pread(self._descriptor, READ_BYTES, size)
            if not chunk:
                return Growth(lines, offsets, feeds, last_line_offset, size, complete=True)
            find = chunk.find
            at = find(b"\n")
            while at >= 0:
                feeds += 1
                last_line_offset = size + at + 1
                if feeds - block_line >= BLOCK_LINES or last_line_offset - block_offset >= BLOCK_BYTES:
                    block_line, block_offset = feeds, last_line_offset
                    lines.append(block_line)
                    offsets.append(block_offset)
                at = find(b"\n", at + 1)
            size += len(chunk)
        return Growth(lines, offsets, feeds, last_line_offset, size, complete=False)

    def _is_another_file(self) -> bool:
        """Whether a new file has come to the place of this one; one that only went away can still be read."""
        try:
            return not os.path.samestat(self._path.stat(), os.fstat(self._descriptor))
        except OSError:
            return False

    def take(self, growth: Growth) -> None:
        """Apply the result of the latest `scan`."""
        self._spans.pop(len(self._block_lines) - 1, None)
        self._block_lines.extend(growth.block_lines)
        self._block_offsets.extend(growth.block_offsets)
        self._feeds = growth.feeds
        self._last_line_offset = growth.last_line_offset
        self._size = growth.size

    # -- reading ------------------------------------------------------------------------------------------------

    def line(self, index: int) -> str:
        """Return line `index` as it is shown: what a carriage return overwrote is gone, the rest is cleaned.

        Of a line longer than `LINE_BYTES` the start is shown, or what follows its last carriage return.
        """
        start, end = self._span(index)
        too_long = end - start > LINE_BYTES
        if too_long:
            tail = os.pread(self._descriptor, LINE_BYTES, end - LINE_BYTES)
            if _last_return(tail.decode("utf-8", "replace").rstrip(_RETURNS)) >= 0:
                start, too_long = end - LINE_BYTES, False
        raw = os.pread(self._descriptor, min(end - start, LINE_BYTES), start)
        text = raw.decode("utf-8", "replace").rstrip(_RETURNS)
        shown = clean(text[_last_return(text) + 1 :]).expandtabs(4)
        return shown + "\u2026" if too_long else shown

    def _span(self, index: int) -> tuple[int, int]:
        block = bisect_right(self._block_lines, index) - 1
        spans = self._spans.get(block)
        if spans is None:
            spans = self._spans[block] = self._read_spans(block)
            if len(self._spans) > _KEPT_BLOCKS:
                self._spans.popitem(last=False)
        return spans[index - self._block_lines[block]]

    def _read_spans(self, block: int) -> list[tuple[int, int]]:
        start = self._block_offsets[block]
        is_open = block + 1 == len(self._block_offsets)
        # Without the line feed that ends the last line of a finished block.
        stop = self._size if is_open else self._block_offsets[block + 1] - 1
        # Every line of a block begins in its first 64 kB.
        data = os.pread(self._descriptor, min(BLOCK_BYTES, stop - start), start)
        spans = []
        at = 0
        while (feed := data.find(b"\n", at)) >= 0:
            spans.append((start + at, start + feed))
            at = feed + 1
        if not is_open or start + at < stop:
            spans.append((start + at, stop))
        return spans


def _last_return(text: str) -> int:
    """Return the place of the last carriage return, -1 without one."""
    return max(map(text.rfind, _RETURNS))
