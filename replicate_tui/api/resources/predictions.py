"""Predictions: create, look at, list, cancel, wait for, stream."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Unpack

from replicate_tui.api.errors import InvalidIdentifierError, NotFoundError
from replicate_tui.api.identifiers import ModelRef, VersionRef, parse_model
from replicate_tui.api.options import CallOptions, Request
from replicate_tui.api.origins import path_of
from replicate_tui.api.pagination import Paginator
from replicate_tui.api.resources.creating import CreateOptions, CreatingResource, the_run
from replicate_tui.api.types.model import Model
from replicate_tui.api.types.prediction import Prediction
from replicate_tui.api.waiting import Pace, wait_for_end

if TYPE_CHECKING:
    from replicate_tui.api.following import PredictionStream


class Predictions(CreatingResource):
    async def create(
        self,
        *,
        input: Mapping[str, Any],
        version: Any = None,
        model: str | None = None,
        **options: Unpack[CreateOptions],
    ) -> Prediction:
        """Create a prediction of `version` (an id, owner/name:id, a `Version`) or of `model` (owner/name[:version]).

        `model` without a version takes the route by name, which serves official models, and when that answers 404
        the latest version. It is sent once. Raises RequestOutcomeUnknownError when the answer was lost, APIStatusError
        when the service refused, FileError when a file of the input could not be sent.
        """
        if version is not None:
            named = version if isinstance(version, str) else getattr(version, "id", None)
            if not isinstance(named, str) or not named:
                raise InvalidIdentifierError("version must be an id, owner/name:id, or a Version")
            return await self._create("/predictions", input, options, version=named)
        if model is None:
            raise InvalidIdentifierError("a prediction needs version= or model=")
        found = parse_model(model)
        if isinstance(found, VersionRef) or found.version:
            pinned = found.id if isinstance(found, VersionRef) else found.version
            return await self._create("/predictions", input, options, version=pinned)
        # Once, whichever routes are tried: files are uploaded here.
        ready = await self.prepare(input, options)
        try:
            return await self._create(path_of("models", found.owner, found.name, "predictions"), ready, options)
        except NotFoundError:
            # A 404 says that nothing was created.
            latest = await self._latest_version(found)
        return await self._create("/predictions", ready, options, version=latest)

    async def _latest_version(self, found: ModelRef) -> str:
        request = Request(method="GET", path=path_of("models", found.owner, found.name))
        model = await self._object(Model, request, "model", {})
        if model.latest_version is None:
            raise InvalidIdentifierError(f"{found} has no version that could run")
        return model.latest_version.id

    async def get(self, prediction_id: str, **options: Unpack[CallOptions]) -> Prediction:
        request = Request(method="GET", path=path_of("predictions", prediction_id))
        return the_run(await self._object(Prediction, request, "prediction", options), prediction_id)

    def list(
        self,
        *,
        created_after: str | datetime | None = None,
        created_before: str | datetime | None = None,
        source: str | None = None,
        **options: Unpack[CallOptions],
    ) -> Paginator[Prediction]:
        """List predictions of the account, newest first; `source="web"` only those made on the site (14 days)."""
        query = {"created_after": _moment(created_after), "created_before": _moment(created_before), "source": source}
        return self._pages(Prediction, "/predictions", "predictions", options, query)

    async def cancel(self, prediction_id: str, **options: Unpack[CallOptions]) -> Prediction:
        """Cancel a prediction; canceling one that is over changes nothing. Safe to repeat, so it is retried."""
        request = Request(
            method="POST", path=path_of("predictions", prediction_id, "cancel"), repeatable=True, priority=True
        )
        return the_run(await self._object(Prediction, request, "prediction", options), prediction_id)

    async def wait(
        self,
        prediction_id: "str | Prediction",
        *,
        timeout: float | None = None,
        pace: Pace | None = None,
    ) -> Prediction:
        """Poll until the prediction is over and return it, whatever its final status.

        Raises WaitTimeoutError after `timeout` seconds; the prediction goes on.
        """
        return await wait_for_end(prediction_id, self.get, pace or self._caller.pace, timeout)

    def stream(self, prediction: "str | Prediction") -> "PredictionStream":
        """Return the events of a prediction that exists, as an async iterator; works for models without streams."""
        from replicate_tui.api.following import PredictionStream

        return PredictionStream(self._caller, self.get, prediction)

    def stream_of(self, start: Callable[[], Awaitable[Prediction]]) -> "PredictionStream":
        """Return the events of the prediction that `start` will create; a failed run raises ModelError at its end."""
        from replicate_tui.api.following import PredictionStream

        return PredictionStream(self._caller, self.get, start, raises=True)


def _moment(time: str | datetime | None) -> str | None:
    """A time as the API takes it; one without a zone is this machine's."""
    if isinstance(time, datetime):
        return (time if time.tzinfo is not None else time.astimezone()).isoformat()
    return time
