"""The service's JSON → slim views: every text cleaned, every odd shape survived."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from replicate_tui.schema.files import takes_files
from replicate_tui.schema.parse import parse_schema
from replicate_tui.schema.title import title_of_input
from replicate_tui.services.views import (
    CollectionCard,
    CollectionPage,
    DocPage,
    ExampleCard,
    ModelCard,
    ModelPage,
    SearchResults,
    VersionCard,
)
from replicate_tui.text import clean, clean_line

Json = Mapping[str, Any]

#: Where site-relative links of the documentation lead (Replicate API, search: `pages[].href` is a path).
SITE: Final = "https://replicate.com"

_LINKS = ("github_url", "paper_url", "license_url", "weights_url")


def model_card(body: Json, *, stand_in: bool = False, tags: Iterable[Any] = ()) -> ModelCard:
    """Return a model as a row; unnamed ones keep "?" in place of the name."""
    latest = body.get("latest_version")
    return ModelCard(
        owner=_line(body.get("owner")) or "?",
        name=_line(body.get("name")) or "?",
        description=_line(body.get("description")),
        run_count=_count(body.get("run_count")),
        is_official=body.get("is_official") is True,
        visibility=_line(body.get("visibility")) or "public",
        tags=tuple(_line(tag) for tag in tags if isinstance(tag, str)),
        stand_in=stand_in,
        takes_files=takes_files(latest.get("openapi_schema")) if isinstance(latest, Mapping) else None,
    )


def model_page(body: Json, *, stand_in: bool = False) -> ModelPage:
    """Return a model with its latest version and default example, where it has them."""
    latest, example = body.get("latest_version"), body.get("default_example")
    return ModelPage(
        card=model_card(body, stand_in=stand_in),
        version=version_card(latest) if isinstance(latest, Mapping) else None,
        url=_line(body.get("url")),
        links={name: link for name in _LINKS if (link := _line(body.get(name)))},
        cover_image_url=_line(body.get("cover_image_url")),
        default_example=example_card(example) if isinstance(example, Mapping) else None,
    )


def version_card(body: Json) -> VersionCard:
    return VersionCard(
        id=_line(body.get("id")),
        created_at=moment(body.get("created_at")),
        cog_version=_line(body.get("cog_version")),
        schema=parse_schema(body.get("openapi_schema")),
    )


def example_card(body: Json) -> ExampleCard:
    """Return an example; its input stays as the service gave it, since it fills a form."""
    raw_input = body.get("input")
    values: Json = raw_input if isinstance(raw_input, Mapping) else {}
    metrics = body.get("metrics")
    seconds = metrics.get("predict_time") if isinstance(metrics, Mapping) else None
    return ExampleCard(
        id=_line(body.get("id")),
        title=clean_line(title_of_input(None, values)),
        input=dict(values),
        output=body.get("output"),
        status=_line(body.get("status")),
        predict_seconds=_seconds(seconds),
    )


def collection_card(body: Json) -> CollectionCard:
    models = body.get("models")
    slug = _line(body.get("slug"))
    return CollectionCard(
        slug=slug,
        name=_line(body.get("name")) or slug,
        description=_line(body.get("description")),
        model_count=len(models) if isinstance(models, list) else None,
    )


def collection_page(body: Json, *, stand_in: bool = False) -> CollectionPage:
    full = body.get("full_description")
    return CollectionPage(
        card=collection_card(body),
        full_description=clean(full) if isinstance(full, str) else "",
        models=tuple(model_card(model, stand_in=stand_in) for model in objects(body.get("models"))),
    )


def search_results(body: Json, query: str, *, stand_in: bool = False) -> SearchResults:
    return SearchResults(
        query=query,
        models=tuple(_hit(hit, stand_in) for hit in objects(body.get("models"))),
        collections=tuple(collection_card(found) for found in objects(body.get("collections"))),
        pages=tuple(_doc_page(page) for page in objects(body.get("pages"))),
    )


def moment(value: Any) -> datetime | None:
    """Parse a timestamp of the service (2 to 9 digits of fraction); None for anything else."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def objects(value: Any) -> list[Json]:
    """Return the JSON objects of a list, and nothing for anything else."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []


def _hit(hit: Json, stand_in: bool) -> ModelCard:
    body, metadata = hit.get("model"), hit.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, Mapping) else None
    return model_card(
        body if isinstance(body, Mapping) else hit, stand_in=stand_in, tags=tags if isinstance(tags, list) else ()
    )


def _doc_page(page: Json) -> DocPage:
    href = _line(page.get("href"))
    return DocPage(name=_line(page.get("name")) or href, url=SITE + href if href.startswith("/") else href)


def _line(value: Any) -> str:
    return clean_line(value) if isinstance(value, str) else ""


def _count(value: Any) -> int | None:
    return int(value) if _is_number(value) else None


def _seconds(value: Any) -> float | None:
    return float(value) if _is_number(value) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value and abs(value) < 1e18
