"""Collections of models."""

from typing import Unpack

from replicate_tui.api.options import CallOptions, Request
from replicate_tui.api.origins import path_of
from replicate_tui.api.pagination import Paginator
from replicate_tui.api.resources.base import Resource
from replicate_tui.api.types.collection import Collection


class Collections(Resource):
    def list(self, **options: Unpack[CallOptions]) -> Paginator[Collection]:
        """List collections, without their models."""
        return self._pages(Collection, "/collections", "collections", options)

    async def get(self, collection_slug: str, **options: Unpack[CallOptions]) -> Collection:
        """Return a collection with all its models, whole: some are near a megabyte."""
        request = Request(method="GET", path=path_of("collections", collection_slug))
        return await self._object(Collection, request, "collection", options)
