"""Rules as JSON: a list of objects whose keys are the fields of FaultRule, checked before anything is served.

Beside those fields, `reply` names one of the refusals in `fault_replies.py`. `hostile` may name a pack (see
`hostile.py`): a JSON file, or "built-in"; its strings are taken. It may also be an object with the `pack` and the id of
a `schema`, which takes the place of a model's, or of a `body` or an `image`, which takes the place of the answer.
"""

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from replicate_tui.demo.built_in_pack import BUILT_IN
from replicate_tui.demo.fault_replies import REPLIES
from replicate_tui.demo.faults import FaultRule
from replicate_tui.demo.hostile import HostilePack, read_pack

_BUILT_IN = "built-in"
# Of a model, of a version, and of the first of several.
_SCHEMA_PLACES = ("/latest_version/openapi_schema", "/openapi_schema", "/results/0/openapi_schema")

_OPERATIONS = ("add", "replace", "remove", "raw")
_ABOVE_ZERO = ("nth", "every", "per_minute", "cycle", "bytes_per_second", "upload_bytes_per_second", "slice_bytes")
_NOT_BELOW_ZERO = (
    *("delay", "jitter", "max_connections", "read_bytes", "informational", "header_bytes", "slice_pause"),
    *("stall_at", "stall_for", "upload_stall_at", "upload_stall_for", "cut_at", "close_idle_after"),
)


class FaultFileError(ValueError):
    """Rules that cannot be used; the text names the rule and the key."""


def read_rules(path: Path) -> list[FaultRule]:
    """Return the rules of a JSON file.

    Raises FaultFileError, or OSError when the file cannot be read.
    """
    try:
        listed = json.loads(path.read_bytes())
    except ValueError as error:
        raise FaultFileError(f"{path}: not JSON: {error}") from error
    try:
        return rules_of(listed, folder=path.parent)
    except FaultFileError as error:
        raise FaultFileError(f"{path}: {error}") from None


def rules_of(listed: Any, *, folder: Path | None = None) -> list[FaultRule]:
    """Return the rules of parsed JSON; files that it names are looked for in `folder`, without one refused.

    Raises FaultFileError, or OSError when such a file cannot be read.
    """
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise FaultFileError("expected a list of objects")
    return [_rule(each, f"rule {number}", folder) for number, each in enumerate(listed, start=1)]


def _rule(given: Mapping[str, Any], where: str, folder: Path | None) -> FaultRule:
    values = dict(given)
    if "reply" in values:
        name = values.pop("reply")
        if name not in REPLIES:
            raise FaultFileError(f"{where}: reply: expected one of {', '.join(REPLIES)}")
        values = {"name": name, **REPLIES[name], **values}
    hostile = values.get("hostile")
    if isinstance(hostile, str):
        values["hostile"] = list(_pack(hostile, f"{where}: hostile", folder).strings)
    elif isinstance(hostile, dict):
        del values["hostile"]
        values = {**_chosen(hostile, f"{where}: hostile", folder), **values}
    rule = _build(FaultRule, values, where)
    if not isinstance(rule, FaultRule):
        raise FaultFileError(f"{where}: expected an object")
    _check_numbers(rule, where)
    if rule.slice_random and rule.slice_bytes is None:
        raise FaultFileError(f"{where}: slice_random: expected slice_bytes beside it")
    if rule.status is not None and not (200 <= rule.status <= 599 or rule.is_raw):
        raise FaultFileError(f"{where}: status: expected 200 to 599 (any, with from_head)")
    for index, operation in enumerate(rule.patch):
        if not isinstance(operation.get("path"), str) or operation.get("op", "add") not in _OPERATIONS:
            raise FaultFileError(f"{where}: patch: {index}: expected a path and an op of {', '.join(_OPERATIONS)}")
    if not all(":" in line for line in rule.add_headers):
        raise FaultFileError(f"{where}: add_headers: expected lines such as 'Name: value'")
    return rule


def _check_numbers(rule: FaultRule, where: str) -> None:
    for name in _ABOVE_ZERO:
        value = getattr(rule, name)
        if value is not None and not value > 0:
            raise FaultFileError(f"{where}: {name}: expected a number above 0")
    for name in _NOT_BELOW_ZERO:
        value = getattr(rule, name)
        if value is not None and not value >= 0:
            raise FaultFileError(f"{where}: {name}: expected a number not below 0")


def _pack(name: Any, where: str, folder: Path | None) -> HostilePack:
    if name == _BUILT_IN:
        return BUILT_IN
    if folder is None or not isinstance(name, str):
        raise FaultFileError(f"{where}: expected a list or {_BUILT_IN!r}")
    path = folder / name
    try:
        return read_pack(path)
    except (ValueError, RecursionError) as error:
        raise FaultFileError(f"{where}: {path}: not JSON: {error}") from error


def _chosen(given: Mapping[str, Any], where: str, folder: Path | None) -> dict[str, Any]:
    """Return the fields of a rule that puts one thing of a pack by its id."""
    kind = next((name for name in ("schema", "body", "image") if name in given), None)
    unknown = sorted(set(given) - {"pack", kind})
    if kind is None or unknown:
        raise FaultFileError(f"{where}: expected a pack and one of schema, body, image")
    pack = _pack(given.get("pack", _BUILT_IN), where, folder)
    offered: Mapping[str, Any] = pack.schemas if kind == "schema" else pack.bodies
    if given[kind] not in offered:
        raise FaultFileError(f"{where}: {kind}: expected one of {', '.join(offered)}")
    if kind == "schema":
        schema = pack.schemas[given[kind]]
        return {"patch": [{"op": "replace", "path": place, "value": schema} for place in _SCHEMA_PLACES]}
    body = pack.bodies[given[kind]]
    headers = {"content-type": body.media_type} if body.media_type else {}
    return {"status": body.status, "body": body.content, "headers": headers}


def _build(kind: Any, given: Any, where: str) -> Any:
    """Return an instance of the dataclass `kind` with the values of `given`, each checked against its type."""
    if not isinstance(given, dict):
        raise FaultFileError(f"{where}: expected an object")
    known = {each.name for each in fields(kind)}
    unknown = sorted(set(given) - known)
    if unknown:
        raise FaultFileError(f"{where}: unknown key {unknown[0]!r} (known: {', '.join(sorted(known))})")
    hints = get_type_hints(kind)
    return kind(**{name: _checked(hints[name], value, f"{where}: {name}") for name, value in given.items()})


def _checked(hint: Any, value: Any, where: str) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return value
    if origin in (Union, types.UnionType):
        return (
            None
            if value is None
            else _checked(next(each for each in arguments if each is not type(None)), value, where)
        )
    if origin is Literal:
        if value not in arguments:
            raise FaultFileError(f"{where}: expected one of {', '.join(map(str, arguments))}")
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise FaultFileError(f"{where}: expected a list")
        return tuple(_checked(arguments[0], each, f"{where}: {index}") for index, each in enumerate(value))
    if origin is Mapping and isinstance(value, dict):
        return {name: _checked(arguments[1], each, f"{where}: {name}") for name, each in value.items()}
    if is_dataclass(hint):
        return _build(hint, value, where)
    return _plain(origin or hint, value, where)


def _plain(kind: Any, value: Any, where: str) -> Any:
    if kind is float and type(value) in (int, float):
        return float(value)
    if kind in (int, str, bool) and type(value) is kind:
        return value
    if kind not in (int, str, bool, float) and isinstance(value, dict):
        return value
    words = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}
    raise FaultFileError(f"{where}: expected {words.get(kind, 'an object')}")
