"""What a search found: models, collections and pages of the documentation."""

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from replicate_tui.api.types.base import ApiObject
from replicate_tui.api.types.model import Model


class SearchMetadata(ApiObject):
    generated_description: str | None = None
    tags: list[str] | None = None
    score: float | None = None


class FoundModel(ApiObject):
    """A hit. Its schema and example are empty: get the model before building a form from it."""

    model: Model
    metadata: SearchMetadata | None = None


class FoundCollection(ApiObject):
    """A collection that matches; `models` are names, owner/name."""

    slug: str
    name: str = ""
    description: str | None = None
    models: list[str] | None = None


class FoundPage(ApiObject):
    """A page of the documentation; `href` is a path on replicate.com."""

    name: str
    href: str = ""


class SearchResults(ApiObject):
    """The answer to a search; iterating walks the models."""

    query: str = ""
    models: list[FoundModel]
    collections: list[FoundCollection] = Field(default_factory=list)
    pages: list[FoundPage] = Field(default_factory=list)

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]  # pydantic walks fields; a search walks its hits
        return (found.model for found in self.models)
