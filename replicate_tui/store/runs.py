"""The runs of the history: written before they are sent, found again by id, by filter and by word."""

import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from replicate_tui.store import adoption, tagging
from replicate_tui.store.adoption import AdoptResult
from replicate_tui.store.database import Database
from replicate_tui.store.filters import ALL_RUNS, RunFilter
from replicate_tui.store.orders import PageEnd, RunOrder
from replicate_tui.store.records import RunKind, RunRecord, RunRow, RunTotals, UsualTimes
from replicate_tui.store.run_codec import changes_timing, encode, record_values
from replicate_tui.store.run_queries import newest_matches, totals_of
from replicate_tui.store.run_rows import (
    RunNotFound,
    all_records,
    insert,
    one_record,
    page_in_order,
    page_of_rows,
    update,
    write_tags,
)
from replicate_tui.store.usual_times import usual_times

__all__ = ["RunNotFound", "RunRepository"]

#: The statuses of the index `runs_unfinished`; SQLite uses it only for the very same words.
_UNFINISHED: Final = "hidden = 0 and status not in ('succeeded', 'failed', 'canceled', 'aborted', 'not sent', 'gone')"
_UNSAVED: Final = "hidden = 0 and status = 'succeeded' and saved in ('not yet', 'saving', 'partly saved', 'not saved')"


