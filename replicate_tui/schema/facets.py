"""The parts of a schema node that limit or describe a field, read with suspicion: any of them may be of any type."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from replicate_tui.schema.coerce import to_boolean, to_integer, to_number
from replicate_tui.schema.fields import JsonScalar
from replicate_tui.schema.jsontext import ValueProblem, unsendable
from replicate_tui.schema.resolve import Node

#: What pydantic writes under every enum; it says nothing about the field.
_ENUM_BOILERPLATE: Final = "An enumeration."
_LONG_DEFAULT: Final = 80

#: Names that, by habit of the models, hold more than a line.
_MULTILINE_NAME: Final = re.compile(
    r"(?:\w+_)?(?:code|context|document|html|instructions?|lyrics|markdown|messages?|prompts?|question|script|story"
    r"|template|text|text_input|transcript)"
)

_TO_TYPE: Final[Mapping[str, Callable[[object], JsonScalar]]] = {
    "integer": to_integer,
    "number": to_number,
    "boolean": to_boolean,
}


def title(keys: Mapping[str, Any], name: str) -> str:
    """Return the author's title, or the name in title case (the title of an enum is its raw name)."""
    given = keys.get("title")
    if isinstance(given, str) and given.strip() and given != name:
        return given
    return name.replace("_", " ").strip().title() or name


def description(keys: Mapping[str, Any]) -> str:
    given = keys.get("description")
    return "" if not isinstance(given, str) or given == _ENUM_BOILERPLATE else given.strip()


def position(keys: Mapping[str, Any]) -> float:
    """Return `x-order`, or infinity where it is missing."""
    order = _number(keys.get("x-order"))
    return math.inf if order is None else order


def choices(node: Node, types: tuple[str, ...]) -> tuple[tuple[JsonScalar, ...], bool]:
    """Return the distinct scalar values of an enum (or of a union of enums), and whether null is among them.

    Old cogs spell the enum of an integer as strings: such values become what the type says.
    """
    values = _enum_values(node)
    convert = _TO_TYPE.get(types[0]) if len(types) == 1 else None
    distinct: dict[tuple[bool, bool, JsonScalar], JsonScalar] = {}
    for value in values:
        if not isinstance(value, str | int | float) or unsendable(value):
            continue
        scalar = _converted(value, convert)
        distinct.setdefault((isinstance(scalar, bool), isinstance(scalar, str), scalar), scalar)
    return tuple(distinct.values()), None in values


def limits(keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return the bounds, lengths and pattern of a node, by the names `InputField` gives them."""
    minimum, minimum_excluded = _bound(keys, "minimum", "exclusiveMinimum", max)
    maximum, maximum_excluded = _bound(keys, "maximum", "exclusiveMaximum", min)
    if minimum is not None and maximum is not None and minimum > maximum:
        # Nothing could satisfy both; the server decides.
        minimum = maximum = None
    pattern = keys.get("pattern")
    return {
        "minimum": minimum,
        "maximum": maximum,
        "exclusive_minimum": minimum_excluded and minimum is not None,
        "exclusive_maximum": maximum_excluded and maximum is not None,
        "min_length": _count(keys.get("minLength")),
        "max_length": _count(keys.get("maxLength")),
        "pattern": pattern if isinstance(pattern, str) else None,
        "min_items": _count(keys.get("minItems")),
        "max_items": _count(keys.get("maxItems")),
    }


def accepted_media(keys: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the MIME patterns of `x-cog-accept` (one text with commas, or a list)."""
    given = keys.get("x-cog-accept")
    parts = given.split(",") if isinstance(given, str) else given if isinstance(given, list) else []
    return tuple(part.strip() for part in parts if isinstance(part, str) and part.strip())


def is_multiline(name: str, default: object) -> bool:
    if _MULTILINE_NAME.fullmatch(name[:80].lower()):
        return True
    return isinstance(default, str) and ("\n" in default or len(default) > _LONG_DEFAULT)


def _enum_values(node: Node) -> list[Any]:
    if isinstance(node.keys.get("enum"), list):
        return list(node.keys["enum"])
    if "const" in node.keys:
        return [node.keys["const"]]
    parts = [_enum_values(branch) for branch in node.alternatives]
    return [value for part in parts for value in part] if all(parts) else []


def _converted(value: JsonScalar, convert: Callable[[object], JsonScalar] | None) -> JsonScalar:
    if convert is None or not isinstance(value, str):
        return value
    try:
        return convert(value)
    except ValueProblem:
        return value


def _bound(
    keys: Mapping[str, Any], inclusive: str, exclusive: str, stricter: Callable[[float, float], float]
) -> tuple[float | int | None, bool]:
    """Return a bound and whether it is excluded; OpenAPI 3.0 says so with a boolean, 3.1 with a number of its own."""
    bound = _number(keys.get(inclusive))
    marker = keys.get(exclusive)
    if isinstance(marker, bool):
        return bound, marker
    excluded = _number(marker)
    if excluded is None:
        return bound, False
    if bound is None or stricter(bound, excluded) == excluded:
        return excluded, True
    return bound, False


def _number(value: object) -> float | int | None:
    try:
        number = to_number(value)
    except ValueProblem:
        return None
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _count(value: object) -> int | None:
    number = _number(value)
    return number if isinstance(number, int) and number >= 0 else None
