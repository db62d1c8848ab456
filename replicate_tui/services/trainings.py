"""Trainings: make one, check beforehand that it has somewhere to go, and know what it was made of."""

import re
from typing import Final, NoReturn

from replicate_tui.services.account import check_account
from replicate_tui.services.cards import model_card
from replicate_tui.services.connection import Connection
from replicate_tui.services.create import Creator
from replicate_tui.services.intents import DESTINATION, training_request_of
from replicate_tui.services.merge import destination_of
from replicate_tui.services.problems import FieldProblem, ProblemKind, ServiceProblem
from replicate_tui.services.training_data import packed
from replicate_tui.services.views import ModelCard, TrainingRequest
from replicate_tui.store.records import RunRecord
from replicate_tui.text import clean_line

#: "owner/name" as the service takes it (Replicate API, models.create).
_FULL_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]*/[a-z0-9][a-z0-9._-]*", re.IGNORECASE)

_KEPT: Final = "Nothing was sent; the form is kept."


class TrainingService:
    """Creates trainings. They are runs: `RunService` cancels, finds and lists them, the tracker follows them."""

    def __init__(self, connection: Connection, creator: Creator) -> None:
        self._connection = connection
        self._creator = creator

    async def create(self, request: TrainingRequest, latch: str) -> RunRecord:
        """Start a training and return its record once the service has accepted it; see Creator.create.

        Folders in its input are sent as zips. Raises ServiceProblem FILE also for data that nothing can be trained on.
        """
        async with packed(request) as zips:
            return await self._creator.create(request, latch, packed=zips)

    async def check_destination(self, full_name: str) -> ModelCard:
        """Return the model ("owner/name") that a training would go to, after asking for it; nothing is paid.

        Raises ServiceProblem with what is wrong at the field "destination": INVALID for what is no name, FORBIDDEN
        for a model of another account, NOT_FOUND for one that does not exist.
        """
        full_name = full_name.strip()
        if not _FULL_NAME.fullmatch(full_name):
            _refuse(ProblemKind.INVALID, "The destination must be a model of yours, as owner/name.")
        owner, _, name = full_name.partition("/")
        # The name that runs are filed under may be one that was told long ago.
        known = self._connection.account
        account = known if owner == known else (await check_account(self._connection)).username
        if owner != account:
            words = f"The destination must be a model of yours ({account}/…); this one belongs to {clean_line(owner)}."
            _refuse(ProblemKind.FORBIDDEN, words)
        try:
            model = await self._connection.call(lambda client: client.models.get(model_owner=owner, model_name=name))
        except ServiceProblem as problem:
            if problem.kind is not ProblemKind.NOT_FOUND:
                raise
            _refuse(ProblemKind.NOT_FOUND, f"There is no model {clean_line(full_name)} yet: create it first.")
        return model_card(model.to_dict(), stand_in=self._connection.is_demo)

    async def request_of(self, run: RunRecord) -> TrainingRequest:
        """Return the wish behind a training, to change and start again; secrets are left out, since none were kept.

        Raises ServiceProblem INVALID for a prediction.
        """
        if run.kind != "training":
            raise ServiceProblem(ProblemKind.INVALID, "This is a prediction, not a training.")
        return training_request_of(run, destination_of(run))


def _refuse(kind: ProblemKind, words: str) -> NoReturn:
    raise ServiceProblem(kind, words, kept=_KEPT, fields=(FieldProblem(DESTINATION, words),))
