"""Search over models, collections and documentation."""

from typing import Unpack

from replicate_tui.api.options import CallOptions, Request
from replicate_tui.api.resources.base import Resource
from replicate_tui.api.types.search import SearchResults


class Search(Resource):
    async def __call__(self, query: str, *, limit: int | None = None, **options: Unpack[CallOptions]) -> SearchResults:
        """Search; works without a token. `limit` (1 to 50, by default 20) bounds the models only."""
        request = Request(method="GET", path="/search", query={"query": query, "limit": limit})
        return await self._object(SearchResults, request, "search", options)
