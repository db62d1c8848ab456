"""Values from elsewhere (examples, defaults, older versions) brought to the type their field asks for."""

import math
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from replicate_tui.schema.fields import FieldKind, InputField, JsonScalar
from replicate_tui.schema.jsontext import ValueProblem, dump_json, unsendable

WHOLE_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,4000}")
DECIMAL_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
TRUE_WORDS: Final = frozenset({"true", "yes", "on", "1"})
FALSE_WORDS: Final = frozenset({"false", "no", "off", "0"})

_URL_SCHEMES: Final = ("https://", "http://", "data:")


def coerce(field: InputField, value: object) -> Any:
    """Return `value` as the type of `field`, without loss ("512" to 512, 512.0 to 512, 512 to "512").

    Raises ValueProblem, in words that follow the field's name, when that cannot be done.
    """
    problem = unsendable(value)
    if problem:
        raise ValueProblem(problem)
    match field.kind:
        case FieldKind.INTEGER:
            return to_integer(value)
        case FieldKind.NUMBER:
            return to_number(value)
        case FieldKind.BOOLEAN:
            return to_boolean(value)
        case FieldKind.CHOICE:
            return to_choice(field, value)
        case FieldKind.LIST:
            return _to_list(field, value)
        case FieldKind.FILE:
            if isinstance(value, str):
                return value
            raise ValueProblem("must be a file path, a URL or a data URI")
        case FieldKind.TEXT | FieldKind.SECRET:
            return _to_string(value)
        case FieldKind.JSON:
            return _to_json(field, value)


def to_integer(value: object) -> int:
    """Return a whole number from an int, an integral float or the text of either."""
    if isinstance(value, bool):
        raise ValueProblem("must be a whole number")
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        text = value.strip()
        if WHOLE_NUMBER.fullmatch(text):
            return int(text)
        value = _decimal(text)
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return int(value)
    raise ValueProblem("must be a whole number")


def to_number(value: object) -> int | float:
    """Return a finite number from a number or its text; whole texts give ints."""
    if isinstance(value, str):
        text = value.strip()
        value = int(text) if WHOLE_NUMBER.fullmatch(text) else _decimal(text)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise ValueProblem("must be a number")


def to_boolean(value: object) -> bool:
    """Return true or false from a boolean, 0, 1, or the usual words."""
    if isinstance(value, bool):
        return value
    word = value.strip().lower() if isinstance(value, str) else str(value) if isinstance(value, int) else ""
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ValueProblem("must be true or false")


def to_choice(field: InputField, value: object) -> JsonScalar:
    """Return the choice that `value` is, or spells ("512" for 512, true for "True")."""
    for choice in field.choices:
        if type(choice) is type(value) and choice == value:
            return choice
    spelled = scalar_text(value)
    for choice in field.choices:
        if spelled is not None and scalar_text(choice) == spelled:
            return choice
    for choice in field.choices:
        if isinstance(value, bool) and isinstance(choice, str) and choice.lower() == spelled:
            return choice
        if isinstance(value, int | float) and isinstance(choice, int | float) and choice == value:
            return choice
    raise ValueProblem(not_a_choice(field))


def not_a_choice(field: InputField) -> str:
    """Return "must be one of dry, warm", short whatever the number of choices."""
    shown = ", ".join((scalar_text(choice) or "")[:40] for choice in field.choices[:8])
    more = f", … {len(field.choices):,} values" if len(field.choices) > 8 else ""
    return f"must be one of {shown}{more}"


def scalar_text(value: object) -> str | None:
    """Return a scalar as a person would type it (true, 512, 0.5, words), or None for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return dump_json(value)
    return None


def is_remote_file(value: object) -> bool:
    """Whether `value` is a URL or a data URI, so that using it reads nothing from this machine."""
    if not isinstance(value, str) or not value[:8].lower().startswith(_URL_SCHEMES):
        return False
    if value[:5].lower() == "data:":
        return True
    try:
        return bool(urlsplit(value[:4096]).hostname)
    except ValueError:
        return False


def _decimal(text: str) -> float | None:
    # The length is bounded so that the pattern stays linear and float() quick.
    return float(text) if len(text) <= 400 and DECIMAL_NUMBER.fullmatch(text) else None


def _to_string(value: object) -> str:
    text = scalar_text(value)
    if text is None:
        raise ValueProblem("must be text")
    return text


def _to_list(field: InputField, value: object) -> list[Any]:
    """Coerce each element; a single value becomes a list of one."""
    if isinstance(value, Mapping) and field.element.kind is not FieldKind.JSON:
        raise ValueProblem("must be a list")
    elements = value if isinstance(value, list | tuple) else [value]
    if field.item is None:
        return list(elements)
    coerced = []
    for position, element in enumerate(elements, 1):
        try:
            coerced.append(coerce(field.item, element))
        except ValueProblem as problem:
            raise ValueProblem(f"item {position} {problem.message}") from None
    return coerced


def _to_json(field: InputField, value: object) -> Any:
    if field.types and value is not None and json_type(value) not in allowed_types(field):
        raise ValueProblem(must_be_types(field))
    return value


def json_type(value: object) -> str:
    """Return the JSON Schema name of the type of `value`; a whole number is an integer."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    if value is None:
        return "null"
    return "object" if isinstance(value, Mapping) else "array"


def allowed_types(field: InputField) -> frozenset[str]:
    """Return the type names a JSON field takes, as `json_type` spells them."""
    return frozenset(field.types) | ({"integer"} if "number" in field.types else set())


def must_be_types(field: InputField) -> str:
    """Return "must be text or a list" for a JSON field that takes only some types."""
    names = [_TYPE_WORDS.get(name, name) for name in field.types]
    return "must be " + " or ".join(names)


_TYPE_WORDS: Final[Mapping[str, str]] = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
}
