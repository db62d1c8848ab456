"""Parsed JSON to objects of the API, forgiving what can be forgiven."""

from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from replicate_tui.api.errors import ResponseNotUnderstoodError

M = TypeVar("M", bound=BaseModel)

#: How often a body may be relieved of one more round of unreadable fields.
_ROUNDS: Final = 8


def understand(type_: type[M], data: Any, what: str) -> M:
    """Build an object of the API from parsed JSON, leaving out fields whose values make no sense.

    Raises ResponseNotUnderstoodError when `data` is no object or lacks what identifies it.
    """
    if not isinstance(data, dict):
        raise ResponseNotUnderstoodError(f"{what}: expected an object, got {_kind(data)}")
    for _ in range(_ROUNDS):
        try:
            return type_.model_validate(data)
        except ValidationError as problem:
            errors = problem.errors(include_url=False, include_context=False, include_input=False)
            for error in reversed(errors):
                where = error["loc"][:-1] if error["type"] == "missing" else error["loc"]
                if not _remove(data, where) or not where:
                    raise ResponseNotUnderstoodError(f"{what}: {_place(error['loc'])} {error['msg'].lower()}") from None
    raise ResponseNotUnderstoodError(f"{what}: too many fields make no sense")


def _remove(data: Any, where: tuple[int | str, ...]) -> bool:
    """Delete the value at `where`; returns False when it is not there (a required field, already removed)."""
    for step in where[:-1]:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return True
    try:
        del data[where[-1]]
    except (KeyError, IndexError, TypeError):
        return bool(where)
    return True


def _place(where: tuple[int | str, ...]) -> str:
    return ".".join(str(step)[:40] for step in where) or "the object"


def _kind(data: Any) -> str:
    return {list: "a list", str: "a text", type(None): "null", bool: "true or false"}.get(type(data), "a number")
