"""How predictions are created, on all three routes."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, TypeVar, Unpack

from replicate_tui.api.errors import ResponseNotUnderstoodError
from replicate_tui.api.files import FileEncodingStrategy, prepare_input
from replicate_tui.api.limits import UPLOAD_TIMEOUTS
from replicate_tui.api.options import CallOptions, Request, Upload, call_options, check_options, prefer_header
from replicate_tui.api.resources.base import Resource, body_of
from replicate_tui.api.types.file import File
from replicate_tui.api.types.prediction import Prediction
from replicate_tui.api.types.training import Training
from replicate_tui.api.uploads import LocalFile, UploadProgress, multipart

R = TypeVar("R", Prediction, Training)


class CreateOptions(CallOptions, total=False):
    """Options of every create.

    `prefer` asks the service to hold its answer: "wait", "wait=10", or the seconds. `cancel_after` is a duration
    text such as "90s" or "1h30m". `on_upload` is told how far a file of the input is sent.
    """

    prefer: str | float | bool | None
    cancel_after: str | int | None
    webhook: str | None
    webhook_events_filter: Sequence[str] | None
    stream: bool | None
    file_encoding_strategy: FileEncodingStrategy | None
    on_upload: UploadProgress | None


class CreatingResource(Resource):
    """A family of calls that can create predictions."""

    async def _create(self, path: str, input: Mapping[str, Any], options: CreateOptions, **fields: Any) -> Prediction:
        request = await self._create_request(path, input, options, creates="prediction", **fields)
        return await self._object(Prediction, request, "prediction", call_options(options))

    async def prepare(self, input: Mapping[str, Any], options: CreateOptions) -> Any:
        """Return `input` as JSON, its files uploaded or inlined; preparing it again changes nothing.

        Raises FileError, and TypeError for unknown options before anything is sent.
        """
        check_options(options, CreateOptions)
        send = partial(self._upload, on_progress=options.get("on_upload"))
        return await prepare_input(input, send, options.get("file_encoding_strategy"))

    async def _create_request(
        self, path: str, input: Mapping[str, Any], options: CreateOptions, *, creates: str, **fields: Any
    ) -> Request:
        """Upload the files of `input` and return the request that creates the run; raises FileError."""
        prepared = await self.prepare(input, options)
        body = body_of(
            **fields,
            input=prepared,
            webhook=options.get("webhook"),
            webhook_events_filter=_listed(options.get("webhook_events_filter")),
            stream=options.get("stream"),
        )
        prefer, hold = prefer_header(options.get("prefer"))
        cancel_after = options.get("cancel_after")
        headers = body_of(**{"Prefer": prefer, "Cancel-After": None if cancel_after is None else str(cancel_after)})
        return Request(method="POST", path=path, json=body, has_json=True, headers=headers, hold=hold, creates=creates)

    async def _upload(
        self,
        file: LocalFile,
        *,
        filename: str | None = None,
        type: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        on_progress: UploadProgress | None = None,
        **options: Unpack[CallOptions],
    ) -> File:
        body: Upload = multipart(file, filename=filename, type=type, metadata=metadata, on_progress=on_progress)
        request = Request(method="POST", path="/files", content=body, timeouts=UPLOAD_TIMEOUTS)
        return await self._object(File, request, "file", options)


def the_run(run: R, id: str) -> R:
    """Return `run`; raises ResponseNotUnderstoodError when it is not the one that was asked for."""
    if run.id != id:
        raise ResponseNotUnderstoodError("the answer is about another run than the one that was asked for")
    return run


def _listed(events: Sequence[str] | None) -> list[str] | None:
    return None if events is None else list(events)
