"""Errands the app runs for any screen: copying, opening things outside, saying one line."""

from pathlib import Path

from textual.app import App
from textual.notifications import SeverityLevel

from replicate_tui.services.problems import ServiceProblem
from replicate_tui.ui.wire import outside
from replicate_tui.ui.wire.clipboard import copy_text

SHORT_ENOUGH_TO_SHOW = 4000


class Errands:
    """Each errand says what came of it; texts are shown as they are, never as markup."""

    def __init__(self, app: App[int]) -> None:
        self._app = app

    def say(self, text: str, severity: SeverityLevel = "information", seconds: float = 6.0) -> None:
        self._app.notify(text, severity=severity, timeout=seconds, markup=False)

    def say_problem(self, problem: ServiceProblem) -> None:
        self.say(str(problem), "error", seconds=10)

    async def copy(self, text: str, what: str) -> None:
        """Copy `text` by the terminal (and tmux); no answer comes back from a terminal, so say just that."""
        way = await copy_text(self._app, text)
        self.say(f"Copied {what}: {way}.")

    async def open_web_page(self, url: str) -> None:
        """Open `url` in the browser of this desktop; elsewhere show it to be copied."""
        if not outside.is_web_page(url):
            self.say("That is not a web address, so it is not opened.", "warning")
            return
        if outside.can_open() and await outside.open_with_desktop(url):
            self.say("Opened in your browser.")
            return
        self._show("No browser can be opened from here. The address:", url)

    async def open_file(self, path: str) -> None:
        """Open a saved file or folder with the desktop's program; elsewhere show where it lies."""
        target = Path(path)
        if not outside.may_open(target):
            self.say("Files of this kind can run code, so its folder is opened instead.", "warning")
            target = target.parent
        if outside.can_open() and target.is_absolute() and await outside.open_with_desktop(str(target)):
            self.say("Opened outside.")
            return
        self._show("Nothing can be opened from here. It lies at:", str(target))

    def _show(self, heading: str, text: str) -> None:
        from replicate_tui.ui.modals.text import TextDialog

        self._app.push_screen(TextDialog(heading, text[:SHORT_ENOUGH_TO_SHOW]))
