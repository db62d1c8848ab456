"""One plain message per field before anything is sent; the service decides about ranges, so those only warn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from replicate_tui.schema.coerce import allowed_types, json_type, must_be_types, not_a_choice, scalar_text
from replicate_tui.schema.fields import MISSING, FieldKind, InputField, InputSchema
from replicate_tui.schema.jsontext import unsendable
from replicate_tui.schema.patterns import matches

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One complaint about one field; `field` is "" for the whole input. The message follows the field's name."""

    field: str
    message: str
    severity: Severity = "error"


_MUST_BE: Final[Mapping[FieldKind, str]] = {
    FieldKind.INTEGER: "must be a whole number",
    FieldKind.NUMBER: "must be a number",
    FieldKind.BOOLEAN: "must be true or false",
    FieldKind.TEXT: "must be text",
    FieldKind.SECRET: "must be text",
    FieldKind.FILE: "must be a file path, a URL or a data URI",
    FieldKind.LIST: "must be a list",
}


_JSON_TYPES: Final[Mapping[FieldKind, frozenset[str]]] = {
    FieldKind.INTEGER: frozenset({"integer"}),
    FieldKind.NUMBER: frozenset({"integer", "number"}),
    FieldKind.BOOLEAN: frozenset({"boolean"}),
    FieldKind.TEXT: frozenset({"string"}),
    FieldKind.SECRET: frozenset({"string"}),
    FieldKind.FILE: frozenset({"string"}),
    FieldKind.LIST: frozenset({"array"}),
}


def validate(schema: InputSchema, values: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Return at most one problem per field, in the order of the fields.

    Errors: missing, of another type, not sendable as JSON. Warnings: out of range, not a choice, too long, unknown.
    """
    problems = [
        Problem(known.name, *complaint)
        for known in schema.fields
        if (complaint := _complaint(known, values.get(known.name, MISSING)))
    ]
    for name, value in values.items():
        if schema.get(name) is not None:
            continue
        unfit = unsendable(value)
        if unfit:
            problems.append(Problem(name, unfit))
        elif not (schema.additional_allowed or schema.problem):
            problems.append(Problem(name, "is not an input of this version", "warning"))
    return tuple(problems)


def has_errors(problems: tuple[Problem, ...]) -> bool:
    """Whether any problem stops a run; warnings do not."""
    return any(problem.severity == "error" for problem in problems)


def _complaint(known: InputField, value: object) -> tuple[str, Severity] | None:
    if value is None and known.nullable:
        return None
    if value is MISSING or value is None or (value == "" and known.kind is not FieldKind.CHOICE):
        return ("required", "error") if known.required and not known.has_default else None
    unfit = unsendable(value)
    if unfit:
        return unfit, "error"
    wrong_type = _wrong_type(known, value)
    if wrong_type:
        return wrong_type, "error"
    out_of_limits = _out_of_limits(known, value)
    return (out_of_limits, "warning") if out_of_limits else None


def _wrong_type(known: InputField, value: object) -> str:
    if known.kind is FieldKind.CHOICE:
        return "" if isinstance(value, str | int | float) else not_a_choice(known)
    found = json_type(value)
    if known.kind is FieldKind.JSON:
        return must_be_types(known) if known.types and found not in (*allowed_types(known), "null") else ""
    if found not in _JSON_TYPES[known.kind]:
        return _MUST_BE[known.kind]
    if known.item is not None and isinstance(value, list | tuple):
        return _first_item(known.item, value, _wrong_type)
    return ""


def _out_of_limits(known: InputField, value: Any) -> str:
    match known.kind:
        case FieldKind.INTEGER | FieldKind.NUMBER:
            return _out_of_range(known, value)
        case FieldKind.CHOICE:
            return "" if _is_listed(known, value) else not_a_choice(known)
        case FieldKind.TEXT | FieldKind.SECRET:
            return _wrong_text(known, value)
        case FieldKind.LIST:
            return _wrong_count(known, len(value)) or (
                _first_item(known.item, value, _out_of_limits) if known.item is not None else ""
            )
    return ""


def _is_listed(known: InputField, value: object) -> bool:
    return any(choice == value and isinstance(choice, bool) is isinstance(value, bool) for choice in known.choices)


def _out_of_range(known: InputField, value: float) -> str:
    if known.minimum is not None and (value < known.minimum or (known.exclusive_minimum and value == known.minimum)):
        return f"must be {'more than' if known.exclusive_minimum else 'at least'} {scalar_text(known.minimum)}"
    if known.maximum is not None and (value > known.maximum or (known.exclusive_maximum and value == known.maximum)):
        return f"must be {'less than' if known.exclusive_maximum else 'at most'} {scalar_text(known.maximum)}"
    return ""


def _wrong_text(known: InputField, value: str) -> str:
    if known.min_length is not None and len(value) < known.min_length:
        return f"must have at least {_counted(known.min_length, 'character')}"
    if known.max_length is not None and len(value) > known.max_length:
        return f"must have at most {_counted(known.max_length, 'character')}, has {len(value):,}"
    if known.pattern is not None and not matches(known.pattern, value):
        return f"must match {known.pattern}"
    return ""


def _wrong_count(known: InputField, count: int) -> str:
    if known.min_items is not None and count < known.min_items:
        return f"needs at least {_counted(known.min_items, 'item')}"
    if known.max_items is not None and count > known.max_items:
        return f"takes at most {_counted(known.max_items, 'item')}, has {count:,}"
    return ""


def _counted(count: int, unit: str) -> str:
    return f"{count:,} {unit}{'' if count == 1 else 's'}"


def _first_item(item: InputField, values: Sequence[object], check: Callable[[InputField, Any], str]) -> str:
    """Return what is wrong with the first wrong element: "item 2 must be at least 1"."""
    for position, value in enumerate(values, 1):
        message = check(item, value)
        if message:
            return f"item {position} {message}"
    return ""
