"""The words for how far a run is and how much of it is kept; the records give them too, and cost more to import."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

#: Statuses of ours, for the time before the service has answered; the rest are the service's own words.
SUBMITTING: Final = "submitting"
UNKNOWN: Final = "unknown"
NOT_SENT: Final = "not sent"
#: The service has forgotten the run before it was seen to end.
GONE: Final = "gone"

#: The service's final statuses (Replicate API, prediction status); an unheard-of status is never final.
FINAL_STATUSES: Final = frozenset({"succeeded", "failed", "canceled", "aborted", NOT_SENT, GONE})

#: Those of a run that is not over, as far as they have been heard of.
GOING_STATUSES: Final = (SUBMITTING, UNKNOWN, "queued", "starting", "processing")

#: How far along a status is; one nobody here has heard of counts as under way.
_RANKS: Final[Mapping[str, int]] = {SUBMITTING: 0, UNKNOWN: 0, "queued": 1, "starting": 1, "processing": 2}
_UNDER_WAY: Final = 1
_FINAL: Final = 3

KNOWN_STATUSES: Final = FINAL_STATUSES | set(_RANKS)


def rank(status: str) -> int:
    """Return how far along a status is: 0 not yet accepted, 3 final."""
    return _FINAL if status in FINAL_STATUSES else _RANKS.get(status, _UNDER_WAY)


class SaveState(StrEnum):
    """How far the outputs of a run are on this disk."""

    NOT_YET = "not yet"
    SAVING = "saving"
    SAVED = "saved"
    PARTLY = "partly saved"
    FAILED = "not saved"
    EXPIRED = "expired"
