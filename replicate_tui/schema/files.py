"""Whether a version takes files, told without reading all of its document."""

from collections.abc import Mapping
from typing import Any

_BRANCHES = ("anyOf", "allOf", "oneOf")


def takes_files(document: Any) -> bool | None:
    """Return whether an input of a version is a file or a list of files; None where its document tells no inputs."""
    found = document
    for step in ("components", "schemas", "Input", "properties"):
        found = found.get(step) if isinstance(found, Mapping) else None
    if not isinstance(found, Mapping):
        return None
    return any(_is_file(part) for part in found.values())


def _is_file(part: Any, depth: int = 3) -> bool:
    if not isinstance(part, Mapping) or not depth:
        return False
    if part.get("format") == "uri":
        return True
    branches = [branch for name in _BRANCHES if isinstance(part.get(name), list) for branch in part[name]]
    return any(_is_file(each, depth - 1) for each in (part.get("items"), *branches))
