"""Values on their way into SQLite and back: text without surrogates, JSON, and times as whole microseconds.

Reading is forgiving, because a damaged row must not take the page it stands on with it.
"""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

_SURROGATE = re.compile("[\ud800-\udfff]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_text(text: str) -> str:
    """Return `text` with lone surrogates replaced: JSON may carry them, UTF-8 cannot."""
    return _SURROGATE.sub("\ufffd", text)


def to_json(value: Any) -> str:
    """Return `value` as compact JSON; what JSON cannot say is kept as its text."""
    try:
        return to_text(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str))
    except (RecursionError, ValueError):
        return '"(nested too deeply to be kept)"'


def from_json(text: object, otherwise: Any = None) -> Any:
    """Return the value behind `text`, or `otherwise` when there is none."""
    if not isinstance(text, str):
        return otherwise
    try:
        return json.loads(text)
    except (RecursionError, ValueError):
        return otherwise


def mapping_from_json(text: object) -> dict[str, Any]:
    value = from_json(text)
    return value if isinstance(value, dict) else {}


def to_micros(moment: datetime) -> int:
    """Return microseconds since 1970; a naive datetime counts as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MICROSECOND


def to_optional_micros(moment: datetime | None) -> int | None:
    return None if moment is None else to_micros(moment)


def from_micros(micros: object) -> datetime | None:
    if not isinstance(micros, int):
        return None
    try:
        return _EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        return None


def seconds_from(metrics: Mapping[str, Any], started: int | None, completed: int | None) -> float | None:
    """Return how long a run ran: the service's `predict_time`, else from its times in microseconds."""
    measured = metrics.get("predict_time")
    if isinstance(measured, int | float) and not isinstance(measured, bool):
        try:
            seconds = float(measured)
        except OverflowError:
            seconds = math.inf
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    if started is not None and completed is not None and completed >= started:
        return (completed - started) / 1_000_000
    return None
