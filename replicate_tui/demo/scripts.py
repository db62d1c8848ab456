"""Scripts of runs: what becomes of a prediction or a training, decided by a fault rule and not by its model."""

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from replicate_tui.demo.clock import NANOSECONDS, Clock
from replicate_tui.demo.model import Job
from replicate_tui.demo.model import Run as Work
from replicate_tui.demo.records import Run
from replicate_tui.demo.scripted_files import ScriptedFile, ScriptedFiles
from replicate_tui.demo.scripted_logs import LogScript, tell_log
from replicate_tui.demo.webhook_faults import WebhookFault

#: Under this name a request's scope carries the script of the run it makes.
SCRIPT = "replicate_tui.script"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that happens `after` so many seconds at speed 1.

    A status, known or not, with its error, also one that a run had before; an output; or lines in the log.
    """

    after: float = 0.0
    status: str | None = None
    error: str | None = None
    output: Any = None
    log: str | None = None
    repeat: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunScript:
    """What becomes of a run; seconds at speed 1, counted from its creation where nothing else is said.

    `steps` come whatever the model does; with `works` false the model does nothing, and they are all that happens.
    `output`, or the addresses of `files`, take the place of what the model makes; `files_gone_after` so many seconds
    after the end all its files are 404. `logs` are told beside those of the model.

    `at_cancel` is the status that a cancel ends in, `cancel_takes` how long after the cancel it does so (below 0: the
    run had ended before the cancel came). `removed_after` is when input, output and logs are removed, `listed_after`
    when lists show the run, `is_listed` false for never. `twins` makes so many more runs of the same input, of which
    no answer tells. `shown_late` makes answers and lists show output and end so much later than the stream does.
    `webhooks` is what is wrong with its webhooks.
    """

    steps: tuple[Step, ...] = ()
    works: bool = True
    output: Any = None
    files: tuple[ScriptedFile, ...] = ()
    files_gone_after: float | None = None
    logs: LogScript | None = None
    at_cancel: str | None = None
    cancel_takes: float = 0.0
    removed_after: float | None = None
    listed_after: float = 0.0
    is_listed: bool = True
    twins: int = 0
    shown_late: float = 0.0
    webhooks: WebhookFault | None = None


class Scripts:
    """The scripts of the runs that have one."""

    def __init__(self, clock: Clock, files: ScriptedFiles) -> None:
        self._clock = clock
        self._files = files
        self._scripts: dict[str, RunScript] = {}
        self._told: dict[str, list[int]] = {}
        self._timers: dict[str, list[asyncio.TimerHandle]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(
        self, run: Run, script: RunScript, play: Callable[[Run, Step], None], tell: Callable[[Run], None]
    ) -> None:
        """Take up the script of `run`: `play` is called for each step, `tell` when its log has grown."""
        self._scripts[run.id] = script
        for step in script.steps:
            self.later(run, step.after, play, run, step)
        if script.logs is not None:
            task = asyncio.create_task(tell_log(run, script.logs, self._clock, tell), name=f"demo-log-{run.id}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def later(self, run: Run, seconds: float, callback: Callable[..., object], *arguments: Any) -> None:
        """Call back in `seconds` at speed 1, unless `run` is forgotten by then."""
        timer = asyncio.get_running_loop().call_later(self._clock.scaled(seconds), callback, *arguments)
        self._timers.setdefault(run.id, []).append(timer)

    def hear(self, run: Run, event: str) -> None:
        """Note when `run` told something, where its script needs to know."""
        script = self.of(run)
        if script is None:
            return
        if event == "output" and script.shown_late:
            self._told.setdefault(run.id, []).append(self._clock.now())
        if event == "completed" and script.files_gone_after is not None:
            self.later(run, script.files_gone_after, self._files.remove, run)

    def of(self, run: Run) -> RunScript | None:
        return self._scripts.get(run.id) if self._scripts else None

    def forget(self, run: Run) -> None:
        if self._scripts.pop(run.id, None) is not None:
            self._files.forget(run)
            self._told.pop(run.id, None)
            for timer in self._timers.pop(run.id, ()):
                timer.cancel()

    def close(self) -> None:
        """Forget all scripts."""
        for timers in self._timers.values():
            for timer in timers:
                timer.cancel()
        for task in self._tasks:
            task.cancel()
        for table in (self._scripts, self._told, self._timers):
            table.clear()

    def is_listed(self, run: Run) -> bool:
        script = self.of(run)
        if script is None:
            return True
        return script.is_listed and self._clock.now() >= run.created + self._nanoseconds(script.listed_after)

    def shown(self, run: Run) -> Run:
        """Return `run` as answers show it, which may be as it was a while ago."""
        script = self.of(run)
        if script is None or not script.shown_late:
            return run
        moment = self._clock.now() - self._nanoseconds(script.shown_late)
        if run.completed is not None and run.completed <= moment:
            return run
        pieces = bisect_right(self._told.get(run.id, []), moment)
        output = run.output[:pieces] if isinstance(run.output, list) and pieces else None
        status = "processing" if run.is_terminal else run.status
        return replace(run, output=output, status=status, error=None, completed=None)

    def work_of(self, run: Run) -> Work | None:
        """Return the work of a run whose model is to do nothing, or to be spared; None for all others."""
        script = self.of(run)
        if script is None:
            return None
        if not script.works:
            return _wait_for_the_script
        if not script.files and script.output is None:
            return None

        async def deliver(_: Job, __: Mapping[str, Any]) -> Any:
            return [self._files.publish(run, file) for file in script.files] or script.output

        return deliver

    def _nanoseconds(self, seconds: float) -> int:
        return round(self._clock.scaled(seconds) * NANOSECONDS)


async def _wait_for_the_script(_: Job, __: Mapping[str, Any]) -> None:
    await asyncio.Event().wait()
