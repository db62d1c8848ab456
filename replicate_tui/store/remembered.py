"""Small things kept between starts, such as what a terminal has answered: key to JSON value."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from replicate_tui.store.codec import from_json, to_json
from replicate_tui.store.database import Database


class Remembered:
    """A key and value store; see Database for the failures every method may raise."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, key: str, default: Any = None) -> Any:
        def query(connection: sqlite3.Connection) -> Any:
            row = connection.execute("select value from remembered where key = ?", (key,)).fetchone()
            return default if row is None else from_json(row[0], default)

        return await self._database.read(query)

    async def set(self, key: str, value: Any) -> None:
        values = (key, to_json(value))
        await self._database.write(
            lambda connection: connection.execute(
                "insert or replace into remembered (key, value) values (?, ?)", values
            )
        )

    async def get_all(self, keys: Iterable[str]) -> dict[str, Any]:
        """Return the values of those of `keys` that are there."""
        wanted = tuple(keys)

        def query(connection: sqlite3.Connection) -> dict[str, Any]:
            found = {}
            for key in wanted:
                row = connection.execute("select value from remembered where key = ?", (key,)).fetchone()
                if row is not None:
                    found[key] = from_json(row[0], None)
            return found

        return await self._database.read(query)

    async def set_all(self, values: Mapping[str, Any]) -> None:
        """Keep several values in one step."""
        rows = [(key, to_json(value)) for key, value in values.items()]
        if rows:
            await self._database.write(
                lambda connection: connection.executemany(
                    "insert or replace into remembered (key, value) values (?, ?)", rows
                )
            )
