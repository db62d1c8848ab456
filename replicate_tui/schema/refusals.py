"""The service's complaints about an input, put at the fields they are about and in the form's own words."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from replicate_tui.schema.fields import InputSchema
from replicate_tui.schema.validate import Problem

#: The service validates with the Go library gojsonschema; these are its sentences.
_REQUIRED: Final = re.compile(r"(?P<name>.+) is required")
_ADDITIONAL: Final = re.compile(r"Additional property (?P<name>.+) is not allowed")

_TYPE_WORDS: Final[Mapping[str, str]] = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}

_SENTENCES: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    (re.compile(r"Must be greater than or equal to (.+)"), lambda found: f"must be at least {found[1]}"),
    (re.compile(r"Must be greater than (.+)"), lambda found: f"must be more than {found[1]}"),
    (re.compile(r"Must be less than or equal to (.+)"), lambda found: f"must be at most {found[1]}"),
    (re.compile(r"Must be less than (.+)"), lambda found: f"must be less than {found[1]}"),
    (
        re.compile(r"String length must be greater than or equal to (\d+)"),
        lambda found: f"must have at least {found[1]} characters",
    ),
    (
        re.compile(r"String length must be less than or equal to (\d+)"),
        lambda found: f"must have at most {found[1]} characters",
    ),
    (re.compile(r"Array must have at least (\d+) items?"), lambda found: f"needs at least {_items(found[1])}"),
    (re.compile(r"Array must have at most (\d+) items?"), lambda found: f"takes at most {_items(found[1])}"),
    (re.compile(r"Does not match pattern '(.*)'"), lambda found: f"must match {found[1]}"),
    (re.compile(r"Does not match format 'uri'"), lambda _: "must be a URL"),
    (
        re.compile(r"Invalid type\. Expected: ([\w/]+), given: (\w+)"),
        lambda found: f"must be {_type_words(found[1])}, not {_type_words(found[2])}",
    ),
    (
        re.compile(r"\S+ must be one of the following: (.+)"),
        lambda found: f"must be one of {found[1].replace(chr(34), '')}",
    ),
)


def server_problems(schema: InputSchema, invalid_fields: object) -> tuple[Problem, ...]:
    """Return one problem per field for the `invalid_fields` of a 422 answer; "" stands for the whole request.

    A missing field is reported on its parent with its name inside the sentence; a bad value on "input.name".
    Elements that are not understood are skipped; texts are as the service wrote them, uncleaned.
    """
    found: dict[str, list[str]] = {}
    for complaint in invalid_fields if isinstance(invalid_fields, list) else []:
        if not isinstance(complaint, Mapping):
            continue
        path, sentence = complaint.get("field"), complaint.get("description")
        path = path if isinstance(path, str) else ""
        sentence = sentence.strip() if isinstance(sentence, str) else ""
        if path or sentence:
            name, message = _place(schema, path, sentence or "is not accepted")
            found.setdefault(name, []).append(message)
    return tuple(Problem(name, messages[0] if name else "; ".join(messages)) for name, messages in found.items())


def _place(schema: InputSchema, path: str, sentence: str) -> tuple[str, str]:
    """Return the field a complaint is about and what to say there."""
    inside = path.removeprefix("input.") if path.startswith("input.") else None
    if inside is not None:
        name = _field_at(schema, inside)
        if name is None:
            return "", f"{inside}: {_in_our_words(sentence)}"
        below = inside[len(name) :].lstrip(".")
        return name, _below(below, _in_our_words(sentence))
    missing = _REQUIRED.fullmatch(sentence)
    if missing and path in ("input", "(root)", ""):
        known = schema.get(missing["name"])
        return (known.name, "required") if known else ("", sentence)
    surplus = _ADDITIONAL.fullmatch(sentence)
    if surplus:
        known = schema.get(surplus["name"])
        return (known.name if known else ""), f"{'' if known else surplus['name'] + ' '}is not an input of this version"
    return "", sentence if path in ("input", "(root)", "") else f"{path}: {_in_our_words(sentence)}"


def _field_at(schema: InputSchema, path: str) -> str | None:
    """Return the field whose name `path` is or starts with; names may hold dots themselves, so the longest wins."""
    names = [known.name for known in schema.fields if path == known.name or path.startswith(f"{known.name}.")]
    return max(names, key=len, default=None)


def _below(path: str, message: str) -> str:
    if not path:
        return message
    return f"item {int(path) + 1} {message}" if path.isdecimal() and len(path) < 10 else f"{path}: {message}"


def _in_our_words(sentence: str) -> str:
    missing = _REQUIRED.fullmatch(sentence)
    if missing:
        return f"{missing['name']} is required"
    for pattern, say in _SENTENCES:
        found = pattern.fullmatch(sentence)
        if found:
            return say(found)
    return sentence[:1].lower() + sentence[1:]


def _items(count: str) -> str:
    return f"{count} item{'' if count == '1' else 's'}"


def _type_words(names: str) -> str:
    return " or ".join(_TYPE_WORDS.get(name, name) for name in names.split("/"))
