"""As much of JSON Schema as the demo's own schemas use, to check their examples and outputs with."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


def faults(value: Any, schema: Mapping[str, Any], components: Mapping[str, Any], place: str = "it") -> Iterator[str]:
    """Yield what is wrong with a value."""
    schema = _resolved(schema, components)
    if value is None and schema.get("nullable"):
        return
    if schema.get("anyOf"):
        if all(list(faults(value, one, components, place)) for one in schema["anyOf"]):
            yield f"{place} fits no alternative"
        return
    kind = schema.get("type")
    if kind and (not isinstance(value, _TYPES[kind]) or (kind != "boolean" and isinstance(value, bool))):
        yield f"{place} is {value!r:.60}, not {kind}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place} is {value!r:.60}, not one of {schema['enum']}"
    yield from _bounds(value, schema, place)
    if isinstance(value, list):
        for index, item in enumerate(value[:50]):
            yield from faults(item, schema.get("items", {}), components, f"{place}[{index}]")
    if isinstance(value, dict):
        yield from (f"{place} lacks {name}" for name in schema.get("required", ()) if name not in value)
        for name, item in value.items():
            yield from faults(item, schema.get("properties", {}).get(name, {}), components, f"{place}.{name}")


def _resolved(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref") or next((one["$ref"] for one in schema.get("allOf", ())), None)
    return {**components[reference.rpartition("/")[2]], **schema} if reference else schema


def _bounds(value: Any, schema: Mapping[str, Any], place: str) -> Iterator[str]:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{place} is {value}, out of bounds"
    if isinstance(value, str):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"{place} does not match {schema['pattern']}"
        if schema.get("format") == "uri" and not value.startswith(("http:", "https:", "data:")):
            yield f"{place} is no URI"
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            yield f"{place} has {len(value)} characters"
    if isinstance(value, list) and not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        yield f"{place} has {len(value)} items"
