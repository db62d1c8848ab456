"""Uploaded files: store, list, describe, delete, and download with a signature."""

import asyncio
import base64
import hashlib
import hmac
import json
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message

from replicate_tui.demo.clock import NANOSECONDS
from replicate_tui.demo.json_response import JsonResponse
from replicate_tui.demo.pagination import RUNS_PER_PAGE, paginate
from replicate_tui.demo.problems import file_not_found, plain, too_large
from replicate_tui.demo.records import StoredFile
from replicate_tui.demo.service import DemoService
from replicate_tui.demo.state import FILE_LIFETIME

FILE_LIMIT = 100_000_000
_NAME_LIMIT = 255
_TOO_LARGE = "Files must be less than 100MB in size"
# Room for the parts' headers and the metadata around a file of the largest size.
_FORM_ROOM = 1_000_000


class FileRoutes:
    def __init__(self, service: DemoService) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        return [
            Route("/v1/files", self.list, methods=["GET"]),
            Route("/v1/files", self.create, methods=["POST"]),
            Route("/v1/files/{id}", self.get, methods=["GET"]),
            Route("/v1/files/{id}", self.delete, methods=["DELETE"]),
            Route("/v1/files/{id}/download", self.download, methods=["GET"]),
        ]

    async def list(self, request: Request) -> Response:
        files = self._service.state.files()
        shape = self._service.shapes.file
        return JsonResponse(
            paginate(files, request.url, size=RUNS_PER_PAGE, time=lambda file: file.created, shape=shape)
        )

    async def create(self, request: Request) -> Response:
        form = await _read_form(request)
        try:
            file, content = await self._from_form(form)
        finally:
            await form.close()
        self._service.state.add_file(file, content)
        return JsonResponse(self._service.shapes.file(file), 201)

    async def get(self, request: Request) -> Response:
        return JsonResponse(self._service.shapes.file(self._find(request)))

    async def delete(self, request: Request) -> Response:
        self._service.state.remove_file(self._find(request))
        return Response(status_code=204)

    async def download(self, request: Request) -> Response:
        """Send the bytes to whoever holds a signature; the service alone can make one (see `sign`)."""
        file = self._find(request)
        values = request.query_params
        missing = [name for name in ("owner", "expiry", "signature") if not values.get(name)]
        if missing:
            raise plain(400, f'Query parameter "{missing[0]}" is required')
        expected = sign(self._service, values["owner"], file.id, values["expiry"])
        if not hmac.compare_digest(expected.encode(), values["signature"].replace(" ", "+").encode()):
            raise file_not_found()
        if not values["expiry"].isdecimal() or int(values["expiry"]) * NANOSECONDS < self._service.clock.now():
            raise file_not_found()
        content = await self._service.state.storage.get(file.blob)
        if content is None:
            raise file_not_found()
        return Response(content, media_type="application/octet-stream")

    def _find(self, request: Request) -> StoredFile:
        file = self._service.state.file(request.path_params["id"])
        if file is None:
            raise file_not_found()
        return file

    async def _from_form(self, form: FormData) -> tuple[StoredFile, bytes]:
        upload = form.get("content")
        if not isinstance(upload, UploadFile):
            raise plain(400, "Missing content")
        content = await upload.read()
        if len(content) >= FILE_LIMIT:
            raise too_large(_TOO_LARGE)
        name = await _text(form.get("filename")) or upload.filename or "file"
        if len(name.encode()) > _NAME_LIMIT:
            raise plain(400, f"filename must be at most {_NAME_LIMIT} bytes long")
        sha256, md5 = await asyncio.to_thread(_checksums, content)
        now = self._service.clock.now()
        file = StoredFile(
            id=self._service.state.ids.file(),
            name=name,
            content_type=await _text(form.get("type")) or upload.content_type or "application/octet-stream",
            size=len(content),
            sha256=sha256,
            md5=md5,
            metadata=_metadata(await _text(form.get("metadata"))),
            created=now,
            expires=now + round(self._service.clock.scaled(FILE_LIFETIME) * NANOSECONDS),
        )
        return file, content


def sign(service: DemoService, owner: str, file_id: str, expiry: str) -> str:
    """Return the signature of a download address; `expiry` in unix seconds."""
    secret = service.state.identity.secret.encode()
    return base64.b64encode(hmac.new(secret, f"{owner} {file_id} {expiry}".encode(), hashlib.sha256).digest()).decode()


async def _read_form(request: Request) -> FormData:
    """Return the multipart form.

    Raises ApiProblem: 413 when it is too large, 400 when it is none.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise plain(415, "Files are uploaded as multipart/form-data.")
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length) > FILE_LIMIT + _FORM_ROOM:
        raise too_large(_TOO_LARGE)
    received = 0

    async def limited() -> Message:
        nonlocal received
        message = await request.receive()
        received += len(message.get("body", b""))
        if received > FILE_LIMIT + _FORM_ROOM:
            raise too_large(_TOO_LARGE)
        return message

    try:
        return await Request(request.scope, limited).form(max_files=10, max_fields=10)
    except HTTPException as error:
        raise plain(400, f"Multipart form parse error - {error.detail}") from None


async def _text(part: UploadFile | str | None) -> str:
    # Some clients send text fields as file parts with a type of their own.
    if isinstance(part, UploadFile):
        return (await part.read()).decode("utf-8", "replace")
    return part or ""


def _metadata(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise plain(400, "metadata must be a JSON object")
    return value


def _checksums(content: bytes) -> tuple[str, str]:
    return hashlib.sha256(content).hexdigest(), hashlib.md5(content, usedforsecurity=False).hexdigest()
