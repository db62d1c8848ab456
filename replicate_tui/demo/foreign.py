"""A host that is not Replicate's: it writes down whatever reaches it, so that a token sent there is seen.

It listens on another address of loopback, 127.0.0.2, with rules of its own (`"host": "foreign"`), and answers
everything: `/redirect/PATH` sends back to PATH of the service (`?status=307`, `?to=URL` for elsewhere),
`/files/NAME` serves a file (`?bytes=1000`), `/hang` never answers, and any other path gets a few words of JSON.
"""

import asyncio
import mimetypes
import random
from typing import Any
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from replicate_tui.demo.exchange import RequestRecord

FOREIGN_ADDRESS = "127.0.0.2"
_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415478da6378e0e00000036401610a14506f0000000049454e44ae426082"
)
_MOST_BYTES = 100_000_000


class ForeignHost:
    """Answers for the foreign host; `origin` is the service's."""

    def __init__(self, origin: str) -> None:
        self._origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            async for _ in request.stream():
                pass  # the front writes down what was read
        except ClientDisconnect:
            return
        kind, _, rest = request.url.path.removeprefix("/").partition("/")
        if kind == "hang":
            await _wait_for_the_end(receive)
        elif kind == "redirect":
            await self._redirect(request, rest)(scope, receive, send)
        elif kind == "files":
            await (await _file(request, rest))(scope, receive, send)
        else:
            await JSONResponse({"host": "foreign", "path": request.url.path})(scope, receive, send)

    def _redirect(self, request: Request, rest: str) -> Response:
        status = request.query_params.get("status", "302")
        target = request.query_params.get("to") or f"{self._origin}/{quote(rest)}"
        code = int(status) if status in ("301", "302", "303", "307", "308") else 302
        return Response(status_code=code, headers={"Location": target})


def seen(record: RequestRecord, token: str) -> dict[str, Any]:
    """Return what is told of a request to the foreign host: the line of the log, but with all headers as they came."""
    headers = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in record.raw_headers]
    return record.to_line(token) | {"headers": headers}


async def _file(request: Request, name: str) -> Response:
    wanted = request.query_params.get("bytes", "")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if wanted.isdecimal():
        size = min(int(wanted[:12]), _MOST_BYTES)
        content = await asyncio.to_thread(random.Random(f"{name}:{size}").randbytes, size)
    else:
        content = _PNG if kind == "image/png" else f"A file of the foreign host: {name}\n".encode()
    return Response(content, media_type=kind)


async def _wait_for_the_end(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
