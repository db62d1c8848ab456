"""The service's catalogue: collections, models, versions, READMEs and examples, kept for offline use."""

import contextlib
from datetime import UTC, datetime
from typing import Any, Final

from replicate_tui.schema.fields import OutputSchema
from replicate_tui.services import cards
from replicate_tui.services.connection import Connection
from replicate_tui.services.kept_answers import Convert, KeptAnswers, rows_of
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.seen import seen_model
from replicate_tui.services.views import (
    Aged,
    CollectionCard,
    CollectionPage,
    ExampleCard,
    ModelCard,
    ModelPage,
    VersionCard,
)
from replicate_tui.store.catalog import DocumentCache
from replicate_tui.store.models import ModelRepository
from replicate_tui.store.problems import HistoryProblem
from replicate_tui.store.records import RunRecord
from replicate_tui.text import clean

#: Model pages kept in memory.
_MOST_READY: Final = 16

#: Lists are read this far; the rest of a longer one is left out.
_MOST_ROWS: Final = 500


class CatalogService:
    """Reads the catalogue: `cached_x()` is quick and may be None, `x()` asks the service.

    `x()` raises ServiceProblem only when nothing is cached; else the old value comes back with its age and `problem`.
    """

    def __init__(self, connection: Connection, cache: DocumentCache, models: ModelRepository) -> None:
        self._connection = connection
        self._answers = KeptAnswers(connection, cache)
        self._models = models
        self._output_schemas: dict[tuple[str, str | None], OutputSchema] = {}
        self._ready = _ReadyPages(self._model_page)

    async def cached_collections(self) -> Aged[tuple[CollectionCard, ...]] | None:
        return await self._answers.cached("collections", _collection_cards)

    async def collections(self) -> Aged[tuple[CollectionCard, ...]]:
        return await self._answers.fresh(
            "collections", lambda client: rows_of(client.collections.list(), _MOST_ROWS), _collection_cards
        )

    async def cached_collection(self, slug: str) -> Aged[CollectionPage] | None:
        return await self._answers.cached(f"collection/{slug}", self._collection_page)

    async def collection(self, slug: str) -> Aged[CollectionPage]:
        page = await self._answers.fresh(
            f"collection/{slug}", lambda client: client.collections.get(collection_slug=slug), self._collection_page
        )
        if page.problem is None:
            await self._learn(page.value.models)
        return page

    async def cached_model(self, owner: str, name: str) -> Aged[ModelPage] | None:
        key = f"model/{owner}/{name}"
        return self._ready.get(key) or self._ready.dated(key, await self._answers.cached(key, self._ready.maker(key)))

    async def model(self, owner: str, name: str) -> Aged[ModelPage]:
        key = f"model/{owner}/{name}"
        page = await self._answers.fresh(
            key, lambda client: client.models.get(model_owner=owner, model_name=name), self._ready.maker(key)
        )
        if page.problem is None:
            self._ready.dated(key, page)
            await self._learn((page.value.card,))
        return page

    async def forget_model(self, owner: str, name: str) -> None:
        """Drop what was kept of a model that is deleted."""
        self._ready.drop(f"model/{owner}/{name}")
        for kind in ("model", "readme", "examples", "versions"):
            await self._answers.forget(f"{kind}/{owner}/{name}")

    async def cached_readme(self, owner: str, name: str) -> Aged[str] | None:
        return await self._answers.cached(f"readme/{owner}/{name}", clean)

    async def readme(self, owner: str, name: str) -> Aged[str]:
        """Return the README as cleaned Markdown, "" when the model has none."""
        try:
            return await self._answers.fresh(
                f"readme/{owner}/{name}",
                lambda client: client.models.readme.get(model_owner=owner, model_name=name),
                clean,
            )
        except ServiceProblem as problem:
            if problem.kind is not ProblemKind.NOT_FOUND:
                raise
            return Aged("", datetime.now(UTC))

    async def cached_examples(self, owner: str, name: str) -> Aged[tuple[ExampleCard, ...]] | None:
        return await self._answers.cached(f"examples/{owner}/{name}", _example_cards)

    async def examples(self, owner: str, name: str) -> Aged[tuple[ExampleCard, ...]]:
        return await self._answers.fresh(
            f"examples/{owner}/{name}",
            lambda client: rows_of(client.models.examples.list(model_owner=owner, model_name=name), _MOST_ROWS),
            _example_cards,
        )

    async def cached_versions(self, owner: str, name: str) -> Aged[tuple[VersionCard, ...]] | None:
        return await self._answers.cached(f"versions/{owner}/{name}", _version_cards)

    async def versions(self, owner: str, name: str) -> Aged[tuple[VersionCard, ...]]:
        """Return the versions, newest first; empty for a model that hides them."""
        try:
            return await self._answers.fresh(
                f"versions/{owner}/{name}",
                lambda client: rows_of(client.models.versions.list(model_owner=owner, model_name=name), _MOST_ROWS),
                _version_cards,
            )
        except ServiceProblem as problem:
            # Official models answer 404 or an empty list (API behaviour, model versions).
            if problem.kind is not ProblemKind.NOT_FOUND:
                raise
            return Aged((), datetime.now(UTC))

    async def cached_version(self, owner: str, name: str, version_id: str) -> Aged[VersionCard] | None:
        return await self._answers.cached(f"version/{owner}/{name}/{version_id}", cards.version_card)

    async def version(self, owner: str, name: str, version_id: str) -> Aged[VersionCard]:
        return await self._answers.fresh(
            f"version/{owner}/{name}/{version_id}",
            lambda client: client.models.versions.get(model_owner=owner, model_name=name, version_id=version_id),
            cards.version_card,
        )

    async def output_schema(self, run: RunRecord) -> OutputSchema | None:
        """Return what is known here of the output of a run's model; None when nothing is. Never asks the service."""
        key = (run.model, run.version)
        known = self._output_schemas.get(key)
        if known is None:
            card = await self._known_version(run)
            if card is None:
                return None
            known = self._output_schemas[key] = card.schema.output
        return known

    async def _known_version(self, run: RunRecord) -> VersionCard | None:
        owner, _, name = run.model.partition("/")
        if run.version:
            exact = await self.cached_version(owner, name, run.version)
            if exact is not None:
                return exact.value
        page = await self.cached_model(owner, name)
        return page.value.version if page is not None else None

    async def _learn(self, models: tuple[ModelCard, ...]) -> None:
        with contextlib.suppress(HistoryProblem):
            await self._models.upsert_models(map(seen_model, models))

    def _model_page(self, body: Any) -> ModelPage:
        return cards.model_page(body, stand_in=self._connection.is_demo)

    def _collection_page(self, body: Any) -> CollectionPage:
        return cards.collection_page(body, stand_in=self._connection.is_demo)


