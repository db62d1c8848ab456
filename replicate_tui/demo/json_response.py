"""JSON answers that can carry any text a request brought in."""

import json
from typing import Any

from starlette.responses import Response


class JsonResponse(Response):
    """Like Starlette's, but half a surrogate pair becomes its JSON escape instead of an error."""

    media_type = "application/json"

    def __init__(self, content: Any, status_code: int = 200, headers: dict[str, str] | None = None) -> None:
        super().__init__(content, status_code, headers)

    def render(self, content: Any) -> bytes:
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
