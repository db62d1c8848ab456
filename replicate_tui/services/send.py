"""The create itself: which route a wish takes, and that it is sent once."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from replicate_tui.schema.fields import InputSchema
from replicate_tui.services.catalog import CatalogService
from replicate_tui.services.connection import Connection
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.views import AnyRequest, ModelPage, RunRequest, TrainingRequest

if TYPE_CHECKING:
    from replicate_tui.api.types.prediction import Prediction
    from replicate_tui.api.types.training import Training
    from replicate_tui.services.families import RemoteRun

#: Told before a wait that the service asks for: how many seconds, and why.
WaitHook = Callable[[float, str], None]

#: What the version route takes; official models show "hidden" instead (Replicate API, versions).
_VERSION_ID: Final = re.compile(r"[0-9a-f]{64}")


class Sender:
    """Sends creates. Official models take the model's route, others a version, deployments and trainers their own."""

    def __init__(self, connection: Connection, catalog: CatalogService) -> None:
        self._connection = connection
        self._catalog = catalog

    async def send(self, request: AnyRequest, input: Mapping[str, Any], on_wait: WaitHook) -> "RemoteRun":
        """Create the run; `input` is ready to travel. `on_wait` hears the seconds and the reason of each wait.

        Raises ServiceProblem; OUTCOME_UNKNOWN alone leaves open whether the run exists. A second request is made
        only after the service has refused the first (404 or 422), never after silence.
        """
        if isinstance(request, TrainingRequest):
            return await self._to_trainer(request, input, on_wait)
        options = request.options
        if options.deployment:
            return await self._to_deployment(options.deployment, request, input, on_wait)
        if options.version:
            return await self._to_version(options.version, request, input, on_wait)
        page = await self._model(request.model)
        version = page.version.id if page.version is not None else ""
        if not _VERSION_ID.fullmatch(version):
            return await self._to_model(request, input, on_wait)
        if page.card.is_official:
            try:
                return await self._to_model(request, input, on_wait)
            except ServiceProblem as problem:
                if problem.kind is not ProblemKind.NOT_FOUND:
                    raise
            return await self._to_version(version, request, input, on_wait)
        try:
            return await self._to_version(version, request, input, on_wait)
        except ServiceProblem as problem:
            # A few models refuse their own latest version and run without one.
            if problem.kind is not ProblemKind.INVALID or problem.fields:
                raise
            refused = problem
        try:
            return await self._to_model(request, input, on_wait)
        except ServiceProblem as other:
            raise refused if other.kind is ProblemKind.NOT_FOUND else other from None

    async def known_input(self, request: AnyRequest) -> InputSchema | None:
        """Return the input schema that a wish is checked against, as far as it is known here."""
        trains = isinstance(request, TrainingRequest)
        owner, _, name = request.model.partition("/")
        pinned_id = request.version if isinstance(request, TrainingRequest) else request.options.version
        pinned = await self._catalog.cached_version(owner, name, pinned_id) if pinned_id else None
        page = await self._catalog.cached_model(owner, name) if pinned is None else None
        version = pinned.value if pinned is not None else page.value.version if page is not None else None
        if version is None:
            return None
        return (version.schema.training if trains else None) or version.schema.input

    async def _model(self, full_name: str) -> ModelPage:
        owner, _, name = full_name.partition("/")
        known = await self._catalog.cached_model(owner, name)
        if known is None or known.value.version is None:
            known = await self._catalog.model(owner, name)
        return known.value

    async def _to_version(
        self, version: str, request: RunRequest, input: Mapping[str, Any], on_wait: WaitHook
    ) -> "Prediction":
        return await self._connection.call(
            lambda client: client.predictions.create(
                version=version, input=dict(input), on_wait=on_wait, **_extras(request)
            )
        )

    async def _to_model(self, request: RunRequest, input: Mapping[str, Any], on_wait: WaitHook) -> "Prediction":
        owner, _, name = request.model.partition("/")
        return await self._connection.call(
            lambda client: client.models.predictions.create(
                model_owner=owner, model_name=name, input=dict(input), on_wait=on_wait, **_extras(request)
            )
        )

    async def _to_deployment(
        self, deployment: str, request: RunRequest, input: Mapping[str, Any], on_wait: WaitHook
    ) -> "Prediction":
        owner, _, name = deployment.partition("/")
        return await self._connection.call(
            lambda client: client.deployments.predictions.create(
                deployment_owner=owner, deployment_name=name, input=dict(input), on_wait=on_wait, **_extras(request)
            )
        )

    async def _to_trainer(self, request: TrainingRequest, input: Mapping[str, Any], on_wait: WaitHook) -> "Training":
        owner, _, name = request.model.partition("/")
        return await self._connection.call(
            lambda client: client.trainings.create(
                request.version,
                model_owner=owner,
                model_name=name,
                destination=request.destination,
                input=dict(input),
                on_wait=on_wait,
                **_webhook(request.webhook, request.webhook_events),
            )
        )


def _extras(request: RunRequest) -> dict[str, Any]:
    options = request.options
    extras = _webhook(options.webhook, options.webhook_events)
    return extras | {"cancel_after": options.cancel_after} if options.cancel_after else extras


def _webhook(url: str | None, events: Sequence[str]) -> dict[str, Any]:
    if not url:
        return {}
    return {"webhook": url, "webhook_events_filter": list(events)} if events else {"webhook": url}
