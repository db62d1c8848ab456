"""The eight places of the app, one number key each."""

from typing import Final, NamedTuple


class Place(NamedTuple):
    """One place: `later` is the line shown where the place itself is still to come."""

    key: str
    mode: str
    name: str
    later: str = ""


PLACES: Final = (
    Place("1", "search", "Search"),
    Place("2", "models", "Models"),
    Place("3", "collections", "Collections"),
    Place("4", "runs", "Runs"),
    Place("5", "trainings", "Trainings"),
    Place("6", "deployments", "Deployments"),
    Place("7", "files", "Files"),
    Place("8", "account", "Account", "Account, hardware and prices come in a later version."),
)

START_MODE: Final = "search"


def place_of(mode: str) -> Place:
    """Return the place of a mode. Raises KeyError for a mode that is no place."""
    for place in PLACES:
        if place.mode == mode:
            return place
    raise KeyError(mode)
