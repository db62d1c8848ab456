"""JSON values as source text of a language: exact, printable whatever they hold, and safe to paste."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from replicate_tui.schema.jsontext import unsendable

_MAX_DEPTH: Final = 100


@dataclass(frozen=True, slots=True)
class Source:
    """An expression that stands in a value as it is, such as the opening of a file."""

    text: str


@dataclass(frozen=True, slots=True)
class Notation:
    """How a language writes values; `indent` is in spaces."""

    indent: int
    true: str
    false: str
    null: str
    text: Callable[[str], str]
    key: Callable[[str], str]
    trailing_comma: bool


def literal(value: object, notation: Notation, level: int = 0) -> str:
    """Return `value` in the notation, over several lines when it is not flat; `level` is the current indentation.

    What JSON cannot hold (NaN, nesting without end) becomes null.
    """
    if isinstance(value, Source):
        return value.text
    if isinstance(value, bool):
        return notation.true if value else notation.false
    if isinstance(value, str):
        return notation.text(value)
    if isinstance(value, Mapping) and level < _MAX_DEPTH:
        parts = [f"{notation.key(str(key))}: {literal(part, notation, level + 1)}" for key, part in value.items()]
        return _bracketed("{", parts, "}", notation, level)
    if isinstance(value, list | tuple) and level < _MAX_DEPTH:
        return _bracketed("[", [literal(part, notation, level + 1) for part in value], "]", notation, level)
    if isinstance(value, int | float) and not unsendable(value):
        return json.dumps(value)
    return notation.null


def _bracketed(opening: str, parts: list[str], closing: str, notation: Notation, level: int) -> str:
    if not parts:
        return opening + closing
    inner = " " * notation.indent * (level + 1)
    comma = "," if notation.trailing_comma else ""
    return f"{opening}\n{inner}" + f",\n{inner}".join(parts) + f"{comma}\n{' ' * notation.indent * level}{closing}"


def json_text(text: str) -> str:
    """Return a JSON string, every character that does not print escaped."""
    return '"' + "".join(map(_json_character, text)) + '"'


def shell_json_text(text: str) -> str:
    """Return a JSON string that keeps its meaning between single quotes, in sh as well as in fish.

    Fish reads two backslashes and a backslash with a quote there, so neither is written.
    """
    return json_text(text).replace("\\\\", "\\u005c").replace("'", "\\u0027")


def here_json_text(text: str) -> str:
    """Return a JSON string that keeps its meaning in a here-document in which variables are filled in."""
    return json_text(text).replace("\\", "\\\\").replace("$", "\\$").replace("`", "\\`")


def python_text(text: str) -> str:
    """Return a Python string in double quotes, every character that does not print escaped."""
    return '"' + "".join(map(_python_character, text)) + '"'


def javascript_key(name: str) -> str:
    """Return a key of an object literal: bare where that is legal, and never the prototype."""
    if name == "__proto__":
        return '["__proto__"]'
    return name if _IDENTIFIER.fullmatch(name) else json_text(name)


_IDENTIFIER: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_SHORT_ESCAPES: Final[Mapping[str, str]] = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _json_character(character: str) -> str:
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if character.isprintable():
        return character
    return json.dumps(character)[1:-1] if character != "\x7f" else "\\u007f"


def _python_character(character: str) -> str:
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


SHELL_JSON: Final = Notation(2, "true", "false", "null", shell_json_text, shell_json_text, trailing_comma=False)
HERE_JSON: Final = Notation(2, "true", "false", "null", here_json_text, here_json_text, trailing_comma=False)
PYTHON: Final = Notation(4, "True", "False", "None", python_text, python_text, trailing_comma=True)
JAVASCRIPT: Final = Notation(2, "true", "false", "null", json_text, javascript_key, trailing_comma=True)


def with_sources(value: object, replace: Callable[[str], Any]) -> Any:
    """Return `value`, lists included, with each text replaced by what `replace` makes of it."""
    if isinstance(value, str):
        return replace(value)
    if isinstance(value, list | tuple):
        return [with_sources(part, replace) for part in value]
    return value
