"""An output value to the things a person sees: texts, pictures, files, JSON. The value decides, the schema hints."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from replicate_tui.schema.coerce import scalar_text
from replicate_tui.schema.fields import OutputSchema
from replicate_tui.schema.media import OutputKind, extension_of_url, kind_of_extension

Path = tuple[str | int, ...]

#: What is looked at and what is handed out at most; an output of several megabytes stays quick.
MAX_ITEMS: Final = 1_000
_MAX_VISITS: Final = 50_000
_MAX_DEPTH: Final = 32
_MAX_URL: Final = 8_192


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputItem:
    """One thing to show. Texts and URLs are the model's: clean them before they reach a terminal.

    `path` leads to it inside the output value; `index` counts the items of a run from 0. A file has `url`
    (https, loopback http, or a data URI) and an `extension` with its dot, or "" when nothing tells. JSON has `value`.
    """

    index: int
    kind: OutputKind
    path: Path = ()
    text: str = ""
    url: str = ""
    extension: str = ""
    value: Any = None

    @property
    def is_file(self) -> bool:
        return bool(self.url)


_NOT_IN_URL: Final = re.compile(r"[\s\x00-\x1f\x7f<>\"]")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def output_items(value: object, schema: OutputSchema | None = None) -> tuple[OutputItem, ...]:
    """Return what to show of an output, files at any depth included; at most MAX_ITEMS.

    Tokens of a concatenating output are one text. A list of texts and files gives one item each; anything else that
    is nested is one JSON item, followed by the files found inside it.
    """
    hint = schema or OutputSchema()
    if value is None:
        return ()
    if hint.concatenates and (isinstance(value, str) or _is_flat(value)):
        return (OutputItem(index=0, kind=OutputKind.TEXT, text=joined_text(value)),)
    if not isinstance(value, Mapping | list):
        return (_leaf(0, (), value, hint),)
    if isinstance(value, list) and len(value) <= MAX_ITEMS and all(isinstance(part, str) for part in value):
        return tuple(_leaf(place, (place,), part, hint) for place, part in enumerate(value))
    found, only_files = _files_within(value, hint)
    whole = [] if only_files and found else [OutputItem(index=0, kind=OutputKind.JSON, value=value)]
    files = [_file(len(whole) + place, path, url) for place, (path, url) in enumerate(found)]
    return (*whole, *files)[:MAX_ITEMS]


def _is_flat(value: object) -> bool:
    return isinstance(value, list) and all(scalar_text(part) is not None for part in value)


def joined_text(value: object) -> str:
    """Return the text of a concatenating output: its tokens with nothing between them."""
    parts = value if isinstance(value, list) else [value]
    return "".join(text for part in parts if (text := scalar_text(part)) is not None)


def file_urls(value: object, schema: OutputSchema | None = None) -> tuple[str, ...]:
    """Return the URLs of all files of an output, in order."""
    return tuple(item.url for item in output_items(value, schema) if item.is_file)


def _leaf(index: int, path: Path, value: object, hint: OutputSchema) -> OutputItem:
    if isinstance(value, str) and is_file_url(value, hint):
        return _file(index, path, value)
    return OutputItem(index=index, kind=OutputKind.TEXT, path=path, text=scalar_text(value) or "")


def _file(index: int, path: Path, url: str) -> OutputItem:
    extension = extension_of_url(url)
    return OutputItem(index=index, kind=kind_of_extension(extension), path=path, url=url, extension=extension)


def is_file_url(text: str, schema: OutputSchema | None = None) -> bool:
    """Whether an output text is a file: https, loopback http or data; any http where the schema says file."""
    start = text[:8].lower()
    if start.startswith("data:"):
        return "," in text[:512]
    if not start.startswith(("https://", "http://")) or len(text) > _MAX_URL or _NOT_IN_URL.search(text):
        return False
    try:
        host = urlsplit(text).hostname
    except ValueError:
        return False
    if not host:
        return False
    return start.startswith("https://") or host in _LOOPBACK or bool(schema and schema.is_file)


def _files_within(value: object, hint: OutputSchema) -> tuple[list[tuple[Path, str]], bool]:
    """Return the files inside a nested value with their paths, and whether there is nothing but files in it."""
    found: list[tuple[Path, str]] = []
    only_files = True
    visits = 0
    pending: list[Iterator[tuple[Path, object]]] = [iter([((), value)])]
    while pending and visits < _MAX_VISITS and len(found) < MAX_ITEMS:
        step = next(pending[-1], None)
        if step is None:
            pending.pop()
            continue
        visits += 1
        path, part = step
        if isinstance(part, str) and is_file_url(part, hint):
            found.append((path, part))
        elif isinstance(part, Mapping | list) and len(pending) <= _MAX_DEPTH:
            only_files = only_files and not isinstance(part, Mapping)
            pending.append(_children(path, part))
        else:
            only_files = False
    return found, only_files


def _children(path: Path, value: Mapping[Any, Any] | list[Any]) -> Iterator[tuple[Path, object]]:
    pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
    return (((*path, key), part) for key, part in pairs)
