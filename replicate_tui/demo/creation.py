"""Creating runs: which model is meant, whether the request is in order, and how long its sender waits."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from replicate_tui.demo.clock import NANOSECONDS
from replicate_tui.demo.identifiers import stable_number
from replicate_tui.demo.job import content_type
from replicate_tui.demo.json_response import JsonResponse
from replicate_tui.demo.library import ListedModel
from replicate_tui.demo.loopback import HOSTS
from replicate_tui.demo.problems import InvalidField, invalid_input, invalid_version
from replicate_tui.demo.records import Run
from replicate_tui.demo.requests import cancel_after_seconds, read_object, waiting_seconds
from replicate_tui.demo.service import DemoService
from replicate_tui.demo.validation import ROOT, redacted, validate, with_defaults

_LARGEST_INLINE = 1_000_000
_LARGEST_FOR_OFFICIAL = 20_000_000
_OFFICIAL_CLIENTS = ("replicate-python/", "replicate/python", "replicate-javascript/")
_EVENTS = ["start", "output", "logs", "completed"]
WEBHOOK_FIELDS: Mapping[str, Any] = {
    "webhook": {"type": "string"},
    "webhook_events_filter": {"type": "array", "nullable": True, "items": {"type": "string", "enum": _EVENTS}},
}
_BODY_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["input"],
    "additionalProperties": False,
    "properties": {
        "input": {"type": "object"},
        "stream": {"type": "boolean", "nullable": True},
        **WEBHOOK_FIELDS,
    },
}


@dataclass(frozen=True, slots=True)
class Target:
    """What will run: a version of a listed model, through a deployment or not."""

    listed: ListedModel
    version: str
    deployment: str | None = None

    @property
    def shown_version(self) -> str:
        return "hidden" if self.listed.model.is_official else self.version


def latest(listed: ListedModel) -> Target:
    return Target(listed, listed.model.version)


def named_version(service: DemoService, text: str) -> Target:
    """Return what `text` names: an official `owner/name`, `owner/name:version` or a bare version.

    Raises ApiProblem (422) when there is no such version.
    """
    name, _, version = text.rpartition(":")
    if not name and "/" in text:
        listed = service.library.find(text)
        if listed is None or not listed.model.is_official:
            raise invalid_version()
        return latest(listed)
    listed = service.library.find_version(version)
    if listed is None or name not in ("", listed.model.full_name):
        raise invalid_version()
    return Target(listed, version)


async def read_creation(request: Request, *, needs_version: bool) -> dict[str, Any]:
    """Return the body of a create request.

    Raises ApiProblem: 400 for what is not a JSON object, 422 for fields that are missing, wrong or unknown.
    """
    body = await read_object(request)
    schema = _BODY_SCHEMA
    if needs_version:
        properties = {**_BODY_SCHEMA["properties"], "version": {"type": "string"}}
        schema = {**_BODY_SCHEMA, "required": ["version", "input"], "properties": properties}
    found = [*validate(schema, body, components={}, field=ROOT), *check_webhook(body)]
    if found:
        raise invalid_input(found)
    return body


def check_webhook(body: Mapping[str, Any]) -> list[InvalidField]:
    """Return what is wrong with the webhook's address, which must be https unless it is on this machine."""
    webhook = body.get("webhook")
    if not isinstance(webhook, str) or _is_accepted_webhook(webhook):
        return []
    return [InvalidField("format", "webhook", "Not a valid HTTPS URL")]


async def create_prediction(
    service: DemoService, request: Request, target: Target, body: Mapping[str, Any]
) -> Response:
    """Check the input, start the run and answer when it ends or the sender has waited long enough.

    Raises ApiProblem (422) for input that does not fit the schema and for a bad Cancel-After.
    """
    listed, given = target.listed, body["input"]
    schema = listed.components.get("Input", {})
    found = validate(schema, given, components=listed.components)
    if found:
        raise invalid_input(found)
    limit = cancel_after_seconds(request)
    run_id, now = service.state.ids.run(), service.clock.now()
    run = Run(
        id=run_id,
        model=listed.model.full_name,
        version=target.shown_version,
        runs_version=target.version,
        input=redacted(schema, given),
        created=now,
        deadline=None if limit is None else now + round(service.clock.scaled(limit) * NANOSECONDS),
        deployment=target.deployment,
        webhook=body.get("webhook") or None,
        webhook_events=body.get("webhook_events_filter"),
        stream=_stream_path(service, listed, run_id),
    )
    service.start_run(run, listed, with_defaults(schema, given, components=listed.components), request.scope)
    return await _answer(service, request, run)


async def _answer(service: DemoService, request: Request, run: Run) -> Response:
    seconds = waiting_seconds(request)
    headers = {} if seconds is None else {"Preference-Applied": f"wait={seconds:g}"}
    if seconds is None or not await service.engine.wait(run, seconds):
        return JsonResponse(service.shapes.unfinished(run), 201, headers)
    if run.status != "succeeded":
        return JsonResponse(service.shapes.run(run), 201, headers)
    output = run.output
    if _is_official_client(request):
        output = await _with_data_uris(service, output, _LARGEST_FOR_OFFICIAL)
    elif stable_number(f"{run.id}:early") % 2:
        output = await _with_data_uris(service, output, _LARGEST_INLINE)
    if isinstance(output, list) and _streams_text(service, run):
        output = [*output, ""]
    return JsonResponse(service.shapes.early(run, output), 201, headers)


def _is_official_client(request: Request) -> bool:
    # They take only https and data addresses for files, and ours are plain http on this machine.
    return request.headers.get("user-agent", "").lower().startswith(_OFFICIAL_CLIENTS)


def _streams_text(service: DemoService, run: Run) -> bool:
    listed = service.library.find_version(run.runs_version)
    return listed is not None and listed.is_streamable and not listed.streams_files


async def _with_data_uris(service: DemoService, value: Any, largest: int) -> Any:
    """Return `value` with this service's files of up to `largest` bytes inlined, as early answers may have them."""
    if isinstance(value, list):
        return [await _with_data_uris(service, item, largest) for item in value]
    prefix = f"{service.origin}/delivery/"
    if not isinstance(value, str) or not value.startswith(prefix):
        return value
    content = await service.state.storage.get(value.removeprefix(prefix))
    if content is None or len(content) > largest:
        return value
    # The real service sometimes types a picture as octet-stream, so that clients must look at the bytes.
    kind = "application/octet-stream" if stable_number(value) % 3 == 0 else content_type(value)
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _stream_path(service: DemoService, listed: ListedModel, run_id: str) -> str | None:
    if not listed.is_streamable:
        return None
    family = "files" if listed.streams_files else "streams"
    return f"stream/v1/{family}/{run_id}-{service.state.ids.key(f'stream:{run_id}')}"


def _is_accepted_webhook(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return not url or (parts.scheme == "https" and bool(host)) or (parts.scheme == "http" and host in HOSTS)
