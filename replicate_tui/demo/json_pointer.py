"""JSON by pointer: look a value up, and change a document by operations of JSON Patch."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

_MISSING = object()


def find(body: bytes, pointer: str) -> Any:
    """Return what `pointer` names in the JSON of `body`, None when there is nothing or it is no JSON."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return look_up(document, pointer)


def look_up(document: Any, pointer: str) -> Any:
    """Return what `pointer` names in `document`, None when there is nothing."""
    for part in _parts(pointer):
        document = _step(document, part)
    return None if document is _MISSING else document


def patched(document: Any, operations: Iterable[Mapping[str, Any]]) -> Any:
    """Return `document`, changed in place; an operation whose place is not there does nothing."""
    for operation in operations:
        parts = _parts(str(operation.get("path", "")))
        if not parts:
            document = operation.get("value")
            continue
        parent = document
        for part in parts[:-1]:
            parent = _step(parent, part)
        _apply(parent, parts[-1], operation)
    return document


def patched_bytes(
    document: Any, operations: Iterable[Mapping[str, Any]], change: Callable[[Any], Any] | None = None
) -> bytes:
    """Return the JSON of `document`, changed in place by `operations`, then by `change`.

    An operation "raw" adds the bytes of its value as they are, whether they are JSON or not.
    """
    listed = list(operations)
    document = patched(document, (each for each in listed if each.get("op") != "raw"))
    if change is not None:
        document = change(document)
    marks = {f"\x00{at}": each for at, each in enumerate(listed) if each.get("op") == "raw"}
    document = patched(document, ({**each, "op": "add", "value": mark} for mark, each in marks.items()))
    content = json.dumps(document).encode()
    for mark, each in marks.items():
        content = content.replace(json.dumps(mark).encode(), as_bytes(str(each.get("value", ""))))
    return content


def as_bytes(text: str) -> bytes:
    """Return a byte for each character of `text` up to U+00FF; other text in UTF-8, lone surrogates and all."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _apply(parent: Any, part: str, operation: Mapping[str, Any]) -> None:
    kind, value = operation.get("op", "add"), operation.get("value")
    if isinstance(parent, dict):
        if kind == "remove":
            parent.pop(part, None)
        elif kind == "add" or part in parent:
            parent[part] = value
    elif isinstance(parent, list):
        at = len(parent) if part == "-" else int(part) if part.isdecimal() else -1
        if kind == "add" and 0 <= at <= len(parent):
            parent.insert(at, value)
        elif kind != "add" and 0 <= at < len(parent):
            parent[at : at + 1] = [] if kind == "remove" else [value]


def _step(document: Any, part: str) -> Any:
    if isinstance(document, dict):
        return document.get(part, _MISSING)
    if isinstance(document, list) and part.isdecimal() and int(part) < len(document):
        return document[int(part)]
    return _MISSING


def _parts(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
