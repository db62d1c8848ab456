"""Everything the client raises.

ReplicateError
├── ConfigurationError            the client cannot be made like this (also a ValueError)
├── InvalidIdentifierError        a name or id that no URL can be built from (also a ValueError)
├── APIStatusError                the service answered, and said no
│   ├── BadRequestError           400
│   ├── AuthenticationError       401
│   ├── InsufficientCreditError   402
│   ├── PermissionDeniedError     403
│   ├── NotFoundError             404
│   ├── ConflictError             409
│   ├── UnprocessableEntityError  422, with `invalid_fields`
│   ├── RateLimitError            429, with `retry_after`
│   └── InternalServerError       5xx
├── APIConnectionError            no answer
│   └── APITimeoutError           no answer in time (also a TimeoutError)
├── ResponseNotUnderstoodError    an answer that is not what the API sends
├── RequestOutcomeUnknownError    a create was sent and its answer lost: never send it again, look for it
├── NoMorePagesError              a list has no next page, or none that may be followed (also a LookupError)
├── UnsafeURLError                a URL of the answer that must not be followed
├── FileError                     a file could not be read, sent, fetched or saved
├── WaitTimeoutError              a run was not over in time (also a TimeoutError)
├── WebhookVerificationError      a delivery that must not be believed
└── ModelError                    the run itself failed, with `prediction`
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from replicate_tui.api.responses import Response
    from replicate_tui.api.types.prediction import Prediction
    from replicate_tui.api.types.training import Training

_MESSAGE_CHARACTERS = 2_000


class ReplicateError(Exception):
    """The root of everything the client raises."""


class ConfigurationError(ReplicateError, ValueError):
    """A base URL, token or setting that cannot work or would not be safe."""


class InvalidIdentifierError(ReplicateError, ValueError):
    """A text that names no model, version, prediction or file."""


@dataclass(frozen=True, slots=True)
class InvalidField:
    """One complaint of the service about an input; `field` is its own path, such as "input.steps"."""

    field: str
    description: str
    type: str = ""

    @property
    def input_name(self) -> str:
        """The input the complaint is about, or "" when it is about the whole.

        A missing input is reported on its parent, with its name only in the description.
        """
        head, _, name = self.field.partition(".")
        if head == "input" and name:
            return name
        if self.type == "required" and self.description.endswith(" is required"):
            return self.description.removesuffix(" is required")
        return "" if head == "input" else self.field


class APIStatusError(ReplicateError):
    """The service answered with an error status.

    `title` and `detail` are the service's own words, either may be "". `body` is the parsed JSON, or the text.
    """

    def __init__(self, response: "Response", *, title: str = "", detail: str = "", body: Any = None) -> None:
        self.response = response
        self.status_code = response.status_code
        self.title = title
        self.detail = detail
        self.body = body
        said = ": ".join(part for part in (title, detail) if part) or "no reason given"
        super().__init__(f"{self.status_code} {said[:_MESSAGE_CHARACTERS]}")

    @property
    def message(self) -> str:
        return str(self)


class BadRequestError(APIStatusError):
    """400: the request itself is wrong; `invalid_fields` holds the service's pointers, if it gave any."""

    invalid_fields: tuple[InvalidField, ...] = ()


class AuthenticationError(APIStatusError):
    """401: no token, or not a valid one."""


class InsufficientCreditError(APIStatusError):
    """402: the account has no credit for this run."""


class PermissionDeniedError(APIStatusError):
    """403: the token may not do this."""


class NotFoundError(APIStatusError):
    """404: it does not exist, or the token may not see it."""


class ConflictError(APIStatusError):
    """409: it exists already, or is in use."""


class UnprocessableEntityError(APIStatusError):
    """422: the input does not fit; `invalid_fields` says where."""

    invalid_fields: tuple[InvalidField, ...] = ()


class RateLimitError(APIStatusError):
    """429: too many requests; `retry_after` is in seconds, None when the service did not say."""

    retry_after: float | None = None


class InternalServerError(APIStatusError):
    """5xx: the service failed."""


class APIConnectionError(ReplicateError):
    """The service could not be reached, or the connection broke before the whole answer was here."""


class APITimeoutError(APIConnectionError, TimeoutError):
    """The service did not answer in time."""


class ResponseNotUnderstoodError(ReplicateError):
    """The answer is not what the API sends: a login page, cut JSON, a list in place of an object.

    `response` is the raw answer when there is one.
    """

    def __init__(self, message: str, *, response: "Response | None" = None) -> None:
        super().__init__(message)
        self.response = response


class RequestOutcomeUnknownError(ReplicateError):
    """Something that must happen once was sent, and the answer was lost or was no answer.

    It may have happened. The client never sends it again; look for it in the list of predictions or trainings
    instead. `status_code` is the status that came, or None; `__cause__` is what went wrong.
    """

    def __init__(self, message: str, *, status_code: int | None = None, response: "Response | None" = None) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.response = response


class NoMorePagesError(ReplicateError, LookupError):
    """The list has no next page, or none that may be followed; `Page.refusal` says why."""


class UnsafeURLError(ReplicateError):
    """A URL that must not be followed: another host for an API call, plain http, or a private address."""


class FileError(ReplicateError):
    """A file could not be read, sent, fetched or saved."""


class WaitTimeoutError(ReplicateError, TimeoutError):
    """The run was not over in time; it goes on. `run` is the last state seen, None when there was none."""

    def __init__(self, message: str, *, run: "Prediction | Training | None") -> None:
        super().__init__(message)
        self.run = run


class WebhookVerificationError(ReplicateError):
    """The delivery is not from Replicate, or is too old."""


class ModelError(ReplicateError):
    """The run ended without success; `prediction` is its final state."""

    def __init__(self, prediction: "Prediction") -> None:
        self.prediction = prediction
        reason = prediction.error if isinstance(prediction.error, str) else ""
        super().__init__(f"prediction {prediction.status}: {reason}"[:_MESSAGE_CHARACTERS].removesuffix(": "))
