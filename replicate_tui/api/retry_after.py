"""How long an answer asks to wait before the next request."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Protocol

from replicate_tui.api.decoding import parse_json
from replicate_tui.api.errors import ResponseNotUnderstoodError

_IN_DETAIL: Final = re.compile(
    r"\bin\s+~?\s*(\d+(?:\.\d+)?)\s*(ms|milliseconds?|m(?:in(?:ute)?s?)?|s|seconds?)\b", re.IGNORECASE
)


class Answer(Protocol):
    """What is looked at."""

    @property
    def status_code(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def content(self) -> bytes: ...


def wait_asked_for(answer: Answer) -> float | None:
    """Return how many seconds the service asks to wait, or None when it does not say.

    The header comes first (a number, or a date read against the service's own clock), then `retry_after` in the
    body, then the sentence in `detail`. Negative and endless times do not count.
    """
    header = answer.headers.get("retry-after")
    if header is not None:
        seconds = _number(header)
        if seconds is None:
            seconds = _until(header, answer.headers.get("date"))
        if seconds is not None:
            return seconds
    try:
        body = parse_json(answer.content)
    except ResponseNotUnderstoodError:
        return None
    if not isinstance(body, dict):
        return None
    seconds = _number(body.get("retry_after"))
    return seconds if seconds is not None else _sentence(body.get("detail"))


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _until(date: str, now: str | None) -> float | None:
    """The seconds from the answer's own Date header: this machine's clock may be hours off."""
    try:
        moment = parsedate_to_datetime(date)
        start = parsedate_to_datetime(now) if now else datetime.now(UTC)
        return max(0.0, (moment - start).total_seconds())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _sentence(detail: object) -> float | None:
    match = _IN_DETAIL.search(detail[:2_000]) if isinstance(detail, str) else None
    if match is None:
        return None
    unit = match[2].lower()
    scale = 0.001 if unit.startswith(("ms", "milli")) else 60.0 if unit.startswith("m") else 1.0
    return _number(float(match[1]) * scale)
