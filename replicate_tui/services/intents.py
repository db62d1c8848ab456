"""A wish as a row of the history, before it is sent, and the wish behind a row."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from replicate_tui.schema.title import title_of_input
from replicate_tui.services.connection import Connection
from replicate_tui.services.inputs import SECRET, without_secrets
from replicate_tui.services.views import AnyRequest, RunOptions, RunRequest, TrainingRequest
from replicate_tui.services.webhook_views import Hook
from replicate_tui.store.records import SUBMITTING, RunRecord
from replicate_tui.text import clean_line

#: Where a training goes: the name of the option, and of the field that complaints about it belong to.
DESTINATION: Final = "destination"

#: Marks in `RunRecord.options` whether a run reports to the receiver here; there is none where it was not listening.
RECEIVER: Final = "receiver"


def reporting(request: AnyRequest, hook: Hook | None) -> tuple[AnyRequest, bool]:
    """Return a wish that reports to `hook`, and whether it does: its own webhook comes first."""
    if isinstance(request, TrainingRequest):
        if hook is None or request.webhook or not request.receiver:
            return request, False
        return request._replace(webhook=hook.url, webhook_events=hook.events), True
    options = request.options
    if hook is None or options.webhook or not options.receiver:
        return request, False
    return request._replace(options=options._replace(webhook=hook.url, webhook_events=hook.events)), True


def intent_of(request: AnyRequest, connection: Connection, *, reports_here: bool = False) -> RunRecord:
    """Return the row of a wish: new, named by us, without its secrets."""
    record = _intent_of(request, connection)
    receiver = request.receiver if isinstance(request, TrainingRequest) else request.options.receiver
    return (
        replace(record, options={**record.options, RECEIVER: reports_here}) if reports_here or not receiver else record
    )


def _intent_of(request: AnyRequest, connection: Connection) -> RunRecord:
    if isinstance(request, TrainingRequest):
        return _training_intent(request, connection)
    options = request.options
    shown = {name: value for name, value in request.input.items() if name not in request.secret_fields}
    return RunRecord(
        id=uuid.uuid4().hex,
        origin=connection.origin,
        account=connection.account,
        model=request.model,
        version=options.version,
        deployment=options.deployment,
        status=SUBMITTING,
        title=clean_line(title_of_input(None, shown)),
        input=without_secrets(request.input, request.secret_fields),
        options={
            "version": options.version,
            "deployment": options.deployment,
            "hardware": options.hardware,
            "cancel_after": options.cancel_after,
            "webhook": options.webhook,
            "webhook_events": list(options.webhook_events),
            "notify": options.notify,
            **_fields(request),
        },
        submitted_at=datetime.now(UTC),
    )


def _training_intent(request: TrainingRequest, connection: Connection) -> RunRecord:
    return RunRecord(
        id=uuid.uuid4().hex,
        kind="training",
        origin=connection.origin,
        account=connection.account,
        model=request.model,
        version=request.version,
        status=SUBMITTING,
        title=clean_line(request.destination),
        input=without_secrets(request.input, request.secret_fields),
        options={
            DESTINATION: request.destination,
            "webhook": request.webhook,
            "webhook_events": list(request.webhook_events),
            "notify": request.notify,
            **_fields(request),
        },
        submitted_at=datetime.now(UTC),
    )


def run_request_of(record: RunRecord) -> RunRequest:
    """Return the wish behind a prediction; secrets are left out, since none were kept."""
    options = record.options
    webhook, webhook_events = _webhook(options)
    return RunRequest(
        model=record.model,
        input=_kept_input(record),
        options=RunOptions(
            version=_text(options.get("version")),
            deployment=_text(options.get("deployment")),
            cancel_after=_text(options.get("cancel_after")),
            webhook=webhook,
            webhook_events=webhook_events,
            notify=options.get("notify") is True,
            receiver=options.get(RECEIVER) is not False,
        ),
        secret_fields=frozenset(_names(options.get("secret_fields"))),
        file_fields=frozenset(_names(options.get("file_fields"))),
    )


def training_request_of(record: RunRecord, destination: str) -> TrainingRequest:
    """Return the wish behind a training; secrets are left out, since none were kept."""
    options = record.options
    webhook, webhook_events = _webhook(options)
    return TrainingRequest(
        model=record.model,
        version=record.version or "",
        destination=destination,
        input=_kept_input(record),
        webhook=webhook,
        webhook_events=webhook_events,
        notify=options.get("notify") is True,
        receiver=options.get(RECEIVER) is not False,
        secret_fields=frozenset(_names(options.get("secret_fields"))),
        file_fields=frozenset(_names(options.get("file_fields"))),
    )


def _webhook(options: Mapping[str, Any]) -> tuple[str | None, tuple[str, ...]]:
    """Return the webhook of an earlier run; the receiver here may have another address by now, or none."""
    if options.get(RECEIVER) is True:
        return None, ()
    return _text(options.get("webhook")), _names(options.get("webhook_events"))


def _fields(request: AnyRequest) -> dict[str, Any]:
    return {"secret_fields": sorted(request.secret_fields), "file_fields": sorted(request.file_fields)}


def _kept_input(record: RunRecord) -> dict[str, Any]:
    return {name: value for name, value in record.input.items() if value != SECRET}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _names(value: Any) -> tuple[str, ...]:
    return tuple(name for name in value if isinstance(name, str)) if isinstance(value, list | tuple) else ()
