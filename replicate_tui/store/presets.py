"""Named input values of a model."""

import sqlite3

from replicate_tui.store.codec import from_micros, mapping_from_json, to_json, to_micros, to_text
from replicate_tui.store.database import Database
from replicate_tui.store.records import Preset


class PresetRepository:
    """Keeps presets; see Database for the failures every method may raise."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, target: str) -> list[Preset]:
        """Return the presets for `target` by name."""

        def query(connection: sqlite3.Connection) -> list[Preset]:
            rows = connection.execute(
                'select target, name, "values", saved_at from presets where target = ? order by name collate nocase',
                (to_text(target),),
            )
            return [
                Preset(target=row[0], name=row[1], values=mapping_from_json(row[2]), saved_at=saved_at)
                for row in rows
                if (saved_at := from_micros(row[3])) is not None
            ]

        return await self._database.read(query)

    async def save(self, preset: Preset) -> None:
        """Keep `preset` in place of the one of its name; values of secret fields must have been left out."""
        values = (
            to_text(preset.target),
            to_text(preset.name),
            to_json(dict(preset.values)),
            to_micros(preset.saved_at),
        )
        await self._database.write(
            lambda connection: connection.execute(
                'insert or replace into presets (target, name, "values", saved_at) values (?, ?, ?, ?)', values
            )
        )

    async def remove(self, target: str, name: str) -> None:
        await self._database.write(
            lambda connection: connection.execute(
                "delete from presets where target = ? and name = ?", (to_text(target), to_text(name))
            )
        )
