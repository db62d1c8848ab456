"""Kills at every operation on a file, power cuts and refusing disks: what was promised is kept, the rest is whole."""

import asyncio
import errno
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

from replicate_tui.store.migrations import LATEST
from tests.reliability import shim
from tests.reliability.builds import GOOD, REMOTE
from tests.reliability.nursery import open_nursery
from tests.reliability.old_histories import DEAR, RUNS, make_long, make_old
from tests.reliability.power_cut import Operation, marks, read_journal, write_image
from tests.reliability.promises import look_into, verify
from tests.reliability.row import Row, Trial, Trials

_AT_ONCE: Final = 3
_PATIENCE: Final = 30.0
_RUNS: Final = 2
_ERRORS: Final = (errno.ENOSPC, errno.EIO, errno.EDQUOT)
_IMAGES_OF_ONE_SESSION: Final = 100


async def in_nursery(trials: Trials, body: Callable[[Trial], Awaitable[None]]) -> None:
    """Make the trials, some at once; each leaves nothing in the row's folder."""
    waiting = iter(trials)

    async def along() -> None:
        for trial in waiting:
            with trial:
                await body(trial)
            await asyncio.to_thread(shutil.rmtree, folder_of(trials, trial), ignore_errors=True)

    await asyncio.gather(*(along() for _ in range(_AT_ONCE)))


def folder_of(trials: Trials, trial: Trial) -> Path:
    return trials.folder / f"{trial.number}"


def spread(trials: Trials, trial: Trial, total: int) -> int:
    """Return a place from 1 to `total`: over all trials they lie evenly, and are all of them when there are enough."""
    return 1 + trial.number * total // trials.count if trials.count < total else 1 + trial.number % total


async def kills_at_operations(trials: Trials, *, build: str = GOOD) -> None:
    async with open_nursery(trials.folder) as nursery:
        whole = await nursery.run("make_runs", folder=trials.folder / "whole", count=_RUNS, build=build)
        (total,) = whole.told("seen")

        async def killed(trial: Trial) -> None:
            folder = folder_of(trials, trial) / "data"
            at = spread(trials, trial, total)
            ended = await nursery.run("make_runs", folder=folder, count=_RUNS, build=build, mode=shim.Mode.KILL, at=at)
            # Threads do not always take turns in the same order, and so a few operations more or less are to be done.
            assert ended.code == -9 or at > total * 0.9, ended
            if build == REMOTE and (folder / "history.db").exists() and ended.told("intent"):
                assert not (folder / "history.db-wal").exists()
            await verify(folder, ended.said)

        await in_nursery(trials, killed)


async def _refusals(trials: Trials, *, times: Callable[[Trial], int]) -> None:
    async with open_nursery(trials.folder) as nursery:
        whole = await nursery.run("make_runs", folder=trials.folder / "whole", count=_RUNS)
        (total,) = whole.told("seen")

        async def refused(trial: Trial) -> None:
            folder = folder_of(trials, trial) / "data"
            ended = await nursery.run(
                "make_runs",
                folder=folder,
                count=_RUNS,
                mode=shim.Mode.FAIL,
                at=spread(trials, trial, total),
                times=times(trial),
                error=trial.random.choice(_ERRORS),
            )
            assert ended.code == 0, ended
            assert ended.told("off") or len(ended.told("saved")) == _RUNS, ended
            await verify(folder, ended.said)

        await in_nursery(trials, refused)


