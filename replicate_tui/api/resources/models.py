"""Models: find, look at, create, change, delete; their versions, examples, README and predictions."""

from collections.abc import Mapping
from typing import Any, Literal, Unpack

from replicate_tui.api.caller import Caller
from replicate_tui.api.errors import InvalidIdentifierError, ResponseNotUnderstoodError
from replicate_tui.api.identifiers import ModelRef, parse_model
from replicate_tui.api.options import CallOptions, Request
from replicate_tui.api.origins import path_of
from replicate_tui.api.pagination import Paginator
from replicate_tui.api.resources.base import Resource, body_of
from replicate_tui.api.resources.creating import CreateOptions, CreatingResource
from replicate_tui.api.responses import Response
from replicate_tui.api.types.model import Model, Version
from replicate_tui.api.types.prediction import Prediction


class ModelVersions(Resource):
    def list(self, *, model_owner: str, model_name: str, **options: Unpack[CallOptions]) -> Paginator[Version]:
        """List versions, newest first; official models have an empty list, or none (NotFoundError)."""
        return self._pages(Version, path_of("models", model_owner, model_name, "versions"), "versions", options)

    async def get(
        self, version_id: str, *, model_owner: str, model_name: str, **options: Unpack[CallOptions]
    ) -> Version:
        request = Request(method="GET", path=path_of("models", model_owner, model_name, "versions", version_id))
        return await self._object(Version, request, "version", options)

    async def delete(
        self, version_id: str, *, model_owner: str, model_name: str, **options: Unpack[CallOptions]
    ) -> None:
        """Ask for the deletion of a version, with its predictions and their files; it happens a little later."""
        path = path_of("models", model_owner, model_name, "versions", version_id)
        await self._nothing(Request(method="DELETE", path=path), options)


class ModelExamples(Resource):
    def list(self, *, model_owner: str, model_name: str, **options: Unpack[CallOptions]) -> Paginator[Prediction]:
        """List the predictions that the author saved as examples."""
        return self._pages(Prediction, path_of("models", model_owner, model_name, "examples"), "examples", options)


class ModelReadme(Resource):
    async def get(self, *, model_owner: str, model_name: str, **options: Unpack[CallOptions]) -> str:
        """Return the README, as markdown.

        Raises NotFoundError when there is none, ResponseNotUnderstoodError for a web page in its place.
        """
        path = path_of("models", model_owner, model_name, "readme")
        request = Request(method="GET", path=path, headers={"Accept": "text/plain"})
        return await self._caller.fetch(request.with_options(options), _markdown)


class ModelPredictions(CreatingResource):
    async def create(
        self, *, model_owner: str, model_name: str, input: Mapping[str, Any], **options: Unpack[CreateOptions]
    ) -> Prediction:
        """Create a prediction of an official model; most others answer NotFoundError and want a version.

        Sent once, raises as `predictions.create` does.
        """
        return await self._create(path_of("models", model_owner, model_name, "predictions"), input, options)


def _markdown(response: Response) -> str:
    if response.content_type == "text/html":
        raise ResponseNotUnderstoodError("readme: the answer is a web page, not from the API", response=response)
    return response.text


class Models(Resource):
    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        self.versions = ModelVersions(caller)
        self.examples = ModelExamples(caller)
        self.readme = ModelReadme(caller)
        self.predictions = ModelPredictions(caller)

    async def get(
        self,
        model: str | None = None,
        *,
        model_owner: str | None = None,
        model_name: str | None = None,
        **options: Unpack[CallOptions],
    ) -> Model:
        """Return a model, by owner and name or by "owner/name"."""
        if model is not None:
            found = parse_model(model)
            if not isinstance(found, ModelRef):
                raise InvalidIdentifierError("a version id does not say which model it is of")
            model_owner, model_name = found.owner, found.name
        request = Request(method="GET", path=path_of("models", model_owner or "", model_name or ""))
        return await self._object(Model, request, "model", options)

    def list(
        self,
        *,
        sort_by: Literal["model_created_at", "latest_version_created_at"] | None = None,
        sort_direction: Literal["asc", "desc"] | None = None,
        **options: Unpack[CallOptions],
    ) -> Paginator[Model]:
        """List public models, by default those with the newest versions first."""
        return self._pages(Model, "/models", "models", options, {"sort_by": sort_by, "sort_direction": sort_direction})

    def search(self, query: str, **options: Unpack[CallOptions]) -> Paginator[Model]:
        """Search public models, by the method QUERY with the plain text as its body."""
        text = query.encode("utf-8", "replace")
        request = Request(method="QUERY", path="/models", content=text, headers={"Content-Type": "text/plain"})
        return self._pages(Model, "/models", "models", options, first=request)

    async def create(
        self,
        owner: str,
        name: str,
        *,
        visibility: Literal["public", "private"],
        hardware: str,
        description: str | None = None,
        github_url: str | None = None,
        paper_url: str | None = None,
        license_url: str | None = None,
        cover_image_url: str | None = None,
        **options: Unpack[CallOptions],
    ) -> Model:
        """Create an empty model; ConflictError when it exists."""
        body = body_of(
            owner=owner,
            name=name,
            visibility=visibility,
            hardware=hardware,
            description=description,
            github_url=github_url,
            paper_url=paper_url,
            license_url=license_url,
            cover_image_url=cover_image_url,
        )
        request = Request(method="POST", path="/models", json=body, has_json=True, creates="model")
        return await self._object(Model, request, "model", options)

    async def update(
        self,
        *,
        model_owner: str,
        model_name: str,
        description: str | None = None,
        readme: str | None = None,
        github_url: str | None = None,
        paper_url: str | None = None,
        weights_url: str | None = None,
        license_url: str | None = None,
        **options: Unpack[CallOptions],
    ) -> Model:
        """Change the texts and links of a model; its hardware, visibility and name stay."""
        body = body_of(
            description=description,
            readme=readme,
            github_url=github_url,
            paper_url=paper_url,
            weights_url=weights_url,
            license_url=license_url,
        )
        request = Request(method="PATCH", path=path_of("models", model_owner, model_name), json=body, has_json=True)
        return await self._object(Model, request, "model", options)

    async def delete(self, *, model_owner: str, model_name: str, **options: Unpack[CallOptions]) -> None:
        """Delete a model: only one of your own that is private and has no versions."""
        await self._nothing(Request(method="DELETE", path=path_of("models", model_owner, model_name)), options)
