"""What people type or paste for a model, a version, a prediction or a place on the site."""

import re
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote

from replicate_tui.api.errors import InvalidIdentifierError

_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_REFERENCE = re.compile(rf"(?P<owner>{_NAME})/(?P<name>{_NAME})(?::(?P<version>[A-Za-z0-9][A-Za-z0-9-]*))?", re.ASCII)
_VERSION_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)
_WEB = re.compile(r"(?:https?://)?(?:www\.)?replicate\.com/(?P<path>[^?#]*)(?:[?#].*)?", re.ASCII | re.IGNORECASE)
_RUN_ID = re.compile(r"[a-z0-9]{20,40}", re.ASCII)
_EXPECTED = "(owner/name or owner/name:version)"
_SITE_PAGES = frozenset(
    {"about", "account", "api", "blog", "changelog", "docs", "enterprise", "explore", "home", "pricing", "privacy"}
    | {"search", "showcase", "signin", "status", "support", "terms", "deployments", "predictions", "trainings"}
)


@dataclass(frozen=True, slots=True)
class ModelRef:
    """A model, owner/name, perhaps at a version."""

    owner: str
    name: str
    version: str | None = None

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"

    def __str__(self) -> str:
        return f"{self.full_name}:{self.version}" if self.version else self.full_name


@dataclass(frozen=True, slots=True)
class VersionRef:
    """A version by its id alone, 64 hex digits."""

    id: str

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class RunRef:
    """A prediction or training by its id; `kind` is what the URL said."""

    id: str
    kind: Literal["prediction", "training"] = "prediction"

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class CollectionRef:
    """A collection by its slug."""

    slug: str

    def __str__(self) -> str:
        return self.slug


@dataclass(frozen=True, slots=True)
class DeploymentRef:
    """A deployment, owner/name."""

    owner: str
    name: str

    def __str__(self) -> str:
        return f"{self.owner}/{self.name}"


Identifier = ModelRef | VersionRef | RunRef | CollectionRef | DeploymentRef


def parse_identifier(text: str) -> Identifier:
    """Read owner/name, owner/name:version, a version id, a prediction id, or a URL of replicate.com.

    Raises InvalidIdentifierError, with what was expected.
    """
    text = text.strip()
    web = _WEB.fullmatch(text)
    if web is not None:
        return _from_web([unquote(part) for part in web["path"].strip("/").split("/")], text)
    if _VERSION_ID.fullmatch(text):
        return VersionRef(text)
    reference = _REFERENCE.fullmatch(text)
    if reference is not None:
        return ModelRef(reference["owner"], reference["name"], reference["version"])
    if _RUN_ID.fullmatch(text):
        return RunRef(text)
    raise InvalidIdentifierError(f"not a model, version or prediction: {text[:80]!r} {_EXPECTED}")


def parse_model(reference: Any) -> ModelRef | VersionRef:
    """Read what `run` takes: a text, or an object of the API with `id` (a version) or `owner` and `name` (a model).

    Raises InvalidIdentifierError for anything that names no model or version.
    """
    if isinstance(reference, ModelRef | VersionRef):
        return reference
    if not isinstance(reference, str):
        reference = getattr(reference, "id", reference)
    if not isinstance(reference, str):
        raise InvalidIdentifierError(f"not a model: {type(reference).__name__}")
    found = parse_identifier(reference)
    if isinstance(found, ModelRef | VersionRef):
        return found
    raise InvalidIdentifierError(f"not a model: {reference[:80]!r} {_EXPECTED}")


def _from_web(parts: list[str], text: str) -> Identifier:
    match parts:
        case ["p", id] if _RUN_ID.fullmatch(id):
            return RunRef(id)
        case ["predictions" | "p", id, *_] if _RUN_ID.fullmatch(id):
            return RunRef(id)
        case ["trainings", id, *_] if _RUN_ID.fullmatch(id):
            return RunRef(id, "training")
        case ["collections", slug] if re.fullmatch(_NAME, slug):
            return CollectionRef(slug)
        case ["deployments", owner, name, *_] if _REFERENCE.fullmatch(f"{owner}/{name}"):
            return DeploymentRef(owner, name)
        case [owner, name, "versions", version] if _VERSION_ID.fullmatch(version):
            return _model(owner, name, version, text)
        case [owner, name, *_] if owner not in _SITE_PAGES:
            return _model(owner, *name.partition(":")[::2], text)
    raise InvalidIdentifierError(f"not a page of a model, prediction or collection: {text[:80]!r}")


def _model(owner: str, name: str, version: str, text: str) -> ModelRef:
    reference = _REFERENCE.fullmatch(f"{owner}/{name}:{version}" if version else f"{owner}/{name}")
    if reference is None:
        raise InvalidIdentifierError(f"not a page of a model: {text[:80]!r}")
    return ModelRef(reference["owner"], reference["name"], reference["version"])
