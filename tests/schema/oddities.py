"""Schemas as models really have them: one small neutral field for each oddity counted over 3,808 public models."""

from typing import Any

Schema = dict[str, Any]


def document(properties: object, *, output: Any = None, components: Schema | None = None, **extra: Any) -> Schema:
    """Return an OpenAPI document with these input properties; `extra` lands in the Input component."""
    schemas: Schema = {"Input": {"type": "object", "title": "Input", "properties": properties, **extra}}
    if output is not None:
        schemas["Output"] = output
    schemas.update(components or {})
    return {"openapi": "3.0.2", "components": {"schemas": schemas}}


def choice_of(name: str, values: list[Any], **target: Any) -> tuple[Schema, Schema]:
    """Return the property and the components of an enum the way cog writes it."""
    component = {"title": name, "description": "An enumeration.", "enum": values, **target}
    return {"allOf": [{"$ref": f"#/components/schemas/{name}"}]}, {name: component}


#: Keys come by length, then by alphabet; only x-order tells the author's order.
KEYS_OUT_OF_ORDER = document(
    {
        "fps": {"type": "integer", "x-order": 2},
        "seed": {"type": "integer", "x-order": 3},
        "style": {"type": "string", "x-order": 1},
        "prompt": {"type": "string", "x-order": 0},
    },
    required=["prompt"],
)

