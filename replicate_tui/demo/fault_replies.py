"""Refusals in the real service's words, by the name under which a rule asks for them."""

from collections.abc import Mapping
from typing import Any, Final


def _problem(status: int, detail: str, title: str | None = None, **more: Any) -> dict[str, Any]:
    body = {"title": title} if title else {}
    return {"status": status, "body": {**body, "detail": detail, "status": status, **more}}


_REDUCED = (
    "Request was throttled. Your rate limit for creating predictions is reduced to 6 requests per minute with a burst "
    "of 1 requests while you have less than $5.0 in credit. Your rate limit resets in ~7s."
)
_CREDIT = (
    "You have insufficient credit to run this model. Go to https://replicate.com/account/billing#billing to "
    "purchase credit. Once you purchase credit, please wait a few minutes before trying again."
)

REPLIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "unauthenticated": _problem(401, "You did not pass a valid authentication token", "Unauthenticated"),
    "forbidden": _problem(403, "You do not have permission to perform this action."),
    "insufficient-credit": _problem(402, _CREDIT, "Insufficient credit"),
    "free-limit": _problem(402, "You have reached the free time limit.", "Free time limit reached"),
    "throttled": _problem(429, _REDUCED, retry_after=7),
    "throttled-with-header": _problem(429, _REDUCED, retry_after=7) | {"headers": {"Retry-After": "7"}},
    "throttled-expected": _problem(429, "Request was throttled. Expected available in 1 second."),
    "throttled-silent": {"status": 429},
    "server-error": _problem(500, "Internal server error"),
    "bad-gateway": {"status": 502, "body": "<html><body><h1>502 Bad Gateway</h1></body></html>"},
}