class _ReadyPages:
    """The latest model pages, so that going from a page to its form neither reads nor parses anything again."""

    def __init__(self, make: Convert[ModelPage]) -> None:
        self._make = make
        self._made: dict[str, tuple[Any, ModelPage]] = {}
        self._dated: dict[str, Aged[ModelPage]] = {}

    def get(self, key: str) -> Aged[ModelPage] | None:
        return self._dated.get(key)

    def dated(self, key: str, page: Aged[ModelPage] | None) -> Aged[ModelPage] | None:
        """Keep a page that was made here, with its time; returns it as it is."""
        if page is not None:
            self._dated[key] = page
            while len(self._dated) > _MOST_READY:
                oldest = next(iter(self._dated))
                del self._dated[oldest]
                self._made.pop(oldest, None)
        return page

    def drop(self, key: str) -> None:
        self._dated.pop(key, None)
        self._made.pop(key, None)

    def maker(self, key: str) -> Convert[ModelPage]:
        """Return what makes the page of `key`, in a thread; the same answer as before gives the same page."""

        def make(body: Any) -> ModelPage:
            known = self._made.get(key)
            if known is not None and known[0] == body:
                return known[1]
            page = self._make(body)
            self._made[key] = (body, page)
            return page

        return make


def _collection_cards(body: Any) -> tuple[CollectionCard, ...]:
    return tuple(map(cards.collection_card, cards.objects(body)))


def _example_cards(body: Any) -> tuple[ExampleCard, ...]:
    return tuple(map(cards.example_card, cards.objects(body)))


def _version_cards(body: Any) -> tuple[VersionCard, ...]:
    return tuple(map(cards.version_card, cards.objects(body)))
