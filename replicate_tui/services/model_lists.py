"""Lists of models: the account's own, gathered from what is known of it, and all public ones, page by page."""

import asyncio
import contextlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from replicate_tui.services import cards
from replicate_tui.services.catalog import CatalogService
from replicate_tui.services.connection import Connection
from replicate_tui.services.deployments import DeploymentService
from replicate_tui.services.own_models import OwnModelService
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.seen import card_of, seen_model
from replicate_tui.services.translate import plain_history
from replicate_tui.services.views import Aged, ModelCard
from replicate_tui.store.model_names import ModelNames
from replicate_tui.store.models import ModelRepository
from replicate_tui.store.problems import HistoryProblem
from replicate_tui.store.remembered import Remembered

if TYPE_CHECKING:
    from replicate_tui.api.pagination import Page
    from replicate_tui.api.types.model import Model

#: What the list of public models can be sorted by (Replicate API, models.list), newest first.
PublicSort = Literal["latest_version_created_at", "model_created_at"]

#: Models asked for at a time while one's own are looked up.
_AT_ONCE: Final = 4
_GONE: Final = frozenset({ProblemKind.NOT_FOUND, ProblemKind.FORBIDDEN})


class ModelLists:
    """`mine` and `public`; the API has no list of one's own models, so that one is put together here."""

    def __init__(
        self,
        connection: Connection,
        catalog: CatalogService,
        own: OwnModelService,
        deployments: DeploymentService,
        models: ModelRepository,
        names: ModelNames,
        memory: Remembered,
    ) -> None:
        self._connection = connection
        self._catalog = catalog
        self._own = own
        self._deployments = deployments
        self._models = models
        self._names = names
        self._memory = memory

    async def known_mine(self) -> tuple[ModelCard, ...]:
        """Return the account's models as known here, quickly: seen, run, trained into, or made here."""
        account = self._connection.account
        if not account:
            return ()
        with plain_history():
            return await self._cards(await self._names.of_owner(account))

    async def mine(self) -> Aged[tuple[ModelCard, ...]]:
        """Return the account's models that there still are, each asked for anew; those of deployments too.

        What cannot be asked for stays as it was known, with the problem. Raises ServiceProblem when the account is
        not known and cannot be asked for.
        """
        account = await self._own.account()
        with plain_history():
            names = set(await self._names.of_owner(account))
        names |= {model for model in await self._deployed() if model.startswith(f"{account}/")}
        turn = asyncio.Semaphore(_AT_ONCE)
        asked = await asyncio.gather(*(self._ask(name, turn) for name in sorted(names)))
        gone = {each.name for each in asked if each.problem and each.problem.kind in _GONE}
        for name in gone:
            with contextlib.suppress(HistoryProblem):
                await self._models.forget(name)
        with plain_history():
            found = await self._cards(sorted(names - gone))
        old = [each for each in asked if each.problem and each.name not in gone]
        if not old:
            return Aged(found, datetime.now(UTC))
        times = [each.fetched_at for each in old if each.fetched_at]
        return Aged(found, min(times, default=datetime.now(UTC)), str(old[0].problem))

    async def deployments_of(self, version_id: str) -> tuple[str, ...]:
        """Return the deployments that use a version, as far as the service tells; raises ServiceProblem."""
        answer = await self._deployments.list()
        return tuple(card.full_name for card in answer.value if card.release.version == version_id)

    async def trainings_from(self, version_id: str) -> int:
        """Return how many trainings known here started from a version."""
        with plain_history():
            return await self._names.trainings_from(version_id)

    def public(self, sort: PublicSort) -> "PublicModels":
        """Return all public models from the first page on."""
        return PublicModels(self, sort)

    async def first_known(self, sort: PublicSort) -> Aged[tuple[ModelCard, ...]] | None:
        """Return the first page of public models as it was last told, or None."""
        try:
            kept = await self._memory.get(_first_page_key(self._connection, sort))
            names = kept.get("names") if isinstance(kept, dict) else None
            at = cards.moment(kept.get("at")) if isinstance(kept, dict) else None
            if not isinstance(names, list) or at is None:
                return None
            return Aged(await self._cards(name for name in names if isinstance(name, str)), at)
        except HistoryProblem:
            return None

    async def ask_page(self, sort: PublicSort, after: "Page[Model] | None") -> "Page[Model]":
        """Return the page after another, or the first one; raises ServiceProblem."""
        if after is not None:
            return await self._connection.call(lambda _: after.get_next_page())
        return await self._connection.call(lambda client: client.models.list(sort_by=sort, sort_direction="desc"))

    async def take_page(self, page: "Page[Model]", sort: PublicSort, *, is_first: bool) -> tuple[ModelCard, ...]:
        """Return the models of a page, learnt for searching; of the first page the names are kept for offline use."""
        stand_in = self._connection.is_demo
        found = await asyncio.to_thread(
            lambda: tuple(cards.model_card(model.to_dict(), stand_in=stand_in) for model in page.results)
        )
        with contextlib.suppress(HistoryProblem):
            await self._models.upsert_models(map(seen_model, found))
            if is_first:
                kept = {"at": datetime.now(UTC).isoformat(), "names": [card.full_name for card in found]}
                await self._memory.set(_first_page_key(self._connection, sort), kept)
        return found

    async def _ask(self, full_name: str, turn: asyncio.Semaphore) -> "_Asked":
        owner, _, name = full_name.partition("/")
        async with turn:
            try:
                answer = await self._catalog.model(owner, name)
            except ServiceProblem as problem:
                return _Asked(full_name, problem)
        stale = ServiceProblem(ProblemKind.OFFLINE, answer.problem) if answer.problem else None
        return _Asked(full_name, stale, answer.fetched_at)

    async def _deployed(self) -> set[str]:
        """Return the models that deployments run; none when the service cannot tell."""
        try:
            answer = await self._deployments.list()
        except ServiceProblem:
            return set()
        return {card.release.model for card in answer.value}

    async def _cards(self, names: Iterable[str]) -> tuple[ModelCard, ...]:
        seen = await self._models.named(list(names))
        return tuple(card_of(model, stand_in=self._connection.is_demo) for model in seen)


class _Asked(NamedTuple):
    """What asking for one model brought: `problem` when it was not told anew, with when it was told last."""

    name: str
    problem: ServiceProblem | None = None
    fetched_at: datetime | None = None


class PublicModels:
    """A walk through all public models; each page is asked for once, however often one scrolls to the end."""

    def __init__(self, lists: ModelLists, sort: PublicSort) -> None:
        self.sort: PublicSort = sort
        self._lists = lists
        self._page: Page[Model] | None = None
        self._turn = asyncio.Lock()

    @property
    def is_complete(self) -> bool:
        """Whether there is no further page."""
        return self._page is not None and not self._page.has_next_page()

    async def more(self) -> tuple[ModelCard, ...]:
        """Return the models of the next page, none after the last; raises ServiceProblem, and can be tried again."""
        async with self._turn:
            if self.is_complete:
                return ()
            before = self._page
            self._page = await self._lists.ask_page(self.sort, before)
            return await self._lists.take_page(self._page, self.sort, is_first=before is None)


def _first_page_key(connection: Connection, sort: PublicSort) -> str:
    return f"public models of {connection.origin} by {sort}"
