"""What the API says when it refuses: the problem bodies of the real service."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class InvalidField:
    """One entry of `invalid_fields`; a missing field is reported on its parent."""

    type: str
    field: str
    description: str


class ApiProblem(Exception):
    """A refusal: its status, its body without the status, and extra headers."""

    def __init__(
        self,
        status: int,
        body: Mapping[str, Any],
        *,
        headers: Mapping[str, str] | None = None,
        media_type: str = "application/problem+json",
    ) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = headers
        self.media_type = media_type

    def response(self) -> Response:
        content = json.dumps(self.body, ensure_ascii=False) + "\n"
        return Response(content, self.status, headers=self.headers, media_type=self.media_type)


def plain(status: int, detail: str) -> ApiProblem:
    return ApiProblem(status, {"detail": detail, "status": status})


def unauthenticated(*, given: bool) -> ApiProblem:
    word = "a valid" if given else "an"
    detail = f"You did not pass {word} authentication token"
    return ApiProblem(401, {"title": "Unauthenticated", "detail": detail, "status": 401})


def forbidden() -> ApiProblem:
    return plain(403, "You do not have permission to perform this action.")


def not_found() -> ApiProblem:
    return plain(404, "The requested resource could not be found.")


def file_not_found() -> ApiProblem:
    return ApiProblem(404, {"detail": "File not found"})


def invalid_version() -> ApiProblem:
    detail = "The specified version does not exist (or perhaps you don't have permission to use it?)"
    return ApiProblem(422, {"title": "Invalid version or not permitted", "detail": detail, "status": 422})


def invalid_input(fields: Sequence[InvalidField]) -> ApiProblem:
    listed = [{"type": each.type, "field": each.field, "description": each.description} for each in fields]
    return ApiProblem(
        422,
        {
            "title": "Input validation failed",
            "detail": "".join(f"- {each.field}: {each.description}\n" for each in fields),
            "status": 422,
            "invalid_fields": listed,
        },
    )


def validation_failed(errors: Sequence[tuple[str, str]], *, status: int = 400) -> ApiProblem:
    """Return the database routes' 400: each error is (field name, sentence)."""
    lines = "\n".join(f"- {name}: {detail}" for name, detail in errors)
    return ApiProblem(
        status,
        {
            "title": "Validation failed",
            "detail": f"The following errors occurred:\n{lines}",
            "status": status,
            "errors": [{"pointer": f"/{name}", "detail": detail} for name, detail in errors],
        },
    )


def too_large(detail: str) -> ApiProblem:
    return ApiProblem(413, {"detail": detail, "status": 413})
