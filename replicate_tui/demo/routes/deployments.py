"""Deployments: on paper they scale; here they count releases and take cold boots away."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from replicate_tui.demo.account import OWNER
from replicate_tui.demo.clock import NANOSECONDS
from replicate_tui.demo.creation import Target, create_prediction, read_creation
from replicate_tui.demo.json_response import JsonResponse
from replicate_tui.demo.pagination import RUNS_PER_PAGE, paginate
from replicate_tui.demo.problems import not_found, plain, validation_failed
from replicate_tui.demo.records import Deployment
from replicate_tui.demo.requests import check_fields, check_hardware, read_object
from replicate_tui.demo.service import DemoService

_OFFLINE_SECONDS = 15 * 60.0
_CHANGEABLE: Mapping[str, Any] = {
    "version": {"type": "string", "minLength": 64, "maxLength": 64},
    "hardware": {"type": "string"},
    "min_instances": {"type": "integer", "minimum": 0, "maximum": 5},
    "max_instances": {"type": "integer", "minimum": 0, "maximum": 20},
}
_CREATION: Mapping[str, Any] = {
    "type": "object",
    "required": ["name", "model", "version", "hardware", "min_instances", "max_instances"],
    "properties": {
        "name": {"type": "string", "pattern": r"^[a-z0-9][a-z0-9._-]*$", "maxLength": 100},
        "model": {"type": "string"},
        **_CHANGEABLE,
    },
}


class DeploymentRoutes:
    def __init__(self, service: DemoService) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        one = "/v1/deployments/{owner}/{name}"
        return [
            Route("/v1/deployments", self.list, methods=["GET"]),
            Route("/v1/deployments", self.create, methods=["POST"]),
            Route(one, self.get, methods=["GET"]),
            Route(one, self.update, methods=["PATCH"]),
            Route(one, self.delete, methods=["DELETE"]),
            Route(f"{one}/predictions", self.predict, methods=["POST"]),
        ]

    async def list(self, request: Request) -> Response:
        found = self._service.state.deployments.values()[::-1]
        shape = self._service.shapes.deployment
        return JsonResponse(
            paginate(found, request.url, size=RUNS_PER_PAGE, time=lambda each: each.created, shape=shape)
        )

    async def create(self, request: Request) -> Response:
        body = await read_object(request)
        check_fields(_CREATION, body)
        self._check(body, body["model"], body["min_instances"], body["max_instances"])
        if self._service.state.deployments.get(f"{OWNER}/{body['name']}") is not None:
            raise validation_failed([("name", "A deployment with that name and owner already exists.")])
        now = self._service.clock.now()
        deployment = Deployment(
            owner=OWNER,
            created=now,
            released=now,
            last_online=now,
            number=1,
            **{name: body[name] for name in _CREATION["required"]},
        )
        self._service.state.deployments.save(deployment)
        return JsonResponse(self._service.shapes.deployment(deployment))

    async def get(self, request: Request) -> Response:
        return JsonResponse(self._service.shapes.deployment(self._find(request)))

    async def update(self, request: Request) -> Response:
        deployment = self._find(request)
        body = await read_object(request)
        check_fields({"type": "object", "properties": _CHANGEABLE}, body)
        changes = {name: body[name] for name in _CHANGEABLE if name in body}
        least = changes.get("min_instances", deployment.min_instances)
        most = changes.get("max_instances", deployment.max_instances)
        self._check(changes, deployment.model, least, most)
        changed = {name: value for name, value in changes.items() if getattr(deployment, name) != value}
        if changed:
            self._release(deployment, changed)
        return JsonResponse(self._service.shapes.deployment(deployment))

    async def delete(self, request: Request) -> Response:
        deployment = self._find(request)
        offline = self._service.clock.now() - deployment.last_online
        if deployment.is_online or offline < self._service.clock.scaled(_OFFLINE_SECONDS) * NANOSECONDS:
            raise plain(400, "A deployment can be deleted once it has been offline and unused for 15 minutes.")
        self._service.state.deployments.remove(deployment)
        return Response(status_code=204)

    async def predict(self, request: Request) -> Response:
        deployment = self._find(request)
        listed = self._service.library.find_version(deployment.version)
        body = await read_creation(request, needs_version=False)
        if listed is None or not deployment.is_online:
            raise plain(400, "The deployment is disabled: its maximum number of instances is 0.")
        self._note_use(deployment)
        return await create_prediction(self._service, request, Target(listed, deployment.version, deployment.key), body)

    def _release(self, deployment: Deployment, changed: Mapping[str, Any]) -> None:
        if deployment.is_online:
            self._note_use(deployment)
        for name, value in changed.items():
            setattr(deployment, name, value)
        deployment.number += 1
        deployment.released = self._service.clock.now()
        self._service.state.deployments.save(deployment)
        if not deployment.is_online:
            for run in self._service.state.runs("prediction"):
                if run.deployment == deployment.key and not run.is_terminal:
                    self._service.engine.cancel(run)

    def _note_use(self, deployment: Deployment) -> None:
        deployment.last_online = self._service.clock.now()
        self._service.state.deployments.save(deployment)

    def _check(self, body: Mapping[str, Any], model: str, least: int, most: int) -> None:
        """Check what a schema cannot: that the model, its version and the hardware exist, and that the bounds fit.

        Raises ApiProblem (400).
        """
        check_hardware(body)
        listed = self._service.library.find(model)
        if listed is None:
            raise validation_failed([("model", f"The model {model} does not exist.")])
        version = body.get("version")
        if version is not None and not any(each.id == version for each in listed.versions):
            raise validation_failed([("version", f"The version does not exist on {model}.")])
        if least > most:
            raise validation_failed([("min_instances", "Must be less than or equal to max_instances.")])

    def _find(self, request: Request) -> Deployment:
        found = self._service.state.deployments.get("{owner}/{name}".format(**request.path_params))
        if found is None:
            raise not_found()
        return found
