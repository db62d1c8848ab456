"""A whole answer of the service, and how it becomes an error or a value."""

from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from replicate_tui.api import errors
from replicate_tui.api.decoding import parse_json
from replicate_tui.api.errors import APIStatusError, InvalidField, ResponseNotUnderstoodError
from replicate_tui.api.retry_after import wait_asked_for
from replicate_tui.api.transport import Headers

T = TypeVar("T")

_BY_STATUS: Final[dict[int, type[APIStatusError]]] = {
    400: errors.BadRequestError,
    401: errors.AuthenticationError,
    402: errors.InsufficientCreditError,
    403: errors.PermissionDeniedError,
    404: errors.NotFoundError,
    409: errors.ConflictError,
    422: errors.UnprocessableEntityError,
    429: errors.RateLimitError,
}


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, read whole and decoded. Status 200 says nothing about `content`: `json()` may still raise."""

    method: str
    url: str
    status_code: int
    headers: Headers = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status_code < 300

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    @property
    def content_type(self) -> str:
        """The media type, lower case, without parameters."""
        return str(self.headers.get("content-type", "")).partition(";")[0].strip().lower()

    def json(self) -> Any:
        """Return the parsed body; raises ResponseNotUnderstoodError, naming a web page as one."""
        try:
            return parse_json(self.content)
        except ResponseNotUnderstoodError as problem:
            if "html" in self.content_type or self.content.lstrip()[:1] == b"<":
                said = f"the answer is a web page, not from the API (status {self.status_code})"
                raise ResponseNotUnderstoodError(said, response=self) from problem
            problem.response = self
            raise


@dataclass(frozen=True, slots=True)
class APIResponse(Generic[T]):
    """What `with_raw_response` gives: the answer, and the value made of it."""

    http_response: Response
    parsed: T = field(repr=False)

    @property
    def status_code(self) -> int:
        return self.http_response.status_code

    @property
    def headers(self) -> Headers:
        return self.http_response.headers

    @property
    def url(self) -> str:
        return self.http_response.url

    @property
    def method(self) -> str:
        return self.http_response.method

    async def parse(self) -> T:
        """Return the value that the plain call would have returned."""
        return self.parsed

    async def read(self) -> bytes:
        return self.http_response.content

    async def text(self) -> str:
        return self.http_response.text

    async def json(self) -> Any:
        return self.http_response.json()


def status_error(response: Response) -> APIStatusError:
    """Return the error that an answer with an error status stands for."""
    try:
        body = response.json()
    except ResponseNotUnderstoodError:
        body = response.text
    problem = body if isinstance(body, dict) else {}
    fallback = errors.InternalServerError if response.status_code >= 500 else APIStatusError
    type_ = _BY_STATUS.get(response.status_code, fallback)
    complaints = _invalid_fields(problem)
    detail = _text(problem.get("detail")) or "; ".join(complaint.description for complaint in complaints)
    if not problem and "html" in response.content_type:
        detail = "a web page, not from the API"
    error = type_(response, title=_text(problem.get("title")), detail=detail, body=body)
    if isinstance(error, errors.BadRequestError | errors.UnprocessableEntityError):
        error.invalid_fields = complaints
    if isinstance(error, errors.RateLimitError):
        error.retry_after = wait_asked_for(response)
    return error


def _invalid_fields(problem: dict[str, Any]) -> tuple[InvalidField, ...]:
    """Read `invalid_fields` (input validation) and `errors` (models and deployments, with JSON pointers)."""
    found = [
        InvalidField(_text(entry.get("field")), _text(entry.get("description")), _text(entry.get("type")))
        for entry in _objects(problem.get("invalid_fields"))
    ]
    found += [
        InvalidField(_text(entry.get("pointer")).lstrip("/").replace("/", "."), _text(entry.get("detail")))
        for entry in _objects(problem.get("errors"))
    ]
    return tuple(found)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
