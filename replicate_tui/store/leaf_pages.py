"""Rows read from the pages of a database file themselves, for when the tree above them is lost.

The layout is SQLite's (sqlite.org/fileformat2.html, sections 1.6 and 2.1). Any byte may be wrong: what makes no sense
is passed over, and the caller judges whether a row is one of the table that is looked for.
"""

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

_TABLE_LEAF: Final = 0x0D
_FILE_HEADER_BYTES: Final = 100
_PAGE_HEADER_BYTES: Final = 8
_USUAL_PAGE_SIZE: Final = 4096
_LONGEST_ROW: Final = 64 * 1024 * 1024
_INTEGER_BYTES: Final = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


class FoundRow(NamedTuple):
    """A row of some table: its rowid, and its values in the order of the table's columns (None for the rowid's)."""

    rowid: int
    values: list[Any]


def rows_on_leaf_pages(path: Path, is_wanted: Callable[[int], bool]) -> Iterator[FoundRow]:
    """Yield what looks like a row with a wanted rowid, of whatever table, page by page. Raises OSError."""
    with path.open("rb") as file:
        pages = _Pages(file, path.stat().st_size)
        for number in range(1, pages.count + 1):
            yield from _rows_of(pages, number, is_wanted)


class _Pages:
    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        told = int.from_bytes(file.read(18)[16:18], "big")
        told = 65_536 if told == 1 else told
        self.size = told if told in {512 << power for power in range(8)} else _USUAL_PAGE_SIZE
        self.count = -(-size // self.size)

    def read(self, number: int) -> bytes:
        """Return a page, filled up with zeros where the file ends within it."""
        self._file.seek((number - 1) * self.size)
        return self._file.read(self.size).ljust(self.size, b"\0")


def _rows_of(pages: _Pages, number: int, is_wanted: Callable[[int], bool]) -> Iterator[FoundRow]:
    page = pages.read(number)
    start = _FILE_HEADER_BYTES if number == 1 else 0
    if page[start] != _TABLE_LEAF:
        return
    cells = min(int.from_bytes(page[start + 3 : start + 5], "big"), pages.size // 4)
    for cell in range(cells):
        pointer = start + _PAGE_HEADER_BYTES + 2 * cell
        place = int.from_bytes(page[pointer : pointer + 2], "big")
        try:
            length, place = _varint(page, place)
            rowid, place = _varint(page, place)
            if is_wanted(rowid) and 0 < length <= _LONGEST_ROW:
                yield FoundRow(rowid, _values(_payload(pages, page, place, length)))
        except (IndexError, ValueError, struct.error):
            continue


def _payload(pages: _Pages, page: bytes, place: int, length: int) -> bytes:
    """Return the whole record; what does not fit on its page lies on a chain of others."""
    most = pages.size - 35
    if length <= most:
        return page[place : place + length]
    least = (pages.size - 12) * 32 // 255 - 23
    local = least + (length - least) % (pages.size - 4)
    local = local if local <= most else least
    parts = [page[place : place + local]]
    missing = length - local
    following = int.from_bytes(page[place + local : place + local + 4], "big")
    while missing > 0:
        if not 1 < following <= pages.count:
            raise ValueError("the chain of pages is broken")
        more = pages.read(following)
        parts.append(more[4 : 4 + missing])
        missing -= pages.size - 4
        following = int.from_bytes(more[:4], "big")
    return b"".join(parts)


def _values(record: bytes) -> list[Any]:
    header_size, place = _varint(record, 0)
    types: list[int] = []
    while place < header_size:
        kind, place = _varint(record, place)
        types.append(kind)
    values: list[Any] = []
    for kind in types:
        value, place = _value(record, place, kind)
        values.append(value)
    return values


def _value(record: bytes, place: int, kind: int) -> tuple[Any, int]:
    if kind == 0:
        return None, place
    if kind in (8, 9):
        return kind - 8, place
    if kind == 7:
        return struct.unpack_from(">d", record, place)[0], place + 8
    size = _INTEGER_BYTES[kind] if kind in _INTEGER_BYTES else (kind - 12) // 2
    if kind in (10, 11) or place + size > len(record):
        raise ValueError("no such value")
    content = record[place : place + size]
    if kind in _INTEGER_BYTES:
        return int.from_bytes(content, "big", signed=True), place + size
    return content.decode("utf-8", "replace") if kind % 2 else content, place + size


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """Return a number of up to nine bytes, seven bits in each but the last, and the place after it."""
    number = 0
    for count in range(8):
        byte = data[place + count]
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            return number, place + count + 1
    number = number << 8 | data[place + 8]
    return number - (1 << 64) if number >> 63 else number, place + 9