async def power_cuts(trials: Trials, *, build: str = GOOD) -> None:
    async with open_nursery(trials.folder) as nursery:
        sessions: dict[int, tuple[Path, list[Operation]]] = {}
        recording = asyncio.Lock()

        async def session(number: int) -> tuple[Path, list[Operation]]:
            async with recording:
                if number not in sessions:
                    folder, journal = trials.folder / f"session-{number}", trials.folder / f"journal-{number}"
                    await nursery.run(
                        "make_runs",
                        folder=folder,
                        first=number * _RUNS,
                        count=_RUNS,
                        build=build,
                        mode=shim.Mode.RECORD,
                        journal=journal,
                    )
                    sessions[number] = folder.resolve(), read_journal(journal)
                return sessions[number]

        async def cut(trial: Trial) -> None:
            root, operations = await session(trial.number // _IMAGES_OF_ONE_SESSION)
            done = operations[: trial.random.randint(1, len(operations))]
            image = folder_of(trials, trial) / "data"
            write_image(done, trial.random, root, image)
            await verify(image, marks(done))

        await in_nursery(trials, cut)


async def _kills_while_it_changes(trials: Trials) -> None:
    """Kill while an old history is migrated, from each version, and while a long one is compacted."""
    jobs = (*range(1, LATEST), "shrink", "shrink")
    async with open_nursery(trials.folder) as nursery:
        totals = []
        for number, job in enumerate(jobs):
            folder = trials.folder / f"whole-{number}"
            _prepare(job, folder)
            ended = await nursery.run(*_program(job), folder=folder, mode=shim.Mode.COUNT)
            totals.append(ended.told("seen")[0])

        async def killed(trial: Trial) -> None:
            job, total = jobs[trial.number % len(jobs)], totals[trial.number % len(jobs)]
            folder = folder_of(trials, trial) / "data"
            await asyncio.to_thread(_prepare, job, folder)
            turns = -(-trials.count // len(jobs))
            at = 1 + (trial.number // len(jobs)) * total // turns
            ended = await nursery.run(*_program(job), folder=folder, mode=shim.Mode.KILL, at=at)
            assert ended.code == -9 or at > total * 0.9, ended
            _is_old_or_new(folder, job)
            again = await nursery.run(*_program(job), folder=folder, mode=shim.Mode.COUNT)
            assert again.told("opened") == [{"notices": [], "is on disk": True}], again
            assert job != "shrink" or again.told("compacted"), again
            look_into(folder / "history.db")
            _has_runs(folder / "history.db", job)

        await in_nursery(trials, killed)


def _program(job: int | str) -> tuple[str]:
    return ("shrink" if job == "shrink" else "open_history",)


def _prepare(job: int | str, folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True)
    if isinstance(job, int):
        make_old(folder / "history.db", job)
    else:
        make_long(folder / "history.db")


def _is_old_or_new(folder: Path, job: int | str) -> None:
    """Look at copies, as looking takes part in undoing what is half done."""
    if not isinstance(job, int):
        return
    copy = folder.parent / "copy"
    shutil.copytree(folder, copy)
    with closing(sqlite3.connect(copy / "history.db")) as connection:
        version = connection.execute("pragma user_version").fetchone()[0]
    assert version in (job, LATEST), f"between {job} and {LATEST}: {version}"
    look_into(copy / "history.db", version=version)
    _has_runs(copy / "history.db", job)
    backup = copy / f"history.db.version-{job}"
    assert version == job or backup.exists()
    if backup.exists():
        look_into(backup, version=job)
        _has_runs(backup, job)


def _has_runs(history: Path, job: int | str) -> None:
    """All of them after a migration, the dear ones after a compaction."""
    with closing(sqlite3.connect(history)) as connection:
        ids = {run_id for (run_id,) in connection.execute("select id from runs")}
    assert len(ids) == RUNS if job != "shrink" else ids >= DEAR


async def _two_copies(trials: Trials) -> None:
    """Two copies write; the one that owns the history is killed, and the other goes on and owns it."""
    async with open_nursery(trials.folder) as nursery:

        async def one_dies(trial: Trial) -> None:
            folder = folder_of(trials, trial) / "data"
            build = (GOOD, REMOTE)[trial.number % 2]
            at = trial.random.randint(20, 500)
            first = await nursery.start("make_runs", folder=folder, build=build, mode=shim.Mode.KILL, at=at)
            said = [await first.hear()]
            # Whoever owns it may have died in the meantime: then it says no more.
            second = await nursery.start("make_runs", folder=folder, build=build, first=100, count=4, until_owner=True)
            try:
                async with asyncio.timeout(_PATIENCE):
                    dead, alive = await asyncio.gather(first.ended(), second.ended())
            except TimeoutError:
                second.kill()
                raise AssertionError("the history has no owner any more") from None
            assert said[0] is None or said[0][0] in ("owner", "code"), said
            assert alive.code == 0
            assert len(alive.told("saved")) == 4, alive
            await verify(folder, [*dead.said, *alive.said])

        await in_nursery(trials, one_dies)


ROWS = (
    Row(
        id="T2",
        fault="killed at the k-th operation on its files, half done",
        goal="what was promised is there, the history and the files are whole",
        check=kills_at_operations,
        short=60,
        long=300,
        missing=shim.missing,
    ),
    Row(
        id="T3",
        fault="power cut: unsynced writes survive by chance",
        goal="what was promised is there, the history and the files are whole",
        check=power_cuts,
        short=40,
        long=400,
        missing=shim.missing,
    ),
    Row(
        id="T4",
        fault="the disk is full or fails from operation k on, for a time",
        goal="old or new state, no crash; all is saved when it takes again",
        check=partial(_refusals, times=lambda trial: trial.random.randint(2, 60)),
        short=40,
        long=300,
        missing=shim.missing,
    ),
    Row(
        id="D3",
        fault="quota, EIO, no space once, at the k-th operation",
        goal="old or new state, no crash; all is saved at the next try",
        check=partial(_refusals, times=lambda _: 1),
        short=40,
        long=300,
        missing=shim.missing,
    ),
    Row(
        id="T5",
        fault="killed at the k-th operation of migrations, trims (D6)",
        goal="old or new version, nothing between; all runs are there",
        check=_kills_while_it_changes,
        short=24,
        long=300,
        missing=shim.missing,
    ),
    Row(
        id="T6",
        fault="two copies, the owner of the history is killed",
        goal="the other owns it and loses nothing",
        check=_two_copies,
        short=4,
        long=50,
        missing=shim.missing,
    ),
    Row(
        id="D9",
        fault="a home on another machine, killed at the k-th operation",
        goal="no WAL; what was promised is there",
        check=partial(kills_at_operations, build=REMOTE),
        short=20,
        long=300,
        missing=shim.missing,
    ),
)
