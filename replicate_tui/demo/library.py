"""The models and collections on offer, found by name, by version, or by words."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

from replicate_tui.demo.clock import parse_timestamp
from replicate_tui.demo.identifiers import stable_number
from replicate_tui.demo.model import DemoModel, Job, ModelFailure
from replicate_tui.demo.openapi import openapi_document
from replicate_tui.demo.records import OwnModel

_DAY = 86_400_000_000_000
_WORD = re.compile(r"[a-z0-9]+")


class Collection(Protocol):
    """What the library needs of a collection; `models` are `owner/name`."""

    @property
    def slug(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def full_description(self) -> str | None: ...
    @property
    def models(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a model; `created` in unix nanoseconds."""

    id: str
    created: int
    cog_version: str


class ListedModel:
    """A model as the API lists it, with what is worked out from it once."""

    def __init__(self, model: DemoModel, *, created: int, versions: Iterable[Version]) -> None:
        self.model = model
        self.created = created
        self.versions = tuple(versions)
        self.visibility = "public"
        self.cover_image_url: str | None = None
        self.weights_url: str | None = None
        self.has_empty_version_list = model.is_official and stable_number(model.full_name) % 2 == 0

    @cached_property
    def document(self) -> dict[str, Any] | None:
        return openapi_document(self.model)

    @cached_property
    def components(self) -> Mapping[str, Any]:
        """The named schemas of the version's document, `Input` and `Output` among them."""
        found: Mapping[str, Any] = self.document["components"]["schemas"] if self.document else {}
        return found

    @cached_property
    def words(self) -> dict[str, float]:
        """Every word the search may find, with its weight."""
        weighted: dict[str, float] = {}
        name = _WORD.findall(self.model.full_name.lower())
        tags = _WORD.findall(" ".join(self.model.tags).lower())
        rest = _WORD.findall(self.model.description.lower())
        for words, weight in ((rest, 1.0), (tags, 2.0), (name, 4.0)):
            weighted |= dict.fromkeys(words, weight)
        return weighted

    @property
    def is_streamable(self) -> bool:
        """Whether runs have an event stream: text that grows, and files."""
        output = self.components.get("Output", {})
        return output.get("x-cog-array-type") == "iterator" or self.streams_files

    @property
    def streams_files(self) -> bool:
        output = self.components.get("Output", {})
        return "uri" in (output.get("format"), output.get("items", {}).get("format"))


class Library:
    """The catalogue, indexed."""

    def __init__(self, models: Iterable[DemoModel], collections: Iterable[Collection]) -> None:
        self.models = tuple(_of_catalogue(model, ordinal) for ordinal, model in enumerate(models))
        self.collections = tuple(collections)
        self._by_name = {listed.model.full_name: listed for listed in self.models}
        self._by_version = {version.id: listed for listed in self.models for version in listed.versions}
        self._own: dict[str, ListedModel] = {}

    def find(self, full_name: str) -> ListedModel | None:
        return self._by_name.get(full_name) or self._own.get(full_name)

    def find_version(self, version: str) -> ListedModel | None:
        own = (listed for listed in self._own.values() if any(each.id == version for each in listed.versions))
        return self._by_version.get(version) or next(own, None)

    def put_own(self, own: OwnModel) -> None:
        """List a model of the account, or list it anew as it is now."""
        self._own[own.key] = self._listed(own)

    def remove_own(self, own: OwnModel) -> None:
        self._own.pop(own.key, None)

    def collection(self, slug: str) -> Collection | None:
        return next((each for each in self.collections if each.slug == slug), None)

    def members(self, collection: Collection) -> list[ListedModel]:
        return [self._by_name[name] for name in collection.models if name in self._by_name]

    def search(self, text: str) -> list[tuple[ListedModel, float]]:
        """Return the models that match any word of `text` by its beginning, best first, with a score."""
        sought = _WORD.findall(text.lower())
        scored = [(listed, _score(listed, sought)) for listed in self.models]
        hits = [(listed, score) for listed, score in scored if score > 0]
        return sorted(hits, key=lambda hit: (-hit[1], -hit[0].model.run_count))

    def search_collections(self, text: str) -> list[Collection]:
        sought = _WORD.findall(text.lower())
        return [
            each
            for each in self.collections
            if any(word in f"{each.name} {each.slug} {each.description}".lower() for word in sought)
        ]

    def _listed(self, own: OwnModel) -> ListedModel:
        base = self.find_version(own.versions[0].base) if own.versions else None
        pattern = base.model if base else _NOTHING
        model = replace(
            pattern,
            owner=own.owner,
            name=own.name,
            description=own.description or "",
            readme=own.readme or "",
            version=own.versions[0].id if own.versions else "",
            older_versions=(),
            is_official=False,
            run_count=0,
            examples=(),
            github_url=own.github_url,
            paper_url=own.paper_url,
            license_url=own.license_url,
        )
        versions = [Version(each.id, each.created, pattern.cog_version) for each in own.versions]
        listed = ListedModel(model, created=own.created, versions=versions)
        listed.visibility, listed.cover_image_url = own.visibility, own.cover_image_url
        listed.weights_url = own.weights_url
        return listed


async def _run_nothing(_: Job, __: Mapping[str, Any]) -> None:
    raise ModelFailure("This model has no version to run")


_NOTHING = DemoModel(
    owner="",
    name="",
    description="",
    readme="",
    input_schema={},
    output_schema={},
    run=_run_nothing,
    version="",
    has_schema=False,
)


def _of_catalogue(model: DemoModel, ordinal: int) -> ListedModel:
    # The ordinal keeps times distinct, since pages go by time.
    created = parse_timestamp(model.created_at) + ordinal
    versions = [
        Version(version, created - age * 30 * _DAY, model.cog_version)
        for age, version in enumerate((model.version, *model.older_versions))
    ]
    return ListedModel(model, created=created, versions=versions)


def _score(listed: ListedModel, sought: list[str]) -> float:
    total = 0.0
    for part in sought:
        best = max(
            (weight * (1.0 if word == part else 0.6) for word, weight in listed.words.items() if word.startswith(part)),
            default=0.0,
        )
        total += best
    return round(total / (4.0 * len(sought)), 4) if sought else 0.0
