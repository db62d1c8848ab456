"""A run as code: curl, Python, JavaScript and the replicate command. The token stays a variable, secrets blanks."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, get_args

from replicate_tui.schema.fields import MISSING, FieldKind, InputField, InputSchema
from replicate_tui.schema.values import load_example
from replicate_tui.services.snippets.javascript import javascript
from replicate_tui.services.snippets.python import python
from replicate_tui.services.snippets.run import Run
from replicate_tui.services.snippets.shell import command, curl
from replicate_tui.services.views import ModelPage, RunOptions, RunRequest

Snippet = Literal["curl", "Python", "JavaScript", "CLI"]
LANGUAGES: Final[tuple[Snippet, ...]] = get_args(Snippet)

_VERSION_ID: Final = re.compile(r"[0-9a-f]{64}")
_WRITERS: Final[Mapping[Snippet, Callable[[Run], str]]] = {
    "curl": curl,
    "Python": python,
    "JavaScript": javascript,
    "CLI": command,
}


def snippet(language: Snippet, request: RunRequest, *, is_official: bool, base_url: str) -> str:
    """Return the code that makes this run; files of this machine are opened or uploaded by it.

    `base_url` may come with or without its `/v1`. A community model needs `options.version`, or the code has a blank
    there; official models and deployments have routes of their own.
    """
    run = Run(request, is_official=is_official, base_url=base_url)
    return _WRITERS[language](run)


def snippets_of_page(page: ModelPage, *, base_url: str) -> dict[Snippet, str]:
    """Return the code in every language for the default example of a model, or for made-up required inputs."""
    version = page.version.id if page.version is not None else ""
    schema = page.version.schema.input if page.version is not None else InputSchema()
    example = page.default_example.input if page.default_example is not None else None
    request = RunRequest(
        model=page.card.full_name,
        input=load_example(schema, example).values if example else _made_up(schema),
        options=RunOptions(version=version if _VERSION_ID.fullmatch(version) and not page.card.is_official else None),
        secret_fields=schema.secret_fields,
        file_fields=schema.file_fields,
    )
    return {
        language: snippet(language, request, is_official=page.card.is_official, base_url=base_url)
        for language in LANGUAGES
    }


def _made_up(schema: InputSchema) -> dict[str, Any]:
    """Return a plausible value for each required field."""
    return {known.name: _sample(known) for known in schema.fields if known.required}


def _sample(known: InputField) -> Any:
    if known.default is not MISSING and known.default is not None:
        return known.default
    if known.choices:
        return known.choices[0]
    if known.item is not None:
        return [_sample(known.item)]
    match known.kind:
        case FieldKind.INTEGER | FieldKind.NUMBER:
            return known.minimum if known.minimum is not None else 1
        case FieldKind.BOOLEAN:
            return True
        case FieldKind.FILE:
            return "https://example.com/input"
        case FieldKind.JSON:
            return {}
    return "a lighthouse in fog"
