"""How to run, as a form of its own: the same fields and editors as a model's input."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from replicate_tui.schema.fields import FieldKind, InputField, InputSchema
from replicate_tui.schema.validate import Problem
from replicate_tui.services.views import RunOptions, VersionCard
from replicate_tui.ui.form.state import FormState

#: What a webhook can be told of (Replicate API, webhook_events_filter).
WEBHOOK_EVENTS: Final = ("start", "output", "logs", "completed")

#: Shortest and longest deadline the service takes, in seconds (Replicate API, Cancel-After).
SHORTEST_DEADLINE: Final = 5
LONGEST_DEADLINE: Final = 24 * 3600

_DURATION: Final = re.compile(r"(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,6})s?)?")
_OWNER_AND_NAME: Final = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


def options_schema(version_ids: Sequence[str] = ()) -> InputSchema:
    """Return the fields of the options; `version_ids` are the versions to choose from, none hides that field."""
    event = InputField(
        name="webhook_events", title="Webhook events", kind=FieldKind.CHOICE, order=0, choices=WEBHOOK_EVENTS
    )
    fields = [
        _option("deployment", "Run on this deployment instead: owner/name."),
        _option("deadline", "Cancel when it takes longer: 90s, 5m, 1h30m; 5 s to 24 h from the start."),
        _option("webhook", "An https address the service tells how the run goes."),
        _option("webhook_events", "What the webhook is told; none means everything.", FieldKind.LIST, item=event),
        _option(
            "receiver",
            "Report to the webhook receiver here, while it listens and no other webhook is given.",
            FieldKind.BOOLEAN,
            default=True,
        ),
        _option("notify", "Tell when the run ends, as the settings say.", FieldKind.BOOLEAN, default=False),
    ]
    if version_ids:
        choices = tuple(dict.fromkeys(version_ids))
        fields.insert(0, _option("version", "Run this version instead of the newest.", FieldKind.CHOICE, choices))
    return InputSchema(fields=tuple(fields))


def _option(
    name: str,
    description: str,
    kind: FieldKind = FieldKind.TEXT,
    choices: tuple[str, ...] = (),
    **more: Any,
) -> InputField:
    return InputField(name=name, title="", kind=kind, order=0, description=description, choices=choices, **more)


def version_labels(versions: Iterable[VersionCard]) -> dict[str, str]:
    """Return a short label for each version id: its first digits and its day."""
    return {
        version.id: f"{version.id[:12]}  {version.created_at.astimezone():%Y-%m-%d}"
        if version.created_at
        else version.id[:12]
        for version in versions
    }


def options_values(options: RunOptions) -> dict[str, Any]:
    """Return the values that fill the form from `options`."""
    values: dict[str, Any] = {
        "version": options.version,
        "deployment": options.deployment,
        "deadline": options.cancel_after,
        "webhook": options.webhook,
        "webhook_events": list(options.webhook_events) or None,
        "receiver": None if options.receiver else False,
        "notify": options.notify or None,
    }
    return {name: value for name, value in values.items() if value is not None}


def run_options(values: Mapping[str, Any]) -> RunOptions:
    """Return what the form's values ask for; call it when `options_problems` found nothing."""
    deadline = str(values.get("deadline") or "").strip()
    return RunOptions(
        version=values.get("version") or None,
        deployment=str(values.get("deployment") or "").strip() or None,
        cancel_after=f"{deadline}s" if deadline.isdecimal() else deadline or None,
        webhook=str(values.get("webhook") or "").strip() or None,
        webhook_events=tuple(values.get("webhook_events") or ()),
        notify=bool(values.get("notify")),
        receiver=values.get("receiver") is not False,
    )


def options_problems(state: FormState, *, loopback_webhooks: bool) -> tuple[Problem, ...]:
    """Return what the service would refuse; the demo service also takes plain http on this machine."""
    values = state.values()
    checks = {
        "deployment": _deployment_problem(str(values.get("deployment") or "").strip()),
        "deadline": _deadline_problem(str(values.get("deadline") or "").strip()),
        "webhook": _webhook_problem(str(values.get("webhook") or "").strip(), loopback=loopback_webhooks),
    }
    if values.get("webhook_events") and not values.get("webhook"):
        checks["webhook"] = "required by the events below"
    return tuple(Problem(name, message) for name, message in checks.items() if message)


def _deployment_problem(text: str) -> str:
    return "must be owner/name" if text and not _OWNER_AND_NAME.fullmatch(text) else ""


def _deadline_problem(text: str) -> str:
    if not text:
        return ""
    found = _DURATION.fullmatch(text)
    if found is None:
        return "must be a duration such as 90s, 5m or 1h30m"
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    total = hours * 3600 + minutes * 60 + seconds
    return "" if SHORTEST_DEADLINE <= total <= LONGEST_DEADLINE else "must be between 5s and 24h"


def _webhook_problem(text: str, *, loopback: bool) -> str:
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return "must be an https address"
    if parts.scheme == "https" and host:
        return ""
    if loopback and parts.scheme == "http" and host in _LOOPBACK:
        return ""
    return "must be an https address, or http on this machine" if loopback else "must be an https address"