#: Field by field: the property, then what it must become (a selection of InputField's attributes).
FIELDS: dict[str, tuple[Schema, dict[str, Any]]] = {
    "inline enum": ({"enum": ["a", "b"], "type": "string"}, {"kind": "choice", "choices": ("a", "b")}),
    "enum of integers": ({"enum": [256, 512], "type": "integer"}, {"kind": "choice", "choices": (256, 512)}),
    "enum values strings, type integer": (
        {"enum": ["256", "512"], "type": "integer", "default": 512},
        {"kind": "choice", "choices": (256, 512), "default": 512},
    ),
    "enum values strings, type boolean": (
        {"enum": ["True", "False"], "type": "boolean"},
        {"kind": "choice", "choices": (True, False)},
    ),
    "default a number, enum of strings": (
        {"enum": ["256", "512"], "type": "string", "default": 512},
        {"choices": ("256", "512"), "default": "512"},
    ),
    "default true, enum of strings": (
        {"enum": ["True", "False"], "type": "string", "default": True},
        {"choices": ("True", "False"), "default": "True"},
    ),
    "enum without type": ({"enum": ["x", "y"]}, {"kind": "choice", "choices": ("x", "y")}),
    "enum of one": ({"enum": ["only"], "type": "string"}, {"kind": "choice", "choices": ("only",)}),
    "enum with duplicates": ({"enum": ["a", "b", "a"], "type": "string"}, {"choices": ("a", "b")}),
    "enum with null": ({"enum": ["a", None], "type": "string"}, {"choices": ("a",), "nullable": True}),
    "enum of everything": (
        {"enum": [1, "1", None, True, {"x": 1}]},
        {"kind": "choice", "choices": (1, "1", True), "nullable": True},
    ),
    "enum that is empty": ({"enum": [], "type": "string"}, {"kind": "text", "choices": ()}),
    "const": ({"const": "v2"}, {"kind": "choice", "choices": ("v2",)}),
    "union of constants": ({"oneOf": [{"const": "a"}, {"const": "b"}]}, {"kind": "choice", "choices": ("a", "b")}),
    "string or list": (
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        {"kind": "json", "types": ("string", "array")},
    ),
    "integer or number": ({"anyOf": [{"type": "integer"}, {"type": "number"}]}, {"kind": "number"}),
    "file or text": ({"anyOf": [{"type": "string", "format": "uri"}, {"type": "string"}]}, {"kind": "text"}),
    "union with null": ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, {"kind": "integer", "nullable": True}),
    "union that is empty": ({"type": "string", "anyOf": [], "format": "uri"}, {"kind": "file"}),
    "type a list with null": ({"type": ["integer", "null"]}, {"kind": "integer", "nullable": True}),
    "type a list": ({"type": ["string", "object"]}, {"kind": "json", "types": ("string", "object")}),
    "type unheard of": ({"type": "NamedThing"}, {"kind": "json", "types": ()}),
    "no type, default a number": ({"default": 0.5}, {"kind": "number", "default": 0.5}),
    "no type, default text": ({"default": "abc"}, {"kind": "text"}),
    "no type at all": ({"description": "anything"}, {"kind": "json", "types": ()}),
    "list of files, default empty": (
        {"type": "array", "items": {"type": "string", "format": "uri"}, "default": []},
        {"kind": "list", "default": []},
    ),
    "list of files, nullable, empty union inside": (
        {"type": "array", "items": {"type": "string", "anyOf": [], "format": "uri"}, "nullable": True},
        {"kind": "list", "nullable": True},
    ),
    "object": ({"type": "object"}, {"kind": "json", "types": ("object",)}),
    "nullable": ({"type": "integer", "nullable": True}, {"nullable": True}),
    "default null": ({"type": "integer", "default": None}, {"kind": "integer", "default": None}),
    "default of another type": ({"type": "integer", "default": 13.5}, {"kind": "integer", "default": 13.5}),
    "default integral float": ({"type": "integer", "default": 7.0}, {"default": 7}),
    "default outside the range": (
        {"type": "integer", "minimum": 1, "maximum": 4, "default": 9},
        {"minimum": 1, "maximum": 4, "default": 9},
    ),
    "bound beyond 2^53": (
        {"type": "integer", "minimum": 0, "maximum": 18446744073709552000},
        {"maximum": 18446744073709552000},
    ),
    "bounds as text": ({"type": "number", "minimum": "0", "maximum": "1.5"}, {"minimum": 0, "maximum": 1.5}),
    "bounds that contradict": ({"type": "integer", "minimum": 9, "maximum": 1}, {"minimum": None, "maximum": None}),
    "bounds without end": (
        {"type": "number", "minimum": float("-inf"), "maximum": float("inf")},
        {"minimum": None, "maximum": None},
    ),
    "one-sided bound": ({"type": "integer", "minimum": 1}, {"minimum": 1, "maximum": None}),
    "exclusive, 3.0": (
        {"type": "number", "minimum": 0, "exclusiveMinimum": True},
        {"minimum": 0, "exclusive_minimum": True},
    ),
    "exclusive, 3.1": (
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        {"minimum": 0, "exclusive_minimum": True, "maximum": 1, "exclusive_maximum": True},
    ),
    "stray ge and le": ({"type": "integer", "ge": 1, "le": 4}, {"minimum": None, "maximum": None}),
    "format of another language": ({"type": "integer", "format": "uint32"}, {"kind": "integer"}),
    "secret": (
        {"type": "string", "format": "password", "x-cog-secret": True, "writeOnly": True, "default": "[REDACTED]"},
        {"kind": "secret", "has_default": False},
    ),
    "password": ({"type": "string", "format": "password"}, {"kind": "secret"}),
    "file": ({"type": "string", "format": "uri"}, {"kind": "file", "has_default": False}),
    "file, default empty": ({"type": "string", "format": "uri", "default": ""}, {"kind": "file", "default": ""}),
    "file, default a URL": (
        {"type": "string", "format": "uri", "default": "https://example.com/a.png"},
        {"default": "https://example.com/a.png"},
    ),
    "file, default on this machine": (
        {"type": "string", "format": "uri", "default": "file:///etc/passwd"},
        {"kind": "file", "has_default": False},
    ),
    "file with accept": (
        {"type": "string", "format": "uri", "x-cog-accept": "image/*, video/mp4"},
        {"accept": ("image/*", "video/mp4")},
    ),
    "URL typed as plain text": ({"type": "string", "description": "URL of an image"}, {"kind": "text"}),
    "default of several lines": ({"type": "string", "default": "one\ntwo"}, {"kind": "text", "multiline": True}),
    "default that is long": ({"type": "string", "default": "x" * 1200}, {"multiline": True}),
    "seed typed as text": ({"type": "string", "default": "-1"}, {"kind": "text", "default": "-1", "multiline": False}),
    "lengths and pattern": (
        {"type": "string", "minLength": 2, "maxLength": 5, "pattern": "^a"},
        {"min_length": 2, "max_length": 5, "pattern": "^a"},
    ),
    "counts": (
        {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3},
        {"min_items": 1, "max_items": 3},
    ),
    "deprecated": ({"type": "string", "deprecated": True}, {"deprecated": True}),
    "no title, no description": ({"type": "string"}, {"title": "Odd Name", "description": ""}),
    "texts that are not texts": ({"type": "string", "title": 7, "description": ["x"]}, {"description": ""}),
    "reference to a file": ({"$ref": "file:///etc/passwd"}, {"kind": "json"}),
    "reference to a host": ({"$ref": "https://example.com/schema.json"}, {"kind": "json"}),
    "reference to nothing": ({"$ref": "#/components/schemas/Missing"}, {"kind": "json"}),
    "reference of another type": ({"$ref": 5}, {"kind": "json"}),
    "a field that is a list": ([1, 2], {"kind": "json"}),  # type: ignore[dict-item]
    "a field that is true": (True, {"kind": "json"}),  # type: ignore[dict-item]
}

