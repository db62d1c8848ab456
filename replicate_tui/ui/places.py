"""The eight places of the app, one number key each."""

from typing import Final, NamedTuple


class Place(NamedTuple):
    key: str
    mode: str
    name: str


PLACES: Final = (
    Place("1", "search", "Search"),
    Place("2", "models", "Models"),
    Place("3", "collections", "Collections"),
    Place("4", "runs", "Runs"),
    Place("5", "trainings", "Trainings"),
    Place("6", "deployments", "Deployments"),
    Place("7", "files", "Files"),
    Place("8", "account", "Account"),
)

START_MODE: Final = "search"


def place_of(mode: str) -> Place:
    """Return the place of a mode. Raises KeyError for a mode that is no place."""
    for place in PLACES:
        if place.mode == mode:
            return place
    raise KeyError(mode)