class RunRepository:
    """Reads and writes runs; see Database for the failures every method may raise."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def insert_intent(self, record: RunRecord) -> None:
        """Write a new run; it survives a power cut once this returns. Raises ValueError when its id is taken."""
        await self._database.write(lambda connection: insert(connection, record))

    async def adopt(self, record: RunRecord) -> RunRecord | None:
        """Write a run made elsewhere unless it is known by its remote id, and return the one that is kept.

        Nothing is written, and None comes back, while it may be the answer to a create whose own answer is still out.
        """

        def change(connection: sqlite3.Connection) -> RunRecord | None:
            known = one_record(connection, "origin = ? and remote_id = ?", (record.origin, record.remote_id))
            if known is not None:
                return known
            if adoption.may_answer_a_create(connection, record):
                return None
            insert(connection, record)
            return record

        return await self._database.write(change)

    async def adopt_many(self, records: Sequence[RunRecord]) -> AdoptResult:
        """Write runs of the account's lists: new ones, and what known ones lack or how much further they are.

        Some at a time are written in one transaction, so that other changes get in between. Runs without a remote
        id are passed over, and hidden or forgotten ones are not brought back.
        """
        result = AdoptResult()
        for first in range(0, len(records), adoption.BATCH):
            batch = records[first : first + adoption.BATCH]
            result += await self._database.write(partial(adoption.adopt, records=batch))
        return result

    async def newest_remote(self, origin: str, kind: RunKind) -> datetime | None:
        """Return when the newest run that the service at `origin` has named was created there, or None."""
        return await self._database.read(lambda connection: adoption.newest_remote(connection, origin, kind))

    async def unknown_remote(self, origin: str, remote_ids: Sequence[str]) -> frozenset[str]:
        """Return those of `remote_ids` that this history has never seen, also not as hidden or forgotten runs."""
        return await self._database.read(lambda connection: adoption.unknown_remote(connection, origin, remote_ids))

    async def update(self, run_id: str, **changes: Any) -> None:
        """Change fields of a run, named as in RunRecord (but `tags`: see `set_tags`). Raises RunNotFound, TypeError."""
        columns = encode(changes)
        await self._database.write(
            lambda connection: update(connection, run_id, columns, timing=changes_timing(changes))
        )

    async def save(self, record: RunRecord) -> None:
        """Write a run whole, in place of the one with its id or as a new one.

        The note and the tags of a known run stay: they are the user's, and whoever follows a run knows old ones.
        """
        columns = record_values(record)
        del columns["note"]

        def change(connection: sqlite3.Connection) -> None:
            try:
                update(connection, record.id, columns, timing=False)
            except RunNotFound:
                insert(connection, record)

        await self._database.write(change)

    async def get(self, run_id: str) -> RunRecord | None:
        """Return a run, hidden ones too, or None."""
        return await self._database.read(lambda connection: one_record(connection, "id = ?", (run_id,)))

    async def by_remote_id(self, origin: str, remote_id: str) -> RunRecord | None:
        """Return the run that the service at `origin` calls `remote_id`, hidden ones too, or None."""
        return await self._database.read(
            lambda connection: one_record(connection, "origin = ? and remote_id = ?", (origin, remote_id))
        )

    async def unfinished(self) -> list[RunRecord]:
        """Return the runs that have no final status, oldest first."""
        # Named, as SQLite would rather walk all runs in the order that is wanted.
        partial = f"seq in (select seq from runs indexed by runs_unfinished where {_UNFINISHED})"  # noqa: S608  (our own words)
        return await self._database.read(lambda connection: all_records(connection, partial))

    async def count_followed(self) -> int:
        """Return how many runs without a final status were made here, or are watched here."""
        ours = f"{_UNFINISHED} and (source = 'here' or folder is not null)"
        sql = f"select count(*) from runs indexed by runs_unfinished where {ours}"  # noqa: S608  (our own words)
        return await self._database.read(lambda connection: int(connection.execute(sql).fetchone()[0]))

    async def unsaved(self, limit: int = 500) -> list[RunRecord]:
        """Return the newest succeeded runs whose outputs are not all on this disk, oldest first.

        Runs of others that were never watched here have no folder, and nobody has asked for their outputs.
        """
        ours = f"{_UNSAVED} and (source = 'here' or folder is not null)"
        newest = f"seq in (select seq from runs indexed by runs_unsaved where {ours} order by seq desc limit ?)"  # noqa: S608  (our own words)
        return await self._database.read(lambda connection: all_records(connection, newest, (limit,)))

    async def rows(self, run_filter: RunFilter = ALL_RUNS, before: int | None = None, limit: int = 200) -> list[RunRow]:
        """Return a page of runs, newest first; `before` is the `cursor` of the last row of the page before."""
        return await self._database.read(lambda connection: page_of_rows(connection, run_filter, before, limit))

    async def sorted_rows(
        self, run_filter: RunFilter, order: RunOrder, after: PageEnd | None = None, limit: int = 200
    ) -> list[RunRow]:
        """Return a page of runs in another order; `after` is where the page before ended (see `end_of`)."""
        return await self._database.read(lambda connection: page_in_order(connection, run_filter, order, after, limit))

    async def records(self, run_filter: RunFilter = ALL_RUNS, batch: int = 50) -> AsyncIterator[list[RunRecord]]:
        """Yield all runs that match, whole, newest first, `batch` at a time; each is a read of its own.

        What is written meanwhile neither shifts nor repeats a run.
        """
        before: int | None = None
        while True:
            found, last = await self._database.read(partial(_some_records, run_filter, before, batch))
            if last is None:
                return
            before = last
            yield found

    async def totals(self, run_filter: RunFilter = ALL_RUNS) -> RunTotals:
        """Return the sums over all runs that match; cancel the wait to stop the count."""
        return await self._database.read(lambda connection: totals_of(connection, run_filter))

    async def usual(self, model: str, version: str | None = None, kind: RunKind = "prediction") -> UsualTimes:
        """Return what the latest succeeded runs of `model` took; of one version only when it is given."""
        return await self._database.read(lambda connection: usual_times(connection, model, version, kind))

    async def hide(self, run_ids: Iterable[str]) -> None:
        """Remove runs from the history of this machine; `unhide` brings them back until `forget_hidden`."""
        await self._set_hidden(run_ids, hidden=1)

    async def unhide(self, run_ids: Iterable[str]) -> None:
        await self._set_hidden(run_ids, hidden=0)

    async def forget_hidden(self) -> int:
        """Empty the hidden runs for good and return how many there were.

        Their remote ids stay, so that learning the account's runs anew does not bring them back.
        """

        def change(connection: sqlite3.Connection) -> int:
            emptied = connection.execute(
                "update runs set hidden = 2, title = '', input = '{}', input_text = '', input_hash = '', output = null,"
                " error = null, note = '', metrics = '{}', urls = '{}', options = '{}', files = '[]', file_count = 0"
                " where hidden > 0 and hidden = 1"
            ).rowcount
            connection.execute("delete from run_tags where seq in (select seq from runs where hidden > 0)")
            return emptied

        return await self._database.write(change)

    async def set_tags(self, run_id: str, tags: Sequence[str]) -> None:
        """Replace the tags of a run. Raises RunNotFound."""
        await self._database.write(lambda connection: write_tags(connection, run_id, tags))

    async def add_tags(self, run_ids: Iterable[str], tags: Sequence[str]) -> None:
        """Give each of the runs each of the tags."""
        ids = tuple(run_ids)
        await self._database.write(lambda connection: tagging.add(connection, ids, tags))

    async def remove_tags(self, run_ids: Iterable[str], tags: Sequence[str]) -> None:
        ids = tuple(run_ids)
        await self._database.write(lambda connection: tagging.remove(connection, ids, tags))

    async def all_tags(self) -> list[tuple[str, int]]:
        """Return every tag with how many runs have it, in the order of the alphabet."""
        return await self._database.read(tagging.counted)

    async def set_note(self, run_id: str, text: str) -> None:
        """Replace the note of a run. Raises RunNotFound."""
        await self.update(run_id, note=text)

    async def _set_hidden(self, run_ids: Iterable[str], hidden: int) -> None:
        values = [(hidden, run_id) for run_id in run_ids]

        def change(connection: sqlite3.Connection) -> None:
            connection.executemany("update runs set hidden = ? where id = ? and hidden < 2", values)

        await self._database.write(change)


def _some_records(
    run_filter: RunFilter, before: int | None, limit: int, connection: sqlite3.Connection
) -> tuple[list[RunRecord], int | None]:
    """Return whole runs, newest first, and the cursor of the last."""
    seqs = newest_matches(connection, run_filter, before, limit)
    marks = ", ".join("?" * len(seqs))
    found = all_records(connection, f"seq in ({marks})", seqs)
    return found[::-1], seqs[-1] if seqs else None
