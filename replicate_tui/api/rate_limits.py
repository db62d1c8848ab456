"""What an answer says about how many more requests the service takes."""

import math
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple, Protocol
from urllib.parse import urlsplit

_CREATE: Final = re.compile(r"(?:/.+)?/(?:predictions|trainings)")
_READ_PREDICTION: Final = re.compile(r"/predictions/[^/]+")


class RequestFamily(StrEnum):
    """Requests that share one bucket at the service (Replicate HTTP API, rate limits)."""

    CREATE = "create"
    READ_PREDICTION = "read prediction"
    OTHER = "other"


class Answer(Protocol):
    """What is looked at."""

    @property
    def method(self) -> str: ...

    @property
    def url(self) -> str: ...

    @property
    def headers(self) -> Mapping[str, str]: ...


class RateLimit(NamedTuple):
    """What was left after one answer; `reset` is in seconds. None: the service did not say."""

    family: RequestFamily
    remaining: int | None = None
    limit: int | None = None
    reset: float | None = None


def family_of(method: str, url: str) -> RequestFamily:
    """Return the family that a request counts in."""
    path = urlsplit(url).path.rstrip("/")
    _, _, below = path.partition("/v1")
    if method == "POST" and _CREATE.fullmatch(below):
        return RequestFamily.CREATE
    if method == "GET" and _READ_PREDICTION.fullmatch(below):
        return RequestFamily.READ_PREDICTION
    return RequestFamily.OTHER


def rate_limit_of(answer: Answer) -> RateLimit | None:
    """Return what `ratelimit-…` headers say, None for an answer without any."""
    remaining, limit, reset = (
        _number(answer.headers.get(f"ratelimit-{name}")) for name in ("remaining", "limit", "reset")
    )
    if remaining is None and limit is None and reset is None:
        return None
    return RateLimit(
        family_of(answer.method, answer.url),
        None if remaining is None else int(remaining),
        None if limit is None else int(limit),
        reset,
    )


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < math.inf else None
