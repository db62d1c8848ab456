"""Names of the metrics that runs have told: what a model can be priced by."""

import sqlite3
from typing import Final

from replicate_tui.store.codec import mapping_from_json
from replicate_tui.store.database import Database

#: So many of the newest runs are looked at.
_MOST_RUNS: Final = 1_000
_LATEST: Final = "select distinct metrics from (select metrics from runs order by seq desc limit ?)"


class MetricNames:
    """Reads names; see Database for the failures every method may raise."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def seen(self) -> tuple[str, ...]:
        """Return the metrics of the latest runs that are numbers, in the order of the alphabet."""

        def query(connection: sqlite3.Connection) -> tuple[str, ...]:
            found = {
                name
                for (metrics,) in connection.execute(_LATEST, (_MOST_RUNS,))
                for name, value in mapping_from_json(metrics).items()
                if isinstance(value, int | float) and not isinstance(value, bool)
            }
            return tuple(sorted(found))

        return await self._database.read(query)
