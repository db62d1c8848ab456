"""Runs that were made elsewhere, as rows of the history: learnt from lists and kept up to date from them."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from replicate_tui.services.connection import Connection
from replicate_tui.services.families import family_of
from replicate_tui.services.merge import record_of
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.pull_walk import Ask
from replicate_tui.services.saving import is_of_others
from replicate_tui.services.tracker import RunTracker
from replicate_tui.services.translate import plain_history
from replicate_tui.store.adoption import AdoptResult
from replicate_tui.store.records import GONE, RunRecord
from replicate_tui.store.runs import RunRepository

if TYPE_CHECKING:
    from replicate_tui.api.client import AsyncReplicate
    from replicate_tui.services.families import RemoteRun

#: Of the unfinished runs that no list has shown, so many are asked for one by one in a round.
ASKED_SINGLY: Final = 5


class PulledRuns:
    """Writes what the account's lists tell; an unfinished run that the tracker follows is left to it.

    `priced` gives ended runs their cost.
    """

    def __init__(
        self,
        connection: Connection,
        runs: RunRepository,
        tracker: RunTracker,
        priced: Callable[[RunRecord], Awaitable[RunRecord]],
    ) -> None:
        self._connection = connection
        self._runs = runs
        self._tracker = tracker
        self._priced = priced
        self._shown: set[str] = set()

    async def take(self, page: "Sequence[RemoteRun]") -> AdoptResult:
        """Write a page of a list and return what became of it; raises ServiceProblem DISK."""
        origin, account = self._connection.origin, self._connection.account
        self._shown.update(run.id for run in page)
        records = [await self._priced(record_of(run, origin=origin, account=account)) for run in page]
        with plain_history():
            return await self._runs.adopt_many(records)

    async def unfinished(self) -> list[RunRecord]:
        """Return the runs of others that are going and that nobody follows here; raises ServiceProblem DISK."""
        with plain_history():
            found = await self._runs.unfinished()
        return [run for run in found if is_of_others(run) and self._is_asked_for(run)]

    def _is_asked_for(self, run: RunRecord) -> bool:
        """Whether it is for the lists to tell of a run: not followed here, nor of another account than this token's."""
        return self._tracker.snapshot(run.id) is None and run.account in ("", self._connection.account)

    async def ask_after_the_rest(self, ask: Ask) -> int:
        """Ask for the unfinished runs that no page has shown since the last call, a few each time.

        Returns how many have changed; raises ServiceProblem.
        """
        shown, self._shown = self._shown, set()
        rest = [run for run in await self.unfinished() if run.remote_id and run.remote_id not in shown]
        changed = 0
        for record in rest[:ASKED_SINGLY]:
            changed += await self._ask_after(record, ask)
        return changed

    async def _ask_after(self, record: RunRecord, ask: Ask) -> int:
        async def operation(client: "AsyncReplicate") -> Any:
            return await family_of(client, record.kind).get(record.remote_id or "", max_retries=0)

        try:
            told = await self.take([await ask(operation)])
        except ServiceProblem as problem:
            if problem.kind is not ProblemKind.NOT_FOUND:
                raise
            words = "The service no longer knows this run; how it ended is not known."
            with plain_history():
                await self._runs.update(record.id, status=GONE, error=words, completed_at=datetime.now(UTC))
            return 1
        return told.changed
