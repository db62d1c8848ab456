"""Finding things: by words here and at the service, and by habit (pinned, recent, popular)."""

import asyncio
import contextlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from replicate_tui.services import cards
from replicate_tui.services.catalog import CatalogService
from replicate_tui.services.connection import Connection
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.seen import card_of, seen_model
from replicate_tui.services.translate import plain_history
from replicate_tui.services.views import Aged, CollectionCard, ModelCard, SearchResults
from replicate_tui.store.models import ModelRepository
from replicate_tui.store.problems import HistoryProblem
from replicate_tui.store.records import SeenModel

#: The collection of all official models (Replicate documentation, official models).
OFFICIAL_COLLECTION: Final = "official"


class SearchService:
    """Search, local first: `local_search` knows all that this machine has seen, `search` asks the service."""

    def __init__(self, connection: Connection, catalog: CatalogService, models: ModelRepository) -> None:
        self._connection = connection
        self._catalog = catalog
        self._models = models
        self._pinning = asyncio.Lock()

    async def local_search(self, query: str, limit: int = 50) -> SearchResults:
        """Return models and collections that hold every word of `query`; nothing when the history cannot answer."""
        try:
            models = self._cards(await self._models.local_search(query, limit))
        except HistoryProblem:
            models = ()
        known = await self._catalog.cached_collections()
        words = query.casefold().split()
        found = [card for card in known.value if _holds(card, words)] if known and words else []
        return SearchResults(query=query, models=models, collections=tuple(found))

    async def search(self, query: str) -> Aged[SearchResults]:
        """Ask the service; raises ServiceProblem when it cannot be asked."""
        answer = await self._connection.call(lambda client: client.search(query=query))
        stand_in = self._connection.is_demo
        results = await asyncio.to_thread(lambda: cards.search_results(answer.to_dict(), query, stand_in=stand_in))
        await self._learn(results.models)
        return Aged(results, datetime.now(UTC))

    async def popular(self, limit: int = 50) -> tuple[ModelCard, ...]:
        """Return the models with the most runs of those seen here; asks the service for some when none is known."""
        return await self._most_run(limit) or await self.refresh_popular(limit)

    async def refresh_popular(self, limit: int = 50) -> tuple[ModelCard, ...]:
        """Learn the official models and a page of public ones from the service, then return those with the most runs.

        Raises ServiceProblem. The API has no list of popular models; what was seen here stands in for it.
        """
        page = await self._connection.call(lambda client: client.models.list())
        bodies = await asyncio.to_thread(lambda: [model.to_dict() for model in page.results])
        await self._learn(cards.model_card(body) for body in bodies)
        # What it holds is kept by the catalogue; a service without it still has its public models.
        with contextlib.suppress(ServiceProblem):
            await self._catalog.collection(OFFICIAL_COLLECTION)
        return await self._most_run(limit)

    async def recent(self, limit: int = 20) -> tuple[ModelCard, ...]:
        """Return the models opened last, latest first."""
        with plain_history():
            return self._cards(await self._models.recent(limit))

    async def pinned(self) -> tuple[ModelCard, ...]:
        with plain_history():
            return self._cards(await self._models.pinned())

    async def pinned_names(self) -> frozenset[str]:
        """Return the full names of the pinned models."""
        with plain_history():
            return frozenset(await self._models.pinned_names())

    async def pin(self, model: ModelCard) -> None:
        with plain_history():
            await self._models.pin(seen_model(model))

    async def unpin(self, full_name: str) -> None:
        with plain_history():
            await self._models.unpin(full_name)

    async def toggle_pin(self, model: ModelCard) -> bool:
        """Pin a model, or unpin it when it is pinned; return whether it is now. Quick presses count one by one."""
        async with self._pinning:
            is_pinned = model.full_name in await self.pinned_names()
            await (self.unpin(model.full_name) if is_pinned else self.pin(model))
            return not is_pinned

    async def remember_opened(self, model: ModelCard) -> None:
        with plain_history():
            await self._models.remember_opened(seen_model(model))

    async def _most_run(self, limit: int) -> tuple[ModelCard, ...]:
        with plain_history():
            return self._cards(await self._models.popular(limit))

    def _cards(self, models: Iterable[SeenModel]) -> tuple[ModelCard, ...]:
        return tuple(card_of(model, stand_in=self._connection.is_demo) for model in models)

    async def _learn(self, models: Iterable[ModelCard]) -> None:
        # The database tells its standing problem itself.
        with contextlib.suppress(HistoryProblem):
            await self._models.upsert_models(map(seen_model, models))


def _holds(card: CollectionCard, words: list[str]) -> bool:
    text = f"{card.slug} {card.name} {card.description}".casefold()
    return all(word in text for word in words)