#: Outputs by count, with what they are called.
OUTPUTS: list[tuple[Any, str]] = [
    ({"type": "array", "items": {"type": "string", "format": "uri"}}, "list of files"),
    ({"type": "string", "format": "uri"}, "file"),
    ({"type": "string"}, "text"),
    (
        {
            "type": "array",
            "items": {"type": "string"},
            "x-cog-array-type": "iterator",
            "x-cog-array-display": "concatenate",
        },
        "text, streamed",
    ),
    ({"type": "object", "properties": {"a": {}, "b": {}, "c": {}}}, "object with 3 keys"),
    ({"$ref": "#/components/schemas/ModelOutput"}, "object with 1 key"),
    (
        {"type": "array", "items": {"type": "string", "format": "uri"}, "x-cog-array-type": "iterator"},
        "list of files, streamed",
    ),
    ({"type": "array", "items": {"$ref": "#/components/schemas/ModelOutput"}}, "list of objects"),
    ({"title": "Output"}, "anything"),
    ({"type": "array", "items": {"type": "string"}}, "list of texts"),
    ({"type": "array", "items": {"type": "string"}, "x-cog-array-type": "iterator"}, "list of texts, streamed"),
    ({"type": "object"}, "object"),
    ({"type": "array", "items": {"type": "array", "items": {"type": "number"}}}, "list of lists of numbers"),
    ({"type": "array", "items": {"type": "number"}}, "list of numbers"),
    ({"type": "array", "items": {}}, "list of anything"),
    (
        {
            "type": "array",
            "items": {"type": "array", "items": {"type": "string", "format": "uri"}},
            "x-cog-array-type": "iterator",
        },
        "list of lists of files, streamed",
    ),
    ({"type": "number"}, "number"),
    ({"type": "integer"}, "integer"),
    ({"type": "boolean"}, "true or false"),
    ({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}, "text or list of texts"),
    ({"type": "array", "items": {"type": "NamedEmbedding"}}, "list of anything"),
    ({"type": "array"}, "list of anything"),
    (None, "unknown"),
    ([1], "unknown"),
]

MODEL_OUTPUT = {"ModelOutput": {"type": "object", "properties": {"image": {"type": "string", "format": "uri"}}}}

#: Documents that have no form at all.
FORMLESS: dict[str, object] = {
    "null": None,
    "empty": {},
    "text": "openapi",
    "list": [1, 2, 3],
    "components a list": {"components": []},
    "no input": {"components": {"schemas": {}}},
    "input null": {"components": {"schemas": {"Input": None}}},
    "properties a list": {"components": {"schemas": {"Input": {"properties": [1]}}}},
    "properties missing": {"components": {"schemas": {"Input": {"type": "object"}}}},
    "input refers to itself": {"components": {"schemas": {"Input": {"$ref": "#/components/schemas/Input"}}}},
    "input refers to a host": {"components": {"schemas": {"Input": {"$ref": "https://example.com/x.json"}}}},
    "input in a circle": {
        "components": {
            "schemas": {
                "Input": {"allOf": [{"$ref": "#/components/schemas/A"}]},
                "A": {"allOf": [{"$ref": "#/components/schemas/Input"}, {"$ref": "#/components/schemas/A"}]},
            }
        }
    },
}
