"""A look at the whole of a large history now and then, since only small ones are read whole at every start."""

import time
from typing import Final

from replicate_tui.store.database import Database
from replicate_tui.store.remembered import Remembered

#: Between two looks there are this many seconds at the least: a week.
INTERVAL: Final = 7 * 24 * 3600.0

_KEY: Final = "history_checked_at"


class Checkup:
    """Reads the history for damage when it is time to; what is found is mended, and told by the history itself."""

    def __init__(self, database: Database, memory: Remembered) -> None:
        self._database = database
        self._memory = memory

    async def run_when_due(self) -> bool:
        """Read all of the history if that was not done for a week, and return whether it was; raises HistoryProblem."""
        if await self._database.is_checked_at_start() or not await self._is_due():
            return False
        await self._database.check()
        await self._memory.set(_KEY, time.time())
        return True

    async def _is_due(self) -> bool:
        # Without a WAL whoever writes would wait until all is read.
        has_wal = await self._database.read(lambda connection: connection.execute("pragma journal_mode").fetchone())
        last = await self._memory.get(_KEY)
        is_recent = isinstance(last, int | float) and 0 <= time.time() - last < INTERVAL
        return has_wal[0] == "wal" and not is_recent
