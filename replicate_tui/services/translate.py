"""Failures of the client → plain words: what happened, and what the service itself said about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from replicate_tui.services.problems import FieldProblem, ProblemKind, ServiceProblem
from replicate_tui.store.problems import HistoryProblem
from replicate_tui.text import clean, clean_line

if TYPE_CHECKING:
    from replicate_tui.api.errors import APIStatusError, InvalidField

_SAID_CHARACTERS: Final = 400

_KIND_OF_STATUS: Final = {
    401: ProblemKind.UNAUTHORISED,
    402: ProblemKind.NO_CREDIT,
    403: ProblemKind.FORBIDDEN,
    404: ProblemKind.NOT_FOUND,
    409: ProblemKind.CONFLICT,
    410: ProblemKind.NOT_FOUND,
    413: ProblemKind.FILE,
    422: ProblemKind.INVALID,
    400: ProblemKind.INVALID,
    429: ProblemKind.RATE_LIMITED,
}
_WORDS: Final = {
    ProblemKind.UNAUTHORISED: "The service does not accept the token",
    ProblemKind.NO_CREDIT: "Not enough credit",
    ProblemKind.FORBIDDEN: "The token may not do this",
    ProblemKind.NOT_FOUND: "The service has no such thing",
    ProblemKind.CONFLICT: "It exists already, or is in use",
    ProblemKind.FILE: "The service takes files below 100 MB only",
    ProblemKind.INVALID: "The service does not accept the input",
    ProblemKind.RATE_LIMITED: "Too many requests",
}


@contextmanager
def plain_history() -> Iterator[None]:
    """Raise the history's failures as ServiceProblem, with their own words."""
    try:
        yield
    except HistoryProblem as problem:
        raise ServiceProblem(ProblemKind.DISK, str(problem)) from problem


def problem_from(error: Exception) -> ServiceProblem:
    """Say in plain words what went wrong; a ServiceProblem passes as it is.

    Raises `error` itself when it is none of the client's: a mistake of ours must not look like one of the service.
    """
    if isinstance(error, ServiceProblem):
        return error
    from replicate_tui.api import errors  # loaded already: only the client raises what is told apart below

    if isinstance(error, errors.APIStatusError):
        return _refused(error)
    if isinstance(error, errors.RequestOutcomeUnknownError):
        return ServiceProblem(
            ProblemKind.OUTCOME_UNKNOWN,
            "It was sent, and the answer was lost.",
            status=error.status_code,
        )
    if isinstance(error, errors.APITimeoutError):
        return ServiceProblem(ProblemKind.OFFLINE, "The service did not answer in time.")
    if isinstance(error, errors.APIConnectionError):
        return ServiceProblem(ProblemKind.OFFLINE, f"Offline: {_said(str(error)) or 'the service cannot be reached'}.")
    if isinstance(error, errors.ResponseNotUnderstoodError):
        return ServiceProblem(ProblemKind.NOT_UNDERSTOOD, f"The answer was not understood: {_said(str(error))}.")
    if isinstance(error, errors.FileError):
        return ServiceProblem(ProblemKind.FILE, _said(str(error)) + ".")
    if isinstance(error, errors.InvalidIdentifierError):
        return ServiceProblem(ProblemKind.NOT_FOUND, _said(str(error)) + ".")
    if isinstance(error, errors.ReplicateError):
        return ServiceProblem(ProblemKind.SERVICE, _said(str(error)) + ".")
    raise error


def _refused(error: "APIStatusError") -> ServiceProblem:
    status = error.status_code
    kind = _KIND_OF_STATUS.get(status, ProblemKind.SERVICE)
    said = _said(error.detail or error.title)
    words = _WORDS.get(kind) or ("The service failed" if status >= 500 else "The service refused")
    fields = tuple(_field_problem(field) for field in getattr(error, "invalid_fields", ()))
    if fields:
        said = ""
    retry_after = getattr(error, "retry_after", None)
    return ServiceProblem(
        kind,
        f"{words} ({status})" + (f": {said}." if said else "."),
        status=status,
        retry_after=retry_after if isinstance(retry_after, int | float) else None,
        fields=fields,
    )


def _field_problem(field: "InvalidField") -> FieldProblem:
    message = clean(field.description)[:_SAID_CHARACTERS]
    if field.type == "required":
        message = "Required by the service."
    return FieldProblem(clean_line(field.input_name), message)


def _said(text: str) -> str:
    """Return the words of the service as the inside of a sentence."""
    return clean_line(text, _SAID_CHARACTERS).rstrip(". ")
