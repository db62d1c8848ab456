"""Saving what a run made, again and again until it is all on disk or the service has deleted it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from replicate_tui.store.records import GONE, NOT_SENT, RunRecord, RunRow, SaveState

if TYPE_CHECKING:
    from replicate_tui.services.archive import Archive

#: The service deletes the data of API runs an hour after they end (Replicate documentation, data retention).
LIFETIME: Final = timedelta(hours=1)

#: Clocks that differ by less are taken to agree.
LEAST_SKEW: Final = timedelta(minutes=10)

#: Seconds between tries: soon at first, then every minute.
PAUSES: Final = (2.0, 5.0, 15.0, 60.0)

#: While it is the disk that fails, no pause is longer: whoever makes room is looking.
LONGEST_DISK_PAUSE: Final = 8.0

_DONE: Final = frozenset({SaveState.SAVED, SaveState.EXPIRED})


async def save_until_done(
    archive: "Archive", record: Callable[[], RunRecord], take: Callable[[RunRecord], Awaitable[None]]
) -> None:
    """Save the files of an ended run; `take` gets the record after each try, with what was saved."""
    tries = 0
    while True:
        saved = await archive.finish(record())
        await take(saved)
        if saved.saved in _DONE or archive.is_done_with(saved):
            return
        pause = PAUSES[min(tries, len(PAUSES) - 1)]
        await asyncio.sleep(min(pause, LONGEST_DISK_PAUSE) if archive.problem else pause)
        tries += 1


def is_expired(record: RunRecord) -> bool:
    """Whether the service has deleted what a run made."""
    until = _deleted_at(record)
    return record.data_removed or (until is not None and datetime.now(UTC) + _ahead(record) > until)


def kept_until(run: RunRecord | RunRow) -> datetime | None:
    """Return when the service deletes what a run made and is not saved here; it may be past.

    None when there is nothing to lose: the run is going or made nothing, it is saved, or it is one of the web site,
    which keeps it until someone deletes it there.
    """
    return None if run.saved in _DONE else _deleted_at(run)


def _deleted_at(run: RunRecord | RunRow) -> datetime | None:
    if run.source == "web" or run.completed_at is None or run.status in (NOT_SENT, GONE):
        return None
    return run.completed_at + LIFETIME


def _ahead(record: RunRecord) -> timedelta:
    """Return how far the service's clock is ahead of this machine's, as the moment shows at which a run was made.

    Less than `LEAST_SKEW` is none: sending takes a while too.
    """
    from replicate_tui.services.reconcile import sent_at  # the first screen has no use for it

    if record.source != "here" or record.created_at is None:
        return timedelta()
    ahead = record.created_at - sent_at(record)
    return ahead if abs(ahead) > LEAST_SKEW else timedelta()


def is_of_others(record: RunRecord) -> bool:
    """Whether a run was made elsewhere and was never watched here: what it makes is saved only when someone asks."""
    return record.source != "here" and record.folder is None


def can_be_saved(record: RunRecord) -> bool:
    """Whether there is something of an ended run to save that is not saved."""
    return record.saved not in _DONE and record.status not in (NOT_SENT, GONE)


def can_be_fetched(record: RunRecord) -> bool:
    """Whether a run of others has ended, nothing of it is saved here, and the service still has what it made."""
    return record.is_final and is_of_others(record) and can_be_saved(record) and not is_expired(record)
