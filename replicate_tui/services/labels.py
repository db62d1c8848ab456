"""Tags and notes: what a person writes on runs, checked before it is kept."""

from collections.abc import Iterable
from typing import Final

from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.text import clean, clean_line

LONGEST_TAG: Final = 64
LONGEST_NOTE: Final = 10_000

#: A filter line parts its values with commas and its keys with a colon.
_NOT_IN_TAGS: Final = (",", ":", '"')


def checked_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Return tags as they are kept: one line each, without blanks at their ends, each once.

    Raises ServiceProblem INVALID for one that is empty, too long, or holds what a filter line could not ask for.
    """
    checked = tuple(dict.fromkeys(clean_line(tag, LONGEST_TAG + 1).strip() for tag in tags))
    for tag in checked:
        if not tag:
            raise ServiceProblem(ProblemKind.INVALID, "A tag needs a letter at least.")
        if len(tag) > LONGEST_TAG:
            raise ServiceProblem(ProblemKind.INVALID, f"A tag has at most {LONGEST_TAG} characters.")
        if any(sign in tag for sign in _NOT_IN_TAGS):
            raise ServiceProblem(ProblemKind.INVALID, f"A tag has no comma, colon or quotation mark: {tag}")
    return checked


def checked_note(text: str) -> str:
    """Return a note as it is kept; raises ServiceProblem INVALID when it is too long."""
    note = clean(text).strip()
    if len(note) > LONGEST_NOTE:
        raise ServiceProblem(ProblemKind.INVALID, f"A note has at most {LONGEST_NOTE:,} characters.")
    return note
