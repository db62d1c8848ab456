"""Trainings: create, list, get, cancel."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from replicate_tui.demo.creation import WEBHOOK_FIELDS, check_webhook
from replicate_tui.demo.json_response import JsonResponse
from replicate_tui.demo.library import ListedModel
from replicate_tui.demo.pagination import RUNS_PER_PAGE, paginate
from replicate_tui.demo.problems import invalid_input, invalid_version, not_found, plain
from replicate_tui.demo.records import Run
from replicate_tui.demo.requests import read_object
from replicate_tui.demo.service import DemoService
from replicate_tui.demo.validation import ROOT, redacted, validate, with_defaults

_BODY: Mapping[str, Any] = {
    "type": "object",
    "required": ["destination", "input"],
    "additionalProperties": False,
    "properties": {"destination": {"type": "string"}, "input": {"type": "object"}, **WEBHOOK_FIELDS},
}


class TrainingRoutes:
    def __init__(self, service: DemoService) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        return [
            Route("/v1/trainings", self.list, methods=["GET"]),
            Route("/v1/trainings/{id}", self.get, methods=["GET"]),
            Route("/v1/trainings/{id}/cancel", self.cancel, methods=["POST"]),
            Route("/v1/models/{owner}/{name}/versions/{version}/trainings", self.create, methods=["POST"]),
        ]

    async def create(self, request: Request) -> Response:
        listed = self._trainer(request)
        body = await read_object(request)
        found = [*validate(_BODY, body, components={}, field=ROOT), *check_webhook(body)]
        if found:
            raise invalid_input(found)
        if self._service.own_models.find(body["destination"]) is None:
            raise plain(404, "The specified training destination does not exist")
        schema = listed.components.get("TrainingInput", {})
        found = validate(schema, body["input"], components=listed.components)
        if found:
            raise invalid_input(found)
        run = Run(
            id=self._service.state.ids.run(),
            kind="training",
            model=listed.model.full_name,
            version=request.path_params["version"],
            runs_version=request.path_params["version"],
            input=redacted(schema, body["input"]),
            created=self._service.clock.now(),
            destination=body["destination"],
            webhook=body.get("webhook") or None,
            webhook_events=body.get("webhook_events_filter"),
        )
        given = with_defaults(schema, body["input"], components=listed.components)
        self._service.start_run(run, listed, given, request.scope)
        return JsonResponse(self._service.shapes.unfinished(run), 201)

    async def list(self, request: Request) -> Response:
        runs = [run for run in self._service.state.runs("training") if self._service.scripts.is_listed(run)]
        shape = self._service.shown
        return JsonResponse(paginate(runs, request.url, size=RUNS_PER_PAGE, time=lambda run: run.created, shape=shape))

    async def get(self, request: Request) -> Response:
        return JsonResponse(self._service.shown(self._find(request)))

    async def cancel(self, request: Request) -> Response:
        return JsonResponse(self._service.cancel(self._find(request)))

    def _trainer(self, request: Request) -> ListedModel:
        listed = self._service.library.find("{owner}/{name}".format(**request.path_params))
        if listed is None:
            raise not_found()
        if not any(version.id == request.path_params["version"] for version in listed.versions):
            raise invalid_version()
        if listed.model.training_schema is None:
            raise plain(422, "The specified version cannot be trained.")
        return listed

    def _find(self, request: Request) -> Run:
        run = self._service.state.run(request.path_params["id"])
        if run is None or run.kind != "training":
            raise not_found()
        return run
