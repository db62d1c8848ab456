"""How many more requests the service takes, and when it last refused one, as its answers told."""

import asyncio
import contextlib
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from replicate_tui.store.problems import HistoryProblem
from replicate_tui.store.remembered import Remembered
from replicate_tui.text import clean_line

if TYPE_CHECKING:
    from replicate_tui.api.rate_limits import RateLimit
    from replicate_tui.api.responses import Response

_NO_CREDIT: Final = 402
_THROTTLED: Final = 429
_SAID_CHARACTERS: Final = 400

RefusalKind = Literal["throttled", "no credit"]


class Allowance(NamedTuple):
    """What the last answer of a family of requests told, and when."""

    limit: "RateLimit"
    seen_at: datetime


class Refusal(NamedTuple):
    """A refusal of the service: when, of which family of requests, its words, and the seconds it asked to wait."""

    at: datetime
    family: str
    said: str = ""
    wait: float | None = None


class SeenLimits:
    """Watches the answers of the client. The last refusals outlive the session; what is left is of this one alone."""

    def __init__(self, memory: Remembered, origin: str) -> None:
        self.allowances: dict[str, Allowance] = {}
        self.refusals: dict[RefusalKind, Refusal] = {}
        self.throttled_here = 0
        self._memory = memory
        self._key = f"refusals at {origin}"
        self._listeners: list[Callable[[], None]] = []
        self._keeping: asyncio.Task[None] | None = None

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` whenever an answer told something; returns the way to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def take(self, response: "Response") -> None:
        """Look at an answer: its headers, and whether it refuses for too many requests or too little credit."""
        # Loaded already: only the client makes a response.
        from replicate_tui.api.rate_limits import family_of, rate_limit_of

        now = datetime.now(UTC)
        limit = rate_limit_of(response)
        if limit is not None:
            self.allowances[limit.family.value] = Allowance(limit, now)
        if response.status_code in (_THROTTLED, _NO_CREDIT):
            self._refused(response, family_of(response.method, response.url).value, now)
        elif limit is None:
            return
        for listener in tuple(self._listeners):
            listener()

    def _refused(self, response: "Response", family: str, now: datetime) -> None:
        from replicate_tui.api.responses import status_error
        from replicate_tui.api.retry_after import wait_asked_for

        error = status_error(response)
        said = clean_line(error.detail or error.title, _SAID_CHARACTERS)
        if response.status_code == _THROTTLED:
            self.throttled_here += 1
            self.refusals["throttled"] = Refusal(now, family, said, wait_asked_for(response))
        else:
            self.refusals["no credit"] = Refusal(now, family, said)
        self._keep()

    def _keep(self) -> None:
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.create_task(self._remember(), name="remember refusals")

    async def _remember(self) -> None:
        written: dict[RefusalKind, Refusal] = {}
        with contextlib.suppress(HistoryProblem):
            # One that comes while the one before is being written is written next.
            while written != self.refusals:
                written = dict(self.refusals)
                await self._memory.set(self._key, {kind: _as_json(refusal) for kind, refusal in written.items()})

    async def recall(self) -> None:
        """Know what an earlier session was refused."""
        with contextlib.suppress(HistoryProblem):
            known = await self._memory.get(self._key, {})
            if isinstance(known, Mapping):
                kinds: tuple[RefusalKind, ...] = ("throttled", "no credit")
                found = {kind: refusal for kind in kinds if (refusal := _from_json(known.get(kind)))}
                self.refusals = found | self.refusals

    async def close(self) -> None:
        """Wait until what was refused is written down."""
        if self._keeping is not None:
            await self._keeping


def _as_json(refusal: Refusal) -> dict[str, Any]:
    return refusal._asdict() | {"at": refusal.at.isoformat()}


def _from_json(value: Any) -> Refusal | None:
    if not isinstance(value, Mapping):
        return None
    try:
        at = datetime.fromisoformat(str(value.get("at")))
    except ValueError:
        return None
    wait = value.get("wait")
    seconds = float(wait) if isinstance(wait, int | float) and 0 <= wait < math.inf else None
    family, said = clean_line(str(value.get("family", ""))), clean_line(str(value.get("said", "")), _SAID_CHARACTERS)
    return Refusal(at if at.tzinfo else at.replace(tzinfo=UTC), family, said, seconds)
