"""Leaving the app: `q` and ctrl+q ask where runs still go, ctrl+c copies or hints, and leaves when pressed twice."""

import time
from collections.abc import Iterable, Sequence
from typing import Final

from textual.app import App

from replicate_tui.services.views import RunSnapshot
from replicate_tui.ui import messages
from replicate_tui.ui.errands import Errands
from replicate_tui.ui.sessions import Elsewhere
from replicate_tui.ui.wording import plural

SECOND_PRESS_SECONDS: Final = 2.0


class Leaving:
    def __init__(self, app: App[int], errands: Errands) -> None:
        self._app = app
        self._errands = errands
        self._interrupted_at = 0.0

    def ask(self, going: Iterable[RunSnapshot], uploads: int = 0, others: Sequence[Elsewhere] = ()) -> None:
        """Leave; ask first when runs that were started here are still `going`, or files are being uploaded.

        `others` are the profiles left behind of which something is going on.
        """
        started_here = sum(snapshot.run.source == "here" for snapshot in going)
        detail = "\n".join(_going_in(other) for other in others if other.started_here or other.uploads)
        if not started_here and not uploads and not detail:
            self._app.exit(0)
            return
        from replicate_tui.ui.modals.choice import Answer, ChoiceDialog

        if isinstance(self._app.screen, ChoiceDialog):
            return
        counted = ((started_here, "run"), (uploads, "upload"))
        which = " and ".join(plural(number, what) for number, what in counted if number)
        verb = "is" if started_here + uploads == 1 else "are"
        fetched = "what they make is fetched at the next start" if started_here else ""
        stopped = "uploads stop" if uploads else ""
        told = ", ".join(part for part in (fetched, stopped) if part)
        dialog = ChoiceDialog(
            f"{which} {verb} still going." if which else "In another profile something is still going.",
            (Answer("s", "Stay", "stay"), Answer("q", f"Quit; {told}" if told else "Quit", "quit")),
            detail=detail,
        )
        self._app.push_screen(dialog, lambda answer: self._app.exit(0) if answer == "quit" else None)

    def interrupted(self) -> None:
        """Copy the selected text, else say how to leave; pressed twice it leaves."""
        selected = self._app.screen.get_selected_text()
        if selected:
            self._app.post_message(messages.CopyText(selected, "the selection"))
            return
        now = time.monotonic()
        if now - self._interrupted_at < SECOND_PRESS_SECONDS:
            self._app.exit(0)
            return
        self._interrupted_at = now
        self._errands.say("ctrl+c again quits.", seconds=SECOND_PRESS_SECONDS)


def _going_in(other: Elsewhere) -> str:
    """Say what is going on in another profile, and how what its runs make is had: only a start with it fetches that."""
    counted = ((other.started_here, "run"), (other.uploads, "upload"))
    which = " and ".join(plural(number, what) for number, what in counted if number)
    fetched = f"; a start with --profile {other.name} fetches what they make" if other.started_here else ""
    return f"Profile {other.name}: {which}{fetched}."
