"""Reads what can be read of a table in a damaged file."""

import sqlite3
from collections import deque
from collections.abc import Iterator
from typing import Any, Final

Row = tuple[Any, ...]

_LOWEST: Final = -(2**63)
_HIGHEST: Final = 2**63 - 1
_WITHOUT_KEYS: Final = frozenset({"run_tags"})
_HALVINGS_ALLOWED: Final = 1_000


class DamagedTable:
    """A table of a damaged database; `is_complete` tells whether every row so far asked for could be read."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self.is_complete = True
        self._connection = connection
        self._name = name
        #: The keys between which nothing has been read yet.
        self._low, self._high = _LOWEST, _HIGHEST

    @property
    def columns(self) -> list[str]:
        return [str(row[1]) for row in self._connection.execute(f'pragma table_info("{self._name}")')]

    def rows(self, columns: list[str]) -> Iterator[Row]:
        """Yield the readable rows: from both ends, then those in between that an index knows or halving finds."""
        names = ", ".join(f'"{name}"' for name in columns)
        if self._name in _WITHOUT_KEYS:
            yield from self._until_failure(f'select 0, {names} from "{self._name}"')  # noqa: S608  (names from our own schema)
            return
        select = f'select rowid, {names} from "{self._name}"'  # noqa: S608  (as above)
        if (yield from self._ends(select)):
            return
        keys = self._indexed_keys()
        if keys:
            for key in keys:
                yield from self._until_failure(f"{select} where rowid = ?", key)
        else:
            yield from self._halves(select)

    def _ends(self, select: str) -> Any:
        """Yield rows from both ends of the gap, which shrinks; returns whether they met."""
        where = f"{select} where rowid between ? and ? order by rowid"
        for order in ("asc", "desc"):
            try:
                for key, *row in self._connection.execute(f"{where} {order}", (self._low, self._high)):
                    # The keys of a damaged tree may be out of order; the gap only ever shrinks.
                    if order == "asc":
                        self._low = max(self._low, key + 1)
                    else:
                        self._high = min(self._high, key - 1)
                    yield tuple(row)
            except sqlite3.DatabaseError:
                continue
            return True
        self.is_complete = False
        return False

    def _indexed_keys(self) -> list[int]:
        """Return the keys in the gap, as far as the indexes of the table can be read."""
        keys: set[int] = set()
        for _, index, _, _, is_partial in self._connection.execute(f'pragma index_list("{self._name}")').fetchall():
            if is_partial:
                continue
            for order in ("asc", "desc"):
                first = self._connection.execute(f'pragma index_info("{index}")').fetchone()[2]
                scan = f'select rowid from "{self._name}" indexed by "{index}" order by "{first}" {order}'  # noqa: S608  (as above)
                try:
                    keys.update(key for (key,) in self._connection.execute(scan) if self._low <= key <= self._high)
                except sqlite3.DatabaseError:
                    continue
                break
        return sorted(keys)

    def _halves(self, select: str) -> Iterator[Row]:
        """Yield rows found by halving the gap.

        Breadth first: a bad page is a stretch of keys that fails at every point, and what is good lies between such
        stretches, so the number of failures can be bounded.
        """
        gaps = deque([(self._low, self._high)])
        for _ in range(_HALVINGS_ALLOWED):
            if not gaps:
                return
            low, high = gaps.popleft()
            middle = (low + high) // 2
            for half in ((low, middle), (middle + 1, high)):
                self._low, self._high = half
                if not (yield from self._ends(select)) and self._low < self._high:
                    gaps.append((self._low, self._high))

    def _until_failure(self, sql: str, *values: int) -> Iterator[Row]:
        try:
            for _, *row in self._connection.execute(sql, values):
                yield tuple(row)
        except sqlite3.DatabaseError:
            self.is_complete = False
