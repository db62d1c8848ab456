"""Rate limits: a bucket of requests for each family of routes, filled faster when the service runs faster."""

import math
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from replicate_tui.demo.bucket import Bucket
from replicate_tui.demo.problems import ApiProblem

_CREATE = re.compile(r"/v1/(?:.+/)?(?:predictions|trainings)")
_GET_PREDICTION = re.compile(r"/v1/predictions/[^/]+")
_PER_MINUTE = {"create": 600, "get-prediction": 60_000, "other": 3000}
# These answer without a word about limits.
_UNLIMITED = ("/v1/files", "/v1/search", "/delivery/", "/stream/")


class Limits:
    """Refuses with 429 what comes too often, and says in each answer how much is left."""

    def __init__(self, app: ASGIApp, *, speed: float) -> None:
        self._app = app
        self._buckets = {
            family: Bucket(size=per_minute, per_second=per_minute / 60 * speed)
            for family, per_minute in _PER_MINUTE.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path.startswith(_UNLIMITED):
            await self._app(scope, receive, send)
            return
        bucket = self._buckets[_family(scope["method"], path)]
        seconds = bucket.take()
        headers = [(b"ratelimit-remaining", str(int(bucket.left)).encode()), (b"ratelimit-reset", b"1")]

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        if seconds:
            await _throttled(seconds).response()(scope, receive, with_headers)
        else:
            await self._app(scope, receive, with_headers)


def _family(method: str, path: str) -> str:
    if method == "POST" and _CREATE.fullmatch(path):
        return "create"
    return "get-prediction" if method == "GET" and _GET_PREDICTION.fullmatch(path) else "other"


def _throttled(seconds: float) -> ApiProblem:
    whole = max(1, math.ceil(seconds))
    unit = "second" if whole == 1 else "seconds"
    detail = f"Request was throttled. Expected available in {whole} {unit}."
    return ApiProblem(429, {"detail": detail, "status": 429, "retry_after": whole})
