"""A run in one line, for lists."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from replicate_tui.schema.coerce import is_remote_file, scalar_text
from replicate_tui.schema.fields import FieldKind, InputSchema
from replicate_tui.schema.values import REDACTED

MAX_LENGTH: Final = 200

_PROMPT_NAMES: Final = (
    "prompt", "text", "text_prompt", "prompts", "caption", "question", "query", "message", "input_text", "lyrics",
)  # fmt: skip
_SECRET_PARTS: Final = ("secret", "token", "password", "api_key", "apikey", "credential")


def title_of_input(schema: InputSchema | None, given: Mapping[str, Any]) -> str:
    """Return a title of at most MAX_LENGTH characters: the prompt, else a text, a file name, the first values, "".

    Secrets never take part. White space is folded to one line; other characters are uncleaned.
    """
    values = {name: value for name, value in _in_order(schema, given) if not _is_secret(schema, name, value)}
    for name in _PROMPT_NAMES:
        if text := _line(values.get(name)):
            return text
    texts = [name for name, value in values.items() if _is_prose(schema, name, value)]
    # A negative prompt says what the run is not about.
    texts.sort(key=lambda name: "negative" in name.lower())
    for name in texts:
        if text := _line(values[name]):
            return text
    for value in values.values():
        if file_name := _file_name(value[0] if isinstance(value, list) and value else value):
            return file_name
    parts = (f"{name} {shown}" for name, value in values.items() if (shown := _shown(value)))
    return _line(", ".join(islice(parts, 6)))


def _shown(value: object) -> str | None:
    if isinstance(value, str) and value[:5].lower() == "data:":
        return "(inline file)"
    return scalar_text(value)


def _in_order(schema: InputSchema | None, given: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    if schema is None:
        return list(given.items())
    places = {known.name: known.order for known in schema.fields}
    return sorted(given.items(), key=lambda pair: places.get(pair[0], len(places)))


def _is_secret(schema: InputSchema | None, name: str, value: object) -> bool:
    if isinstance(value, str) and value in REDACTED:
        return True
    known = schema.get(name) if schema else None
    if known is not None:
        return known.element.kind is FieldKind.SECRET
    return any(part in name.lower() for part in _SECRET_PARTS)


def _is_prose(schema: InputSchema | None, name: str, value: object) -> bool:
    if not isinstance(value, str) or is_remote_file(value):
        return False
    known = schema.get(name) if schema else None
    # Without a schema, what has a space was probably written by a person.
    return known.kind is FieldKind.TEXT if known is not None else " " in value.strip()


def _file_name(value: object) -> str:
    """Return the last part of a URL or a path, or "" for anything else."""
    if not isinstance(value, str) or value[:5].lower() == "data:":
        return ""
    text = value[:4_096]
    if is_remote_file(text):
        text = unquote(urlsplit(text).path)
    elif "/" not in text and "." not in text[1:]:
        return ""
    return _line(text.rstrip("/").rsplit("/", 1)[-1])


def _line(value: object) -> str:
    if not isinstance(value, str):
        return ""
    line = " ".join(value[: MAX_LENGTH * 10].split())
    return line if len(line) <= MAX_LENGTH else line[: MAX_LENGTH - 1].rstrip() + "…"
