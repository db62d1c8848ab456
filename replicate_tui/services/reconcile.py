"""Look for a run whose create was answered by silence: it may exist, and it must not be sent again."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from replicate_tui.services.cards import moment
from replicate_tui.services.connection import Connection
from replicate_tui.services.families import family_of, get_run
from replicate_tui.services.inputs import fingerprint
from replicate_tui.services.local_key import LocalKey
from replicate_tui.services.merge import destination_in, destination_of
from replicate_tui.services.pace import Pace
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.store.records import UNKNOWN, RunRecord

if TYPE_CHECKING:
    from replicate_tui.api.client import AsyncReplicate
    from replicate_tui.api.pagination import Page
    from replicate_tui.services.families import RemoteRun

#: Seconds after the loss at which the list is looked at; a new run may take a while to show there.
LOOKS: Final = (2.0, 5.0, 15.0, 60.0)

#: A run is looked for from this long before it was sent to this long after (a create is given up within 30 s); where
#: it is known when the answer was given up, to this long after that.
BEFORE: Final = timedelta(seconds=60)
AFTER: Final = timedelta(seconds=120)

#: A clock further off than this is broken, not skewed.
MOST_SKEW: Final = timedelta(hours=24)

#: Both lists are newest first, 100 to a page (Replicate API, predictions.list and trainings.list).
PAGES: Final = 3


#: In `RunRecord.options`: when the create left, which may be long after the intent, and when its answer was given up.
SENT_AT: Final = "sent_at"
LOST_AT: Final = "lost_at"


def sent_now(record: RunRecord) -> RunRecord:
    """Return the record of a create that leaves now; files may have been uploaded for an hour before."""
    return replace(record, options={**record.options, SENT_AT: datetime.now(UTC).isoformat()})


def lost_now(record: RunRecord) -> RunRecord:
    """Return the record of a create whose answer is given up now; it may have waited its turn before it left."""
    return replace(record, status=UNKNOWN, options={**record.options, LOST_AT: datetime.now(UTC).isoformat()})


@dataclass(frozen=True, slots=True)
class Found:
    """The run that was looked for; `twins` is how many others would fit as well."""

    run: "RemoteRun"
    twins: int


class Reconciler:
    """Finds lost runs in the account's lists. `is_ours` tells whether a remote id already has a row here."""

    def __init__(self, connection: Connection, is_ours: Callable[[str], Awaitable[bool]], key: LocalKey) -> None:
        self._connection = connection
        self._is_ours = is_ours
        self._key = key

    async def find(self, record: RunRecord) -> Found | None:
        """Look several times over a minute (once for a loss that is older), waiting out a broken line.

        Returns None when the service surely has no such run.
        """
        age = (datetime.now(UTC) - _lost_at(record)).total_seconds()
        waited = 0.0
        for look in LOOKS if age < LOOKS[-1] else (0.0,):
            await asyncio.sleep(look - waited)
            waited = look
            found = await self._look_once(record)
            if found is not None:
                return found
        return None

    async def _look_once(self, record: RunRecord) -> Found | None:
        pace = Pace(record.kind)
        while True:
            await self._connection.wait_authorised()
            try:
                return await self._look(record)
            except ServiceProblem as problem:
                await self._connection.wait_until(time.monotonic() + pace.next_pause(problem.retry_after))

    async def _look(self, record: RunRecord) -> Found | None:
        candidates = [candidate async for candidate in self._candidates(record)]
        if not candidates:
            return None
        # The earliest: a later twin is some other wish, whose own answer names it.
        return Found(min(candidates, key=_created), len(candidates) - 1)

    async def _candidates(self, record: RunRecord) -> AsyncIterator["RemoteRun"]:
        """Yield runs of the list that this one could be: same model, same input, made in the window, not ours yet."""
        answer = await self._connection.call(lambda client: family_of(client, record.kind).with_raw_response.list())
        skew = _clock_skew(answer.headers.get("date"))
        earliest, latest = sent_at(record) + skew - BEFORE, _lost_at(record) + skew + AFTER
        async for run in self._listed(answer.parsed, earliest):
            created = moment(run.created_at)
            if created is None or not earliest <= created <= latest or run.source not in (None, "api"):
                continue
            if not _same_target(record, run) or await self._is_ours(run.id):
                continue
            if await self._same_input(record, run):
                yield run

    async def _listed(self, page: "Page[RemoteRun]", earliest: datetime) -> AsyncIterator["RemoteRun"]:
        for _ in range(PAGES):
            for run in page.results:
                yield run
            last = moment(page.results[-1].created_at) if page.results else None
            if last is None or last < earliest or not page.has_next_page():
                return
            page = await self._connection.call(partial(_next_page, page))

    async def _same_input(self, record: RunRecord, run: "RemoteRun") -> bool:
        if getattr(run, "data_removed", None):
            # The service has forgotten the input; model and moment must do.
            return True
        given = run.input
        if not given and record.input:
            whole = await self._connection.call(lambda client: get_run(client, record.kind, run.id))
            given = whole.input
        loose = record.options.get("loose_fields")
        return (
            fingerprint(given or {}, loose if isinstance(loose, list) else (), await self._key.get())
            == record.input_hash
        )


async def _next_page(page: "Page[RemoteRun]", _: "AsyncReplicate") -> "Page[RemoteRun]":
    return await page.get_next_page()


def sent_at(record: RunRecord) -> datetime:
    """Return when the create of a run left, by the clock of this machine."""
    return moment(record.options.get(SENT_AT)) or record.submitted_at


def _lost_at(record: RunRecord) -> datetime:
    return moment(record.options.get(LOST_AT)) or sent_at(record)


def _clock_skew(date: str | None) -> timedelta:
    """Return how far the service's clock is ahead of ours; a Date header that is a day off means nothing."""
    try:
        skew = parsedate_to_datetime(date or "") - datetime.now(UTC)
    except (TypeError, ValueError):
        return timedelta()
    return skew if abs(skew) < MOST_SKEW else timedelta()


def _created(run: "RemoteRun") -> datetime:
    return moment(run.created_at) or datetime.max.replace(tzinfo=UTC)


def _same_target(record: RunRecord, run: "RemoteRun") -> bool:
    if record.kind == "training":
        # The list need not tell where a training goes; once it is over, its output does.
        told = getattr(run, "destination", None) or destination_in(run.to_dict().get("output"))
        if told and told != destination_of(record):
            return False
        return run.version == record.version if run.version else run.model == record.model
    if record.deployment is not None:
        return getattr(run, "deployment", None) in (record.deployment, record.deployment.rpartition("/")[2])
    if record.version and record.version == run.version:
        return True
    return run.model == record.model
