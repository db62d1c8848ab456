"""Runs: make one, cancel it, find it again."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from replicate_tui.services.connection import Connection
from replicate_tui.services.create import Creator
from replicate_tui.services.families import get_run
from replicate_tui.services.intents import run_request_of
from replicate_tui.services.labels import checked_note, checked_tags
from replicate_tui.services.merge import kinds_of, record_of, remote_id_of
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.tracker import RunTracker
from replicate_tui.services.translate import plain_history
from replicate_tui.services.views import RunRequest, Usual
from replicate_tui.store.filters import RunFilter, parse_filter
from replicate_tui.store.orders import RunOrder, end_of
from replicate_tui.store.records import RunKind, RunRecord, RunRow, RunTotals
from replicate_tui.store.runs import RunNotFound, RunRepository
from replicate_tui.store.statuses import GOING_STATUSES

if TYPE_CHECKING:
    from replicate_tui.services.families import RemoteRun

#: So many trainings that were made elsewhere are followed at once.
MOST_FOLLOWED: Final = 10


class RunService:
    """Creates predictions; cancels, finds and lists runs of both kinds."""

    def __init__(self, connection: Connection, runs: RunRepository, tracker: RunTracker, creator: Creator) -> None:
        self._connection = connection
        self._runs = runs
        self._tracker = tracker
        self._creator = creator
        self._removals: list[tuple[str, ...]] = []

    async def create(self, request: RunRequest, latch: str) -> RunRecord:
        """Run `request` and return its record once the service has accepted it; see Creator.create."""
        return await self._creator.create(request, latch)

    async def cancel(self, run_id: str) -> None:
        """Cancel a run; while it is still being sent, the wish is held and sent when the service has named it.

        Nothing happens to a run that is over. Raises ServiceProblem when the service could not be told.
        """
        if await self._tracker.cancel(run_id):
            return
        record = await self.get(run_id)
        if not record.is_final:
            await self._tracker.watch(record)
            await self._tracker.cancel(run_id)

    async def open_remote(self, reference: str) -> RunRecord:
        """Find a prediction or a training by the service's id or its web URL, here or there, and watch it.

        Raises ServiceProblem.
        """
        remote_id = remote_id_of(reference)
        known = await self._runs.by_remote_id(self._connection.origin, remote_id)
        if known is None:
            found = await self._find_remote(reference)
            made_elsewhere = record_of(found, origin=self._connection.origin, account=self._connection.account)
            with plain_history():
                known = await self._runs.adopt(made_elsewhere)
            if known is None:
                words = "This may be the run whose answer was lost a moment ago; it is being looked for."
                raise ServiceProblem(ProblemKind.BUSY, words, kept="It is in Runs.")
            await self._tracker.watch(known)
        elif not known.is_final:
            await self._tracker.watch(known)
        return known

    async def _find_remote(self, reference: str) -> "RemoteRun":
        remote_id = remote_id_of(reference)
        kind, *others = kinds_of(reference)
        try:
            return await self._connection.call(lambda client: get_run(client, kind, remote_id))
        except ServiceProblem as problem:
            if problem.kind is not ProblemKind.NOT_FOUND or not others:
                raise
        return await self._connection.call(lambda client: get_run(client, others[0], remote_id))

    async def get(self, run_id: str) -> RunRecord:
        """Return a run as it stands now, with the user's note and tags; raises ServiceProblem NOT_FOUND."""
        with plain_history():
            record = await self._runs.get(run_id)
        live = self._tracker.snapshot(run_id)
        if live is not None:
            # Whoever follows a run knows more of it than the history, but not what the user has written meanwhile.
            return replace(live.run, note=record.note, tags=record.tags) if record else live.run
        if record is None:
            raise ServiceProblem(ProblemKind.NOT_FOUND, "This run is not in the history.")
        return record

    async def rows(
        self, filter_text: str = "", *, model: str | None = None, before: int | None = None, limit: int = 200
    ) -> list[RunRow]:
        """Return a page of the history, newest first; `before` is the `cursor` of the last row of the page before.

        `model` ("owner/name") shows the runs of one model. Mistakes in the filter are told by `filter_problems`.
        """
        with plain_history():
            return await self._runs.rows(_filter(filter_text, model), before, limit)

    async def sorted_rows(
        self, order: RunOrder, filter_text: str = "", *, after: RunRow | None = None, limit: int = 200
    ) -> list[RunRow]:
        """Return a page of the history in another order; `after` is the last row of the page before."""
        with plain_history():
            end = None if after is None else end_of(after, order)
            return await self._runs.sorted_rows(_filter(filter_text, None), order, end, limit)

    async def going(self, filter_text: str = "") -> list[RunRow]:
        """Return the runs of a filter that are not over, newest first."""
        run_filter = _filter(filter_text, None)
        statuses = tuple(status for status in GOING_STATUSES if status in (run_filter.statuses or GOING_STATUSES))
        if not statuses:
            return []
        with plain_history():
            return await self._runs.rows(replace(run_filter, statuses=statuses))

    async def follow_trainings(self) -> None:
        """Follow the newest trainings made elsewhere that are going, as if each had been opened.

        Only so their steps are known: the lists of the service tell no logs. Raises ServiceProblem.
        """
        with plain_history():
            unfinished = await self._runs.unfinished()
        elsewhere = [
            run
            for run in unfinished
            if run.kind == "training" and run.remote_id and run.account in ("", self._connection.account)
        ]
        for run in elsewhere[-MOST_FOLLOWED:]:
            if self._tracker.snapshot(run.id) is None:
                await self._tracker.watch(run)

    async def totals(self, filter_text: str = "", *, model: str | None = None) -> RunTotals:
        """Return the sums over all rows of a filter; cancel the wait to stop the count."""
        with plain_history():
            return await self._runs.totals(_filter(filter_text, model))

    def filter_problems(self, filter_text: str) -> tuple[str, ...]:
        """Return the mistakes in a filter line, in plain words."""
        return parse_filter(filter_text).problems

    async def usual(self, model: str, version: str | None = None, kind: RunKind = "prediction") -> Usual:
        """Return what past runs of a model, or of one version of it, took and cost here."""
        with plain_history():
            times = await self._runs.usual(model, version, kind)
        return Usual(
            count=times.count,
            waited_median=times.waited_median,
            waited_p90=times.waited_p90,
            ran_median=times.ran_median,
            ran_p90=times.ran_p90,
            cost_median=times.cost_median,
        )

    async def notify_at_end(self, run_id: str, *, wanted: bool = True) -> None:
        """Have the end of a run announced, or not (`options["notify"]` of its record)."""
        await self._tracker.set_option(run_id, "notify", wanted)

    async def save_outputs(self, run_ids: Sequence[str]) -> None:
        """Have what these runs made saved in their folders, also where saving is off; of those that go, at their end.

        Returns before it is done: the tracker tells. Raises ServiceProblem.
        """
        for run_id in run_ids:
            await self._tracker.save(await self.get(run_id))

    async def remove(self, run_ids: Sequence[str]) -> None:
        """Take runs out of the history; each removal can be undone until the app ends, the last one first."""
        with plain_history():
            await self._runs.hide(run_ids)
        self._removals.append(tuple(run_ids))

    @property
    def can_undo_remove(self) -> bool:
        return bool(self._removals)

    async def undo_remove(self) -> tuple[str, ...]:
        """Bring back what the last removal took that is not undone yet, and return the ids of those runs."""
        if not self._removals:
            return ()
        removed = self._removals.pop()
        try:
            with plain_history():
                await self._runs.unhide(removed)
        except ServiceProblem:
            self._removals.append(removed)
            raise
        return removed

    async def add_tags(self, run_ids: Sequence[str], tags: Sequence[str]) -> None:
        """Give each run each tag; raises ServiceProblem INVALID for a text that is no tag (see `checked_tags`)."""
        checked = checked_tags(tags)
        with plain_history():
            await self._runs.add_tags(run_ids, checked)

    async def remove_tags(self, run_ids: Sequence[str], tags: Sequence[str]) -> None:
        with plain_history():
            await self._runs.remove_tags(run_ids, tags)

    async def known_tags(self) -> list[tuple[str, int]]:
        """Return every tag with how many runs have it, in the order of the alphabet."""
        with plain_history():
            return await self._runs.all_tags()

    async def set_note(self, run_id: str, text: str) -> None:
        """Write the note of a run, "" for none; raises ServiceProblem INVALID when it is too long."""
        note = checked_note(text)
        try:
            with plain_history():
                await self._runs.set_note(run_id, note)
        except RunNotFound as error:
            raise ServiceProblem(ProblemKind.NOT_FOUND, "This run is not in the history.") from error

    async def request_of(self, run: RunRecord) -> RunRequest:
        """Return the wish behind a prediction, to tweak and run again; secrets are left out, since none were kept.

        Raises ServiceProblem INVALID for a training: sent as a prediction, its input would be paid for in vain.
        """
        if run.kind == "training":
            words = "This is a training, which cannot be changed and run again from here."
            raise ServiceProblem(ProblemKind.INVALID, words)
        return run_request_of(run)


def _filter(text: str, model: str | None) -> RunFilter:
    return replace(parse_filter(text), exact_model=model)
