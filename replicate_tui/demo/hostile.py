"""Hostile packs: texts, schemas, bodies and pictures that a careless program trips over, put where answers have such.

A pack is any JSON. Its strings are all the strings in it, except that of an object with an `id` only `s` or `value`
counts. By that `id` a pack also offers a `schema` (any JSON), a body (`raw` text or `b64` bytes, with a `status` and a
`type` if it wants them) or a picture (`b64`).
"""

import base64
import binascii
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

#: Whether the strings take the place of every text of an answer, or of one after the other, an answer for each.
Where = Literal["every", "one"]

_MOST_STRINGS = 10_000
# What a client needs to find its way; every other text may be anything.
_KEPT = frozenset({"id", "status", "version", "visibility", "type", "format", "next", "previous", "source", "$ref"})


@dataclass(frozen=True, slots=True)
class HostileBody:
    """An answer of a pack; `media_type` empty where the pack names none."""

    content: bytes
    status: int = 200
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class HostilePack:
    """What a pack offers: its strings, and by id the schemas and bodies (pictures are bodies too)."""

    strings: tuple[str, ...] = ()
    schemas: Mapping[str, Any] = field(default_factory=dict)
    bodies: Mapping[str, HostileBody] = field(default_factory=dict)


def read_pack(path: Path) -> HostilePack:
    """Return the pack of a JSON file.

    Raises OSError when it cannot be read, ValueError when it is no JSON.
    """
    return pack_of(json.loads(path.read_bytes()))


def pack_of(document: Any) -> HostilePack:
    """Return the pack of parsed JSON; an entry that cannot be used is left out."""
    entries = list(_entries(document))
    bodies = {str(each["id"]): body for each in entries if (body := _body(each)) is not None}
    return HostilePack(
        strings=tuple(dict.fromkeys(_strings(document)))[:_MOST_STRINGS],
        schemas={str(each["id"]): each["schema"] for each in entries if "schema" in each},
        bodies=bodies,
    )


class HostileTexts:
    """Puts strings into answers, the next ones each time."""

    def __init__(self, strings: tuple[str, ...], where: Where) -> None:
        self._strings = strings
        self._where = where
        self._next = itertools.cycle(strings)
        self._answers = 0

    def put_into(self, document: Any) -> Any:
        """Return the JSON `document` with strings in place of its texts."""
        if self._where == "every":
            return _replaced(document, lambda _: next(self._next))
        places = itertools.count()
        _replaced(document, lambda text: f"{next(places)}{text}")
        count = next(places)
        if not count:
            return document
        # Each string visits every place before the next one does.
        string, place = divmod(self._answers, count)
        self._answers += 1
        numbers = itertools.count()
        chosen = self._strings[string % len(self._strings)]
        return _replaced(document, lambda text: chosen if next(numbers) == place else text)

    def whole(self) -> str:
        """Return the string that takes the place of a whole text."""
        return next(self._next)


def _replaced(value: Any, replace: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {
            key: item if key in _KEPT or key.endswith(("_at", "url", "urls")) else _replaced(item, replace)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_replaced(item, replace) for item in value]
    return replace(value) if isinstance(value, str) else value


def _entries(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict) and "id" in value:
        yield value
    elif isinstance(value, (list, dict)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _entries(each)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) and "id" in value:
        yield from (value[name] for name in ("s", "value") if isinstance(value.get(name), str))
    elif isinstance(value, (list, dict)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)


def _body(entry: Mapping[str, Any]) -> HostileBody | None:
    if isinstance(entry.get("raw"), str):
        content = entry["raw"].encode("utf-8", "surrogateescape")
    else:
        try:
            content = base64.b64decode(entry["b64"], validate=True)
        except (KeyError, TypeError, binascii.Error):
            return None
    status = entry.get("status")
    return HostileBody(content, status if isinstance(status, int) else 200, str(entry.get("type", "")))
