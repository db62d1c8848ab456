"""Watches runs without a screen: each change is one line, for pipes and for screen readers."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from replicate_tui.cli.log_lines import LogLines
from replicate_tui.services.bundle import Services
from replicate_tui.services.connection import LinkState
from replicate_tui.services.events import RunEvent
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.views import RunProgress, RunSnapshot
from replicate_tui.store.records import RunRecord
from replicate_tui.text import clean, clean_line

SUCCEEDED, FAILED, CANCELED, NOT_ALLOWED, NO_SERVICE = 0, 1, 3, 4, 6
_CODES: Final = {
    ProblemKind.UNAUTHORISED: NOT_ALLOWED,
    ProblemKind.NO_TOKEN: NOT_ALLOWED,
    ProblemKind.FORBIDDEN: NOT_ALLOWED,
    ProblemKind.OFFLINE: NO_SERVICE,
    ProblemKind.SERVICE: NO_SERVICE,
    ProblemKind.RATE_LIMITED: 5,
}
_WORSE_AND_WORSE: Final = (SUCCEEDED, CANCELED, FAILED)
#: Longer lines of a log are cut, in characters.
LONGEST_LOG_LINE: Final = 2_000
#: A line about progress comes with every so many percent.
PERCENT_A_LINE: Final = 5


class PlainWatch:
    """`write` gets whole lines, cleaned for a terminal; those of the runs' logs too, unless `with_logs` is false."""

    def __init__(self, services: Services, write: Callable[[str], None], *, with_logs: bool = True) -> None:
        self._services = services
        self._write = write
        self._with_logs = with_logs
        self._logs: dict[str, LogLines] = {}
        self._said: dict[str, dict[str, str]] = {}
        self._refused = asyncio.Event()
        #: Runs that had ended before: their logs are still to come, and their ends are told after those.
        self._over: frozenset[str] = frozenset()

    async def watch(self, references: Sequence[str]) -> int:
        """Watch runs by the service's ids or web URLs until all are over and saved; returns the exit code.

        Raises ServiceProblem when one of them cannot be found.
        """
        services = self._services
        stop_hearing = services.connection.subscribe(self._hear_link)
        try:
            runs = [await services.runs.open_remote(reference) for reference in references]
            for run in runs:
                self._said[run.id] = {}
                self._logs[run.id] = LogLines()
            self._over = frozenset(run.id for run in runs if run.is_final)
            services.tracker.subscribe(self._hear)
            first = {run.id: await services.tracker.load(run.id) for run in runs}
            for snapshot in first.values():
                self._tell(snapshot)
            done = asyncio.gather(*(services.tracker.until_done(run.id) for run in runs))
            refused = asyncio.create_task(self._refused.wait())
            await asyncio.wait((done, refused), return_when=asyncio.FIRST_COMPLETED)
            refused.cancel()
            if not done.done():
                done.cancel()
                return NOT_ALLOWED
            records = [await services.runs.get(run.id) for run in runs]
        finally:
            stop_hearing()
        self._over = frozenset()
        for record in records:
            self._tell(services.tracker.snapshot(record.id) or first[record.id])
            self._tell_saved(record)
        return max((code_of(record.status) for record in records), key=_WORSE_AND_WORSE.index)

    def _hear(self, event: RunEvent) -> None:
        if event.run_id in self._said and (snapshot := self._services.tracker.snapshot(event.run_id)):
            self._tell(snapshot)

    def _hear_link(self, state: LinkState) -> None:
        if state is LinkState.UNAUTHORISED:
            self._refused.set()

    def _tell(self, snapshot: RunSnapshot) -> None:
        """Say what is new of a run; each kind of news once."""
        run = snapshot.run
        # First: what a log says comes before the end it leads to.
        if snapshot.log_path is not None:
            self._tell_log(run, snapshot.log_path)
        if run.id in self._over:
            return
        offline = "offline, trying again" if snapshot.link == "offline" else ""
        self._say(run, "link", offline)
        if not run.is_final:
            self._say(run, "status", f"{clean_line(run.status)} {_what(snapshot)}")
            self._say(run, "notice", clean_line(snapshot.notice or ""))
            self._tell_progress(snapshot)
        elif run.error:
            self._say(run, "status", f"{clean_line(run.status)}: {clean_line(run.error)}")
        else:
            made = f", new version {clean_line(str(run.output['version']))}" if snapshot.new_version else ""
            took = run.metrics.get("predict_time")
            time = f" in {_span(took)}" if isinstance(took, int | float) else ""
            self._say(run, "status", f"{clean_line(run.status)}{time}{made}")

    def _tell_progress(self, snapshot: RunSnapshot) -> None:
        progress = snapshot.progress
        if progress is None:
            return
        mark = str(int(progress.fraction * 100) // PERCENT_A_LINE)
        if self._said[snapshot.run.id].get("mark") != mark:
            self._said[snapshot.run.id]["mark"] = mark
            loss = next((series for series in snapshot.series if "loss" in series.name.lower()), None)
            told = f", {clean_line(loss.name, 40)} {loss.values[-1]:.4g}" if loss else ""
            self._say(snapshot.run, "progress", f"{_progress_words(progress)}{told}")

    def _tell_log(self, run: RunRecord, path: Path) -> None:
        log = self._logs[run.id]
        lines = log.new(path)
        for line in [*lines, *log.rest()] if run.is_final else lines:
            if self._with_logs:
                self._write_line(run, f"| {clean(line[:LONGEST_LOG_LINE])}")

    def _tell_saved(self, run: RunRecord) -> None:
        if run.folder and run.is_final:
            self._say(run, "saved", f"{clean_line(str(run.saved))} in {clean_line(run.folder, 300)}")

    def _say(self, run: RunRecord, kind: str, words: str) -> None:
        said = self._said[run.id]
        if words.strip() and said.get(kind) != words:
            self._write_line(run, words)
        said[kind] = words

    def _write_line(self, run: RunRecord, words: str) -> None:
        self._write(f"{datetime.now():%H:%M:%S} {clean_line(run.remote_id or 'unnamed')} {words}")  # noqa: DTZ005  (for a person here)


def code_of(status: str) -> int:
    """Return the exit code for how a run ended."""
    return {"succeeded": SUCCEEDED, "canceled": CANCELED, "aborted": CANCELED}.get(status, FAILED)


def code_of_problem(problem: ServiceProblem) -> int:
    """Return the exit code for why runs could not be watched."""
    return _CODES.get(problem.kind, FAILED)


def _what(snapshot: RunSnapshot) -> str:
    destination = f" into {clean_line(snapshot.destination)}" if snapshot.destination else ""
    return f"{clean_line(snapshot.run.model)}{destination}"


def _progress_words(progress: RunProgress) -> str:
    """Return "412 of 1000, 41 %, 0.57 a second, ends about 10:44"."""
    parts = [f"{progress.fraction:.0%}".replace("%", " %")]
    if progress.current is not None and progress.total is not None:
        parts.insert(0, f"{progress.current} of {progress.total}")
    if progress.rate:
        parts.append(f"{progress.rate:.3g} a second")
    left = progress.seconds_left
    if left is not None and left < timedelta(days=366).total_seconds():
        end = datetime.now() + timedelta(seconds=left)  # noqa: DTZ005  (for a person here)
        parts.append(f"ends about {end:%H:%M}")
    return ", ".join(parts)


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"
