"""Answers of the service, kept for when it cannot be asked: the newest there is, with its age."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from replicate_tui.services.connection import Connection
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.views import Aged
from replicate_tui.store.catalog import DocumentCache
from replicate_tui.store.problems import HistoryProblem

if TYPE_CHECKING:
    from replicate_tui.api.client import AsyncReplicate

T = TypeVar("T")
Fetch = Callable[["AsyncReplicate"], Awaitable[Any]]
Convert = Callable[[Any], T]

#: Failures for which an old answer is better than none; a refusal is an answer of its own.
_KEEPS_OLD: Final = frozenset(
    {ProblemKind.OFFLINE, ProblemKind.SERVICE, ProblemKind.NOT_UNDERSTOOD, ProblemKind.RATE_LIMITED}
    | {ProblemKind.UNAUTHORISED, ProblemKind.NO_TOKEN}
)


class KeptAnswers:
    """Asks the service and keeps what it says as JSON under a key; `convert` makes a view of that, in a thread."""

    def __init__(self, connection: Connection, cache: DocumentCache) -> None:
        self._connection = connection
        self._cache = cache

    async def cached(self, key: str, convert: Convert[T]) -> Aged[T] | None:
        """Return what was kept under `key`, quickly, or None."""
        try:
            document = await self._cache.get(key)
        except HistoryProblem:
            return None
        if document is None:
            return None
        return Aged(await asyncio.to_thread(convert, document.body), document.fetched_at)

    async def fresh(self, key: str, fetch: Fetch, convert: Convert[T]) -> Aged[T]:
        """Ask with `fetch` and keep the answer: an object of the API, a list of them, or a text.

        Raises ServiceProblem only when nothing is kept or the service refuses; else the old value comes back with its
        age and `problem`.
        """
        try:
            answer = await self._connection.call(fetch)
        except ServiceProblem as problem:
            known = await self.cached(key, convert) if problem.kind in _KEEPS_OLD else None
            if known is None:
                raise
            return known._replace(problem=problem.message)
        now = datetime.now(UTC)
        body, value = await asyncio.to_thread(_dumped_and_converted, answer, convert)
        # The database tells its standing problem itself; the answer is good without being kept.
        with contextlib.suppress(HistoryProblem):
            await self._cache.put(key, body, now)
        return Aged(value, now)

    async def forget(self, key: str) -> None:
        """Drop what was kept under `key`: the service has it no more."""
        with contextlib.suppress(HistoryProblem):
            await self._cache.remove(key)


async def rows_of(pages: Any, most: int, on_rows: Callable[[list[Any]], None] = lambda _: None) -> list[Any]:
    """Return the rows of all pages, `most` of them at the longest; `on_rows` is told those of each page as it comes."""
    rows: list[Any] = []
    async for page in pages.iter_pages():
        added = page.results[: most - len(rows)]
        rows += added
        on_rows(added)
        if len(rows) >= most:
            break
    return rows


def _dumped_and_converted(answer: Any, convert: Convert[T]) -> tuple[Any, T]:
    """Return the JSON of an answer and its view; large answers make this slow, so it runs in a thread."""
    if isinstance(answer, list):
        body: Any = [row.to_dict() for row in answer]
    else:
        body = answer if isinstance(answer, str) else answer.to_dict()
    return body, convert(body)
