"""Models: browse, find by words, README, versions, examples."""

import contextlib
import json

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from replicate_tui.demo.json_response import JsonResponse
from replicate_tui.demo.library import ListedModel
from replicate_tui.demo.pagination import MODELS_PER_PAGE, RUNS_PER_PAGE, paginate
from replicate_tui.demo.problems import not_found, validation_failed
from replicate_tui.demo.requests import read_body
from replicate_tui.demo.service import DemoService
from replicate_tui.demo.shapes import page

_SORT_FIELDS = ("latest_version_created_at", "model_created_at")
# A model whose example is still being made is told without one rather than late.
_EXAMPLE_SECONDS = 0.25


class ModelRoutes:
    def __init__(self, service: DemoService) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        model = "/v1/models/{owner}/{name}"
        return [
            Route("/v1/models", self.list, methods=["GET"]),
            Route("/v1/models", self.query, methods=["QUERY"]),
            Route(model, self.get, methods=["GET"]),
            Route(f"{model}/readme", self.readme, methods=["GET"]),
            Route(f"{model}/examples", self.examples, methods=["GET"]),
            Route(f"{model}/versions", self.versions, methods=["GET"]),
            Route(f"{model}/versions/{{version}}", self.version, methods=["GET"]),
        ]

    async def list(self, request: Request) -> Response:
        sort_by = request.query_params.get("sort_by", _SORT_FIELDS[0])
        direction = request.query_params.get("sort_direction", "desc")
        wrong = [("sort_by", sort_by)] if sort_by not in _SORT_FIELDS else []
        wrong += [("sort_direction", direction)] if direction not in ("asc", "desc") else []
        if wrong:
            raise validation_failed([(name, f'"{given}" is not a valid choice.') for name, given in wrong])
        # As in the real list, what has no schema to run it by is found by name and by search only.
        shown = [listed for listed in self._service.library.models if listed.model.has_schema]
        models = sorted(shown, key=lambda listed: listed.created, reverse=direction == "desc")
        return JsonResponse(
            paginate(models, request.url, size=MODELS_PER_PAGE, time=lambda listed: listed.created, shape=self._shape)
        )

    async def query(self, request: Request) -> Response:
        text = (await read_body(request, 100_000)).decode("utf-8", "replace")
        # Official clients differ: one sends the words as they are, one as a JSON string.
        if text.startswith('"'):
            with contextlib.suppress(ValueError):
                text = str(json.loads(text))
        hits = self._service.library.search(text)[:MODELS_PER_PAGE]
        results = [self._shape(listed) for listed, _ in hits]
        for result in results:
            del result["is_official"]
        return JsonResponse(page(results))

    async def get(self, request: Request) -> Response:
        listed = self._find(request)
        await self._service.examples.prepare(listed, _EXAMPLE_SECONDS)
        return JsonResponse(self._shape(listed))

    async def readme(self, request: Request) -> Response:
        listed = self._find(request)
        if not listed.model.readme:
            raise not_found()
        return PlainTextResponse(listed.model.readme)

    async def examples(self, request: Request) -> Response:
        made = await self._service.examples.of(self._find(request))
        shape = self._service.shapes.run
        return JsonResponse(paginate(made, request.url, size=RUNS_PER_PAGE, time=lambda run: run.created, shape=shape))

    async def versions(self, request: Request) -> Response:
        listed = self._find(request)
        # Official models hide their versions, in one of two ways.
        if listed.model.is_official and not listed.has_empty_version_list:
            raise not_found()
        shown = () if listed.model.is_official else listed.versions
        return JsonResponse(page([self._service.shapes.version(listed, version) for version in shown]))

    async def version(self, request: Request) -> Response:
        listed = self._find(request)
        found = next((each for each in listed.versions if each.id == request.path_params["version"]), None)
        if found is None or listed.model.is_official:
            raise not_found()
        return JsonResponse(self._service.shapes.version(listed, found))

    def _find(self, request: Request) -> ListedModel:
        listed = self._service.library.find("{owner}/{name}".format(**request.path_params))
        if listed is None:
            raise not_found()
        return listed

    def _shape(self, listed: ListedModel) -> dict[str, object]:
        return self._service.shapes.model(listed, self._service.examples.default(listed))
