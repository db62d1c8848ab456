"""Predictions: create in three ways, list, get, cancel."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from replicate_tui.demo.creation import create_prediction, latest, named_version, read_creation
from replicate_tui.demo.json_response import JsonResponse
from replicate_tui.demo.pagination import RUNS_PER_PAGE, paginate
from replicate_tui.demo.problems import not_found, validation_failed
from replicate_tui.demo.records import Run
from replicate_tui.demo.requests import query_time
from replicate_tui.demo.service import DemoService


class PredictionRoutes:
    def __init__(self, service: DemoService) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        return [
            Route("/v1/predictions", self.list, methods=["GET"]),
            Route("/v1/predictions", self.create, methods=["POST"]),
            Route("/v1/predictions/{id}", self.get, methods=["GET"]),
            Route("/v1/predictions/{id}/cancel", self.cancel, methods=["POST"]),
            Route("/v1/models/{owner}/{name}/predictions", self.create_for_model, methods=["POST"]),
        ]

    async def create(self, request: Request) -> Response:
        body = await read_creation(request, needs_version=True)
        return await create_prediction(self._service, request, named_version(self._service, body["version"]), body)

    async def create_for_model(self, request: Request) -> Response:
        listed = self._service.library.find("{owner}/{name}".format(**request.path_params))
        if listed is None or not (listed.model.is_official or listed.model.answers_unversioned):
            raise not_found()
        body = await read_creation(request, needs_version=False)
        return await create_prediction(self._service, request, latest(listed), body)

    async def list(self, request: Request) -> Response:
        after, before = query_time(request, "created_after"), query_time(request, "created_before")
        source = request.query_params.get("source")
        if source not in (None, "", "web"):
            raise validation_failed([("source", f'"{source}" is not a valid choice.')])
        shown = [
            run
            for run in self._service.state.runs("prediction")
            if (after is None or run.created >= after)
            and (before is None or run.created < before)
            and (not source or run.source == source)
            and self._service.scripts.is_listed(run)
        ]
        shape = self._service.shown
        return JsonResponse(paginate(shown, request.url, size=RUNS_PER_PAGE, time=lambda run: run.created, shape=shape))

    async def get(self, request: Request) -> Response:
        return JsonResponse(self._service.shown(self._find(request)))

    async def cancel(self, request: Request) -> Response:
        return JsonResponse(self._service.cancel(self._find(request)))

    def _find(self, request: Request) -> Run:
        run = self._service.state.run(request.path_params["id"])
        if run is None:
            raise not_found()
        return run
