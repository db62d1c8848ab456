"""A value as the text of its editor, and back."""

from typing import Any, Final

from replicate_tui.schema.coerce import (
    DECIMAL_NUMBER,
    allowed_types,
    coerce,
    json_type,
    must_be_types,
    scalar_text,
    to_boolean,
    to_integer,
    to_number,
)
from replicate_tui.schema.fields import MISSING, FieldKind, InputField
from replicate_tui.schema.jsontext import ValueProblem, dump_json, load_json, unsendable

_LINE_ITEMS: Final = frozenset(
    {FieldKind.TEXT, FieldKind.SECRET, FieldKind.FILE, FieldKind.CHOICE, FieldKind.INTEGER, FieldKind.NUMBER}
)


def to_text(field: InputField, value: object) -> str:
    """Return `value` as its editor shows it; `from_text` gives it back.

    A list is one element a line where that is unambiguous, else JSON. MISSING and null are empty.
    """
    if value is MISSING or (value is None and field.kind is not FieldKind.JSON):
        return ""
    if field.kind is FieldKind.CHOICE:
        return choice_text(field, value)
    if field.kind is FieldKind.LIST and isinstance(value, list | tuple):
        return _list_to_text(field, list(value))
    if field.kind is FieldKind.JSON:
        return _json_to_text(field, value)
    text = scalar_text(value)
    return dump_json(value, indent=2) if text is None else text


def from_text(field: InputField, text: str) -> Any:
    """Return the value that `text` spells, or MISSING for an empty text that stands for no value.

    Raises ValueProblem with one plain message, and the line and column where it is JSON.
    """
    match field.kind:
        case FieldKind.TEXT:
            return text
        case FieldKind.CHOICE:
            return _choice_from_text(field, text)
        case FieldKind.SECRET:
            return text or MISSING
    if not text.strip():
        return MISSING
    match field.kind:
        case FieldKind.INTEGER:
            return to_integer(text)
        case FieldKind.NUMBER:
            return _number_from_text(text)
        case FieldKind.BOOLEAN:
            return to_boolean(text)
        case FieldKind.LIST:
            return _list_from_text(field, text)
        case FieldKind.JSON:
            return _json_from_text(field, text)
        case _:
            return text


def choice_text(field: InputField, value: object) -> str:
    """Return the label of a choice; a text that looks like another choice of the field is quoted ("1" beside 1)."""
    text = scalar_text(value)
    if text is None:
        return dump_json(value)
    if isinstance(value, str) and any(
        not isinstance(choice, str) and scalar_text(choice) == value for choice in field.choices
    ):
        return dump_json(value)
    return text


def _number_from_text(text: str) -> int | float:
    try:
        return to_number(text)
    except ValueProblem:
        if text.count(",") == 1 and DECIMAL_NUMBER.fullmatch(text.strip()[:400].replace(",", ".")):
            raise ValueProblem("must be a number (the decimal mark is a dot)") from None
        raise


def _choice_from_text(field: InputField, text: str) -> Any:
    for choice in field.choices:
        if choice_text(field, choice) == text:
            return choice
    if not text.strip():
        return MISSING
    return coerce(field, text.strip())


def _list_to_text(field: InputField, value: list[Any]) -> str:
    item = field.item
    if value and item is not None and item.kind in _LINE_ITEMS:
        lines = [to_text(item, part) for part in value]
        text = "\n".join(lines)
        if all(map(_is_one_line, lines)) and _reads_back(field, text, value):
            return text
    return dump_json(value, indent=2)


def _is_one_line(line: str) -> bool:
    # splitlines() knows more line ends than "\n"; each of them would look like a new element in an editor.
    return len(line.splitlines()) == 1


def _reads_back(field: InputField, text: str, value: list[Any]) -> bool:
    try:
        return bool(_list_from_text(field, text) == value)
    except ValueProblem:
        return False


def _list_from_text(field: InputField, text: str) -> list[Any]:
    stripped = text.strip()
    if stripped.startswith("["):
        value = load_json(text)
        if unsendable(value):
            raise ValueProblem(unsendable(value) or "")
        return [] if value == [] else list(coerce(field, value))
    if field.item is None or field.item.kind not in _LINE_ITEMS:
        # Anything else is JSON too: one element may stand without its brackets.
        value = load_json(text)
        return list(coerce(field, [value]))
    elements = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            elements.append(_item_from_line(field.item, line.strip(), number))
    return elements


def _item_from_line(item: InputField, line: str, number: int) -> Any:
    try:
        return from_text(item, line)
    except ValueProblem as problem:
        raise ValueProblem(f"line {number} {problem.message}", line=number, column=1) from None


def _json_to_text(field: InputField, value: object) -> str:
    if isinstance(value, str) and "string" in field.types and value.strip() == value != "":
        try:
            if _json_from_text(field, value) == value:
                return value
        except ValueProblem:
            pass
    return dump_json(value, indent=2)


def _json_from_text(field: InputField, text: str) -> Any:
    try:
        value = load_json(text)
    except ValueProblem:
        if "string" in field.types and text.lstrip()[:1] not in ('"', "[", "{"):
            return text.strip()
        raise
    problem = unsendable(value)
    if problem:
        raise ValueProblem(problem)
    if field.types and value is not None and json_type(value) not in allowed_types(field):
        if "string" in field.types and not isinstance(value, dict | list):
            return text.strip()
        raise ValueProblem(must_be_types(field))
    return value
