"""JSON as text: strict both ways (no NaN, no infinity), and errors that name their line and column."""

import json
import math
from collections.abc import Mapping
from typing import Any, Final, NoReturn

_MAX_DEPTH: Final = 200
#: CPython refuses to spell integers of more than 4,300 digits; this stays below that.
_MAX_BITS: Final = 14_000


class ValueProblem(ValueError):
    """A text that is not a value of its field; `line` and `column` count from 1 when it is JSON."""

    def __init__(self, message: str, *, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


def load_json(text: str) -> Any:
    """Parse JSON text.

    Raises ValueProblem for anything else, NaN, infinity and numbers too large to hold included.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite_float)
    except json.JSONDecodeError as error:
        what = "not valid JSON" if text.strip() else "empty, not JSON"
        raise ValueProblem(
            f"{what}: {_first_lower(error.msg)} (line {error.lineno}, column {error.colno})",
            line=error.lineno,
            column=error.colno,
        ) from None
    except RecursionError:
        raise ValueProblem("not usable JSON: nested too deeply") from None
    except ValueProblem:
        raise
    except ValueError:
        raise ValueProblem("not usable JSON: a number has too many digits") from None


def dump_json(value: object, *, indent: int | None = None) -> str:
    """Return `value` as JSON text that any parser takes: what JSON cannot hold becomes null or its text."""
    text = json.dumps(_plain(value, 0), indent=indent, ensure_ascii=False, allow_nan=False)
    if is_unicode(text):
        return text
    return json.dumps(_plain(value, 0), indent=indent, ensure_ascii=True, allow_nan=False)


def is_unicode(text: str) -> bool:
    """Whether `text` can be sent as UTF-8: half a surrogate pair, which JSON may spell, cannot."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def unsendable(value: object) -> str | None:
    """Say in plain words why `value` cannot be sent as JSON, or None when it can."""
    pending: list[tuple[object, int]] = [(value, 0)]
    while pending:
        part, depth = pending.pop()
        if depth > _MAX_DEPTH:
            return "is nested too deeply"
        if isinstance(part, float) and not math.isfinite(part):
            return "must be a finite number"
        if isinstance(part, int) and part.bit_length() > _MAX_BITS:
            return "has too many digits"
        if isinstance(part, str) and not is_unicode(part):
            return "contains half of a character (a lone surrogate)"
        if isinstance(part, Mapping):
            pending.extend((inner, depth + 1) for pair in part.items() for inner in pair)
        elif isinstance(part, list | tuple):
            pending.extend((inner, depth + 1) for inner in part)
    return None


def _plain(value: object, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int):
        return value if value.bit_length() <= _MAX_BITS else None
    if isinstance(value, Mapping):
        return {str(key): _plain(part, depth + 1) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part, depth + 1) for part in value]
    return value if value is None or isinstance(value, str) else str(value)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueProblem(f"not valid JSON: {name} is not a JSON number")


def _finite_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueProblem(f"not usable JSON: {text[:40]} is too large a number")
    return number


def _first_lower(text: str) -> str:
    return text[:1].lower() + text[1:]
