"""Models and their versions."""

from typing import Any

from replicate_tui.api.types.base import ApiObject
from replicate_tui.api.types.prediction import Prediction


class Version(ApiObject):
    """A version of a model. `openapi_schema` may be missing or empty: then there is no form to build from it."""

    id: str
    created_at: str | None = None
    cog_version: str | None = None
    openapi_schema: dict[str, Any] | None = None


class Model(ApiObject):
    """A model. One without a version cannot run yet."""

    owner: str
    name: str
    url: str | None = None
    description: str | None = None
    visibility: str | None = None
    github_url: str | None = None
    paper_url: str | None = None
    license_url: str | None = None
    weights_url: str | None = None
    cover_image_url: str | None = None
    run_count: int | None = None
    is_official: bool | None = None
    default_example: Prediction | None = None
    latest_version: Version | None = None

    @property
    def id(self) -> str:
        """The qualified name, owner/name."""
        return f"{self.owner}/{self.name}"
