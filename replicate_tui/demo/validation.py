"""Input against schema, with the findings worded as the service words them (the vocabulary of gojsonschema)."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from replicate_tui.demo.problems import InvalidField

ROOT = "(root)"
_PYTHON_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "integer": (int,),
    "number": (int, float),
}


def validate(
    schema: Mapping[str, Any], value: Any, *, components: Mapping[str, Any], field: str = "input"
) -> list[InvalidField]:
    """Return what is wrong with `value`; `components` are what a `$ref` of the schema may name."""
    return list(_Validator(components).check(schema, value, field))


def with_defaults(
    schema: Mapping[str, Any], value: Mapping[str, Any], *, components: Mapping[str, Any]
) -> dict[str, Any]:
    """Return `value` completed with the schema's defaults, as the model server does before it runs."""
    defaults = {}
    for name, given in schema.get("properties", {}).items():
        merged = _Validator(components).resolved(given)
        if "default" in merged:
            defaults[name] = merged["default"]
    return defaults | dict(value)


def redacted(schema: Mapping[str, Any], value: Mapping[str, Any]) -> dict[str, Any]:
    """Return `value` with each secret replaced by the words the service shows instead."""
    properties = schema.get("properties", {})
    return {
        name: "[REDACTED]" if properties.get(name, {}).get("x-cog-secret") and item else item
        for name, item in value.items()
    }


class _Validator:
    def __init__(self, components: Mapping[str, Any]) -> None:
        self._components = components

    def resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """Merge `$ref` and the `allOf` of enums into one schema; the siblings win."""
        merged: dict[str, Any] = {}
        for part in (schema, *schema.get("allOf", ())):
            name = str(part.get("$ref", "")).rpartition("/")[2]
            merged |= self._components.get(name, {})
        return merged | {key: item for key, item in schema.items() if key not in ("allOf", "$ref")}

    def check(self, given: Mapping[str, Any], value: Any, field: str) -> Iterator[InvalidField]:
        schema = self.resolved(given)
        if value is None and schema.get("nullable"):
            return
        expected = schema.get("type")
        if isinstance(expected, str) and expected in _PYTHON_TYPES and not _is_a(value, expected):
            text = f"Invalid type. Expected: {expected}, given: {_type_name(value)}"
            yield InvalidField("invalid_type", field, text)
            return
        yield from self._alternatives(schema, value, field)
        if "enum" in schema and not any(_same(value, choice) for choice in schema["enum"]):
            allowed = ", ".join(json.dumps(choice, ensure_ascii=False) for choice in schema["enum"])
            yield InvalidField("enum", field, f"{field} must be one of the following: {allowed}")
        if isinstance(value, str):
            yield from _check_string(schema, value, field)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            yield from _check_number(schema, value, field)
        elif isinstance(value, list):
            yield from self._check_array(schema, value, field)
        elif isinstance(value, dict):
            yield from self._check_object(schema, value, field)

    def _alternatives(self, schema: Mapping[str, Any], value: Any, field: str) -> Iterator[InvalidField]:
        # Some model servers leave an empty `anyOf` behind, which would refuse every value.
        alternatives = schema.get("anyOf")
        if alternatives and all(any(self.check(each, value, field)) for each in alternatives):
            yield InvalidField("number_any_of", field, "Must validate at least one schema (anyOf)")

    def _check_array(self, schema: Mapping[str, Any], value: list[Any], field: str) -> Iterator[InvalidField]:
        least, most = schema.get("minItems"), schema.get("maxItems")
        if least is not None and len(value) < least:
            yield InvalidField("array_min_items", field, f"Array must have at least {least} items")
        if most is not None and len(value) > most:
            yield InvalidField("array_max_items", field, f"Array must have at most {most} items")
        for index, item in enumerate(value):
            yield from self.check(schema.get("items", {}), item, f"{field}.{index}")

    def _check_object(self, schema: Mapping[str, Any], value: dict[str, Any], field: str) -> Iterator[InvalidField]:
        for name in schema.get("required", ()):
            if name not in value:
                yield InvalidField("required", field, f"{name} is required")
        properties = schema.get("properties", {})
        for name, item in value.items():
            if name in properties:
                inner = name if field == ROOT else f"{field}.{name}"
                yield from self.check(properties[name], item, inner)
            elif schema.get("additionalProperties") is False:
                text = f"Additional property {name} is not allowed"
                yield InvalidField("additional_property_not_allowed", field, text)


def _check_string(schema: Mapping[str, Any], value: str, field: str) -> Iterator[InvalidField]:
    least, most = schema.get("minLength"), schema.get("maxLength")
    if least is not None and len(value) < least:
        yield InvalidField("string_gte", field, f"String length must be greater than or equal to {least}")
    if most is not None and len(value) > most:
        yield InvalidField("string_lte", field, f"String length must be less than or equal to {most}")
    pattern = schema.get("pattern")
    if pattern is not None and not re.search(pattern, value):
        yield InvalidField("pattern", field, f"Does not match pattern '{pattern}'")
    if schema.get("format") == "uri" and not _is_uri(value):
        yield InvalidField("format", field, "Does not match format 'uri'")


def _check_number(schema: Mapping[str, Any], value: float, field: str) -> Iterator[InvalidField]:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and value < least:
        yield InvalidField("number_gte", field, f"Must be greater than or equal to {_number(least)}")
    if most is not None and value > most:
        yield InvalidField("number_lte", field, f"Must be less than or equal to {_number(most)}")


def _is_a(value: Any, expected: str) -> bool:
    if isinstance(value, bool):
        return expected == "boolean"
    if expected == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _PYTHON_TYPES[expected])


def _type_name(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, float) and value.is_integer():
        return "integer"
    return next(name for name in _PYTHON_TYPES if _is_a(value, name))


def _same(value: Any, choice: Any) -> bool:
    return bool(value == choice) and isinstance(value, bool) == isinstance(choice, bool)


def _is_uri(value: str) -> bool:
    try:
        return bool(urlsplit(value).scheme) and "\\" not in value
    except ValueError:
        return False


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else str(value)
