"""The smallest Textual app: the other side of every start-up ratio."""

from textual.app import App, ComposeResult
from textual.widgets import Static

WORDS = "One line of a bare app"


class Hello(App[None]):
    def compose(self) -> ComposeResult:
        yield Static(WORDS)


def main() -> None:
    Hello().run()
