"""Deployments of the account: list, make, change, switch off and delete them, and know the releases seen here."""

import contextlib
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

from replicate_tui.services.cards import objects
from replicate_tui.services.connection import Connection
from replicate_tui.services.deployment_views import (
    DeploymentCard,
    DeploymentWish,
    Release,
    change_problems,
    changes_of,
    deployment_card,
    wish_of,
    wish_problems,
)
from replicate_tui.services.kept_answers import KeptAnswers, rows_of
from replicate_tui.services.problems import FieldProblem, ProblemKind, ServiceProblem
from replicate_tui.services.releases import SeenReleases
from replicate_tui.services.views import Aged
from replicate_tui.store.problems import HistoryProblem
from replicate_tui.text import clean_line

#: The list is read this far.
_MOST_DEPLOYMENTS: Final = 5000
_LIST: Final = "deployments"
_KEPT: Final = "Nothing was sent; the form is kept."
_REFUSALS: Final = frozenset({ProblemKind.INVALID, ProblemKind.CONFLICT, ProblemKind.FORBIDDEN})


class DeploymentService:
    """`cached…` answer at once from what is kept; everything else asks the service and raises ServiceProblem."""

    def __init__(self, connection: Connection, answers: KeptAnswers, releases: SeenReleases) -> None:
        self._connection = connection
        self._answers = answers
        self._releases = releases
        self._known: dict[str, DeploymentCard] = {}

    # -- reading ------------------------------------------------------------------------------------------------

    async def cached_list(self) -> Aged[tuple[DeploymentCard, ...]] | None:
        return await self._answers.cached(_LIST, _cards)

    async def list(
        self, on_page: Callable[[tuple[DeploymentCard, ...]], None] = lambda _: None
    ) -> Aged[tuple[DeploymentCard, ...]]:
        """Return all deployments, newest first; offline those of the last time, with their age.

        `on_page` is told those of each page while more are read.
        """

        def tell(rows: Sequence[Any]) -> None:
            on_page(tuple(deployment_card(row.to_dict()) for row in rows))

        answer = await self._answers.fresh(
            _LIST, lambda client: rows_of(client.deployments.list(), _MOST_DEPLOYMENTS, tell), _cards
        )
        if answer.problem is None:
            await self._learn(answer.value)
        return answer

    async def cached(self, full_name: str) -> DeploymentCard | None:
        """Return a deployment as it was last seen here."""
        if full_name not in self._known:
            listed = await self.cached_list()
            return next((card for card in listed.value if card.full_name == full_name), None) if listed else None
        return self._known[full_name]

    async def get(self, full_name: str) -> Aged[DeploymentCard]:
        """Return a deployment ("owner/name") as it is now; offline as it was when it was last asked for."""
        owner, _, name = full_name.partition("/")
        answer = await self._answers.fresh(
            f"deployment/{full_name}",
            lambda client: client.deployments.get(deployment_owner=owner, deployment_name=name),
            deployment_card,
        )
        if answer.problem is None:
            await self._learn((answer.value,))
        return answer

    async def releases(self, full_name: str) -> tuple[Release, ...]:
        """Return the releases of a deployment that were seen here, newest first."""
        with contextlib.suppress(HistoryProblem):
            return await self._releases.of(full_name)
        return ()

    async def hardware_of(self, full_name: str) -> str | None:
        """Return the SKU a deployment runs on, as far as it is known here; never asks the service."""
        card = await self.cached(full_name)
        return card.release.hardware or None if card else None

    # -- changing -----------------------------------------------------------------------------------------------

    async def create(self, wish: DeploymentWish, skus: Collection[str] = ()) -> DeploymentCard:
        """Make a deployment; sent once. `skus` are those on offer, any when they are not known.

        Raises ServiceProblem with the fields at fault. Where the answer was lost, the deployment is looked up by its
        name, and OUTCOME_UNKNOWN is raised only when that fails too.
        """
        _check(wish_problems(wish, skus))
        try:
            made = await self._connection.call(
                lambda client: client.deployments.create(
                    name=wish.name,
                    model=wish.model,
                    version=wish.version,
                    hardware=wish.hardware,
                    min_instances=wish.min_instances,
                    max_instances=wish.max_instances,
                )
            )
        except ServiceProblem as problem:
            if problem.kind is not ProblemKind.OUTCOME_UNKNOWN:
                raise _with_kept(problem) from problem
            return await self._find_lost(wish, problem)
        return await self._learned(deployment_card(made.to_dict()))

    async def update(self, card: DeploymentCard, wish: DeploymentWish, skus: Collection[str] = ()) -> DeploymentCard:
        """Change what differs from `card`, which makes a release; see `create` for `skus` and what is raised."""
        changes = changes_of(card, wish)
        if not changes:
            raise ServiceProblem(ProblemKind.INVALID, "Nothing is changed, so there is nothing to send.")
        _check(change_problems(card, wish, skus))
        try:
            changed = await self._connection.call(
                lambda client: client.deployments.update(
                    deployment_owner=card.owner, deployment_name=card.name, **changes
                )
            )
        except ServiceProblem as problem:
            raise _with_kept(problem) from problem
        return await self._learned(deployment_card(changed.to_dict()))

    async def scale_to_zero(self, card: DeploymentCard) -> DeploymentCard:
        """Keep no instance ready: nothing is paid while nothing runs, and the next run waits for a boot."""
        return await self.update(card, wish_of(card)._replace(min_instances=0))

    async def switch_off(self, card: DeploymentCard) -> DeploymentCard:
        """Allow no instance at all: what runs is canceled, new runs are refused."""
        return await self.update(card, wish_of(card)._replace(min_instances=0, max_instances=0))

    async def delete(self, full_name: str) -> None:
        """Delete a deployment; one that is gone already is no problem.

        Raises ServiceProblem with the service's words: it deletes only what was offline and unused for 15 minutes
        (Replicate API, deployments.delete).
        """
        owner, _, name = full_name.partition("/")
        try:
            await self._connection.call(
                lambda client: client.deployments.delete(deployment_owner=owner, deployment_name=name)
            )
        except ServiceProblem as problem:
            if problem.kind in _REFUSALS:
                said = clean_line(getattr(problem.__cause__, "detail", "") or problem.message)
                raise ServiceProblem(problem.kind, f"Not deleted: {said}", status=problem.status) from problem
            if problem.kind is not ProblemKind.NOT_FOUND:
                raise
        self._known.pop(full_name, None)
        with contextlib.suppress(HistoryProblem):
            await self._releases.forget(full_name)

    # -- inside -------------------------------------------------------------------------------------------------

    async def _learn(self, cards: tuple[DeploymentCard, ...]) -> None:
        self._known |= {card.full_name: card for card in cards}
        # The database tells its standing problem itself; what the service said is good without being kept.
        with contextlib.suppress(HistoryProblem):
            await self._releases.note(cards)

    async def _learned(self, card: DeploymentCard) -> DeploymentCard:
        await self._learn((card,))
        return card

    async def _find_lost(self, wish: DeploymentWish, problem: ServiceProblem) -> DeploymentCard:
        """Return the deployment that a lost answer was about; raises `problem` where that cannot be told."""
        account = self._connection.account
        if account:
            with contextlib.suppress(ServiceProblem):
                answer = await self.get(f"{account}/{wish.name}")
                if answer.problem is None and wish_of(answer.value) == wish:
                    return answer.value
        words = f"{problem.message} Whether the deployment exists, the list will show."
        raise ServiceProblem(problem.kind, words, status=problem.status) from problem


def _cards(body: Any) -> tuple[DeploymentCard, ...]:
    return tuple(map(deployment_card, objects(body)))


def _check(problems: tuple[FieldProblem, ...]) -> None:
    if problems:
        words = "; ".join(f"{problem.field} {problem.message}" for problem in problems)
        raise ServiceProblem(ProblemKind.INVALID, f"This is not in order: {words}.", kept=_KEPT, fields=problems)


def _with_kept(problem: ServiceProblem) -> ServiceProblem:
    return ServiceProblem(
        problem.kind,
        problem.message,
        kept=problem.kept or "Nothing was changed; the form is kept.",
        status=problem.status,
        retry_after=problem.retry_after,
        fields=problem.fields,
    )
