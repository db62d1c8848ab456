"""What every family of calls stands on."""

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from replicate_tui.api.caller import Caller
from replicate_tui.api.errors import ResponseNotUnderstoodError
from replicate_tui.api.options import CallOptions, Query, Request
from replicate_tui.api.pagination import Paginator, first_page
from replicate_tui.api.responses import Response
from replicate_tui.api.types.base import ApiObject
from replicate_tui.api.understanding import understand

if TYPE_CHECKING:
    from replicate_tui.api.raw import RawAccess

M = TypeVar("M", bound=ApiObject)


class Resource:
    """A family of calls, over one caller."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def with_raw_response(self) -> "RawAccess":
        """The same calls, each returning an `APIResponse` with status, headers and `.parse()`."""
        from replicate_tui.api.raw import RawAccess

        return RawAccess(self, self._caller)

    async def _object(self, type_: type[M], request: Request, what: str, options: CallOptions) -> M:
        return await self._caller.fetch(
            request.with_options(options), lambda response: understand(type_, response.json(), what)
        )

    async def _nothing(self, request: Request, options: CallOptions) -> None:
        await self._caller.send(request.with_options(options))

    def _pages(
        self,
        type_: type[M],
        path: str,
        what: str,
        options: CallOptions,
        query: Query | None = None,
        *,
        first: Request | None = None,
    ) -> Paginator[M]:
        """Return the list at `path`. The links of later pages carry their own query; `first` replaces the first GET."""
        opening = first or Request(method="GET", path=path, query=query or {})

        async def fetch(link: str) -> tuple[list[M], Any, Any]:
            if link == path:
                request = opening.with_options(options)
            else:
                request = Request(method="GET", path=link).with_options(_without_query(options))
            return await self._caller.fetch(request, partial(page_of, type_, what))

        return first_page(path, fetch, self._caller.line.base.next_page)


def rows_of(type_: type[M], entries: Any, what: str) -> list[M]:
    """Build the objects of a list, leaving out entries that make no sense.

    Raises ResponseNotUnderstoodError for what is no list, and when no entry of it makes sense.
    """
    if not isinstance(entries, list):
        raise ResponseNotUnderstoodError(f"{what}: expected a list")
    rows = []
    problem = None
    for entry in entries:
        try:
            rows.append(understand(type_, entry, what))
        except ResponseNotUnderstoodError as misfit:
            problem = misfit
    if problem is not None and not rows:
        raise problem
    return rows


def page_of(type_: type[M], what: str, response: Response) -> tuple[list[M], Any, Any]:
    """Return the rows of a page and its next and previous links; raises ResponseNotUnderstoodError."""
    body = response.json()
    if not isinstance(body, dict):
        raise ResponseNotUnderstoodError(f"{what}: expected a page", response=response)
    return rows_of(type_, body.get("results"), what), body.get("next"), body.get("previous")


def _without_query(options: CallOptions) -> CallOptions:
    kept = options.copy()
    kept.pop("extra_query", None)
    return kept


def body_of(**fields: Any) -> dict[str, Any]:
    """Return the fields that were given: None means "not said" in every body of the API."""
    return {name: value for name, value in fields.items() if value is not None}
