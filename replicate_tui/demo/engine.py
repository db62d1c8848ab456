"""The job engine: takes runs from the queue through boot and work to their end, or to their cancellation."""

import asyncio
import math
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from replicate_tui.demo.clock import NANOSECONDS, Clock, seconds_between
from replicate_tui.demo.fleet import Fleet
from replicate_tui.demo.job import LocalJob, Workplace
from replicate_tui.demo.library import ListedModel
from replicate_tui.demo.model import ModelFailure
from replicate_tui.demo.model import Run as Work
from replicate_tui.demo.records import TERMINAL, Run
from replicate_tui.demo.scripts import Step
from replicate_tui.demo.state import State
from replicate_tui.demo.streams import EventStream, replayed

_COMPUTE_THREADS = 2

Listener = Callable[[Run, str], None]
WorkOf = Callable[[Run, ListedModel], Work]


class Engine:
    """Owns one task for each run that has not ended."""

    def __init__(self, state: State, clock: Clock, *, origin: str, work_of: WorkOf) -> None:
        """`work_of` finds what a run does: the model's own work, or a training."""
        self._work_of = work_of
        self._state = state
        self._clock = clock
        self._executor = ThreadPoolExecutor(_COMPUTE_THREADS, thread_name_prefix="demo-compute")
        self._place = Workplace(state, clock, origin, self._executor)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._deadlines: dict[str, asyncio.TimerHandle] = {}
        self._ended: dict[str, asyncio.Event] = {}
        self._streams: dict[str, EventStream] = {}
        self._fleet = Fleet(clock)
        self._listeners: list[Listener] = []
        state.on_removal(self._forget_stream)

    def _forget_stream(self, run: Run) -> None:
        self._streams.pop(run.id, None)

    def listen(self, listener: Listener) -> None:
        """Call back with each run and one of start, output, logs or completed as it happens."""
        self._listeners.append(listener)

    def launch(self, run: Run, listed: ListedModel, input: Mapping[str, Any], *, has_started: bool = False) -> None:
        """Begin `run`, with its secrets in `input`; `has_started` leaves out queue and boot."""
        self._ended[run.id] = asyncio.Event()
        self._streams[run.id] = EventStream()
        work = self._from_queue_to_end(run, listed, input, has_started=has_started)
        task = asyncio.create_task(work, name=f"demo-run-{run.id}")
        self._tasks[run.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(run.id, None))
        if run.deadline is not None:
            left = max(0.0, seconds_between(self._clock.now(), run.deadline))
            self._deadlines[run.id] = asyncio.get_running_loop().call_later(left, self._pass_deadline, run)

    def resume(self, run: Run, listed: ListedModel | None, input: Mapping[str, Any]) -> None:
        """Begin a run again that was under way when the service stopped."""
        for key in run.blobs:
            self._state.storage.drop(key)
        run.output, run.metrics, run.blobs = None, {}, []
        run.logs.clear()
        if listed is None:
            self._finish(run, "failed", error="Prediction interrupted; please retry (code: PA)")
        else:
            self.launch(run, listed, input, has_started=run.started is not None)

    def cancel(self, run: Run, *, status: str = "canceled", completed: int | None = None) -> None:
        """End `run` at once, or as if it had been at `completed`; one that has ended stays as it is."""
        self._stop(run, status, completed=completed)

    def play(self, run: Run, step: Step) -> None:
        """Let a script decide what `run` says and shows, whatever its model does; see `scripts.py`."""
        if step.log is not None:
            for _ in range(step.repeat):
                run.logs.append(step.log)
            self.tell_logs(run)
        if step.output is not None:
            run.output = step.output
            self._tell(run, "output")
        if step.status is None:
            return
        if step.status in TERMINAL:
            self._stop(run, step.status, error=step.error)
        else:
            run.status, run.error = step.status, step.error
            self._state.save_run(run)

    def tell_logs(self, run: Run) -> None:
        """Let listeners know that the log of `run` has changed."""
        self._tell(run, "logs")

    async def wait(self, run: Run, seconds: float) -> bool:
        """Return whether `run` ended within `seconds`."""
        ended = self._ended.get(run.id)
        if ended is None or run.is_terminal:
            return run.is_terminal
        try:
            await asyncio.wait_for(ended.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def stream(self, run: Run) -> EventStream:
        """Return the events of `run`, told again from its output when it ended before the last start."""
        if run.data_removed:
            # Nothing is left to tell; the reader waits in vain, as with the real service.
            return EventStream()
        return self._streams.get(run.id) or replayed(run)

    async def rehearse(self, run: Run, listed: ListedModel, input: Mapping[str, Any]) -> None:
        """Do the work of `run` now, without waiting; its times are as if it had waited."""
        pace = Clock(math.inf)
        job = LocalJob(run, self._place, EventStream(), pace=pace, tell=lambda _: None)
        began = self._clock.now()
        run.logs.append(_notice(run, listed))
        status, error = await self._work(run, listed, job, input)
        queued = round(listed.model.queue * NANOSECONDS)
        worked = self._clock.now() - began + round(job.slept * NANOSECONDS)
        run.status, run.error = status, error
        run.started = run.created + queued
        run.completed = run.started + worked
        self._measure(run)

    async def halt(self) -> None:
        """Stop all work; runs that had not ended stay as they are, to be resumed."""
        tasks = list(self._tasks.values())
        for handle in self._deadlines.values():
            handle.cancel()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for ended in self._ended.values():
            ended.set()
        for table in (self._deadlines, self._ended, self._streams):
            table.clear()

    def close(self) -> None:
        """Give up what is computed; nothing can be launched any more."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    async def _from_queue_to_end(
        self, run: Run, listed: ListedModel, input: Mapping[str, Any], *, has_started: bool
    ) -> None:
        run.logs.append(_notice(run, listed))
        if not has_started:
            await self._fleet.wait_for_start(listed.model, is_warm=self._is_deployed_warm(run))
        run.started = self._clock.now()
        run.status = "processing"
        self._state.save_run(run)
        self._tell(run, "start")
        stream = self._streams[run.id]
        job = LocalJob(run, self._place, stream, pace=self._clock, tell=lambda event: self._tell(run, event))
        status, error = await self._work(run, listed, job, input)
        self._fleet.keep_warm(listed.model)
        self._finish(run, status, error=error)

    async def _work(
        self, run: Run, listed: ListedModel, job: LocalJob, input: Mapping[str, Any]
    ) -> tuple[str, str | None]:
        try:
            output = await self._work_of(run, listed)(job, input)
        except ModelFailure as failure:
            return "failed", str(failure)
        except Exception as failure:  # noqa: BLE001 (a bug in one model fails its run, not the service)
            run.logs.append(traceback.format_exc().rstrip())
            return "failed", f"{type(failure).__name__}: {failure}"
        if output is not None:
            job.deliver(output)
        return "succeeded", None

    def _is_deployed_warm(self, run: Run) -> bool:
        deployment = self._state.deployments.get(run.deployment or "")
        return deployment is not None and deployment.min_instances > 0

    def _pass_deadline(self, run: Run) -> None:
        self._stop(run, "aborted" if run.started is None else "canceled")

    def _stop(self, run: Run, status: str, *, error: str | None = None, completed: int | None = None) -> None:
        task = self._tasks.get(run.id)
        self._finish(run, status, error=error, completed=completed)
        if task is not None:
            task.cancel()

    def _finish(self, run: Run, status: str, *, error: str | None = None, completed: int | None = None) -> None:
        if run.is_terminal:
            return
        run.status, run.error, run.completed = status, error, completed or self._clock.now()
        self._measure(run)
        stream = self._streams.get(run.id)
        if stream is not None:
            stream.finish(status, error)
        deadline = self._deadlines.pop(run.id, None)
        if deadline is not None:
            deadline.cancel()
        self._state.save_run(run)
        ended = self._ended.pop(run.id, None)
        if ended is not None:
            ended.set()
        self._tell(run, "completed")

    def _measure(self, run: Run) -> None:
        end = run.completed or run.created
        worked = seconds_between(run.started, end) if run.started is not None else 0.0
        run.metrics = {
            **run.metrics,
            "predict_time": round(worked, 9),
            "total_time": round(seconds_between(run.created, end), 6),
        }

    def _tell(self, run: Run, event: str) -> None:
        for listener in self._listeners:
            listener(run, event)


def _notice(run: Run, listed: ListedModel) -> str:
    if run.kind == "training":
        return f"Demo: this only looks like a training of {listed.model.full_name}; nothing is learned."
    return f"Demo: this is a local stand-in for {listed.model.full_name}, not the real model."
