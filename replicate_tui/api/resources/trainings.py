"""Trainings: create, look at, list, cancel, wait for."""

from collections.abc import Mapping
from typing import Any, Unpack

from replicate_tui.api.options import CallOptions, Request, call_options
from replicate_tui.api.origins import path_of
from replicate_tui.api.pagination import Paginator
from replicate_tui.api.resources.creating import CreateOptions, CreatingResource, the_run
from replicate_tui.api.types.training import Training
from replicate_tui.api.waiting import Pace, wait_for_end


class Trainings(CreatingResource):
    async def create(
        self,
        version_id: str,
        *,
        model_owner: str,
        model_name: str,
        destination: str,
        input: Mapping[str, Any],
        **options: Unpack[CreateOptions],
    ) -> Training:
        """Train the version of a trainer model into `destination`, an existing model owner/name.

        It is sent once; raises as `predictions.create` does.
        """
        path = path_of("models", model_owner, model_name, "versions", version_id, "trainings")
        request = await self._create_request(path, input, options, creates="training", destination=destination)
        return await self._object(Training, request, "training", call_options(options))

    async def get(self, training_id: str, **options: Unpack[CallOptions]) -> Training:
        request = Request(method="GET", path=path_of("trainings", training_id))
        return the_run(await self._object(Training, request, "training", options), training_id)

    def list(self, **options: Unpack[CallOptions]) -> Paginator[Training]:
        """List trainings of the account, newest first."""
        return self._pages(Training, "/trainings", "trainings", options)

    async def cancel(self, training_id: str, **options: Unpack[CallOptions]) -> Training:
        """Cancel a training; safe to repeat, so it is retried."""
        request = Request(
            method="POST", path=path_of("trainings", training_id, "cancel"), repeatable=True, priority=True
        )
        return the_run(await self._object(Training, request, "training", options), training_id)

    async def wait(
        self, training_id: "str | Training", *, timeout: float | None = None, pace: Pace | None = None
    ) -> Training:
        """Poll until the training is over and return it, whatever its final status; raises WaitTimeoutError."""
        return await wait_for_end(training_id, self.get, pace or self._caller.pace, timeout)
