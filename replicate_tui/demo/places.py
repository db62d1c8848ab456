"""Names in rules for addresses that are known only once the service runs, such as {foreign}."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

_T = TypeVar("_T")


def filled(value: _T, places: Mapping[str, str]) -> _T:
    """Return `value` with the names of `places` replaced in all its texts; what holds none is returned as it is."""
    found: Any = _filled(value, places)
    return value if found == value else found


def _filled(value: Any, places: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for name, address in places.items():
            value = value.replace(name, address)
        return value
    if isinstance(value, Mapping):
        return {_filled(key, places): _filled(each, places) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_filled(each, places) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _filled(getattr(value, each.name), places) for each in fields(value)})
    return value
