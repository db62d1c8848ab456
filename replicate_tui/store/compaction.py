"""Keeping the history within an age and a size, in steps so short that no other change waits long for one.

Each step is a transaction of its own, so the app may be killed between any two. What is dropped is whole in the run's
folder, if it was saved; runs that are unfinished, not saved yet, tagged or noted are never touched. Runs of others
that nobody watched here are as disposable as saved ones: nothing of them was to be saved.
"""

import asyncio
import math
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from replicate_tui.store.codec import from_json, to_json, to_micros
from replicate_tui.store.database import Database

#: How long one step may take the history for itself, but for its last row (seconds), and how long others then have it.
STEP_SECONDS: Final = 0.008
PAUSE_SECONDS: Final = 0.01
#: A history that has outgrown its size is brought somewhat below it, or it would have outgrown it again at once.
_SHARE_OF_SIZE: Final = 0.9
#: What a row takes besides its texts, with its places in the indexes; and how often its words are counted, as the word
#: index holds them too.
_ROW_BYTES: Final = 1_000
_WORDS_COUNTED: Final = 2
#: What the row gave up shows in the size only after the word index was merged, so it is reckoned; then measured again.
_MOST_ROUNDS: Final = 4
#: However large they are, so many of the newest runs stay.
_NEWEST_KEPT: Final = 200
_ROWS_A_STEP: Final = 200
#: The word index merges for each 64 pages written to it, within the transaction: more changes would have it merge more.
_CHANGES_A_STEP: Final = 16
_MERGED_PAGES_A_STEP: Final = 16
#: The value of `pragma auto_vacuum` for a file that can be shortened (sqlite.org/pragma.html).
_INCREMENTAL: Final = 2

_BEGINNING: Final = -(2**63)
_EMPTIED_UNTIL: Final = "history emptied until"
_DROPPED_UNTIL: Final = "history dropped until "

_IS_DISPOSABLE: Final = """
    hidden = 0 and note = '' and status in ('succeeded', 'failed', 'canceled', 'aborted', 'not sent', 'gone')
    and not (
        status = 'succeeded' and data_removed = 0 and saved in ('not yet', 'saving', 'partly saved', 'not saved')
        and (source = 'here' or folder is not null)
    )
    and not exists (select 1 from run_tags where run_tags.seq = runs.seq)
"""
_EMPTY: Final = "update runs set input = '{}', input_text = '', output = null where seq = ?"


@dataclass(frozen=True, slots=True)
class CompactResult:
    """How many runs lost their inputs and outputs, how many went whole, and the bytes in use before and after."""

    emptied: int
    removed: int
    bytes_before: int
    bytes_after: int

    @property
    def bytes_freed(self) -> int:
        return max(0, self.bytes_before - self.bytes_after)


class _Step(NamedTuple):
    """How many runs were changed, about how many bytes they held, and the last that was looked at (None: none was)."""

    changed: int
    size: int
    last: int | None


#: Changes the run at a `seq` and returns about how many bytes that frees.
_Change = Callable[[sqlite3.Connection, int], int]


