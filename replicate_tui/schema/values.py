"""Values of a form: loaded from an example, as JSON text and back, and made into what is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from replicate_tui.schema.coerce import coerce, is_remote_file, scalar_text
from replicate_tui.schema.fields import MISSING, FieldKind, InputField, InputSchema
from replicate_tui.schema.jsontext import ValueProblem, dump_json, load_json, unsendable
from replicate_tui.schema.texts import choice_text, from_text, to_text

__all__ = [
    "REDACTED",
    "LoadedValues",
    "ValueProblem",
    "build_input",
    "changed_fields",
    "choice_text",
    "from_json_text",
    "from_text",
    "load_example",
    "to_json_text",
    "to_text",
]

#: What stands where a secret was: the service's word, and the history's.
_REDACTED_BY_SERVICE: Final = "[REDACTED]"
REDACTED: Final = frozenset({_REDACTED_BY_SERVICE, "(secret)"})


@dataclass(frozen=True, slots=True)
class LoadedValues:
    """Values that fit their fields, and one plain note for each that was changed or left out (names uncleaned)."""

    values: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def load_example(schema: InputSchema, given: object, *, local_files: bool = False) -> LoadedValues:
    """Fit the input of an earlier run to this schema (a quarter of public examples belong to an older version).

    Unknown keys, nulls and redacted secrets are dropped, "512" becomes 512. Paths on this machine are dropped from
    file fields unless `local_files`, which is for what this user entered: drafts, presets, own runs.
    """
    if not isinstance(given, Mapping):
        return LoadedValues({}, () if given is None else ("The input was not an object.",))
    values: dict[str, Any] = {}
    notes: list[str] = []
    for name, value in given.items():
        known = schema.get(str(name))
        if _is_redacted(known, value):
            notes.append(f"{name}: was a secret, enter it again")
            continue
        if known is None:
            if not (schema.additional_allowed or schema.problem):
                notes.append(f"{name}: not an input of this version, left out")
            elif unsendable(value):
                notes.append(f"{name}: {unsendable(value)}, left out")
            else:
                values[str(name)] = value
            continue
        fitted, note = _fit(known, value, local_files=local_files)
        if note:
            notes.append(f"{name}: {note}")
        if fitted is not MISSING:
            values[known.name] = fitted
    return LoadedValues(values, tuple(notes))


def _fit(known: InputField, value: object, *, local_files: bool) -> tuple[Any, str]:
    """Return the value that fits the field (or MISSING) and what was done to it."""
    if value is None:
        return MISSING, "was null, left empty"
    try:
        fitted = coerce(known, value)
    except ValueProblem as problem:
        return MISSING, f"{problem.message}, left out"
    if known.element.kind is FieldKind.FILE and not local_files and _names_local_file(fitted):
        return MISSING, "was a file of another machine, left out"
    if _same(fitted, value):
        return fitted, ""
    shown = scalar_text(value)
    if shown is None or isinstance(fitted, list):
        return fitted, "was changed to fit"
    return fitted, f"was {dump_json(value)[:40]}, now {dump_json(fitted)[:40]}"


def _is_redacted(known: InputField | None, value: object) -> bool:
    """Whether a mark stands where a secret was; a prompt may well be "(secret)", a key is not."""
    if isinstance(value, list):
        return any(_is_redacted(known, part) for part in value)
    if value == _REDACTED_BY_SERVICE:
        return True
    return isinstance(value, str) and value in REDACTED and (known is None or known.element.kind is FieldKind.SECRET)


def _names_local_file(value: object) -> bool:
    if isinstance(value, list):
        return any(_names_local_file(part) for part in value)
    return value != "" and not is_remote_file(value)


def build_input(schema: InputSchema, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON object to send: fields in order, then unknown keys as they are.

    Optional fields that are untouched, empty or at their default are left out; numbers of integer fields are ints;
    a required field that is untouched sends its default.
    """
    sent: dict[str, Any] = {}
    for known in schema.fields:
        value = values.get(known.name, MISSING)
        if value is MISSING and known.required:
            value = known.default
        if value is not MISSING and (known.required or _is_touched(known, value)):
            sent[known.name] = _exact(known, value)
    for name, value in values.items():
        if name not in sent and value is not MISSING and schema.get(name) is None:
            sent[name] = value
    return sent


def changed_fields(schema: InputSchema, values: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the fields whose value is given and differs from the default; unknown keys count."""
    changed = {known.name for known in schema.fields if _is_touched(known, values.get(known.name, MISSING))}
    unknown = {name for name, value in values.items() if value is not MISSING and schema.get(name) is None}
    return frozenset(changed | unknown)


def to_json_text(values: Mapping[str, Any]) -> str:
    """Return the values as pretty-printed JSON that any parser takes."""
    return dump_json({name: value for name, value in values.items() if value is not MISSING}, indent=2)


def from_json_text(text: str, schema: InputSchema | None = None) -> LoadedValues:
    """Read the JSON twin of a form; unknown keys are kept, with a note when `schema` is given.

    Raises ValueProblem for text that is not a JSON object, with its line and column.
    """
    value = load_json(text) if text.strip() else {}
    if not isinstance(value, dict):
        raise ValueProblem("the input must be an object: { … }", line=1, column=1)
    problem = unsendable(value)
    if problem:
        raise ValueProblem(f"the input {problem}")
    if schema is None or schema.problem or schema.additional_allowed:
        return LoadedValues(value)
    unknown = [name for name in value if schema.get(name) is None]
    return LoadedValues(value, tuple(f"{name}: not an input of this version, sent as it is" for name in unknown))


def _is_touched(known: InputField, value: object) -> bool:
    if value is MISSING:
        return False
    if known.has_default and _same(value, known.default):
        return False
    if value is None:
        # Null says something only where it is allowed and differs from leaving the field out.
        return known.nullable and known.has_default
    if value == "" and known.kind is not FieldKind.CHOICE:
        return known.has_default and known.default not in (None, "")
    return True


def _exact(known: InputField, value: Any) -> Any:
    if isinstance(value, list | tuple) and known.item is not None:
        return [_exact(known.item, part) for part in value]
    if known.kind is FieldKind.INTEGER and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _same(one: object, other: object) -> bool:
    """Whether two JSON values are the same to a model: true is not 1, but 1.0 is 1."""
    if isinstance(one, bool) is not isinstance(other, bool):
        return False
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return one == other
