"""The account's own models: create, change, delete, and delete their versions."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from replicate_tui.demo.account import OWNER
from replicate_tui.demo.json_response import JsonResponse
from replicate_tui.demo.problems import ApiProblem, not_found, plain, validation_failed
from replicate_tui.demo.records import OwnModel
from replicate_tui.demo.requests import check_fields, check_hardware, read_object
from replicate_tui.demo.service import DemoService

_MOST_MODELS = 1000
_LINK = {"type": "string", "nullable": True, "format": "uri"}
_TEXT = {"type": "string", "nullable": True}
_CHANGEABLE: Mapping[str, Any] = {
    "description": _TEXT,
    "readme": _TEXT,
    "github_url": _LINK,
    "paper_url": _LINK,
    "weights_url": _LINK,
    "license_url": _LINK,
}
_CREATION: Mapping[str, Any] = {
    "type": "object",
    "required": ["owner", "name", "visibility", "hardware"],
    "properties": {
        "owner": {"type": "string"},
        "name": {"type": "string", "pattern": r"^[a-z0-9][a-z0-9._-]*$", "maxLength": 100},
        "visibility": {"type": "string", "enum": ["public", "private"]},
        "hardware": {"type": "string"},
        "cover_image_url": _LINK,
        **_CHANGEABLE,
    },
}


class OwnModelRoutes:
    def __init__(self, service: DemoService) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        model = "/v1/models/{owner}/{name}"
        return [
            Route("/v1/models", self.create, methods=["POST"]),
            Route(model, self.update, methods=["PATCH"]),
            Route(model, self.delete, methods=["DELETE"]),
            Route(f"{model}/versions/{{version}}", self.delete_version, methods=["DELETE"]),
        ]

    async def create(self, request: Request) -> Response:
        body = await read_object(request)
        check_fields(_CREATION, body)
        check_hardware(body)
        if body["owner"] != OWNER:
            raise validation_failed([("owner", f"You can only create models owned by {OWNER}.")])
        own = OwnModel(
            owner=OWNER,
            name=body["name"],
            visibility=body["visibility"],
            hardware=body["hardware"],
            created=self._service.clock.now(),
            description=body.get("description"),
            github_url=body.get("github_url"),
            paper_url=body.get("paper_url"),
            license_url=body.get("license_url"),
            cover_image_url=body.get("cover_image_url"),
        )
        if self._service.own_models.find(own.key) is not None:
            raise _already_exists()
        if self._service.own_models.count() >= _MOST_MODELS:
            raise plain(400, f"An account can have at most {_MOST_MODELS} models.")
        self._service.own_models.save(own)
        return self._answer(own, 201)

    async def update(self, request: Request) -> Response:
        own = self._find(request)
        given = await read_object(request)
        # An empty text takes a text or a link away: null is none of the types the API takes there.
        body = {name: None if value == "" else value for name, value in given.items()}
        check_fields({"type": "object", "properties": _CHANGEABLE}, body)
        for name in _CHANGEABLE.keys() & body.keys():
            setattr(own, name, body[name])
        self._service.own_models.save(own)
        return self._answer(own)

    async def delete(self, request: Request) -> Response:
        own = self._find(request)
        if own.visibility != "private":
            raise plain(403, "Only private models can be deleted.")
        if own.versions:
            raise plain(403, "A model with versions cannot be deleted; delete its versions first.")
        self._service.own_models.remove(own)
        return Response(status_code=204)

    async def delete_version(self, request: Request) -> Response:
        own, version = self._find(request), request.path_params["version"]
        if not any(each.id == version for each in own.versions):
            raise not_found()
        if own.visibility != "private":
            raise plain(403, "Versions of public models cannot be deleted.")
        if any(each.version == version for each in self._service.state.deployments.values()):
            raise plain(403, "A version that a deployment uses cannot be deleted.")
        if any(run.runs_version == version for run in self._service.state.runs("training")):
            raise plain(403, "A version that a training started from cannot be deleted.")
        self._service.own_models.remove_version(own, version)
        return Response(status_code=202)

    def _find(self, request: Request) -> OwnModel:
        full_name = "{owner}/{name}".format(**request.path_params)
        own = self._service.own_models.find(full_name)
        if own is None and self._service.library.find(full_name) is not None:
            raise plain(403, "You do not have permission to change this model.")
        if own is None:
            raise not_found()
        return own

    def _answer(self, own: OwnModel, status: int = 200) -> Response:
        listed = self._service.library.find(own.key)
        if listed is None:
            raise not_found()
        return JsonResponse(self._service.shapes.model(listed, None), status)


def _already_exists() -> ApiProblem:
    detail = "A model with that name and owner already exists."
    errors = [{"detail": detail}]
    return ApiProblem(409, {"title": "Conflict", "detail": detail, "status": 409, "errors": errors})