class Compactor:
    """Drops the oldest of the history; for the owner only. See Database for the failures `compact` may raise."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def compact(
        self, keep_days: float | None, max_bytes: int | None, *, now: datetime | None = None
    ) -> CompactResult:
        """Remove runs older than `keep_days`; then, while more than `max_bytes` are in use, empty and remove more.

        Oldest first: inputs and outputs go before rows do. None means no bound. May be cancelled at any moment.
        """
        before = await self._database.read(_bytes_in_use)
        # What an app had emptied that was ended before it could give it back.
        await self._give_back()
        emptied = removed = 0
        if keep_days is not None:
            horizon = to_micros((now or datetime.now(UTC)) - timedelta(days=keep_days))
            removed += await self._walk(_remove, horizon)
            await self._give_back()
        if max_bytes is not None and await self._database.read(_bytes_in_use) > max_bytes:
            target = int(max_bytes * _SHARE_OF_SIZE)
            horizon = await self._database.read(_before_the_newest)
            emptied = await self._shrink(_empty, horizon, target)
            removed += await self._shrink(_remove, horizon, target)
        return CompactResult(emptied, removed, before, await self._database.read(_bytes_in_use))

    async def _shrink(self, change: _Change, horizon: int, target: int) -> int:
        """Change the oldest runs until at most `target` bytes are in use, and return how many."""
        changed = 0
        for _ in range(_MOST_ROUNDS):
            excess = await self._database.read(_bytes_in_use) - target
            if excess <= 0:
                break
            start = await self._database.read(_emptied_until) if change is _empty else _BEGINNING
            found = await self._walk(change, horizon, start=start, budget=excess)
            if not found:
                break
            changed += found
            await self._merge_words()
            await self._give_back()
        return changed

    async def _walk(self, change: _Change, horizon: int, *, start: int = _BEGINNING, budget: float = math.inf) -> int:
        """Change runs older than `horizon` until `budget` bytes are free, and return how many."""
        changed = 0
        last: int | None = start
        while last is not None and budget > 0:
            step = await self._database.write(partial(_step, change, last, horizon))
            changed += step.changed
            budget -= step.size
            last = step.last
            await asyncio.sleep(PAUSE_SECONDS)
        return changed

    async def _merge_words(self) -> None:
        """Let go of what the word index still holds of changed runs."""
        pages = -_MERGED_PAGES_A_STEP  # Negative: begin with all of the index (sqlite.org/fts5.html, "merge").
        while await self._database.write(partial(_merge, pages)):
            pages = _MERGED_PAGES_A_STEP
            await asyncio.sleep(PAUSE_SECONDS)

    async def _give_back(self) -> None:
        """Give free pages back to the disk; a file made before that was asked for keeps them for later runs."""
        while await self._database.write(_shorten):  # noqa: ASYNC110  (nothing is waited for: others get their turn)
            await asyncio.sleep(PAUSE_SECONDS)


def dropped_until(connection: sqlite3.Connection, origin: str) -> int | None:
    """Return the `seq` before which runs of `origin` were removed: those that are not known there are not missed."""
    found = connection.execute("select value from remembered where key = ?", (_DROPPED_UNTIL + origin,)).fetchone()
    value = from_json(found[0]) if found else None
    return value if isinstance(value, int) else None


def _step(change: _Change, after: int, horizon: int, connection: sqlite3.Connection) -> _Step:
    deadline = time.monotonic() + STEP_SECONDS
    found = connection.execute(
        f"select seq, {_IS_DISPOSABLE} from runs where seq > ? and seq < ? order by seq limit ?",  # noqa: S608  (our own words)
        (after, horizon, _ROWS_A_STEP),
    ).fetchall()
    changed = size = 0
    last: int | None = None
    for seq, is_disposable in found:
        last = int(seq)
        if is_disposable:
            size += change(connection, last)
            changed += 1
            if changed == _CHANGES_A_STEP or time.monotonic() > deadline:
                break
    return _Step(changed, size, last)


def _remove(connection: sqlite3.Connection, seq: int) -> int:
    size = _size_of_texts(connection, seq) + _ROW_BYTES
    (origin,) = connection.execute("select origin from runs where seq = ?", (seq,)).fetchone()
    connection.execute("delete from runs where seq = ?", (seq,))
    until = dropped_until(connection, origin)
    if until is None or until < seq:
        _remember(connection, _DROPPED_UNTIL + origin, seq)
    return size


def _empty(connection: sqlite3.Connection, seq: int) -> int:
    size = _size_of_texts(connection, seq)
    connection.execute(_EMPTY, (seq,))
    _remember(connection, _EMPTIED_UNTIL, seq)
    return size


def _size_of_texts(connection: sqlite3.Connection, seq: int) -> int:
    sizes = "length(input) + ? * length(input_text) + coalesce(length(output), 0)"
    found = connection.execute(f"select {sizes} from runs where seq = ?", (_WORDS_COUNTED, seq)).fetchone()  # noqa: S608  (our own words)
    return int(found[0])


def _remember(connection: sqlite3.Connection, key: str, value: int) -> None:
    connection.execute("insert or replace into remembered (key, value) values (?, ?)", (key, to_json(value)))


def _emptied_until(connection: sqlite3.Connection) -> int:
    found = connection.execute("select value from remembered where key = ?", (_EMPTIED_UNTIL,)).fetchone()
    value = from_json(found[0]) if found else None
    return value if isinstance(value, int) else _BEGINNING


def _before_the_newest(connection: sqlite3.Connection) -> int:
    found = connection.execute(
        "select seq from runs order by seq desc limit 1 offset ?", (_NEWEST_KEPT - 1,)
    ).fetchone()
    return int(found[0]) if found else _BEGINNING


def _bytes_in_use(connection: sqlite3.Connection) -> int:
    pages, free, size = (
        int(connection.execute(f"pragma {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size


def _shorten(connection: sqlite3.Connection) -> bool:
    """Give some free pages back; return whether there are more that can be given."""
    if connection.execute("pragma auto_vacuum").fetchone()[0] != _INCREMENTAL:
        return False
    deadline = time.monotonic() + STEP_SECONDS
    for left in range(int(connection.execute("pragma freelist_count").fetchone()[0]), 0, -1):
        # One page a call: Python takes no further step of a statement that returns no columns.
        connection.execute("pragma incremental_vacuum(1)")
        if time.monotonic() > deadline:
            return left > 1
    return False


def _merge(pages: int, connection: sqlite3.Connection) -> bool:
    """Merge so many pages of the word index; return whether there was something to merge."""
    before = connection.total_changes
    connection.execute("insert into runs_fts (runs_fts, rank) values ('merge', ?)", (pages,))
    # The command itself counts as one change.
    return connection.total_changes - before > 1
