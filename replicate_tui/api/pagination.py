"""Pages of lists: one at a time, or all of them as one walk."""

from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from replicate_tui.api.errors import NoMorePagesError, UnsafeURLError
from replicate_tui.api.limits import PAGES

T = TypeVar("T")


@dataclass(slots=True)
class _Walk(Generic[T]):
    """The way through a list: where each page was met first, and how to get another."""

    fetch: Callable[[str], Awaitable["Page[T]"]]
    resolve: Callable[[Any], str | None]
    met: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list. `next` and `previous` are as the service sent them; `position` counts from 0."""

    results: list[T]
    next: Any
    previous: Any
    position: int
    _walk: _Walk[T] = field(repr=False)

    @property
    def items(self) -> list[T]:
        return self.results

    @property
    def refusal(self) -> str | None:
        """Why `next` is not followed although there is one: another host, a repeated cursor, too many pages."""
        try:
            url = self._walk.resolve(self.next)
        except UnsafeURLError as problem:
            return str(problem)
        if url is None:
            return None
        if self._walk.met.get(url, self.position + 1) <= self.position:
            return "the next page is one that came before"
        return "there are too many pages" if self.position + 1 >= PAGES else None

    def has_next_page(self) -> bool:
        """Whether there is a next page that may be followed."""
        return self.refusal is None and self._walk.resolve(self.next) is not None

    async def get_next_page(self) -> "Page[T]":
        """Fetch the next page; raises NoMorePagesError when there is none that may be followed."""
        url = None if self.refusal else self._walk.resolve(self.next)
        if url is None:
            raise NoMorePagesError(self.refusal or "this is the last page")
        self._walk.met.setdefault(url, self.position + 1)
        page = await self._walk.fetch(url)
        return Page(page.results, page.next, page.previous, self.position + 1, self._walk)

    async def iter_pages(self) -> AsyncIterator["Page[T]"]:
        """Walk this page and all that follow."""
        page = self
        yield page
        while page.has_next_page():
            page = await page.get_next_page()
            yield page

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.iter_pages():
            for item in page.results:
                yield item

    def __len__(self) -> int:
        return len(self.results)


class Paginator(Generic[T]):
    """What a list call returns: await it for the first page, or iterate it for everything."""

    def __init__(self, first: Callable[[], Awaitable[Page[T]]]) -> None:
        self._first = first

    def __await__(self) -> Generator[Any, None, Page[T]]:
        return self._first().__await__()

    async def __aiter__(self) -> AsyncIterator[T]:
        async for item in await self._first():
            yield item

    async def iter_pages(self) -> AsyncIterator[Page[T]]:
        """Walk all pages."""
        async for page in (await self._first()).iter_pages():
            yield page


def first_page(
    url: str,
    fetch: Callable[[str], Awaitable[tuple[list[T], Any, Any]]],
    resolve: Callable[[Any], str | None],
) -> Paginator[T]:
    """Return the list that starts at `url`; `fetch` reads one page, `resolve` says which next links are followed."""

    async def page_at(link: str) -> Page[T]:
        results, following, previous = await fetch(link)
        return Page(results, following, previous, 0, walk)

    walk: _Walk[T] = _Walk(page_at, resolve, {url: 0})
    return Paginator(lambda: page_at(url))
