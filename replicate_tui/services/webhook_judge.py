"""What a delivery is worth: its signature checked on the raw bytes, and what its body says of its run."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from replicate_tui.schema.jsontext import ValueProblem, dump_json, load_json
from replicate_tui.services.webhook_views import EVENTS, Facts, Verdict
from replicate_tui.store.statuses import FINAL_STATUSES
from replicate_tui.text import clean, clean_line

_SIGNED: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")
_ID_CHARACTERS: Final = 120
_MODEL_CHARACTERS: Final = 200
_STATUS_CHARACTERS: Final = 40


class Marks(NamedTuple):
    """How far a run was when it was told of: whether it was over, and what came out of it by then.

    `wanted` are the events that whoever made the run wants to hear of.
    """

    is_final: bool = False
    output: bytes = b""
    logs: int = 0
    wanted: tuple[str, ...] = EVENTS


def header(headers: Sequence[tuple[str, str]], name: str) -> str:
    """Return a header by its name in lower case, "" where it is not there once."""
    found = [value for known, value in headers if known == name]
    return found[0] if len(found) == 1 else ""


def verdict_of(headers: Sequence[tuple[str, str]], body: bytes, secret: str | None, now: float) -> Verdict:
    """Judge a delivery that came at `now` (Unix time); `secret` is the account's, None where it is not known."""
    from replicate_tui.api.errors import WebhookVerificationError
    from replicate_tui.api.webhooks import TOLERANCE_SECONDS, verify

    if not set(_SIGNED) <= {name for name, value in headers if value}:
        return Verdict.MISSING
    if secret is None:
        return Verdict.UNKNOWN
    # One that is there twice counts as empty, and no signature fits.
    signed = {name: header(headers, name) for name in _SIGNED}
    try:
        # The age is looked at afterwards, to tell a late delivery from a forged one.
        verify(signed, body, secret, tolerance=None)
    except WebhookVerificationError:
        return Verdict.WRONG
    age = now - int(signed["webhook-timestamp"])
    if abs(age) <= TOLERANCE_SECONDS:
        return Verdict.VALID
    return Verdict.OLD if age > 0 else Verdict.EARLY


def can_sign(secret: str) -> bool:
    """Return whether `secret` is one that signatures can be checked with."""
    from replicate_tui.api.errors import WebhookVerificationError
    from replicate_tui.api.webhooks import sign

    try:
        sign("id", 0, b"", secret)
    except WebhookVerificationError:
        return False
    return True


def facts_of(body: bytes) -> tuple[Facts, Marks]:
    """Return what a body says of its run, and how far that is; the event is left open."""
    try:
        told = body_value(body)
    except ValueProblem:
        return Facts(problem="not JSON"), Marks()
    if not isinstance(told, Mapping) or not isinstance(told.get("id"), str):
        return Facts(problem="not a run"), Marks()
    status = str(told.get("status") or "")
    facts = Facts(
        run_id=clean_line(told["id"], _ID_CHARACTERS),
        model=clean_line(str(told.get("model") or ""), _MODEL_CHARACTERS),
        status=clean_line(status, _STATUS_CHARACTERS),
    )
    asked = told.get("webhook_events_filter")
    wanted = tuple(event for event in EVENTS if event in asked) if isinstance(asked, list) else ()
    marks = Marks(status in FINAL_STATUSES, _mark(told.get("output")), len(str(told.get("logs") or "")))
    return facts, marks._replace(wanted=wanted or EVENTS)


def event_of(marks: Marks, before: Marks | None) -> str:
    """Guess of which event a delivery tells, from what came since the one `before` it of the same run."""
    if marks.is_final:
        return "completed"
    earlier = before or Marks()
    news = {"output": marks.output != earlier.output, "logs": marks.logs != earlier.logs, "start": True}
    possible = [event for event in marks.wanted if event in news]
    if len(possible) == 1:
        return possible[0]
    return next((event for event, is_likely in news.items() if is_likely and event in possible), "start")


def body_value(body: bytes) -> Any:
    """Return a body as JSON. Raises ValueProblem when it is none."""
    try:
        return load_json(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise ValueProblem("not text in UTF-8") from None


def body_text(body: bytes) -> str:
    """Return a body to be read: JSON with its indentation, anything else as the text it may be; cleaned."""
    try:
        return clean(dump_json(body_value(body), indent=2))
    except ValueProblem:
        return clean(body.decode("utf-8", "replace"))


def _mark(output: object) -> bytes:
    """Return what tells one output from another, in a few bytes."""
    return b"" if output is None else hashlib.blake2b(repr(output).encode("utf-8", "replace"), digest_size=8).digest()
