"""Deployments: create, look at, list, change, delete, run."""

from collections.abc import Mapping
from typing import Any, Unpack

from replicate_tui.api.caller import Caller
from replicate_tui.api.errors import InvalidIdentifierError
from replicate_tui.api.options import CallOptions, Request
from replicate_tui.api.origins import path_of
from replicate_tui.api.pagination import Paginator
from replicate_tui.api.resources.base import Resource, body_of
from replicate_tui.api.resources.creating import CreateOptions, CreatingResource
from replicate_tui.api.types.deployment import Deployment
from replicate_tui.api.types.prediction import Prediction


class DeploymentPredictions(CreatingResource):
    async def create(
        self, *, deployment_owner: str, deployment_name: str, input: Mapping[str, Any], **options: Unpack[CreateOptions]
    ) -> Prediction:
        """Create a prediction on a deployment; sent once, raises as `predictions.create` does."""
        path = path_of("deployments", deployment_owner, deployment_name, "predictions")
        return await self._create(path, input, options)


class Deployments(Resource):
    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        self.predictions = DeploymentPredictions(caller)

    async def create(
        self,
        *,
        name: str,
        model: str,
        hardware: str,
        min_instances: int,
        max_instances: int,
        version: str | None = None,
        **options: Unpack[CallOptions],
    ) -> Deployment:
        """Create a deployment of `model` at `version`, which may also stand in `model` (owner/name:version).

        Instances: 0 to 5 at least, 0 to 20 at most. Raises InvalidIdentifierError when no version is given.
        """
        model, _, version_in_model = model.partition(":")
        version = version or version_in_model
        if not version:
            raise InvalidIdentifierError("a deployment needs version=, or model='owner/name:version'")
        body = body_of(
            name=name,
            model=model,
            version=version,
            hardware=hardware,
            min_instances=min_instances,
            max_instances=max_instances,
        )
        request = Request(method="POST", path="/deployments", json=body, has_json=True, creates="deployment")
        return await self._object(Deployment, request, "deployment", options)

    async def get(self, *, deployment_owner: str, deployment_name: str, **options: Unpack[CallOptions]) -> Deployment:
        request = Request(method="GET", path=path_of("deployments", deployment_owner, deployment_name))
        return await self._object(Deployment, request, "deployment", options)

    def list(self, **options: Unpack[CallOptions]) -> Paginator[Deployment]:
        """List deployments of the account, newest first."""
        return self._pages(Deployment, "/deployments", "deployments", options)

    async def update(
        self,
        *,
        deployment_owner: str,
        deployment_name: str,
        hardware: str | None = None,
        min_instances: int | None = None,
        max_instances: int | None = None,
        version: str | None = None,
        **options: Unpack[CallOptions],
    ) -> Deployment:
        """Change a deployment; every change is a new release. Both instance counts at 0 switch it off."""
        body = body_of(hardware=hardware, min_instances=min_instances, max_instances=max_instances, version=version)
        path = path_of("deployments", deployment_owner, deployment_name)
        request = Request(method="PATCH", path=path, json=body, has_json=True)
        return await self._object(Deployment, request, "deployment", options)

    async def delete(self, *, deployment_owner: str, deployment_name: str, **options: Unpack[CallOptions]) -> None:
        """Delete a deployment; the service allows it 15 minutes after it went offline."""
        await self._nothing(
            Request(method="DELETE", path=path_of("deployments", deployment_owner, deployment_name)), options
        )
