"""Learns the account's runs that were made elsewhere: lists newest first, politely, until known ground."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from replicate_tui.services.account import AccountService
from replicate_tui.services.connection import Connection, LinkState
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.pull_walk import ListWalk
from replicate_tui.services.pulled import PulledRuns
from replicate_tui.services.translate import plain_history
from replicate_tui.store.adoption import AdoptResult
from replicate_tui.store.records import RunKind
from replicate_tui.store.remembered import Remembered

if TYPE_CHECKING:
    from replicate_tui.api.client import AsyncReplicate
    from replicate_tui.services.families import RemoteRun

_KINDS: Final[tuple[RunKind, ...]] = ("prediction", "training")

#: Seconds between two requests, and between two pages of the older history once the newest are known.
PAGE_SECONDS: Final = 1.0
OLDER_SECONDS: Final = 5.0

#: Runs of others that are going are asked for after so many seconds: soon while they move, seldom while they do not.
SOONEST: Final = 5.0
LATEST: Final = 30.0
GROWTH: Final = 1.5

#: A wait the service asks for is waited out up to so many seconds; other failures are tried again so many times.
LONGEST_WAIT: Final = 60.0
TRIES: Final = 4
FIRST_PAUSE: Final = 1.0

OTHER_COPY: Final = "Another open copy of the app reads the account's runs."
#: After these the reading goes on by itself once the service has answered something else.
_ENDED_BY_LINK: Final = frozenset({ProblemKind.OFFLINE, ProblemKind.UNAUTHORISED, ProblemKind.NO_TOKEN})


class PullState(NamedTuple):
    """How far the account's runs are known.

    `is_reading` while the newest are read; `has_older` while older pages are still to come, slowly. `pages`,
    `new_runs` and `changed_runs` count since the start. `problem` says in plain words why reading has stopped or waits.
    """

    is_reading: bool = False
    has_older: bool = False
    pages: int = 0
    new_runs: int = 0
    changed_runs: int = 0
    last_complete_at: datetime | None = None
    problem: str | None = None


class HistoryPull:
    """Reads the lists of predictions and trainings in one background task, in the copy of the app that is the owner.

    Listeners are called on the event loop. What goes wrong is told in `state.problem` and never raised; a lost line
    or a refused token ends the reading, which goes on when the link is there again.
    """

    def __init__(
        self,
        connection: Connection,
        pulled: PulledRuns,
        memory: Remembered,
        account: AccountService,
        become_owner: Callable[[], Awaitable[bool]],
    ) -> None:
        self._connection = connection
        self._pulled = pulled
        self._account = account
        self._knows_account = False
        self._become_owner = become_owner
        self._walks = tuple(ListWalk(kind, connection, memory, self._ask) for kind in _KINDS)
        self._state = PullState()
        self._listeners: list[Callable[[PullState], None]] = []
        self._task: asyncio.Task[None] | None = None
        self._wanted = asyncio.Event()
        self._next_request_at = 0.0
        self._waits_for_link = False
        self._unsubscribe: Callable[[], None] | None = None

    @property
    def state(self) -> PullState:
        return self._state

    def subscribe(self, listener: Callable[[PullState], None]) -> Callable[[], None]:
        """Call `listener` at each change of `state`; returns the way to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def refresh(self) -> None:
        """Read the newest runs now, in the background; while that is going on nothing more happens."""
        self._wanted.set()
        if self._unsubscribe is None:
            self._unsubscribe = self._connection.subscribe(self._link_changed)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="pull the account's runs")

    async def stop(self) -> None:
        """End the reading; the next `refresh` goes on where it was."""
        self._waits_for_link = False
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        self._waits_for_link = False
        try:
            with plain_history():
                is_owner = await self._become_owner()
            if is_owner:
                await self._learn_account()
                await self._keep_reading()
            else:
                self._tell(problem=OTHER_COPY)
        except ServiceProblem as problem:
            self._waits_for_link = problem.kind in _ENDED_BY_LINK
            self._knows_account = False
            self._tell(problem=problem.message)
        finally:
            self._tell(is_reading=False, has_older=False)

    async def _learn_account(self) -> None:
        """Ask once whose runs these are: a new token may be another account's, and what is known is known of one."""
        if self._knows_account:
            return
        try:
            await self._account.check()
        except ServiceProblem as problem:
            if problem.kind in _ENDED_BY_LINK:
                raise
        else:
            self._knows_account = True

    async def _keep_reading(self) -> None:
        """Read the newest, then what is older page by page; ask for unfinished runs until there are none."""
        pause, round_due, is_going = SOONEST, 0.0, False
        while True:
            if self._wanted.is_set() or (is_going and time.monotonic() >= round_due):
                pause = await self._round(pause)
                round_due = time.monotonic() + pause
            else:
                await self._read_older()
            has_older, is_going = self._walk_with_older() is not None, bool(await self._pulled.unfinished())
            self._tell(is_reading=False, has_older=has_older)
            if not has_older and not is_going:
                return
            left = round_due - time.monotonic() if is_going else OLDER_SECONDS
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wanted.wait(), min(left, OLDER_SECONDS) if has_older else left)

    async def _round(self, pause: float) -> float:
        """Bring everything newer than known ground up to date; returns the seconds to the next round."""
        is_wanted = self._wanted.is_set()
        self._wanted.clear()
        if is_wanted:
            self._tell(is_reading=True, problem=None)
        before = self._state
        for walk in self._walks:
            await walk.newest(self._take)
        changed = await self._pulled.ask_after_the_rest(self._ask)
        self._tell(changed_runs=self._state.changed_runs + changed, problem=self._refusal())
        if self._walk_with_older() is None:
            self._tell(last_complete_at=datetime.now(UTC))
        moved = (before.new_runs, before.changed_runs) != (self._state.new_runs, self._state.changed_runs)
        return SOONEST if moved or is_wanted else min(pause * GROWTH, LATEST)

    async def _read_older(self) -> None:
        walk = self._walk_with_older()
        if walk is not None:
            await walk.older(self._take)
            if self._walk_with_older() is None:
                self._tell(last_complete_at=datetime.now(UTC))

    def _walk_with_older(self) -> ListWalk | None:
        return next((walk for walk in self._walks if walk.has_older), None)

    def _refusal(self) -> str | None:
        """Say why a list ended before its end, if one did."""
        return next((f"The list of runs ended early: {walk.refusal}." for walk in self._walks if walk.refusal), None)

    async def _take(self, page: "list[RemoteRun]") -> AdoptResult:
        taken = await self._pulled.take(page)
        state = self._state
        self._tell(
            pages=state.pages + 1, new_runs=state.new_runs + taken.new, changed_runs=state.changed_runs + taken.changed
        )
        return taken

    async def _ask(self, operation: "Callable[[AsyncReplicate], Awaitable[Any]]") -> Any:
        """Send one request when its turn has come, and again after what passes; raises ServiceProblem."""
        failures = 0
        while True:
            await asyncio.sleep(self._next_request_at - time.monotonic())
            self._next_request_at = time.monotonic() + PAGE_SECONDS
            try:
                return await self._connection.call(operation)
            except ServiceProblem as problem:
                failures += 1
                wait = problem.retry_after or FIRST_PAUSE * 2.0 ** min(failures, 6)
                if not _passes(problem, failures) or wait > LONGEST_WAIT:
                    raise
                self._next_request_at = time.monotonic() + wait
                self._tell(problem=f"{problem.message} Reading goes on in {wait:.0f} s.")

    def _link_changed(self, state: LinkState) -> None:
        if state is LinkState.ONLINE and self._waits_for_link:
            self.refresh()

    def _tell(self, **changes: Any) -> None:
        state = self._state._replace(**changes)
        if state != self._state:
            self._state = state
            for listener in tuple(self._listeners):
                listener(state)


def _passes(problem: ServiceProblem, failures: int) -> bool:
    """Return whether the same request may succeed later."""
    if problem.kind is ProblemKind.RATE_LIMITED:
        return True
    return failures < TRIES and problem.status is not None and problem.status >= 500
