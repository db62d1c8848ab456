"""A version's OpenAPI document, as any version of cog ever wrote it, to ordered fields."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from replicate_tui.schema import facets
from replicate_tui.schema.coerce import coerce, is_remote_file, json_type
from replicate_tui.schema.describe import output_words
from replicate_tui.schema.fields import (
    MISSING,
    FieldKind,
    InputField,
    InputSchema,
    JsonScalar,
    ModelSchema,
    OutputSchema,
)
from replicate_tui.schema.jsontext import ValueProblem, unsendable
from replicate_tui.schema.resolve import Node, Resolver

_MAX_FIELDS: Final = 5_000
_MAX_LIST_DEPTH: Final = 4

_KIND_OF_TYPE: Final[Mapping[str, FieldKind]] = {
    "string": FieldKind.TEXT,
    "integer": FieldKind.INTEGER,
    "number": FieldKind.NUMBER,
    "boolean": FieldKind.BOOLEAN,
    "array": FieldKind.LIST,
    "object": FieldKind.JSON,
}


def parse_schema(document: object) -> ModelSchema:
    """Return the fields and output hints of an OpenAPI document.

    Never raises: whatever cannot become a form has `InputSchema.problem` set, and raw JSON is the way.
    """
    if not isinstance(document, Mapping):
        what = "has no schema" if document is None else "has a schema that is not an object"
        return _without_form(f"This version {what}.")
    components = document.get("components")
    schemas = components.get("schemas") if isinstance(components, Mapping) else None
    if not isinstance(schemas, Mapping):
        return _without_form("The schema describes no input.")
    resolver = Resolver(document)
    training = schemas.get("TrainingInput")
    return ModelSchema(
        input=_parse_input(resolver, schemas.get("Input")),
        output=_parse_output(resolver, schemas.get("Output")),
        training=None if training is None else _parse_input(resolver, training),
    )


def _without_form(problem: str) -> ModelSchema:
    return ModelSchema(input=_raw_json(problem), output=OutputSchema())


def _raw_json(problem: str) -> InputSchema:
    return InputSchema(problem=problem, additional_allowed=True)


def _parse_input(resolver: Resolver, component: object) -> InputSchema:
    if not isinstance(component, Mapping):
        return _raw_json("The schema describes no input.")
    node = resolver.resolve(component)
    properties = node.keys.get("properties")
    if not isinstance(properties, Mapping):
        return _raw_json(
            f"The schema {'refers in a circle or to nothing it holds' if node.cut else 'names no inputs'}."
        )
    if len(properties) > _MAX_FIELDS:
        return _raw_json(f"The schema has {len(properties):,} inputs.")
    listed = node.keys.get("required")
    required = {name for name in listed if isinstance(name, str)} if isinstance(listed, list) else set()
    named = [(str(name), resolver.resolve(part)) for name, part in properties.items()]
    # The sort is stable: fields without x-order stay in document order, at the end.
    named.sort(key=lambda pair: facets.position(pair[1].keys))
    additional = node.keys.get("additionalProperties")
    return InputSchema(
        fields=tuple(
            replace(_parse_field(resolver, name, part), order=order, required=name in required)
            for order, (name, part) in enumerate(named)
        ),
        additional_allowed=additional is True or isinstance(additional, Mapping),
    )


def _parse_field(resolver: Resolver, name: str, node: Node, list_depth: int = 0) -> InputField:
    keys = node.keys
    types = node.types or _inferred_types(node)
    choices, null_is_choice = facets.choices(node, types)
    kind = _kind(node, types, choices)
    item = None
    if kind is FieldKind.LIST and list_depth >= _MAX_LIST_DEPTH:
        kind = FieldKind.JSON
    elif kind is FieldKind.LIST:
        item = _parse_field(resolver, name, resolver.resolve(keys.get("items", {})), list_depth + 1)
    parsed = InputField(
        name=name,
        title=facets.title(keys, name),
        kind=kind,
        order=0,
        nullable=node.nullable or null_is_choice,
        deprecated=keys.get("deprecated") is True,
        description=facets.description(keys),
        choices=choices if kind is FieldKind.CHOICE else (),
        accept=facets.accepted_media(keys),
        multiline=kind is FieldKind.TEXT and facets.is_multiline(name, keys.get("default")),
        item=item,
        types=types if kind is FieldKind.JSON else (),
        **facets.limits(keys),
    )
    return replace(parsed, default=_default(parsed, keys["default"])) if "default" in keys else parsed


def _inferred_types(node: Node) -> tuple[str, ...]:
    """Guess the type of a node that names none, from what only one type can have, then from its default."""
    keys = node.keys
    if node.alternatives:
        return ()
    if keys.get("format") in ("uri", "password") or keys.get("x-cog-secret") is True:
        return ("string",)
    if isinstance(keys.get("items"), Mapping):
        return ("array",)
    if isinstance(keys.get("properties"), Mapping):
        return ("object",)
    default = keys.get("default")
    if default is None or unsendable(default):
        return ()
    # A whole default says nothing about the values between.
    guessed = json_type(default)
    return ("number",) if guessed == "integer" and not isinstance(default, int) else (guessed,)


def _kind(node: Node, types: tuple[str, ...], choices: tuple[JsonScalar, ...]) -> FieldKind:
    keys = node.keys
    if keys.get("x-cog-secret") is True or (types == ("string",) and keys.get("format") == "password"):
        return FieldKind.SECRET
    if choices:
        return FieldKind.CHOICE
    if types == ("string",):
        branches = [branch.keys for branch in node.alternatives] or [keys]
        return FieldKind.FILE if all(branch.get("format") == "uri" for branch in branches) else FieldKind.TEXT
    if types and set(types) <= {"integer", "number"}:
        return FieldKind.INTEGER if types == ("integer",) else FieldKind.NUMBER
    if len(types) == 1 and not node.alternatives:
        return _KIND_OF_TYPE[types[0]]
    return FieldKind.JSON


def _default(field: InputField, given: object) -> Any:
    """Return the default in the field's own type, or as the author wrote it where it has another.

    A default never names a file of this machine, and never fills a secret.
    """
    if field.element.kind is FieldKind.SECRET or unsendable(given):
        return MISSING
    if given is None:
        return None
    try:
        value = coerce(field, given)
    except ValueProblem:
        value = given
    if field.element.kind is FieldKind.FILE and not all(part == "" or is_remote_file(part) for part in _leaves(value)):
        return MISSING
    return value


def _leaves(value: object) -> list[object]:
    """Return the elements of nested lists, flat."""
    if not isinstance(value, list):
        return [value]
    return [leaf for part in value for leaf in _leaves(part)]


def _parse_output(resolver: Resolver, component: object) -> OutputSchema:
    if not isinstance(component, Mapping):
        return OutputSchema()
    node = resolver.resolve(component)
    innermost = node
    for _ in range(_MAX_LIST_DEPTH):
        if innermost.types != ("array",):
            break
        innermost = resolver.resolve(innermost.keys.get("items", {}))
    iterates = node.keys.get("x-cog-array-type") == "iterator"
    concatenates = node.keys.get("x-cog-array-display") == "concatenate"
    return OutputSchema(
        concatenates=concatenates,
        iterates=iterates or concatenates,
        is_file=innermost.types == ("string",) and innermost.keys.get("format") == "uri",
        summary=output_words(resolver, node),
        document=_document_of(node),
    )


def _document_of(node: Node) -> Mapping[str, Any]:
    """Return the schema of a node with its own references resolved; the parts inside stay as they are."""
    document = dict(node.keys)
    if node.types:
        document["type"] = node.types[0] if len(node.types) == 1 else list(node.types)
    return document
