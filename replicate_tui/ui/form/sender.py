"""Sends a form: checks it first, sends it once, and puts what comes back where it belongs."""

import time
import uuid
from typing import TYPE_CHECKING, Final

from replicate_tui.schema.validate import Problem, has_errors
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.store.records import SUBMITTING, RunRecord
from replicate_tui.ui import messages
from replicate_tui.ui.removal import is_whole
from replicate_tui.ui.wording import plural

if TYPE_CHECKING:
    from replicate_tui.ui.screens.run_form import RunFormScreen

#: A second press sends in spite of warnings; sooner after the one before it is a key held down.
SECOND_LOOK_SECONDS: Final = 0.4


class FormSender:
    """Sends one form at a time, however often it is asked to."""

    def __init__(self, screen: "RunFormScreen") -> None:
        self._screen = screen
        self._form = screen.form
        self._services = screen.house.services
        self._warned_at: float | None = None
        self.is_sending = False
        self._has_left = False

    @property
    def is_shut(self) -> bool:
        """Whether a press sends nothing: a run is being sent, or the form gives way to the monitor of one."""
        return self.is_sending or self._has_left

    def reopen(self) -> None:
        """Take presses again: the person has come back to the form."""
        self._has_left = False

    def start(self) -> None:
        """Check and send in the background; nothing happens while that is under way."""
        if self.is_shut:
            return
        self.is_sending = True
        # The app's worker, not the screen's: leaving the form does not stop what is being sent.
        self._screen.app.run_worker(self._send(), group="create", description="send a run")

    def forget_warnings(self) -> None:
        """Warn again before the next sending: the form has changed."""
        self._warned_at = None

    async def _send(self) -> None:
        try:
            await self._form.facts.look_up(self._form.file_texts())
            if not self._may_go(self._form.check()):
                return
            run = await self.create()
            if run is not None:
                await self._leave_for(run)
        except ServiceProblem as problem:
            self._show_refusal(problem)
        finally:
            self.is_sending = False
            if is_whole(self._screen):
                self._screen.show_changes()

    async def create(self) -> RunRecord | None:
        """Send the form, and return the run; None when the person has thought better of it."""
        return await self._services.runs.create(self._form.request(), uuid.uuid4().hex)

    def note_wait(self, run_id: str) -> None:
        """Say why it is not sent yet, when the service has asked to wait."""
        snapshot = self._services.tracker.snapshot(run_id) if self.is_sending else None
        if snapshot is None or snapshot.notice is None or snapshot.run.model != self._form.full_name:
            return
        if snapshot.run.status == SUBMITTING:
            self._screen.show_notice(snapshot.notice, "warning")

    def _may_go(self, problems: tuple[Problem, ...]) -> bool:
        """Return whether to send; if not, show what is wrong and go to the first field that is."""
        if not problems:
            return True
        pressed, before = time.monotonic(), self._warned_at
        self._warned_at = None if has_errors(problems) else pressed
        if has_errors(problems):
            errors = sum(problem.severity == "error" for problem in problems)
            notice, kind = f"Nothing was sent: {plural(errors, 'field')} to mend.", "error"
        elif before is not None and pressed - before >= SECOND_LOOK_SECONDS:
            return True
        else:
            warned = plural(len(problems), "value is doubtful", "values are doubtful")
            notice, kind = f"{warned}. ctrl+g again sends it all the same.", "warning"
        if is_whole(self._screen):
            self._screen.show_notice(notice, kind)
            self._screen.go_to_problem(problems[0])
        return False

    def _show_refusal(self, refusal: ServiceProblem) -> None:
        """Show why nothing ran, at the fields where the service says so; the form stays as it is."""
        if not is_whole(self._screen):
            self._screen.app.post_message(messages.SayProblem(refusal, self._screen.house.profile))
            return
        homeless = self._form.take_refusal(refusal)
        words = [str(refusal), *(f"{problem.field} {problem.message}".strip() for problem in homeless)]
        if refusal.retry_after:
            words.append(f"Try again in {refusal.retry_after:.0f} s.")
        self._screen.show_notice(" ".join(words), "error")
        placed = (*self._form.options.problems(), *self._form.state.problems())
        if refusal.fields and placed:
            self._screen.go_to_problem(placed[0])

    async def _leave_for(self, run: RunRecord) -> None:
        """Go to the run's monitor; where the person has gone elsewhere meanwhile, only say that it runs."""
        screen = self._screen
        await screen.drafts.discard()
        if is_whole(screen) and screen.app.screen is screen:
            # Keys that are still on their way to the form must not send it again.
            self._has_left = True
            screen.post_message(messages.OpenRun(run.id, replaces=screen, kind=run.kind))
        else:
            said = messages.Say(f"{run.model} was sent; it is in Runs.", profile=screen.house.profile)
            screen.app.post_message(said)
