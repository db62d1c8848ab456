"""A wish as a row of the history, before it is sent, and the wish behind a row."""

import uuid
from datetime import UTC, datetime
from typing import Any, Final

from replicate_tui.schema.title import title_of_input
from replicate_tui.services.connection import Connection
from replicate_tui.services.inputs import SECRET, without_secrets
from replicate_tui.services.views import AnyRequest, RunOptions, RunRequest, TrainingRequest
from replicate_tui.store.records import SUBMITTING, RunRecord
from replicate_tui.text import clean_line

#: Where a training goes: the name of the option, and of the field that complaints about it belong to.
DESTINATION: Final = "destination"


def intent_of(request: AnyRequest, connection: Connection) -> RunRecord:
    """Return the row of a wish: new, named by us, without its secrets."""
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
    return RunRequest(
        model=record.model,
        input=_kept_input(record),
        options=RunOptions(
            version=_text(options.get("version")),
            deployment=_text(options.get("deployment")),
            cancel_after=_text(options.get("cancel_after")),
            webhook=_text(options.get("webhook")),
            webhook_events=_names(options.get("webhook_events")),
            notify=options.get("notify") is True,
        ),
        secret_fields=frozenset(_names(options.get("secret_fields"))),
        file_fields=frozenset(_names(options.get("file_fields"))),
    )


def training_request_of(record: RunRecord, destination: str) -> TrainingRequest:
    """Return the wish behind a training; secrets are left out, since none were kept."""
    options = record.options
    return TrainingRequest(
        model=record.model,
        version=record.version or "",
        destination=destination,
        input=_kept_input(record),
        webhook=_text(options.get("webhook")),
        webhook_events=_names(options.get("webhook_events")),
        notify=options.get("notify") is True,
        secret_fields=frozenset(_names(options.get("secret_fields"))),
        file_fields=frozenset(_names(options.get("file_fields"))),
    )


def _fields(request: AnyRequest) -> dict[str, Any]:
    return {"secret_fields": sorted(request.secret_fields), "file_fields": sorted(request.file_fields)}


def _kept_input(record: RunRecord) -> dict[str, Any]:
    return {name: value for name, value in record.input.items() if value != SECRET}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _names(value: Any) -> tuple[str, ...]:
    return tuple(name for name in value if isinstance(name, str)) if isinstance(value, list | tuple) else ()
