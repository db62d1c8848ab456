"""Failures in plain words, for screens and verbs: what happened, what was kept, which key helps."""

from dataclasses import dataclass
from enum import StrEnum


class ProblemKind(StrEnum):
    NO_TOKEN = "no token"  # noqa: S105  (a kind of problem, not a token)
    UNAUTHORISED = "not authorised"
    NO_CREDIT = "no credit"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not found"
    CONFLICT = "conflict"
    INVALID = "invalid input"
    RATE_LIMITED = "rate limited"
    OFFLINE = "offline"
    SERVICE = "service"
    NOT_UNDERSTOOD = "not understood"
    OUTCOME_UNKNOWN = "outcome unknown"
    FILE = "file"
    DISK = "disk"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One complaint about one input field; `field` is "" when it concerns the whole input."""

    field: str
    message: str


class ServiceProblem(Exception):
    """A failure a person can understand.

    `kept` says what is safe, `retry_after` is in seconds, `fields` are the service's complaints by input field.
    """

    def __init__(
        self,
        kind: ProblemKind,
        message: str,
        *,
        kept: str = "",
        status: int | None = None,
        retry_after: float | None = None,
        fields: tuple[FieldProblem, ...] = (),
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.kept = kept
        self.status = status
        self.retry_after = retry_after
        self.fields = fields

    def __str__(self) -> str:
        return f"{self.message} {self.kept}".strip()
