"""Half-filled forms, one for each target, kept until they are run or discarded."""

import sqlite3

from replicate_tui.store.codec import from_micros, mapping_from_json, to_json, to_micros, to_text
from replicate_tui.store.database import Database
from replicate_tui.store.records import Draft


class DraftRepository:
    """Keeps drafts; see Database for the failures every method may raise."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, target: str) -> Draft | None:
        def query(connection: sqlite3.Connection) -> Draft | None:
            row = connection.execute(
                'select target, "values", options, changed_at from drafts where target = ?', (to_text(target),)
            ).fetchone()
            if row is None or (changed_at := from_micros(row[3])) is None:
                return None
            return Draft(
                target=row[0],
                values=mapping_from_json(row[1]),
                options=mapping_from_json(row[2]),
                changed_at=changed_at,
            )

        return await self._database.read(query)

    async def save(self, draft: Draft) -> None:
        """Keep `draft` in place of the one for its target; values of secret fields must have been left out."""
        values = (
            to_text(draft.target),
            to_json(dict(draft.values)),
            to_json(dict(draft.options)),
            to_micros(draft.changed_at),
        )
        await self._database.write(
            lambda connection: connection.execute(
                'insert or replace into drafts (target, "values", options, changed_at) values (?, ?, ?, ?)', values
            )
        )

    async def remove(self, target: str) -> None:
        await self._database.write(
            lambda connection: connection.execute("delete from drafts where target = ?", (to_text(target),))
        )
