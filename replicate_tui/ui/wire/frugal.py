"""What the way to the terminal bears: all of it, or as little as an SSH session over a slow line."""

import os
from collections.abc import Mapping
from typing import Final, NamedTuple

from textual.app import App

from replicate_tui.config import FrugalChoice


class Thrift(NamedTuple):
    """How widgets spare the line; they read the one in force with `thrift_of` each time they need it.

    `flush_seconds` pass between two repaints of what streams. With `jumps` a view that has to scroll goes on by half
    a page, so that the next lines need no scrolling. Pictures of half-blocks have `colours` (None: all), and a
    picture of more than `most_unasked` bytes is not sent without asking (None: always sent).
    """

    word: str = ""
    flush_seconds: float = 0.1
    jumps: bool = False
    colours: int | None = None
    most_unasked: int | None = None

    @property
    def other(self) -> "Thrift":
        """What the key for it goes to."""
        return PLAIN if self is FRUGAL else FRUGAL


PLAIN: Final = Thrift()
FRUGAL: Final = Thrift("frugal", flush_seconds=0.25, jumps=True, colours=64, most_unasked=100_000)


def find_thrift(wish: FrugalChoice, environment: Mapping[str, str] = os.environ) -> Thrift:
    """Return what the settings want; `auto` is frugal where the terminal is at the other end of an SSH session."""
    is_far = bool(environment.get("SSH_CONNECTION"))
    return FRUGAL if wish == "on" or (wish == "auto" and is_far) else PLAIN


def thrift_of(app: App[object]) -> Thrift:
    """Return the thrift in force: the app's `thrift`, or none in an app that has no such mode."""
    thrift = getattr(app, "thrift", PLAIN)
    return thrift if isinstance(thrift, Thrift) else PLAIN
