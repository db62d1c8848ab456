"""What this profile takes on the disk and where; looked up in a thread, and given back when a person says so."""

import asyncio
import contextlib
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from replicate_tui.paths import ProfilePaths
from replicate_tui.services.translate import plain_history
from replicate_tui.store.catalog import DocumentCache
from replicate_tui.store.database import Database

#: A file that was written to within so many seconds may be in use.
IN_USE_SECONDS: Final = 600.0

_COUNTS: Final = {
    "runs": "select count(*), 0 from runs where hidden = 0",
    "drafts": 'select count(*), coalesce(sum(length("values") + length(options)), 0) from drafts',
    "presets": 'select count(*), coalesce(sum(length("values")), 0) from presets',
    "answers": "select count(*), coalesce(sum(size), 0) from documents",
}


@dataclass(frozen=True, slots=True)
class Amount:
    """So many things, of so many bytes together."""

    count: int = 0
    size: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.count + other.count, self.size + other.size)


class StorageReport(NamedTuple):
    """What was found. `history` holds the database with its WAL, of which drafts, presets and answers are parts.

    `unfinished` are files still being written, or left by an app that was ended; `free` and `total` are bytes of the
    disk under the history, None where the system does not tell.
    """

    history: Amount = Amount()
    runs: int = 0
    drafts: Amount = Amount()
    presets: Amount = Amount()
    answers: Amount = Amount()
    saved: Amount = Amount()
    logs: Amount = Amount()
    caches: Amount = Amount()
    demo: Amount = Amount()
    aside: Amount = Amount()
    unfinished: Amount = Amount()
    free: int | None = None
    total: int | None = None


class StorageService:
    """Measures and empties; `runs_folder` is where outputs are saved."""

    def __init__(self, paths: ProfilePaths, runs_folder: Path, database: Database, cache: DocumentCache) -> None:
        self.paths = paths
        self.runs_folder = runs_folder
        self._database = database
        self._cache = cache

    async def measure(self) -> StorageReport:
        """Walk all folders and return what lies there; canceled, the walk ends. Raises ServiceProblem.

        A folder that is missing or cannot be read counts as empty.
        """
        is_unwanted = threading.Event()
        try:
            report = await asyncio.to_thread(self._walk, is_unwanted)
        finally:
            is_unwanted.set()
        with plain_history():
            counts = await self._database.read(_counts)
        return report._replace(
            runs=counts["runs"].count,
            drafts=counts["drafts"],
            presets=counts["presets"],
            answers=counts["answers"],
        )

    async def check(self) -> str | None:
        """Read all of the history for damage, about 3 ms a megabyte; what is found is mended.

        Returns what is still wrong. Raises ServiceProblem.
        """
        with plain_history():
            return await self._database.check()

    async def empty_caches(self) -> Amount:
        """Remove what can be had again, the kept answers of the service, held logs and cached files; return how much.

        Files that were written to a moment ago stay: the log of a run that is going is among them. Raises
        ServiceProblem when the history cannot be written; what lies in files is gone by then.
        """
        removed = await asyncio.to_thread(_remove_files_in, self.paths.cache)
        with plain_history():
            answers = (await self._database.read(_counts))["answers"]
            await self._cache.clear()
        return removed + answers

    def _walk(self, is_unwanted: threading.Event) -> StorageReport:
        paths = self.paths
        found = StorageReport()
        history = [Path(f"{paths.database}{ending}") for ending in ("", "-wal", "-shm", "-journal")]
        aside = (
            path
            for path in _files_in(paths.data, is_unwanted, deep=False)
            if ".corrupt-" in path or ".version-" in path
        )
        saved, unfinished = _sorted_out(_files_in(self.runs_folder, is_unwanted))
        caches, half = _sorted_out(_files_in(paths.cache, is_unwanted, but=paths.logs_aside))
        disk = _disk_of(paths.data)
        return found._replace(
            history=_amount(map(str, history)),
            saved=saved,
            unfinished=unfinished + half,
            logs=_amount(_files_in(paths.logs_aside, is_unwanted)),
            caches=caches,
            demo=_amount(_files_in(paths.demo_state, is_unwanted)),
            aside=_amount(aside),
            free=disk[0] if disk else None,
            total=disk[1] if disk else None,
        )


def _counts(connection: sqlite3.Connection) -> dict[str, Amount]:
    return {name: Amount(*connection.execute(query).fetchone()) for name, query in _COUNTS.items()}


def _files_in(
    folder: Path, is_unwanted: threading.Event, *, deep: bool = True, but: Path | None = None
) -> Iterator[str]:
    """Walk the files below `folder` without following links, and without what is below `but`."""
    waiting = [str(folder)]
    left_out = str(but) if but else None
    while waiting and not is_unwanted.is_set():
        try:
            entries = os.scandir(waiting.pop())
        except OSError:
            continue
        with entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if deep and entry.path != left_out:
                        waiting.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    yield entry.path


def _amount(files: Iterator[str]) -> Amount:
    count = size = 0
    for path in files:
        with contextlib.suppress(OSError):
            size += os.lstat(path).st_size
            count += 1
    return Amount(count, size)


def _sorted_out(files: Iterator[str]) -> tuple[Amount, Amount]:
    """Return what is whole, and what is not finished being written."""
    whole: list[str] = []
    parts: list[str] = []
    for path in files:
        is_part = Path(path).name.startswith(".") and path.endswith(".part")
        (parts if is_part else whole).append(path)
    return _amount(iter(whole)), _amount(iter(parts))


def _disk_of(folder: Path) -> tuple[int, int] | None:
    """Return how many bytes are free for this person, and how many there are."""
    there = next((place for place in (folder, *folder.parents) if place.exists()), None)
    try:
        usage = shutil.disk_usage(there or "/")
    except OSError:
        return None
    return usage.free, usage.total


def _remove_files_in(folder: Path) -> Amount:
    """Remove the files below `folder` that nobody is writing, though not the folders."""
    count = size = 0
    for path in _files_in(folder, threading.Event()):
        with contextlib.suppress(OSError):
            found = os.lstat(path)
            if time.time() - found.st_mtime > IN_USE_SECONDS:
                Path(path).unlink()
                count, size = count + 1, size + found.st_size
    return Amount(count, size)
