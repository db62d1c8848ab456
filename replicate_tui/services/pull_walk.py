"""The way through one list of the account: how far down it is known, kept between starts."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from replicate_tui.services.cards import moment
from replicate_tui.services.connection import Connection
from replicate_tui.services.families import family_of
from replicate_tui.services.translate import plain_history
from replicate_tui.store.adoption import AdoptResult
from replicate_tui.store.records import RunKind
from replicate_tui.store.remembered import Remembered

if TYPE_CHECKING:
    from replicate_tui.api.client import AsyncReplicate
    from replicate_tui.api.pagination import Page
    from replicate_tui.services.families import RemoteRun

#: So many pages are read at once; what is older is read slowly afterwards. The service has 100 runs to a page.
PAGES_AT_ONCE: Final = 10

#: Some times are told with two digits of fraction: what looks as old as the oldest may not have been seen yet.
_TOLD_TO: Final = timedelta(seconds=1)


class Ask(Protocol):
    """Sends one request when its turn has come; raises ServiceProblem."""

    async def __call__(self, operation: "Callable[[AsyncReplicate], Awaitable[Any]]", /) -> Any: ...


#: Writes a page to the history.
Take = Callable[["list[RemoteRun]"], Awaitable[AdoptResult]]


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of a list: everything up to `floor`, and everything from `tail` to `head`; None is nothing."""

    floor: datetime | None = None
    head: datetime | None = None
    tail: datetime | None = None


class ListWalk:
    """Reads the list of one kind of runs: the newest down to known ground, and the gap below, page by page."""

    def __init__(self, kind: RunKind, connection: Connection, memory: Remembered, ask: Ask) -> None:
        self.kind: RunKind = kind
        self.refusal: str | None = None
        self._connection = connection
        self._memory = memory
        self._ask = ask
        self._key = ""
        self._ground = Ground()
        self._older: Page[RemoteRun] | None = None

    @property
    def has_older(self) -> bool:
        """Whether there is a gap between what was read last and what was known before."""
        return self._ground.tail is not None

    async def newest(self, take: Take) -> None:
        """Read from the newest run down to known ground, at most `PAGES_AT_ONCE`; `take` gets each page.

        Raises ServiceProblem. What was read is then in the history, and will be read once more.
        """
        ground = await self.recall()
        known = ground.head or ground.floor
        top = tail = None
        page: Page[RemoteRun] | None = None
        held = 0
        for _ in range(PAGES_AT_ONCE):
            page = await self._first() if page is None else await self._after(page)
            newest, oldest = _span(page.results)
            top, tail = top or newest, oldest or tail
            taken = await take(page.results)
            held += taken.held
            if (_is_below(oldest, known) and not taken.new) or not self._goes_on(page):
                break
        else:
            # Known ground was not reached: the gap begins here, whatever was known between.
            ground, self._older = Ground(ground.floor, top, tail), page
        if not held:
            await self._remember(_joined(ground, top))

    async def older(self, take: Take) -> None:
        """Read one page of the gap; raises ServiceProblem."""
        ground = await self.recall()
        if ground.tail is None:
            return
        page = await (self._after(self._older) if self._older is not None else self._first(before=ground.tail))
        _, oldest = _span(page.results)
        taken = await take(page.results)
        if taken.held:
            self._older = None
            return
        is_known = _is_below(oldest, ground.floor) and not taken.new
        if is_known or oldest is None or not self._goes_on(page):
            self._older = None
            await self._remember(Ground(floor=ground.head))
        else:
            self._older = page
            await self._remember(replace(ground, tail=min(ground.tail, oldest)))

    async def recall(self) -> Ground:
        """Return what is known of the list; of another account's, since a new token may be another's."""
        key = f"{self.kind}s known of {self._connection.account} at {self._connection.origin}"
        if key != self._key:
            with plain_history():
                self._ground = _ground_from(await self._memory.get(key))
            self._key, self._older = key, None
        return self._ground

    async def _remember(self, ground: Ground) -> None:
        if ground != self._ground:
            self._ground = ground
            with plain_history():
                await self._memory.set(self._key, {name: _text(time) for name, time in asdict(ground).items()})

    async def _first(self, before: datetime | None = None) -> "Page[RemoteRun]":
        """Return the first page; of predictions the one that begins at `before` (Replicate API, predictions.list)."""
        times: dict[str, Any] = {}
        if before is not None and self.kind == "prediction":
            times["created_before"] = before + _TOLD_TO

        async def operation(client: "AsyncReplicate") -> Any:
            return await family_of(client, self.kind).list(max_retries=0, **times)

        page: Page[RemoteRun] = await self._ask(operation)
        return page

    async def _after(self, page: "Page[RemoteRun]") -> "Page[RemoteRun]":
        async def operation(_: "AsyncReplicate") -> Any:
            return await page.get_next_page()

        following: Page[RemoteRun] = await self._ask(operation)
        return following

    def _goes_on(self, page: "Page[RemoteRun]") -> bool:
        """Return whether there is a next page that may be followed, and note why not."""
        self.refusal = page.refusal
        return page.has_next_page()


def _joined(ground: Ground, top: datetime | None) -> Ground:
    """Return `ground` once everything from `top` down to its newest is known."""
    if ground.tail is None:
        return Ground(floor=top or ground.floor)
    return replace(ground, head=top or ground.head)


def _span(runs: "list[RemoteRun]") -> tuple[datetime | None, datetime | None]:
    """Return when the newest and the oldest of `runs` were made."""
    times = [time for run in runs if (time := moment(run.created_at)) is not None]
    return (max(times), min(times)) if times else (None, None)


def _is_below(time: datetime | None, ground: datetime | None) -> bool:
    return time is not None and ground is not None and time < ground


def _text(time: datetime | None) -> str | None:
    return time.isoformat() if time is not None else None


def _ground_from(kept: Any) -> Ground:
    times = {name: moment(kept.get(name)) for name in ("floor", "head", "tail")} if isinstance(kept, dict) else {}
    return Ground(**times)
