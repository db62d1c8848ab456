"""What takes no token: output files and event streams, at addresses nobody can guess."""

import hmac
import re

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from replicate_tui.demo.job import content_type
from replicate_tui.demo.problems import not_found
from replicate_tui.demo.service import DemoService
from replicate_tui.demo.stream_faults import STREAM_FAULT, StreamFault

_NO_FAULT = StreamFault()
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class DeliveryRoutes:
    def __init__(self, service: DemoService) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        return [
            Route("/delivery/{guard}/{name:path}", self.file, methods=["GET"]),
            Route("/stream/v1/{family}/{key}", self.stream, methods=["GET"]),
        ]

    async def file(self, request: Request) -> Response:
        name = request.path_params["name"]
        key = f"{request.path_params['guard']}/{name}"
        content = await self._service.state.storage.get(key)
        if content is None:
            raise not_found()
        headers = {"accept-ranges": "bytes", "cache-control": "private, max-age=3600"}
        headers |= self._service.scripted_files.headers_of(key)
        return _ranged(content, request.headers.get("range"), content_type(name), headers)

    async def stream(self, request: Request) -> Response:
        run_id, _, key = request.path_params["key"].partition("-")
        run = self._service.state.run(run_id)
        expected = self._service.state.ids.key(f"stream:{run_id}")
        if run is None or run.stream is None or not hmac.compare_digest(key.encode(), expected.encode()):
            raise not_found()
        events = self._service.engine.stream(run)
        fault = request.scope.get(STREAM_FAULT, _NO_FAULT)
        after = None if fault.forget_ids else request.headers.get("last-event-id")
        told = events.follow(after, self._service.settings.stream_timeout, late=fault.late, only_new=fault.only_new)
        return StreamingResponse(told, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


def _ranged(content: bytes, wanted: str | None, media_type: str, headers: dict[str, str]) -> Response:
    """Return the part of `content` that a Range header asks for; what is not one plain range gets the whole."""
    found = _RANGE.fullmatch(wanted) if wanted else None
    if found is None or not (found[1] or found[2]):
        return Response(content, 200, headers, media_type)
    size = len(content)
    if found[1]:
        start, stop = int(found[1]), min(int(found[2]) + 1 if found[2] else size, size)
    else:
        start, stop = max(0, size - int(found[2])), size
    if start >= stop:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    part = {**headers, "Content-Range": f"bytes {start}-{stop - 1}/{size}"}
    return Response(content[start:stop], 206, part, media_type)
