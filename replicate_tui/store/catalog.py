"""Answers of the service kept for offline use, within a bound of size."""

import sqlite3
from datetime import UTC, datetime
from typing import Any, Final

from replicate_tui.store.codec import from_json, from_micros, to_json, to_micros
from replicate_tui.store.database import Database
from replicate_tui.store.records import CachedDocument

_MOST_BYTES: Final = 64 * 1024 * 1024
_MISSING: Final = object()


class DocumentCache:
    """Keeps JSON documents by key, the latest `most_bytes` of them; see Database for the failures methods may raise.

    One document may take an eighth of the room; a larger one is not kept.
    """

    def __init__(self, database: Database, *, most_bytes: int = _MOST_BYTES) -> None:
        self._database = database
        self._most_bytes = most_bytes

    async def get(self, key: str) -> CachedDocument | None:
        def query(connection: sqlite3.Connection) -> CachedDocument | None:
            row = connection.execute("select body, fetched_at from documents where key = ?", (key,)).fetchone()
            if row is None:
                return None
            body, fetched_at = from_json(row[0], _MISSING), from_micros(row[1])
            if body is _MISSING or fetched_at is None:
                return None
            return CachedDocument(key=key, body=body, fetched_at=fetched_at)

        return await self._database.read(query)

    async def put(self, key: str, body: Any, fetched_at: datetime | None = None) -> None:
        """Keep `body` (JSON) under `key` and drop what is oldest beyond the bound."""
        moment = to_micros(fetched_at or datetime.now(UTC))

        def change(connection: sqlite3.Connection) -> None:
            # Encoded here, since a large document would hold up the event loop.
            text = to_json(body)
            size = len(text.encode())
            connection.execute("delete from documents where key = ?", (key,))
            if size > self._most_bytes // 8:
                return
            connection.execute(
                "insert into documents (key, fetched_at, size, body) values (?, ?, ?, ?)", (key, moment, size, text)
            )
            _trim(connection, self._most_bytes)

        await self._database.write(change)

    async def remove(self, key: str) -> None:
        await self._database.write(lambda connection: connection.execute("delete from documents where key = ?", (key,)))

    async def clear(self) -> None:
        await self._database.write(lambda connection: connection.execute("delete from documents"))


def _trim(connection: sqlite3.Connection, most_bytes: int) -> None:
    total = int(connection.execute("select coalesce(sum(size), 0) from documents").fetchone()[0])
    while total > most_bytes:
        key, size = connection.execute("select key, size from documents order by fetched_at limit 1").fetchone()
        connection.execute("delete from documents where key = ?", (key,))
        total -= int(size)
