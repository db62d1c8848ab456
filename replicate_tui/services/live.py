"""One followed run in memory, and its news: coalesced to ten a second, the first one at once."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from replicate_tui.services.events import (
    LogsChanged,
    OutputAppended,
    OutputReplaced,
    RunChanged,
    RunEnded,
    RunEvent,
)
from replicate_tui.services.merge import destination_of, new_version_in
from replicate_tui.services.views import RunProgress, RunSeries, RunSnapshot
from replicate_tui.store.records import RunRecord

Link = Literal["stream", "poll", "offline", "none"]

#: Seconds between two bundles of news of one run.
NEWS_INTERVAL = 0.1

_CANCELED = frozenset({"canceled", "aborted"})

#: A sign of life alone is news only this often, in seconds.
HEARD_INTERVAL = 5.0


@dataclass(slots=True)
class _Pending:
    """News not told yet; `replaced` is the whole text when the streamed one was thrown away."""

    changed: bool = False
    appended: list[str] = field(default_factory=list)
    appended_length: int = 0
    replaced: str | None = None
    logs: bool = False
    logs_replaced: bool = False

    def __bool__(self) -> bool:
        return self.changed or self.logs or bool(self.appended) or self.replaced is not None

    def text_over(self, shown: str) -> str:
        """Return the whole text, where `shown` is what was told."""
        return (shown if self.replaced is None else self.replaced) + "".join(self.appended)


class LiveRun:
    """The state of one followed run. `announce` hears its news on the event loop, in order of `seq`."""

    def __init__(self, record: RunRecord, announce: Callable[[RunEvent], None]) -> None:
        self.asked_here = False
        self._record = record
        self._announce = announce
        self._seq = 0
        self._text = ""
        self._log_path: Path | None = None
        self._folder: Path | None = None
        self._folder_problem: str | None = None
        self._progress: RunProgress | None = None
        self._series: tuple[RunSeries, ...] = ()
        self._link: Link = "none"
        self._heard_at: float | None = None
        self._heard_told = 0.0
        self._retry_at: float | None = None
        self._notice: str | None = None
        self._pending = _Pending()
        self._told_at = float("-inf")
        self._timer: asyncio.Handle | None = None

    @property
    def record(self) -> RunRecord:
        return self._record

    @property
    def text(self) -> str:
        """The streamed text so far, cleaned, with what has not been told yet."""
        return self._pending.text_over(self._text)

    @property
    def text_length(self) -> int:
        """The length of `text`, without putting it together: a token costs the same however many came before."""
        pending = self._pending
        shown = self._text if pending.replaced is None else pending.replaced
        return len(shown) + pending.appended_length

    def snapshot(self) -> RunSnapshot:
        """Return all that is known; pending news is told first, so that none of it comes again later."""
        self.tell()
        is_training = self._record.kind == "training"
        return RunSnapshot(
            seq=self._seq,
            run=self._record,
            text=self._text,
            log_path=self._log_path,
            progress=self._progress,
            link=self._link,
            heard_at=self._heard_at,
            retry_at=self._retry_at,
            folder=self._folder,
            folder_problem=self._folder_problem,
            notice=self._notice,
            series=self._series,
            destination=destination_of(self._record) if is_training else "",
            new_version=new_version_in(self._record.output) if is_training else "",
        )

    def touch(self) -> None:
        """Say that there is news, without any: the run has appeared or is about to vanish."""
        self._change()

    def set_record(self, record: RunRecord) -> None:
        if record != self._record:
            self._record = record
            self._change()

    def set_link(self, link: Link, retry_at: float | None = None) -> None:
        if (link, retry_at) != (self._link, self._retry_at):
            self._link, self._retry_at = link, retry_at
            self._change()

    def set_notice(self, notice: str | None) -> None:
        if notice != self._notice:
            self._notice = notice
            self._change()

    def set_progress(self, progress: RunProgress | None) -> None:
        if progress != self._progress:
            self._progress = progress
            self._change()

    def set_series(self, series: tuple[RunSeries, ...]) -> None:
        if series != self._series:
            self._series = series
            self._change()

    def set_folder(self, folder: Path | None, problem: str | None) -> None:
        if (folder, problem) != (self._folder, self._folder_problem):
            self._folder, self._folder_problem = folder, problem
            self._change()

    def heard(self, now: float) -> None:
        """Note a sign of life of the service at `now` (monotonic)."""
        self._heard_at = now
        if now - self._heard_told >= HEARD_INTERVAL:
            self._heard_told = now
            self._change()

    def append_text(self, delta: str) -> None:
        """Add cleaned text."""
        if delta:
            self._pending.appended.append(delta)
            self._pending.appended_length += len(delta)
            self._soon()

    def replace_text(self, text: str) -> None:
        """Show `text` (cleaned) instead: as an addition where it only goes on."""
        shown = self.text
        if text.startswith(shown):
            self.append_text(text[len(shown) :])
        else:
            self._pending.replaced = text
            self._pending.appended = []
            self._pending.appended_length = 0
            self._soon()

    def logs_changed(self, path: Path, *, replaced: bool) -> None:
        """Note that the log file grew, or was written anew."""
        if path != self._log_path:
            self._log_path = path
            self._pending.changed = True
        self._pending.logs = True
        self._pending.logs_replaced |= replaced
        self._soon()

    def end(self) -> None:
        """Tell everything, and that the run is over."""
        self.tell()
        self._seq += 1
        status = self._record.status
        was_canceled = self.asked_here and status in _CANCELED
        self._announce(RunEnded(self._record.id, self._seq, status, was_canceled))

    def tell(self) -> None:
        """Tell pending news now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._pending:
            return
        pending, self._pending = self._pending, _Pending()
        self._told_at = asyncio.get_running_loop().time()
        self._text = pending.text_over(self._text)
        # The state is complete before anyone is called: a snapshot taken meanwhile makes the rest of the bundle old.
        for event in self._bundle(pending):
            self._announce(event)

    def _bundle(self, pending: _Pending) -> list[RunEvent]:
        run_id = self._record.id
        events: list[RunEvent] = []
        if pending.changed:
            events.append(RunChanged(run_id, self._next()))
        if pending.replaced is not None:
            events.append(OutputReplaced(run_id, self._next(), self._text))
        elif pending.appended:
            events.append(OutputAppended(run_id, self._next(), "".join(pending.appended)))
        if pending.logs:
            events.append(LogsChanged(run_id, self._next(), pending.logs_replaced))
        return events

    def _next(self) -> int:
        self._seq += 1
        return self._seq

    def _change(self) -> None:
        self._pending.changed = True
        self._soon()

    def _soon(self) -> None:
        """Tell at once after a quiet interval, else when the interval is over."""
        if self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        due = self._told_at + NEWS_INTERVAL
        self._timer = loop.call_soon(self.tell) if loop.time() >= due else loop.call_at(due, self.tell)
