"""Owns every unfinished run: one task each, news for whoever listens, and the history kept up to date."""

import asyncio
import random
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

from replicate_tui.services.archive import WANTED
from replicate_tui.services.events import RunEvent
from replicate_tui.services.live import LiveRun
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.saving import can_be_fetched, can_be_saved, is_of_others
from replicate_tui.services.shared_line import SharedLine
from replicate_tui.services.translate import plain_history
from replicate_tui.services.views import RunSnapshot
from replicate_tui.services.watch import Watch, WatchTools
from replicate_tui.store.records import RunRecord

#: Ended runs stay at hand, so that the screen that watched one finds it where it was.
ENDED_KEPT: Final = 16

#: Resumed runs are spread over this many seconds each, up to the longest.
SPREAD: Final = 0.1
LONGEST_SPREAD: Final = 5.0

#: How long `stop` waits for tasks to end, in seconds.
STOP_SECONDS: Final = 1.5


class RunTracker:
    """Follows unfinished runs whatever the screens do.

    Take a snapshot once, then apply events with a higher `seq`; callbacks run on the event loop. Each run is followed
    by the copy of the app that started it; `become_owner` says whether this copy takes up those left over at a start.
    """

    def __init__(self, tools: WatchTools, become_owner: Callable[[], Awaitable[bool]]) -> None:
        self._tools = tools
        self._become_owner = become_owner
        self._watches: dict[str, Watch] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ended: OrderedDict[str, LiveRun] = OrderedDict()
        self._line = SharedLine(tools.runs)
        self._listeners: list[Callable[[RunEvent], None]] = []

    def snapshot(self, run_id: str) -> RunSnapshot | None:
        """Return what is known of a run that is followed now or ended lately, or None (then see `load`)."""
        live = self._live(run_id)
        return live.snapshot() if live is not None else None

    async def load(self, run_id: str) -> RunSnapshot:
        """Return a snapshot of any run: followed now, or from the history.

        One that is not over is followed from now on, and what one of others has made is saved while the service has
        it. Raises ServiceProblem NOT_FOUND.
        """
        live = self._live(run_id)
        if live is None:
            with plain_history():
                record = await self._tools.runs.get(run_id)
            if record is None:
                raise ServiceProblem(ProblemKind.NOT_FOUND, "This run is not in the history.")
            if record.is_final and not can_be_fetched(record):
                watch = self._new_watch(record, announce=_nobody)
                await watch.recall()
                live = watch.live
            else:
                await self.watch(record, only_save=record.is_final)
                live = self._watches[run_id].live
        return live.snapshot()

    def live(self) -> tuple[RunSnapshot, ...]:
        """Return snapshots of all unfinished runs that are followed now, newest first."""
        unfinished = [watch for watch in self._watches.values() if not watch.record.is_final]
        unfinished.sort(key=lambda watch: watch.record.submitted_at, reverse=True)
        return tuple(watch.live.snapshot() for watch in unfinished)

    @property
    def is_busy(self) -> bool:
        """Whether a run is followed, or what it made is being saved."""
        return bool(self._tasks)

    def subscribe(self, callback: Callable[[RunEvent], None]) -> Callable[[], None]:
        """Hear the news of all runs; returns the way to stop hearing."""
        self._listeners.append(callback)

        def unsubscribe() -> None:
            if callback in self._listeners:
                self._listeners.remove(callback)

        return unsubscribe

    def announce_intent(self, record: RunRecord) -> Watch:
        """Show a run that is being sent; `watch` follows it once the service has named it."""
        watch = self._watches.get(record.id)
        if watch is None:
            watch = self._watches[record.id] = self._new_watch(record)
            watch.live.touch()
        return watch

    def forget(self, run_id: str) -> None:
        """Drop a run that was refused and never ran; listeners hear that it changed, and find no snapshot."""
        watch = self._watches.pop(run_id, None)
        if watch is not None:
            watch.live.touch()

    async def watch(self, record: RunRecord, *, after: float = 0.0, only_save: bool = False) -> None:
        """Follow a run until it ends and its outputs are saved; it begins after `after` seconds."""
        if record.id in self._tasks:
            return
        watch = self.announce_intent(record)
        task = asyncio.create_task(self._run(watch, after, only_save=only_save), name=f"watch {record.id}")
        self._tasks[record.id] = task
        await watch.begin(record)

    async def cancel(self, run_id: str) -> bool:
        """Cancel a run that is followed here, and tell whether there is one; raises ServiceProblem."""
        watch = self._watches.get(run_id)
        if watch is None or watch.record.is_final:
            return False
        await watch.cancel()
        return True

    async def set_option(self, run_id: str, name: str, value: Any) -> None:
        """Change an option of a run that is followed here; nothing happens to others."""
        watch = self._watches.get(run_id)
        if watch is not None:
            await watch.alter(lambda record: replace(record, options={**record.options, name: value}))

    async def save(self, record: RunRecord) -> None:
        """Save what a run made, or will have made, whatever the settings say; nothing happens when it is saved."""
        if record.id in self._tasks:
            await self.set_option(record.id, WANTED, True)
        elif record.is_final and can_be_saved(record):
            wanted = replace(record, options={**record.options, WANTED: True})
            await self.watch(wanted, only_save=True)

    def nudge(self, run_id: str, *, at_once: bool = False) -> None:
        """Ask after a run that is followed here as soon as its pace allows, or `at_once`; others are left alone."""
        watch = self._watches.get(run_id)
        if watch is not None:
            watch.nudge(at_once=at_once)

    async def until_done(self, run_id: str) -> None:
        """Wait until a run that is followed here is over, and what it made is saved."""
        task = self._tasks.get(run_id)
        if task is not None:
            await asyncio.wait((task,))

    async def resume(self) -> None:
        """Take up every unfinished run of the history, and every save of outputs that was cut off.

        Runs of others that were never watched here are left to whoever reads the account's lists.
        """
        if not await self._become_owner():
            return
        with plain_history():
            # What was removed could be brought back until the app was left.
            await self._tools.runs.forget_hidden()
            unfinished = [run for run in await self._tools.runs.unfinished() if not (run.is_final or is_of_others(run))]
            unsaved = await self._tools.runs.unsaved()
        for place, record in enumerate([*unfinished, *unsaved]):
            if record.id not in self._watches:
                spread = random.uniform(0, min(place * SPREAD, LONGEST_SPREAD))
                await self.watch(record, after=spread, only_save=record.is_final)

    async def stop(self) -> None:
        """Stop following, within about two seconds; what was heard so far is in the history afterwards."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_SECONDS)

    async def _run(self, watch: Watch, after: float, *, only_save: bool) -> None:
        run_id = watch.record.id
        try:
            await asyncio.sleep(after)
            await watch.run(only_save=only_save)
        except Exception:
            watch.live.set_notice("Following this run failed here; it goes on at the service.")
            raise
        finally:
            self._tasks.pop(run_id, None)
        self._watches.pop(run_id, None)
        self._ended[run_id] = watch.live
        while len(self._ended) > ENDED_KEPT:
            self._ended.popitem(last=False)

    def _new_watch(self, record: RunRecord, announce: Callable[[RunEvent], None] | None = None) -> Watch:
        return Watch(record, self._tools, announce or self._announce, followed=self._followed)

    async def _followed(self) -> int:
        return await self._line.followed(len(self._tasks))

    def _live(self, run_id: str) -> LiveRun | None:
        watch = self._watches.get(run_id)
        return watch.live if watch is not None else self._ended.get(run_id)

    def _announce(self, event: RunEvent) -> None:
        for listener in tuple(self._listeners):
            listener(event)


def _nobody(_: RunEvent) -> None:
    """Hear the news of a run that is only looked at: nothing of it is new."""
