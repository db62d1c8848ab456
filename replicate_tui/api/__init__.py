"""The async client of Replicate's HTTP API. It knows no terminal, no database and no settings file."""

from replicate_tui.api.client import AsyncReplicate
from replicate_tui.api.errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ConflictError,
    FileError,
    InsufficientCreditError,
    InternalServerError,
    InvalidField,
    InvalidIdentifierError,
    ModelError,
    NoMorePagesError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ReplicateError,
    RequestOutcomeUnknownError,
    ResponseNotUnderstoodError,
    UnprocessableEntityError,
    UnsafeURLError,
    WaitTimeoutError,
    WebhookVerificationError,
)
from replicate_tui.api.limits import Timeouts
from replicate_tui.api.outputs import FileOutput
from replicate_tui.api.pagination import Page, Paginator
from replicate_tui.api.responses import APIResponse, Response
from replicate_tui.api.retries import RetryPolicy
from replicate_tui.api.sse import ServerSentEvent
from replicate_tui.api.streaming import EventStream, StreamEnd
from replicate_tui.api.transport import AsyncHTTPClient as DefaultAsyncHttpxClient

__all__ = [
    "APIConnectionError",
    "APIResponse",
    "APIStatusError",
    "APITimeoutError",
    "AsyncReplicate",
    "AuthenticationError",
    "BadRequestError",
    "ConfigurationError",
    "ConflictError",
    "DefaultAsyncHttpxClient",
    "EventStream",
    "FileError",
    "FileOutput",
    "InsufficientCreditError",
    "InternalServerError",
    "InvalidField",
    "InvalidIdentifierError",
    "ModelError",
    "NoMorePagesError",
    "NotFoundError",
    "Page",
    "Paginator",
    "PermissionDeniedError",
    "RateLimitError",
    "ReplicateError",
    "RequestOutcomeUnknownError",
    "Response",
    "ResponseNotUnderstoodError",
    "RetryPolicy",
    "ServerSentEvent",
    "StreamEnd",
    "Timeouts",
    "UnprocessableEntityError",
    "UnsafeURLError",
    "WaitTimeoutError",
    "WebhookVerificationError",
]
