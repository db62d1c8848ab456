"""The account's own models: make them, change their texts, delete them and their versions."""

import contextlib
from collections.abc import Collection, Iterator
from typing import Any, Final

from replicate_tui.services import cards
from replicate_tui.services.account import check_account
from replicate_tui.services.catalog import CatalogService
from replicate_tui.services.connection import Connection
from replicate_tui.services.own_model_rules import CHANGEABLE, Change, NewModel, change_problems, new_model_problems
from replicate_tui.services.problems import FieldProblem, ProblemKind, ServiceProblem
from replicate_tui.services.seen import seen_model
from replicate_tui.services.views import ModelCard
from replicate_tui.store.models import ModelRepository
from replicate_tui.store.problems import HistoryProblem
from replicate_tui.text import clean

_KEPT: Final = "Nothing was sent; the form is kept."
_TAKEN: Final = "You have a model of this name already."


class OwnModelService:
    """Each method asks the service once; it checks first what the service would refuse.

    `being_deleted` holds the ids of versions whose deletion the service has accepted and carries out in a while.
    """

    def __init__(self, connection: Connection, catalog: CatalogService, models: ModelRepository) -> None:
        self._connection = connection
        self._catalog = catalog
        self._models = models
        self.being_deleted: set[str] = set()

    async def account(self) -> str:
        """Return the name of the token's account, asking only when it is not known; raises ServiceProblem."""
        return self._connection.account or (await check_account(self._connection)).username

    async def create(self, new: NewModel, *, skus: Collection[str] = ()) -> ModelCard:
        """Make a model without versions and return it; `skus` is the hardware on offer, as far as it is known.

        Raises ServiceProblem: INVALID, before anything is sent, and CONFLICT for a name that is taken, both with
        their complaints in `fields` (name, owner, hardware, description, github_url, paper_url, license_url,
        cover_image_url); else whatever the service says.
        """
        owner = new.owner or await self.account()
        problems = new_model_problems(new, account=await self.account(), skus=skus)
        if problems:
            raise _refused(problems)
        texts: dict[str, Any] = new.texts()
        try:
            made = await self._connection.call(
                lambda client: client.models.create(
                    owner, new.name, visibility=new.visibility, hardware=new.hardware, **texts
                )
            )
        except ServiceProblem as problem:
            if problem.kind is ProblemKind.CONFLICT:
                raise _with_fields(problem, FieldProblem("name", _TAKEN)) from problem
            if problem.kind is not ProblemKind.OUTCOME_UNKNOWN:
                raise
            return await self._after_a_lost_answer(owner, new.name)
        return await self._learn(made)

    async def texts(self, full_name: str) -> dict[str, str]:
        """Return the texts and links of "owner/name" that can be changed (`CHANGEABLE`), cleaned, "" for none.

        Raises ServiceProblem: only what the service says now can be changed, so nothing kept stands in for it.
        """
        owner, _, name = full_name.partition("/")
        model = await self._connection.call(lambda client: client.models.get(model_owner=owner, model_name=name))
        texts = {field: clean(str(getattr(model, field, None) or "")) for field in CHANGEABLE}
        with _gone_is_fine():
            texts["readme"] = clean(
                await self._connection.call(lambda client: client.models.readme.get(model_owner=owner, model_name=name))
            )
        return texts

    async def update(self, full_name: str, wanted: Collection[Change]) -> ModelCard:
        """Change the texts and links of "owner/name", and only those in `wanted`; "" empties one.

        Raises ServiceProblem, INVALID with its complaints in `fields` (see `CHANGEABLE`).
        """
        if problems := change_problems(wanted):
            raise _refused(problems)
        owner, _, name = full_name.partition("/")
        texts: dict[str, Any] = {change.field: change.after for change in wanted}
        changed = await self._connection.call(
            lambda client: client.models.update(model_owner=owner, model_name=name, **texts)
        )
        return await self._learn(changed)

    async def delete(self, full_name: str) -> None:
        """Delete a model and forget it here; one that is gone already counts as deleted.

        Raises ServiceProblem with the service's reason: it must be the account's own, private and without versions.
        """
        owner, _, name = full_name.partition("/")
        with _gone_is_fine():
            await self._connection.call(lambda client: client.models.delete(model_owner=owner, model_name=name))
        await self._catalog.forget_model(owner, name)
        with contextlib.suppress(HistoryProblem):
            await self._models.forget(full_name)

    async def delete_version(self, full_name: str, version_id: str) -> None:
        """Ask for the deletion of a version, with its predictions and their files; it happens in a while.

        Raises ServiceProblem with the service's reason; see `version_obstacles` for the rules.
        """
        owner, _, name = full_name.partition("/")
        with _gone_is_fine():
            await self._connection.call(
                lambda client: client.models.versions.delete(version_id, model_owner=owner, model_name=name)
            )
        self.being_deleted.add(version_id)

    async def _after_a_lost_answer(self, owner: str, name: str) -> ModelCard:
        """Return the model when it came to be all the same: a name is given once, so that looking is enough."""
        try:
            made = await self._connection.call(lambda client: client.models.get(model_owner=owner, model_name=name))
        except ServiceProblem as problem:
            words = "It was sent, and the answer was lost; whether the model was made is not known."
            kept = "Trying again is safe: a name is given once."
            raise ServiceProblem(ProblemKind.OUTCOME_UNKNOWN, words, kept=kept) from problem
        return await self._learn(made)

    async def _learn(self, model: Any) -> ModelCard:
        card = cards.model_card(model.to_dict(), stand_in=self._connection.is_demo)
        with contextlib.suppress(HistoryProblem):
            await self._models.upsert_models((seen_model(card),))
        return card


def _refused(problems: tuple[FieldProblem, ...]) -> ServiceProblem:
    return ServiceProblem(ProblemKind.INVALID, problems[0].message, kept=_KEPT, fields=problems)


def _with_fields(problem: ServiceProblem, *fields: FieldProblem) -> ServiceProblem:
    return ServiceProblem(problem.kind, problem.message, kept=problem.kept, status=problem.status, fields=fields)


@contextlib.contextmanager
def _gone_is_fine() -> Iterator[None]:
    """Take "there is no such thing" as an answer: no README, or a deletion whose first answer was lost."""
    try:
        yield
    except ServiceProblem as problem:
        if problem.kind is not ProblemKind.NOT_FOUND:
            raise
