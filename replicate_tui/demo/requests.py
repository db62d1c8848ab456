"""Reading requests: bodies up to a limit, headers and query values in the forms the API takes."""

import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from replicate_tui.demo.account import HARDWARE
from replicate_tui.demo.clock import parse_timestamp
from replicate_tui.demo.problems import ApiProblem, InvalidField, invalid_input, plain, too_large, validation_failed
from replicate_tui.demo.validation import ROOT, validate

JSON_LIMIT = 32_000_000
_PREFER = re.compile(r"wait(?:=(\d{1,2}))?")
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_SHORTEST, _LONGEST = 5, 86_400


async def read_body(request: Request, limit: int = JSON_LIMIT) -> bytes:
    """Return the body.

    Raises ApiProblem (413) above `limit` bytes.
    """
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise too_large(f"Request bodies must be less than {limit // 1_000_000}MB in size")
        parts.append(part)
    return b"".join(parts)


async def read_object(request: Request) -> dict[str, Any]:
    """Return the JSON object of the body.

    Raises ApiProblem (400) for anything else.
    """
    body = await read_body(request)
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise plain(400, f"JSON parse error - {error}") from None
    if not isinstance(value, dict):
        raise plain(400, "The request body must be a JSON object.")
    return value


def check_fields(schema: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    """Check the body of a route that the service's database answers.

    Raises ApiProblem (400) that points at each field.
    """
    errors = []
    for found in validate(schema, body, components={}, field=ROOT):
        if found.type == "required":
            errors.append((found.description.removesuffix(" is required"), "This field is required."))
        else:
            errors.append((found.field, found.description))
    if errors:
        raise validation_failed(errors)


def check_hardware(body: Mapping[str, Any]) -> None:
    """Check that a `hardware` in `body` is on offer.

    Raises ApiProblem (400).
    """
    sku = body.get("hardware")
    if sku is not None and sku not in HARDWARE:
        options = ", ".join(HARDWARE)
        detail = f"{sku} is not a valid hardware SKU. Your options are: {options}"
        raise validation_failed([("hardware", detail)])


def waiting_seconds(request: Request) -> float | None:
    """Return how long `Prefer: wait` asks to wait, None when it does not."""
    for preference in request.headers.get("prefer", "").split(","):
        if found := _PREFER.fullmatch(preference.strip()):
            return float(min(60, max(1, int(found[1])))) if found[1] else 60.0
    return None


def cancel_after_seconds(request: Request) -> float | None:
    """Return the `Cancel-After` duration, None without one.

    Raises ApiProblem (422) when it is not one of 5 seconds to 24 hours.
    """
    text = request.headers.get("cancel-after")
    if text is None:
        return None
    text = text.strip()
    if text.isdecimal() and len(text) < 10:
        seconds = int(text)
    else:
        found = _DURATION.fullmatch(text) if len(text) < 40 else None
        hours, minutes, rest = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
        seconds = hours * 3600 + minutes * 60 + rest
    if not _SHORTEST <= seconds <= _LONGEST:
        text = "Must be a duration of at least 5s and at most 24h, such as 30s or 1h30m"
        raise invalid_input([InvalidField("format", "Cancel-After", text)])
    return float(seconds)


def query_time(request: Request, name: str) -> int | None:
    """Return the time of a query value in unix nanoseconds, None without one.

    Raises ApiProblem (400) when it is not ISO 8601.
    """
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        return parse_timestamp(text.replace(" ", "+"))
    except ValueError:
        raise validation_failed([(name, "Enter a valid date/time.")]) from None


def no_such_method(method: str) -> ApiProblem:
    return plain(405, f'Method "{method}" not allowed.')
