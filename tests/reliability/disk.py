"""Disks that are full, closed, damaged or held by someone else: the app starts, says so, and loses nothing it kept."""

import asyncio
import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final
from unittest import mock

from replicate_tui.store import connections
from replicate_tui.store.database import Database
from replicate_tui.store.runs import RunRepository
from tests.reliability import shim
from tests.reliability.crash import folder_of, in_nursery
from tests.reliability.lanes import SPEED
from tests.reliability.nursery import open_nursery
from tests.reliability.odd_streams import longest_gap
from tests.reliability.old_histories import make_long
from tests.reliability.promises import look_into, verify
from tests.reliability.row import Row, Trial, Trials
from tests.store.making import make_run

_MOMENTS: Final = ("start", "intent", "sent", "ended")
_SMALL_DISK: Final = 2 * 1024 * 1024
_NOBODY: Final = 65534
#: How long another program holds the history, in seconds of life.
_HOLDS: Final = (1.0, 10.0, 60.0)
_RUNS_MEANWHILE: Final = 5


async def _full_disks(trials: Trials) -> None:
    async with open_nursery(trials.folder) as nursery:

        async def is_full(trial: Trial) -> None:
            folder = folder_of(trials, trial)
            folder.mkdir()
            with _small_disk(folder) if trial.number % 2 else contextlib.nullcontext(False) as is_small:
                ended = await nursery.run(
                    "outlive_a_full_disk",
                    folder=folder / "data",
                    after=_MOMENTS[trial.number // 2 % len(_MOMENTS)],
                    filler=folder / "filler" if is_small else None,
                )
                assert ended.code == 0, ended
                ((history, files),) = ended.told("told")
                assert "disk is full" in f"{history} {files}" or not is_small, ended
                assert len(ended.told("saved")) == 2, ended
                assert ended.told("problem") == [None], "what was said of the files stays"
                (trial.took,) = ended.told("took")
                await verify(folder / "data", ended.said)

        await in_nursery(trials, is_full)


@contextlib.contextmanager
def _small_disk(folder: Path) -> Iterator[bool]:
    """Mount a disk of 2 MB on `folder`, and yield whether that is allowed here."""
    options = ["-t", "tmpfs", "-o", f"size={_SMALL_DISK}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(["mount", *options], capture_output=True, check=False).returncode:
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _read_only(folder: Path) -> None:
    folder.chmod(0o500)


def _read_only_with_a_history(folder: Path) -> None:
    make_long(folder / "history.db", 5, 100)
    _own(folder / "history.db")
    folder.chmod(0o500)


def _a_file_that_may_not_be_written(folder: Path) -> None:
    make_long(folder / "history.db", 5, 100)
    # Not one's own: its mode cannot be changed either.
    (folder / "history.db").chmod(0o444 if os.geteuid() == 0 else 0o000)


def _closed(folder: Path) -> None:
    folder.chmod(0o000)


def _missing(folder: Path) -> None:
    folder.rmdir()
    folder.parent.chmod(0o555)


def _a_file(folder: Path) -> None:
    folder.rmdir()
    folder.write_text("not a folder")


def _a_folder_for_a_file(folder: Path) -> None:
    (folder / "history.db").mkdir()


_CLOSED: Final[tuple[Callable[[Path], None], ...]] = (
    _read_only,
    _read_only_with_a_history,
    _a_file_that_may_not_be_written,
    _closed,
    _missing,
    _a_file,
    _a_folder_for_a_file,
)


def _own(path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(path, _NOBODY, _NOBODY)


async def _closed_disks(trials: Trials) -> None:
    async with open_nursery(trials.folder) as nursery:

        async def is_closed(trial: Trial) -> None:
            # Not in the row's own folder, into which nobody else may look.
            with tempfile.TemporaryDirectory(prefix="closed-", ignore_cleanup_errors=True) as name:
                home = Path(name)
                home.chmod(0o755)
                folder = home / "data"
                folder.mkdir(mode=0o700)
                _own(folder)
                _CLOSED[trial.number % len(_CLOSED)](folder)
                before = _facts(home)
                ended = await nursery.run("start_as_nobody", folder=folder)
                after = _facts(home)
                home.chmod(0o755)
                if folder.is_dir():
                    folder.chmod(0o700)
            assert ended.code == 0, ended
            assert ended.told("opened"), ended
            (state,) = ended.told("opened")
            assert state["is on disk"] is False
            assert state["notices"][0].startswith("History is off: "), state
            assert ended.told("rows") == [["run-00007"]]
            assert after == before

        await in_nursery(trials, is_closed)


def _facts(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return the mode and the content of everything in `folder`, as far as it may be read."""
    found = {}
    for path in [folder, *folder.rglob("*")]:
        content = b""
        with contextlib.suppress(OSError):
            content = path.read_bytes()
        found[str(path)] = (path.stat().st_mode, content)
    return found


async def _held(trials: Trials) -> None:
    shorter = round(connections.BUSY_MILLISECONDS / SPEED)
    async with open_nursery(trials.folder) as nursery:

        async def waits(trial: Trial) -> None:
            history = folder_of(trials, trial) / "data" / "history.db"
            seconds = _HOLDS[trial.number % len(_HOLDS)] / SPEED
            heard: list[str | None] = []
            async with Database(history, on_problem=heard.append) as database:
                runs = RunRepository(database)
                await runs.insert_intent(make_run(0))
                holder = await nursery.start("hold", history=history, seconds=seconds)
                await holder.hear()
                async with longest_gap(trial):
                    await asyncio.gather(*(runs.insert_intent(make_run(1 + n)) for n in range(_RUNS_MEANWHILE)))
                await holder.ended()
                assert len(await runs.rows()) == 1 + _RUNS_MEANWHILE
                assert database.problem is None
            # A machine that is slow to let the holder go may have it told for a shorter hold too.
            assert heard or seconds < 2 * shorter / 1000, "the wait was not told"
            assert not heard or ("another program" in str(heard[0]) and heard[-1] is None), heard
            look_into(history)

        with mock.patch.object(connections, "BUSY_MILLISECONDS", shorter):
            await in_nursery(trials, waits)


async def _shrinks(trials: Trials, *, runs: int, longer_than: int = 10) -> None:
    """Kill the compaction of a large history, three times at any moment, and let it come to its end."""
    # The report has a larger one.
    large = trials.folder / "large.db"
    make_long(large, runs * (10 if trials.count > longer_than else 1), 6_000)
    most = large.stat().st_size // 2
    async with open_nursery(trials.folder) as nursery:

        async def is_killed(trial: Trial) -> None:
            folder = folder_of(trials, trial)
            folder.mkdir(mode=0o700)
            history = folder / "history.db"
            await asyncio.to_thread(shutil.copy, large, history)
            for _ in range(3):
                program = await nursery.start("shrink", folder=folder, most_bytes=most, step=0.008)
                await program.hear()
                await asyncio.sleep(trial.random.uniform(0, 0.3))
                with contextlib.suppress(ProcessLookupError):
                    program.kill()
                await program.ended()
                look_into(history)
            ended = await nursery.run("shrink", folder=folder, most_bytes=most, step=0.008)
            assert ended.told("opened") == [{"notices": [], "is on disk": True}], ended
            look_into(history)
            assert history.stat().st_size <= most, (history.stat().st_size, most)
            with closing(sqlite3.connect(history)) as connection:
                assert connection.execute("select count(*) from runs where note = 'dear'").fetchone()[0] > 0
                emptied = connection.execute(
                    "select count(*) from runs where note = 'dear' and input_text = ''"
                ).fetchone()
            assert emptied == (0,), "what is dear was emptied"

        await in_nursery(trials, is_killed)


ROWS = (
    Row(
        id="D1",
        fault="a full disk, or files that may not grow",
        goal="told while it lasts; all is saved within 10 s of there being space",
        check=_full_disks,
        short=8,
        long=50,
        limit=10.0,
        missing=shim.missing,
    ),
    Row(
        id="D2",
        fault="a folder that is read-only, closed, missing, a file",
        goal="starts; the history is off with a reason; nothing is touched",
        check=_closed_disks,
        short=len(_CLOSED),
        long=len(_CLOSED) * 10,
        missing=shim.missing,
    ),
    Row(
        id="D7",
        fault="another program holds the history for 1, 10, 60 s",
        goal="the wait is told, no row is lost, the loop is never held for 100 ms",
        check=_held,
        short=3,
        long=30,
        limit=0.1,
        missing=shim.missing,
    ),
    Row(
        id="D13",
        fault="killed while a large history shrinks, three times each",
        goal="whole each time; in the end within its bound, what is dear stays",
        check=partial(_shrinks, runs=300),
        short=2,
        long=20,
        missing=shim.missing,
    ),
)
