"""A place that is still to come: one line that says so, instead of a missing key."""

from textual.app import ComposeResult
from textual.widgets import Static

from replicate_tui.ui.house import House
from replicate_tui.ui.places import Place
from replicate_tui.ui.screens.base import HouseScreen


class LaterScreen(HouseScreen):
    DEFAULT_CSS = """
    LaterScreen Static { padding: 1 2; color: $text-muted; }
    """

    def __init__(self, house: House, place: Place) -> None:
        super().__init__(house)
        self._place = place

    def compose_body(self) -> ComposeResult:
        yield Static(self._place.later, markup=False)
