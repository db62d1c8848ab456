"""What there is to find: search over everything, and the collections."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from replicate_tui.demo.json_response import JsonResponse
from replicate_tui.demo.library import Collection
from replicate_tui.demo.problems import ApiProblem, not_found
from replicate_tui.demo.service import DemoService
from replicate_tui.demo.shapes import page

_DEFAULT_LIMIT, _MOST = 20, 50
_PAGES = (
    ("Run a model from Python", "/docs/get-started/python", "python run client start"),
    ("Run a model from Node.js", "/docs/get-started/nodejs", "node javascript run client start"),
    ("Streaming output", "/docs/topics/predictions/streaming", "stream output tokens text"),
    ("Webhooks", "/docs/topics/webhooks", "webhook notify events"),
    ("Fine-tune an image model", "/docs/guides/extend/finetune", "train training fine-tune flux lora image"),
)


class DiscoveryRoutes:
    def __init__(self, service: DemoService) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        return [
            Route("/v1/search", self.search, methods=["GET"]),
            Route("/v1/collections", self.collections, methods=["GET"]),
            Route("/v1/collections/{slug}", self.collection, methods=["GET"]),
        ]

    async def search(self, request: Request) -> Response:
        text = request.query_params.get("query", "")
        if not text.strip():
            raise _search_problem('Query parameter "query" is required')
        limit = request.query_params.get("limit", str(_DEFAULT_LIMIT))
        if not limit.isdecimal() or not 1 <= int(limit[:9]) <= _MOST:
            raise _search_problem(f'Query parameter "limit" must be between 1 and {_MOST}')
        library, shapes = self._service.library, self._service.shapes
        words = text.lower().split()
        return JsonResponse(
            {
                "query": text,
                "models": [shapes.search_hit(listed, score) for listed, score in library.search(text)[: int(limit)]],
                "collections": [
                    _listed(each) | {"models": list(each.models)} for each in library.search_collections(text)
                ],
                "pages": [
                    {"name": name, "href": href}
                    for name, href, about in _PAGES
                    if any(word in f"{name.lower()} {about}" for word in words)
                ],
            }
        )

    async def collections(self, _: Request) -> Response:
        return JsonResponse(page([_listed(each) for each in self._service.library.collections]))

    async def collection(self, request: Request) -> Response:
        found = self._service.library.collection(request.path_params["slug"])
        if found is None:
            raise not_found()
        members = [
            self._service.shapes.model(listed, self._service.examples.default(listed))
            for listed in self._service.library.members(found)
        ]
        return JsonResponse(_listed(found) | {"full_description": found.full_description, "models": members})


def _listed(collection: Collection) -> dict[str, object]:
    return {"name": collection.name, "slug": collection.slug, "description": collection.description}


def _search_problem(detail: str) -> ApiProblem:
    return ApiProblem(400, {"detail": detail}, media_type="application/json")
