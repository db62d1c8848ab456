"""What a field takes and what a model gives back, in a few plain words."""

from collections.abc import Mapping
from typing import Final

from replicate_tui.schema.coerce import scalar_text
from replicate_tui.schema.fields import FieldKind, InputField
from replicate_tui.schema.resolve import Node, Resolver

_MAX_DEPTH: Final = 4

_ONE: Final[Mapping[str, str]] = {
    "string": "text",
    "integer": "integer",
    "number": "number",
    "boolean": "true or false",
    "object": "object",
}
_MANY: Final[Mapping[str, str]] = {
    "text": "texts",
    "file": "files",
    "integer": "integers",
    "number": "numbers",
    "true or false": "booleans",
    "object": "objects",
    "choice": "choices",
    "secret": "secrets",
    "boolean": "booleans",
    "JSON": "anything",
}


def kind_words(field: InputField) -> str:
    """Return the kind of a field: "text", "integer", "list of files", "text or list"."""
    if field.kind is FieldKind.LIST:
        return "list" if field.item is None else f"list of {_plural(kind_words(field.item))}"
    if field.kind is FieldKind.JSON:
        names = ["list" if name == "array" else _ONE.get(name, name) for name in field.types]
        return " or ".join(names) or "JSON"
    return field.kind.value


def limit_words(field: InputField) -> str:
    """Return the limits of a field ("1 … 4", "at least 0", "11 values", "at most 200 characters"), or ""."""
    if field.kind is FieldKind.CHOICE:
        return f"{len(field.choices):,} value{'' if len(field.choices) == 1 else 's'}"
    if field.kind is FieldKind.LIST:
        return _count_words(field.min_items, field.max_items, "item")
    if field.kind in (FieldKind.INTEGER, FieldKind.NUMBER):
        return _range_words(field)
    if field.kind is FieldKind.FILE:
        return ", ".join(field.accept)
    return _count_words(field.min_length, field.max_length, "character")


def output_words(resolver: Resolver, node: Node) -> str:
    """Return what a model gives back: "list of files", "text, streamed", "object with 3 keys", "anything"."""
    if node.keys.get("x-cog-array-display") == "concatenate":
        return "text, streamed"
    words = _node_words(resolver, node, 0)
    return f"{words}, streamed" if node.keys.get("x-cog-array-type") == "iterator" else words


def _node_words(resolver: Resolver, node: Node, depth: int) -> str:
    if node.alternatives:
        branches = [_node_words(resolver, branch, depth + 1) for branch in node.alternatives] if depth < 2 else []
        return " or ".join(dict.fromkeys(branches)) or "anything"
    if len(node.types) != 1:
        return " or ".join(_ONE.get(name, "list") for name in node.types) or "anything"
    if node.types == ("array",):
        if depth >= _MAX_DEPTH:
            return "list"
        return f"list of {_plural(_node_words(resolver, resolver.resolve(node.keys.get('items', {})), depth + 1))}"
    if node.types == ("string",) and node.keys.get("format") == "uri":
        return "file"
    properties = node.keys.get("properties")
    if node.types == ("object",) and depth == 0 and isinstance(properties, Mapping) and properties:
        return f"object with {len(properties)} key{'' if len(properties) == 1 else 's'}"
    return _ONE[node.types[0]]


def _plural(words: str) -> str:
    if words.startswith("list"):
        return "lists" + words.removeprefix("list")
    return _MANY.get(words, words)


def _range_words(field: InputField) -> str:
    low, high = scalar_text(field.minimum), scalar_text(field.maximum)
    if low is not None and high is not None and not (field.exclusive_minimum or field.exclusive_maximum):
        return f"{low} … {high}"
    parts = []
    if low is not None:
        parts.append(f"more than {low}" if field.exclusive_minimum else f"at least {low}")
    if high is not None:
        parts.append(f"less than {high}" if field.exclusive_maximum else f"at most {high}")
    return ", ".join(parts)


def _count_words(low: int | None, high: int | None, unit: str) -> str:
    if low and high is not None:
        return f"{low:,} … {high:,} {unit}s"
    if high is not None:
        return f"at most {high:,} {unit}{'' if high == 1 else 's'}"
    return f"at least {low:,} {unit}{'' if low == 1 else 's'}" if low else ""
