"""What is said of a file when it is uploaded: another name, another type, metadata. Pure functions."""

import json
import re
import shlex
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from replicate_tui.services.problems import FieldProblem
from replicate_tui.text import clean_line

#: The longest name the service takes, in bytes of UTF-8 (Replicate API, files.create).
LONGEST_NAME: Final = 255
_TYPE: Final = re.compile(r"[A-Za-z0-9][\w.+-]*/[A-Za-z0-9*][\w.+*-]*(\s*;.*)?", re.ASCII)


class UploadDetails(NamedTuple):
    """`name` and `content_type` are "" where those of the file here are right; `metadata` is a JSON object."""

    name: str = ""
    content_type: str = ""
    metadata: Mapping[str, Any] = MappingProxyType({})


#: Nothing is said: the file is called as it is here.
AS_IT_IS: Final = UploadDetails()


def read_details(name: str, content_type: str, metadata: str, *, files: int = 1) -> UploadDetails:
    """Read what a person typed about `files` files, `metadata` as `key=value` words or as a JSON object.

    Raises DetailProblem for what the service would refuse.
    """
    name, content_type = name.strip(), content_type.strip()
    problems = {"name": _name_problem(name, files), "type": _type_problem(content_type)}
    found: Mapping[str, Any] = {}
    try:
        found = read_metadata(metadata)
    except ValueError as error:
        problems["metadata"] = str(error)
    told = tuple(FieldProblem(field, words) for field, words in problems.items() if words)
    if told:
        raise DetailProblem(told)
    return UploadDetails(name, content_type, found)


class DetailProblem(Exception):
    """What is wrong with the details of an upload; `problems` name the fields name, type and metadata."""

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__(problems[0].message)
        self.problems = problems


def read_metadata(text: str) -> dict[str, Any]:
    """Read metadata: `key=value key2="two words"`, or a JSON object. Raises ValueError with a sentence."""
    line = text.strip()
    if line.startswith("{"):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            raise ValueError("This JSON cannot be read.") from None
        if isinstance(value, dict):
            return value
        raise ValueError("Metadata is a JSON object.")
    try:
        words = shlex.split(line)
    except ValueError:
        raise ValueError("A quote is open.") from None
    pairs = [word.partition("=") for word in words]
    for key, sign, _ in pairs:
        if not key or not sign:
            raise ValueError(f"{clean_line(key, 40) or '='} is no key=value.")
    return {key: value for key, _, value in pairs}


def _name_problem(name: str, files: int) -> str:
    if name and files > 1:
        return f"A name is for one file; these are {files}."
    if "/" in name or any(not letter.isprintable() for letter in name):
        return "A name has no slash and no line breaks in it."
    if len(name.encode(errors="replace")) > LONGEST_NAME:
        return f"A name has at most {LONGEST_NAME} bytes; this one has {len(name.encode(errors='replace'))}."
    return ""


def _type_problem(content_type: str) -> str:
    return "" if not content_type or _TYPE.fullmatch(content_type) else "A type is two words with a slash: image/png."
