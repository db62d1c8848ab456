"""What runs in a process of its own, below the shim: the store and the archive as the app uses them.

Each takes `say(kind, value)`, which is heard outside whatever becomes of the process.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from unittest import mock

from replicate_tui.services.archive import Archive
from replicate_tui.services.output_files import Delivery, FileClient
from replicate_tui.store import compaction
from replicate_tui.store.compaction import Compactor
from replicate_tui.store.database import Database
from replicate_tui.store.problems import HistoryNotSaved
from replicate_tui.store.records import RunRecord, SaveState
from replicate_tui.store.runs import RunRepository
from tests.reliability import shim
from tests.reliability.builds import ACKNOWLEDGES_FIRST, GOOD, built
from tests.reliability.promises import content_of, log_of, remote_id_of, urls_of
from tests.store.making import make_run

Say = Callable[[str, Any], None]

#: A fault that passes is outlived by so many tries, some milliseconds apart.
_TRIES: Final = 400
_PAUSE: Final = 0.002


class _Delivery:
    def __init__(self, content: bytes) -> None:
        self.content_type = "application/octet-stream"
        self.length: int | None = len(content)
        self._content = content

    async def chunks(self) -> AsyncIterator[bytes]:
        half = len(self._content) // 2
        yield self._content[:half]
        yield self._content[half:]


class Service:
    """Has the files of runs, without a network."""

    async def client(self) -> FileClient:
        return self

    @contextlib.asynccontextmanager
    async def open_file(self, url: str) -> AsyncIterator[Delivery]:
        yield _Delivery(content_of(url))


class Session:
    """Runs made one after the other: submitted, followed, ended, saved; each step promised once it is kept."""

    def __init__(self, say: Say, database: Database, folder: Path, *, says_first: bool = False) -> None:
        self._say = say
        self._runs = RunRepository(database)
        self.archive = Archive(folder / "runs", Service())
        self._says_first = says_first

    async def make(self, number: int) -> None:
        record = make_run(number)
        await self._promise("intent", record, self._runs.insert_intent)
        self._say("created", record.id)
        record = replace(record, remote_id=remote_id_of(record.id), status="starting")
        record = await self.archive.begin(record)
        await self._promise("sent", record, self._runs.save)
        log = log_of(record.id)
        for part in (len(log) // 3, len(log)):
            await self.archive.write_logs(record, log[:part])
        over = record.submitted_at + timedelta(seconds=9)
        record = replace(record, status="succeeded", output=urls_of(record.id), completed_at=over)
        await self._promise("ended", record, self._runs.save)
        for _ in range(_TRIES):
            await self.archive.write_logs(record, log)
            record = await self.archive.finish(record)
            if record.saved is SaveState.SAVED:
                break
            await asyncio.sleep(_PAUSE)
        await self._promise("saved" if record.saved is SaveState.SAVED else "given up", record, self._runs.save)

    async def _promise(self, what: str, record: RunRecord, keep: Callable[[RunRecord], Awaitable[None]]) -> None:
        if self._says_first:
            self._told(what, record)
        for _ in range(_TRIES):
            try:
                await keep(record)
            except HistoryNotSaved:
                await asyncio.sleep(_PAUSE)
            else:
                break
        else:
            raise AssertionError(f"{what} {record.id}: the history was never saved")
        if not self._says_first:
            self._told(what, record)

    def _told(self, what: str, record: RunRecord) -> None:
        self._say(what, record.id)
        shim.mark(f"{what} {record.id}")


async def make_runs(
    say: Say,
    folder: str,
    *,
    first: int = 0,
    count: int = 3,
    until_owner: bool = False,
    build: str = GOOD,
    mode: int = shim.Mode.COUNT,
    at: int = 0,
    times: int = 1,
    error: int = 0,
    journal: str | None = None,
) -> None:
    """Make runs in a history in `folder`; says "off" when it cannot be kept there, and "seen" at the end.

    With `until_owner` it does not end before it owns the history.
    """
    shim.arm(Path(folder), shim.Mode(mode), at=at, times=times, error=error, journal=Path(journal) if journal else None)
    with built(build):
        async with Database(Path(folder) / "history.db") as database:
            if not database.is_on_disk:
                say("off", list(database.notices))
                return
            session = Session(say, database, Path(folder), says_first=build == ACKNOWLEDGES_FIRST)
            for number in range(first, first + count):
                if await database.become_owner():
                    say("owner", os.getpid())
                await session.make(number)
                with contextlib.suppress(Exception):  # a checkpoint is only tried: the next one does what is left
                    await database.checkpoint()
            while until_owner and not await database.become_owner():  # noqa: ASYNC110  (another process decides)
                await asyncio.sleep(_PAUSE)
    say("seen", shim.seen())


async def open_history(say: Say, folder: str, *, mode: int, at: int = 0, times: int = 1, error: int = 0) -> None:
    """Open what is in `folder`, which may migrate it, and say how that went."""
    shim.arm(Path(folder), shim.Mode(mode), at=at, times=times, error=error)
    async with Database(Path(folder) / "history.db") as database:
        say("opened", state_of(database))
    say("seen", shim.seen())


async def shrink(
    say: Say, folder: str, *, mode: int = shim.Mode.COUNT, at: int = 0, most_bytes: int = 1, step: float = 0.0
) -> None:
    """Compact the history in `folder`, a few rows at a time."""
    waits: dict[str, Any] = {"STEP_SECONDS": step, "PAUSE_SECONDS": 0.0, "_NEWEST_KEPT": 5}
    mock.patch.multiple(compaction, **waits).start()
    shim.arm(Path(folder), shim.Mode(mode), at=at)
    async with Database(Path(folder) / "history.db") as database:
        await database.become_owner()
        say("opened", state_of(database))
        result = await Compactor(database).compact(None, most_bytes)
        await database.checkpoint()
        say("compacted", [result.emptied, result.removed])
    say("seen", shim.seen())


def state_of(database: Database) -> dict[str, Any]:
    return {"notices": database.notices, "is on disk": database.is_on_disk}
