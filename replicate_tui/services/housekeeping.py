"""What is put in order when nothing else is going on: a history that has outgrown its bounds, logs held aside."""

import asyncio
import contextlib
import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from replicate_tui.config import Settings
from replicate_tui.services.checkup import Checkup
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.translate import plain_history
from replicate_tui.store.compaction import Compactor, CompactResult
from replicate_tui.store.problems import HistoryProblem

#: The start has this many seconds to itself; while runs are going, it is looked again after as many.
QUIET_SECONDS: Final = 30.0

#: Logs that are not saved are held this long for whoever wants to read one again, in seconds.
LOGS_HELD: Final = 7 * 24 * 3600.0

_BYTES: Final = 1_000_000


class Housekeeping:
    """Compacts the history once after a start, in the copy of the app that is the owner, while no run is going.

    A large one is then read for damage, once a week.
    `last` is what it came to, None before. What fails is left for the next start: the history tells its problems.
    """

    def __init__(
        self,
        compactor: Compactor,
        checkup: Checkup,
        settings: Settings,
        logs_aside: Path,
        *,
        become_owner: Callable[[], Awaitable[bool]],
        is_busy: Callable[[], bool],
    ) -> None:
        self.last: CompactResult | None = None
        self._compactor = compactor
        self._checkup = checkup
        self._settings = settings
        self._logs_aside = logs_aside
        self._become_owner = become_owner
        self._is_busy = is_busy
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Put things in order in the background, once it is quiet."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="housekeeping")

    async def compact_now(self) -> CompactResult:
        """Bring the history within its bounds and give free room back to the disk; runs may go on meanwhile.

        Raises ServiceProblem when another copy of the app looks after the history, or it cannot be written.
        """
        with plain_history():
            if not await self._become_owner():
                words = "Another copy of the app looks after this history; it compacts it, too."
                raise ServiceProblem(ProblemKind.BUSY, words)
            self.last = await self._compact()
        return self.last

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        await asyncio.sleep(QUIET_SECONDS)
        while self._is_busy():  # noqa: ASYNC110  (there is no hurry, and nobody to tell when it is quiet)
            await asyncio.sleep(QUIET_SECONDS)
        with contextlib.suppress(HistoryProblem):
            if await self._become_owner():
                await asyncio.to_thread(_remove_old_logs, self._logs_aside)
                self.last = await self._compact()
                await self._checkup.run_when_due()

    async def _compact(self) -> CompactResult:
        days, megabytes = self._settings.history_days, self._settings.history_megabytes
        return await self._compactor.compact(days or None, megabytes * _BYTES or None)


def _remove_old_logs(folder: Path) -> None:
    """Remove the days of logs that nobody has written to for long."""
    with contextlib.suppress(OSError):
        for day in folder.iterdir():
            if time.time() - day.lstat().st_mtime > LOGS_HELD and day.is_dir() and not day.is_symlink():
                shutil.rmtree(day, ignore_errors=True)
