"""Names of models that this history knows from anywhere: seen, run, or trained into."""

import sqlite3
from typing import Any, Final

from replicate_tui.store.codec import from_json, mapping_from_json, to_text
from replicate_tui.store.database import Database

#: So many of the newest trainings are asked where they went.
_MOST_TRAININGS: Final = 2_000

_NAMES: Final = """
    select name from models where name >= ? and name < ?
    union select text from run_terms where kind = 'model' and text >= ? and text < ?
"""
_TRAININGS: Final = """
    select r.options, r.output from run_facets f join runs r on r.seq = f.seq
    where f.kind = (select number from run_terms where kind = 'kind' and text = 'training')
    order by f.seq desc limit ?
"""
_STARTED_FROM: Final = """
    select count(*) from run_facets f
    where f.version = (select number from run_terms where kind = 'version' and text = ?)
    and +f.kind = (select number from run_terms where kind = 'kind' and text = 'training')
"""


class ModelNames:
    """Reads names; see Database for the failures every method may raise."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_owner(self, owner: str) -> list[str]:
        """Return the models ("owner/name") of `owner` in the order of the alphabet; none of them need exist still."""
        # The sign after the slash bounds all names that begin so.
        bounds = (to_text(f"{owner}/"), to_text(f"{owner}0"))

        def query(connection: sqlite3.Connection) -> list[str]:
            found = {str(name) for (name,) in connection.execute(_NAMES, (*bounds, *bounds))}
            for options, output in connection.execute(_TRAININGS, (_MOST_TRAININGS,)):
                found |= {name for name in _destinations(options, output) if name.startswith(f"{owner}/")}
            return sorted(found)

        return await self._database.read(query)

    async def trainings_from(self, version: str) -> int:
        """Return how many trainings of this history started from a version."""
        return await self._database.read(
            lambda connection: int(connection.execute(_STARTED_FROM, (to_text(version),)).fetchone()[0])
        )


def _destinations(options: Any, output: Any) -> set[str]:
    """Return where a training was sent, and where its new version lies."""
    chosen = mapping_from_json(options).get("destination")
    made = from_json(output, None) if output is not None else None
    version = made.get("version") if isinstance(made, dict) else None
    names = (chosen, version.rpartition(":")[0] if isinstance(version, str) else None)
    return {name for name in names if isinstance(name, str) and name}
