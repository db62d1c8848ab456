"""Fields for tests, made the way the product makes them: from a schema."""

from typing import Any

from replicate_tui.schema.fields import InputField, InputSchema
from replicate_tui.schema.parse import parse_schema
from tests.schema.oddities import document


def field_of(property_schema: Any, name: str = "odd_name", **extra: Any) -> InputField:
    """Return the one field of a schema with this property."""
    (only,) = input_of({name: property_schema}, **extra).fields
    return only


def input_of(properties: dict[str, Any], **extra: Any) -> InputSchema:
    """Return the input schema with these properties, in this order unless they have an x-order."""
    return parse_schema(document(properties, **extra)).input
