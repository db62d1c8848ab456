"""Terse builders for `Input` and `Output` components, in the shapes that cog gives them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Json = Mapping[str, Any]

_ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Field:
    """One input: its JSON Schema without title and x-order, whether it must be given, its choices if it is an enum."""

    schema: Json
    required: bool
    choices: tuple[str | int, ...] = ()
    titled: bool = True


@dataclass(frozen=True, slots=True)
class Inputs:
    """The `Input` component of a model and the enum components that it refers to."""

    schema: Json
    enums: Json
    defaults: Json = field(default_factory=dict)

    def with_defaults(self, given: Json) -> dict[str, Any]:
        """Return every declared input: the given value, else its default, else None."""
        known = dict.fromkeys(self.schema["properties"]) | dict(self.defaults)
        return known | {name: value for name, value in given.items() if value is not None}


def inputs(**fields: Field) -> Inputs:
    """Build the `Input` component from fields in the order in which the form shows them."""
    properties: dict[str, Any] = {}
    enums: dict[str, Any] = {}
    for order, (name, one) in enumerate(fields.items()):
        properties[name] = dict(one.schema) | {"x-order": order}
        if one.choices:
            properties[name]["allOf"] = [{"$ref": f"#/components/schemas/{name}"}]
            enums[name] = _enumeration(name, one.choices)
        elif one.titled:
            properties[name]["title"] = name.replace("_", " ").title()
    schema: dict[str, Any] = {"type": "object", "title": "Input", "properties": properties}
    required = [name for name, one in fields.items() if one.required]
    if required:
        schema["required"] = required
    defaults = {name: one.schema["default"] for name, one in fields.items() if "default" in one.schema}
    return Inputs(schema=jsonb(schema), enums=jsonb(enums), defaults=defaults)


def _enumeration(name: str, choices: Sequence[str | int]) -> Json:
    kind = "integer" if all(isinstance(choice, int) for choice in choices) else "string"
    return {"enum": list(choices), "type": kind, "title": name, "description": "An enumeration."}


def jsonb(value: Any) -> Any:
    """Order keys by length, then alphabet, and write whole floats as integers: so the real service stores them."""
    if isinstance(value, Mapping):
        return {key: jsonb(value[key]) for key in sorted(value, key=lambda key: (len(key), key))}
    if isinstance(value, list | tuple):
        return [jsonb(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _field(schema: dict[str, Any], description: str, default: Any, *, optional: bool, **more: Any) -> Field:
    schema |= {key: value for key, value in more.items() if value is not None}
    if description:
        schema["description"] = description
    if default is not _ABSENT:
        schema["default"] = default
    return Field(schema, required=not optional and default is _ABSENT)


def text(
    description: str = "",
    default: Any = _ABSENT,
    *,
    optional: bool = False,
    min_length: int | None = None,
    max_length: int | None = None,
    pattern: str | None = None,
    **more: Any,
) -> Field:
    return _field(
        {"type": "string"},
        description,
        default,
        optional=optional,
        minLength=min_length,
        maxLength=max_length,
        pattern=pattern,
        **more,
    )


def integer(
    description: str = "",
    default: Any = _ABSENT,
    *,
    low: int | None = None,
    high: int | None = None,
    optional: bool = False,
    **more: Any,
) -> Field:
    return _field({"type": "integer"}, description, default, optional=optional, minimum=low, maximum=high, **more)


def number(
    description: str = "",
    default: Any = _ABSENT,
    *,
    low: float | None = None,
    high: float | None = None,
    optional: bool = False,
    **more: Any,
) -> Field:
    return _field({"type": "number"}, description, default, optional=optional, minimum=low, maximum=high, **more)


def flag(description: str = "", default: Any = _ABSENT, *, optional: bool = False, **more: Any) -> Field:
    return _field({"type": "boolean"}, description, default, optional=optional, **more)


def choice(
    options: Sequence[str | int], description: str = "", default: Any = _ABSENT, *, optional: bool = False
) -> Field:
    """An enum, which cog writes as a component of its own with neither `type` nor `title` on the property."""
    plain = _field({}, description, default, optional=optional)
    return Field(plain.schema, plain.required, tuple(options))


def file(description: str = "", default: Any = _ABSENT, *, optional: bool = False, **more: Any) -> Field:
    return _field({"type": "string", "format": "uri"}, description, default, optional=optional, **more)


def secret(description: str = "", *, optional: bool = True) -> Field:
    schema = {"type": "string", "format": "password", "writeOnly": True, "x-cog-secret": True}
    return _field(schema, description, _ABSENT, optional=optional)


def array(items: Json, description: str = "", default: Any = _ABSENT, *, optional: bool = False, **more: Any) -> Field:
    return _field({"type": "array", "items": dict(items)}, description, default, optional=optional, **more)


def mapping(description: str = "", default: Any = _ABSENT, *, optional: bool = False, **more: Any) -> Field:
    """A dict of anything: an object without properties."""
    return _field({"type": "object"}, description, default, optional=optional, **more)


def either(
    *alternatives: Json, description: str = "", default: Any = _ABSENT, optional: bool = False, **more: Any
) -> Field:
    return _field({"anyOf": [dict(one) for one in alternatives]}, description, default, optional=optional, **more)


def random_seed(description: str = "Random seed. Leave blank to randomize the seed") -> Field:
    return integer(description, optional=True)


STRING: Final[Json] = {"type": "string"}
URI: Final[Json] = {"type": "string", "format": "uri"}
URI_WITH_EMPTY_ANY_OF: Final[Json] = {"type": "string", "anyOf": [], "format": "uri"}
INTEGER: Final[Json] = {"type": "integer"}
NUMBER: Final[Json] = {"type": "number"}


def output(**schema: Any) -> Json:
    """Build an `Output` component."""
    return {"title": "Output", **schema}


TEXT_OUTPUT: Final = output(type="string")
FILE_OUTPUT: Final = output(type="string", format="uri")
FILES_OUTPUT: Final = output(type="array", items=URI)
NUMBER_OUTPUT: Final = output(type="number")
ANYTHING_OUTPUT: Final = output()
OBJECT_OUTPUT: Final = output(type="object")
FILE_STREAM_OUTPUT: Final = output(type="array", items=URI, **{"x-cog-array-type": "iterator"})
TEXT_STREAM_OUTPUT: Final = output(
    type="array", items=STRING, **{"x-cog-array-type": "iterator", "x-cog-array-display": "concatenate"}
)


def object_output(required: Sequence[str] = (), **properties: Json) -> Json:
    """Build an inline object output; titles are added to its properties as cog does."""
    named = {name: {"title": name.replace("_", " ").title()} | dict(one) for name, one in properties.items()}
    schema: dict[str, Any] = {"type": "object", "properties": named}
    if required:
        schema["required"] = list(required)
    built: Json = jsonb(output(**schema))
    return built
