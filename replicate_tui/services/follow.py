"""Follow one run of the service to its end: the stream first as a preview, the poll beside it as the truth."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from replicate_tui.services.connection import Connection, LinkState
from replicate_tui.services.families import get_run
from replicate_tui.services.live import LiveRun
from replicate_tui.services.pace import Pace
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.store.statuses import KNOWN_STATUSES

if TYPE_CHECKING:
    from replicate_tui.api.client import AsyncReplicate
    from replicate_tui.services.families import RemoteRun

#: A broken stream is opened so many times, with growing pauses of this many seconds.
STREAM_OPENINGS = 4
REOPEN_PAUSE = 2.0

#: A run that was accepted and is not found this many times in a row is gone (removed, or of another account).
GONE_AFTER = 3

_NOT_ALLOWED = frozenset({ProblemKind.UNAUTHORISED, ProblemKind.NO_TOKEN})

#: How an output event of a file model begins; text may begin like that too, so the stream's path has a say.
_FILE_PREFIXES = ("https://", "http://", "data:")


class Report(Protocol):
    """What a follower tells its owner."""

    async def saw(self, run: "RemoteRun", *, streaming: bool) -> bool:
        """Take the service's word; returns whether it held news."""

    def stream_opened(self) -> None:
        """A stream begins, or begins anew from its start."""

    def streamed(self, chunk: str) -> None:
        """Take a chunk of streamed text, as the service sent it."""

    async def gone(self) -> None:
        """The service no longer knows the run: make it final."""


class Follower:
    """Follows one run; `followed` tells how many runs share the line."""

    def __init__(
        self, connection: Connection, live: LiveRun, report: Report, *, followed: Callable[[], Awaitable[int]]
    ) -> None:
        self._connection = connection
        self._live = live
        self._report = report
        self._followed = followed
        self._pace = Pace(live.record.kind)
        self._ask_now = asyncio.Event()
        self._soon: asyncio.TimerHandle | None = None
        self._asked_at = 0.0
        self._streaming = False
        self._not_found = 0
        self._complained = False

    def ask_now(self) -> None:
        """Ask for the truth without waiting for the next turn (a cancel was sent, a stream ended)."""
        self._ask_now.set()

    def ask_soon(self) -> None:
        """Ask as soon as the pace allows: someone says that there is news, and may say so often."""
        if self._soon is None:
            due = self._asked_at + self._pace.least_interval - time.monotonic()
            self._soon = asyncio.get_running_loop().call_later(max(0.0, due), self._ask_when_due)

    def _ask_when_due(self) -> None:
        self._soon = None
        self.ask_now()

    async def follow(self) -> None:
        """Return when a GET has made the record of the run final."""
        stream: asyncio.Task[None] | None = None
        try:
            # At least one GET: the answer to a create may be final already, but without logs and files.
            while True:
                if stream is None and self._stream_url:
                    stream = asyncio.create_task(self._stream(), name=f"stream {self._live.record.id}")
                await self._ask()
                if self._live.record.is_final:
                    return
        finally:
            if self._soon is not None:
                self._soon.cancel()
            if stream is not None:
                stream.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await stream

    async def _ask(self) -> None:
        """One turn: ask, report, wait for the next."""
        if self._connection.state is LinkState.UNAUTHORISED:
            await self._wait_authorised()
        self._ask_now.clear()
        started = self._asked_at = time.monotonic()
        try:
            run = await self._connection.call(self._get)
        except ServiceProblem as problem:
            await self._failed(problem)
            return
        now = time.monotonic()
        self._not_found = 0
        self._live.heard(now)
        self._complain(None)
        self._live.set_link("stream" if self._streaming else "poll")
        news = await self._report.saw(run, streaming=self._streaming)
        self._pace.answered(news=news, transfer_seconds=now - started)
        if self._live.record.is_final:
            return
        pause = self._pace.next_interval(
            followed=await self._followed(),
            streaming=self._streaming,
            status_known=self._live.record.status in KNOWN_STATUSES,
        )
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ask_now.wait(), pause)

    async def _wait_authorised(self) -> None:
        """One message, and no question until there is a token that is accepted."""
        problem = self._connection.problem
        self._complain(problem.message if problem else "The service does not accept the token.")
        self._live.set_link("none")
        await self._connection.wait_authorised()

    def _complain(self, complaint: str | None) -> None:
        """Show a complaint, or take back the last one; notices of others stay."""
        if complaint is not None or self._complained:
            self._live.set_notice(complaint)
        self._complained = complaint is not None

    async def _get(self, client: "AsyncReplicate") -> "RemoteRun":
        record = self._live.record
        return await get_run(client, record.kind, record.remote_id or "", max_retries=0)

    async def _failed(self, problem: ServiceProblem) -> None:
        if problem.kind in _NOT_ALLOWED:
            return  # the next turn waits
        if problem.kind is ProblemKind.NOT_FOUND:
            self._not_found += 1
            if self._not_found >= GONE_AFTER:
                await self._report.gone()
                return
        pause = self._pace.next_pause(problem.retry_after)
        retry_at = time.monotonic() + pause
        if problem.kind is ProblemKind.OFFLINE:
            self._live.set_link("offline", retry_at)
        else:
            self._complain(problem.message)
            self._live.set_link("poll", retry_at)
        await self._connection.wait_until(retry_at)

    @property
    def _stream_url(self) -> str | None:
        record = self._live.record
        return record.urls.get("stream") if record.kind == "prediction" else None  # trainings have none

    async def _stream(self) -> None:
        """Bring the preview; whenever it breaks off, the poll takes over at once."""
        try:
            for opening in range(STREAM_OPENINGS):
                self._report.stream_opened()
                try:
                    # Read anew each time: the address of a run may change while it is followed.
                    is_over = await self._stream_once(self._stream_url or "")
                finally:
                    self._streaming = False
                    self.ask_now()
                if is_over:
                    return
                await asyncio.sleep(REOPEN_PAUSE * 2**opening)
        except ServiceProblem:
            return  # no client: the poll says so

    async def _stream_once(self, url: str) -> bool:
        """Read one stream; returns whether it is no use to open it again."""
        client = await self._connection.client()
        events = client.stream_events(url)
        of_files = "/files/" in urlsplit(url).path
        async for event in events:
            if not self._streaming:
                self._streaming = True
                # Something came, so the run works: do not leave it "starting" until the next turn.
                self.ask_now()
            self._live.heard(time.monotonic())
            self._live.set_link("stream")
            if event.event != "output":
                continue
            if of_files and event.data.startswith(_FILE_PREFIXES):
                self.ask_now()
            else:
                self._report.streamed(event.data)
        end = events.end
        return end is None or end.reason != "cut" or end.status_code is not None
