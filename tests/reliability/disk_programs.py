"""What runs in a process of its own while the disk is full, closed or held by someone else."""

import asyncio
import contextlib
import os
import resource
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from replicate_tui.store.database import Database
from replicate_tui.store.runs import RunRepository
from tests.reliability.programs import Say, Session, state_of
from tests.store.making import make_run
from tests.support.waiting import wait_for

_NOBODY: Final = 65534
_LITTLE: Final = 4096
_PATIENCE: Final = 30.0


async def outlive_a_full_disk(say: Say, folder: str, *, after: str, filler: str | None) -> None:
    """Make a run, then another while the disk takes nothing more once `after` was promised, until it is told.

    Full is the disk by the file `filler`, or this process by its limit of the size of files. Says what was "told", and
    how long it "took" from there being space to all being saved, in seconds.
    """
    async with Database(Path(folder) / "history.db") as database, contextlib.AsyncExitStack() as stack:
        session = Session(say, database, Path(folder))
        await session.make(0)
        full = _filled(Path(filler)) if filler else _limited()

        def noticed(kind: str, value: Any) -> None:
            say(kind, value)
            if kind == after:
                stack.enter_context(full)

        second = Session(noticed, database, Path(folder))
        if after == "start":
            stack.enter_context(full)
        making = asyncio.create_task(second.make(1))
        await wait_for(lambda: database.problem or second.archive.problem, "the problem to be told", seconds=_PATIENCE)
        say("told", [database.problem, second.archive.problem])
        begun = time.monotonic()
        await stack.aclose()
        await making
        await wait_for(lambda: database.problem is None, "the problem to be over", seconds=_PATIENCE)
        say("took", time.monotonic() - begun)
        say("problem", second.archive.problem)


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LITTLE, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextlib.contextmanager
def _filled(filler: Path) -> Iterator[None]:
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 1024, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * size)
    try:
        yield
    finally:
        filler.unlink()


async def start_as_nobody(say: Say, folder: str) -> None:
    """Give up root, if this is root, and use the history in `folder`."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)
    async with Database(Path(folder) / "history.db") as database:
        runs = RunRepository(database)
        await runs.insert_intent(make_run(7))
        say("opened", state_of(database))
        say("rows", [row.id for row in await runs.rows()])


async def hold(say: Say, history: str, seconds: float) -> None:
    """Hold the lock of the history, as another program may."""
    holder = sqlite3.connect(history, isolation_level=None)
    holder.execute("begin exclusive")
    say("held", None)
    await asyncio.sleep(seconds)
    holder.execute("rollback")
    holder.close()
