"""Looking at a history without changing a byte of it: what it holds, and whether it is sound."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final, NamedTuple

from replicate_tui.store.connections import Failure, failure_of, open_untouched
from replicate_tui.store.migrations import LATEST, version_of

_UNFINISHED: Final = "status not in ('succeeded', 'failed', 'canceled', 'aborted', 'not sent', 'gone')"


class SetAside(NamedTuple):
    """A file that lies beside the history: a damaged one with what was recovered from it, or one before a migration."""

    path: Path
    told: str = ""


class HistoryReport(NamedTuple):
    """What was found; sizes are in bytes, `problem` is None for a sound file of this version, or one that is not yet.

    `version` is that of the tables, to be compared with `latest`; `journal` is SQLite's word for how it writes.
    """

    exists: bool
    size: int = 0
    wal_size: int = 0
    version: int = 0
    latest: int = LATEST
    journal: str = ""
    runs: int = 0
    unfinished: int = 0
    problem: str | None = None
    aside: tuple[SetAside, ...] = ()


def inspect_history(path: Path) -> HistoryReport:
    """Read all of the history at `path` for damage; blocks, about 3 ms a megabyte, and raises nothing."""
    aside = tuple(_set_aside(path))
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return HistoryReport(exists=False, aside=aside)
    except OSError as error:
        return HistoryReport(exists=True, problem=f"cannot be read: {error.strerror}", aside=aside)
    wal = Path(f"{path}-wal")
    found = HistoryReport(exists=True, size=size, wal_size=wal.stat().st_size if wal.exists() else 0, aside=aside)
    try:
        with closing(open_untouched(path)) as connection:
            return _look_into(connection, found)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if isinstance(error, sqlite3.Error) and failure_of(error) is Failure.READ_ONLY:
            # A journal lies beside it, which the next start rolls back; a look must not.
            return found._replace(problem="left in the middle of a change")
        return found._replace(problem=f"damaged: {error}")


def _look_into(connection: sqlite3.Connection, found: HistoryReport) -> HistoryReport:
    version = version_of(connection)
    journal = str(connection.execute("pragma journal_mode").fetchone()[0])
    found = found._replace(version=version, journal=journal)
    if version > LATEST:
        return found._replace(problem="written by a newer replicate-tui; it is left as it is")
    check = connection.execute("pragma integrity_check(1)").fetchone()
    if check is None or check[0] != "ok":
        return found._replace(problem=f"damaged: {check[0] if check else 'no answer'}")
    runs, unfinished = connection.execute(
        f"select count(*), count(*) filter (where {_UNFINISHED}) from runs where hidden = 0"  # noqa: S608  (our own words)
    ).fetchone()
    return found._replace(runs=int(runs), unfinished=int(unfinished))


def _set_aside(path: Path) -> list[SetAside]:
    found = []
    with suppress(OSError):
        for beside in sorted(
            [*path.parent.glob(f"{path.name}.corrupt-*"), *path.parent.glob(f"{path.name}.version-*")]
        ):
            if beside.name.endswith(("-wal", "-shm", "-journal", ".txt")):
                continue
            note = Path(f"{beside}.txt")
            with suppress(OSError):
                found.append(SetAside(beside, note.read_text("utf-8", "replace").strip() if note.exists() else ""))
    return found
