"""One run from its creation to its saved outputs: what is heard of it is kept in the history and told to listeners."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from replicate_tui.schema.fields import OutputSchema
from replicate_tui.services.archive import Archive
from replicate_tui.services.connection import Connection
from replicate_tui.services.events import RunEvent
from replicate_tui.services.families import family_of, get_run
from replicate_tui.services.follow import Follower
from replicate_tui.services.keep import Keeper
from replicate_tui.services.live import LiveRun
from replicate_tui.services.log_facts import LogReader, series_in_file
from replicate_tui.services.merge import merge
from replicate_tui.services.preview import Preview, output_text
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.reconcile import Reconciler
from replicate_tui.services.saving import can_be_fetched, save_until_done
from replicate_tui.store.records import GONE, NOT_SENT, RunRecord, SaveState
from replicate_tui.store.runs import RunRepository

if TYPE_CHECKING:
    from replicate_tui.services.families import RemoteRun

#: A cancel is safe to repeat; between tries this many seconds pass.
CANCEL_TRIES: Final = 3
CANCEL_PAUSE: Final = 0.5

#: Marks in `RunRecord.options` a run whose output came as streamed text, token by token.
STREAMED: Final = "streamed"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchTools:
    """What every watch works with."""

    connection: Connection
    runs: RunRepository
    archive: Archive
    reconciler: Reconciler
    output_schema: Callable[[RunRecord], Awaitable[OutputSchema | None]]
    priced: Callable[[RunRecord], Awaitable[RunRecord]]


class Watch:
    """Watches one run; `followed` counts the runs that share the line."""

    def __init__(
        self,
        record: RunRecord,
        tools: WatchTools,
        announce: Callable[[RunEvent], None],
        followed: Callable[[], Awaitable[int]],
    ) -> None:
        self.live = LiveRun(record, announce)
        self._tools = tools
        self._follower = Follower(tools.connection, self.live, self, followed=followed)
        self._keeper = Keeper(tools.runs, record, lambda: self._kept_form(self.record))
        self._preview = Preview(self.live)
        self._altering = asyncio.Lock()
        self._cancel_wanted = False
        self._logs_length = 0
        self._log_reader = LogReader()

    @property
    def record(self) -> RunRecord:
        return self.live.record

    async def run(self, *, only_save: bool = False) -> None:
        """Follow the run to its end and save what it made; what is known survives a cancel of this task."""
        await self.recall()
        try:
            async with self._keeper:
                if only_save:
                    await self._ask_once()
                else:
                    await self._follow()
                    await self._take_cost(await self._tools.priced(self.record))
                    self.live.set_link("none")
                    self.live.end()
                await self._save_outputs()
        finally:
            self.live.tell()

    async def recall(self) -> None:
        """Show what the history knows of the run: its text and its logs."""
        record = self.record
        text = output_text(record.output, await self._tools.output_schema(record), streamed=_was_streamed(record))
        await self._preview.recalled(text or "")
        await self._show_files()
        log = await self._tools.archive.find_log(record)
        if log is not None:
            self.live.logs_changed(log, replaced=True)
            if record.is_final and record.kind == "training":
                self.live.set_series(await asyncio.to_thread(series_in_file, log))

    async def become(self, record: RunRecord) -> None:
        """Take a new record in place of the old one."""
        await self.alter(lambda _: record)

    async def begin(self, record: RunRecord) -> None:
        """Take the service's first word on the run: at once, since whoever asked for it looks at it now."""
        self.live.set_notice(None)
        self.live.set_link("none")
        self.live.set_record(record)
        await self._keeper.write(record)

    async def alter(self, change: Callable[[RunRecord], RunRecord]) -> bool:
        """Change the record: first on the disk, then for the listeners; returns whether it differs from before."""
        async with self._altering:
            before = self.record
            record = change(before)
            if record == before:
                return False
            await self._keeper.write(self._kept_form(record))
            self.live.set_record(record)
            return True

    async def cancel(self) -> None:
        """Cancel at the service; held until it has named the run.

        Raises ServiceProblem when three tries failed and the run goes on.
        """
        self.live.asked_here = True
        if self.record.remote_id is None:
            self._cancel_wanted = True
            self.live.set_notice("It will be canceled as soon as the service has named it.")
        else:
            await self._send_cancel()

    def nudge(self, *, at_once: bool) -> None:
        """Hear that something has happened to the run; what it was, the service is asked."""
        if at_once:
            self._follower.ask_now()
        else:
            self._follower.ask_soon()

    # The follower reports:

    async def saw(self, run: "RemoteRun", *, streaming: bool) -> bool:
        grew = await self._take_logs(run.logs or "")
        record = merge(self.record, run)
        if record.is_final or not streaming:
            await self._take_text(record)
        changed = await self.alter(lambda known: self._with_streamed(merge(known, run)))
        return grew or changed

    def stream_opened(self) -> None:
        self._preview.opened()

    def streamed(self, chunk: str) -> None:
        self._preview.feed(chunk)
        self._keeper.due()

    async def gone(self) -> None:
        words = "The service no longer knows this run; how it ended is not known."
        await self._give_up(GONE, words)

    async def _take_text(self, record: RunRecord) -> None:
        if record.output is None and not record.is_final:
            # Most answers of most runs: no reason to look for the schema of their output each time.
            return
        streamed = self._preview.is_streamed or _was_streamed(record)
        text = output_text(record.output, await self._tools.output_schema(record), streamed=streamed)
        if text is not None:
            self._preview.note_pieces(record.output)
        if record.is_final:
            await self._preview.settled(text)
        elif text is not None:
            await self._preview.polled(text)

    async def _take_logs(self, logs: str) -> bool:
        """Keep the logs as a file; they come whole each time, and only ever grow (shorter ones are old news)."""
        if len(logs) <= self._logs_length:
            return False
        self._logs_length = len(logs)
        path, replaced = await self._tools.archive.write_logs(self.record, logs)
        await self._show_files()
        self.live.logs_changed(path, replaced=replaced)
        facts = await self._log_reader.read(logs, anew=replaced)
        self.live.set_progress(facts.progress)
        self.live.set_series(facts.series)
        return True

    def _with_streamed(self, record: RunRecord) -> RunRecord:
        """Mark a final record whose output is text in pieces, and keep the streamed ones if the service gave none."""
        if not record.is_final or not self._preview.is_in_pieces:
            return record
        output = (self._preview.raw or None) if record.output is None else record.output
        return replace(record, output=output, options={**record.options, STREAMED: True})

    async def _save_outputs(self) -> None:
        if self.record.status in (NOT_SENT, GONE) or not self._tools.archive.saves(self.record):
            return
        await self.alter(lambda record: replace(record, saved=SaveState.SAVING))
        await save_until_done(self._tools.archive, lambda: self.record, self._take_saved)

    async def _take_cost(self, priced: RunRecord) -> None:
        await self.alter(
            lambda record: replace(
                record,
                cost=priced.cost,
                cost_basis=priced.cost_basis,
                options={**priced.options, **record.options},
            )
        )

    async def _take_saved(self, saved: RunRecord) -> None:
        await self.alter(lambda record: replace(record, folder=saved.folder, files=saved.files, saved=saved.saved))
        await self._show_files()
        self.live.set_notice(None if saved.saved is SaveState.SAVED else self._tools.archive.problem)

    async def _show_files(self) -> None:
        """Show where the files of the run are."""
        place = await self._tools.archive.place_of(self.record)
        self.live.set_folder(place.folder, place.problem)

    def _kept_form(self, record: RunRecord) -> RunRecord:
        """Return the record with the text streamed so far, until the service has given its output."""
        if record.is_final or not self._preview.is_streamed:
            return record
        return replace(record, output=self._preview.raw)

    # Steps of `run`:

    async def _follow(self) -> None:
        if self.record.remote_id is None and not await self._settle():
            return
        if self._cancel_wanted:
            await self._cancel_held()
        placed = await self._tools.archive.begin(self.record)
        await self.alter(
            lambda record: replace(record, folder=placed.folder, options={**placed.options, **record.options})
        )
        await self._show_files()
        await self._follower.follow()

    async def _ask_once(self) -> None:
        """Ask for the logs of a run that ended unwatched: the history has learnt the rest of it from a list."""
        known = self.record
        if not can_be_fetched(known):
            return
        try:
            run = await self._tools.connection.call(lambda client: get_run(client, known.kind, known.remote_id or ""))
        except ServiceProblem as problem:
            self.live.set_notice(problem.message)
        else:
            await self.saw(run, streaming=False)

    async def _settle(self) -> bool:
        """Look for a run whose create was not answered; returns whether there is one."""
        self.live.set_notice("Sent, and the answer was lost: looking for the run.")
        found = await self._tools.reconciler.find(self.record)
        if found is None:
            words = "Not found at the service: it was not made. Nothing was spent; run it again if you like."
            await self._give_up(NOT_SENT, words)
            return False
        await self.become(merge(self.record, found.run))
        twins = f"The run was found at the service; {found.twins} later ones would fit as well."
        self.live.set_notice(twins if found.twins else None)
        return True

    async def _give_up(self, status: str, words: str) -> None:
        completed = self.record.completed_at or datetime.now(UTC)
        self.live.set_notice(None)
        await self.become(replace(self.record, status=status, error=words, completed_at=completed))

    async def _cancel_held(self) -> None:
        try:
            await self._send_cancel()
        except ServiceProblem as problem:
            self.live.set_notice(f"It could not be canceled: {problem.message}")

    async def _send_cancel(self) -> None:
        """Send it up to three times (it is safe to repeat); the GET that follows says what became of the run."""
        kind, remote_id = self.record.kind, self.record.remote_id or ""
        for attempt in range(CANCEL_TRIES):
            try:
                await self._tools.connection.call(
                    lambda client: family_of(client, kind).cancel(remote_id, max_retries=0, priority=True)
                )
                break
            except ServiceProblem as problem:
                if problem.kind in (ProblemKind.NOT_FOUND, ProblemKind.CONFLICT):
                    break
                if attempt == CANCEL_TRIES - 1:
                    raise
            await asyncio.sleep(CANCEL_PAUSE)
        self._follower.ask_now()


def _was_streamed(record: RunRecord) -> bool:
    return record.options.get(STREAMED) is True
