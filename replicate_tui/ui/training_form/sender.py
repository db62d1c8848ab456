"""Sends the form of a training: where it goes is asked for, and the cost said, before anything is paid."""

import uuid
from typing import TYPE_CHECKING

from replicate_tui.services.views import TrainingRequest
from replicate_tui.store.records import SUBMITTING, RunRecord
from replicate_tui.text import clean_line
from replicate_tui.ui.form.sender import FormSender
from replicate_tui.ui.modals.choice import Answer, ChoiceDialog
from replicate_tui.ui.removal import is_whole

if TYPE_CHECKING:
    from replicate_tui.ui.screens.training_form import TrainingFormScreen


class TrainingSender(FormSender):
    """Checks the destination, asks once, then sends the data and the training."""

    def __init__(self, screen: "TrainingFormScreen") -> None:
        super().__init__(screen)
        self._training_screen = screen

    async def create(self) -> RunRecord | None:
        screen = self._training_screen
        request = screen.training_form.training_request()
        await self._services.trainings.check_destination(request.destination)
        if not is_whole(screen) or not await self._is_wanted(request):
            return None
        return await self._services.trainings.create(request, uuid.uuid4().hex)

    async def _is_wanted(self, request: TrainingRequest) -> bool:
        screen = self._training_screen
        detail = [f"{request.model} → {request.destination}", *self._data_lines(request)]
        detail += [f"cost {(await screen.training_errands.estimate()).text}"]
        answers = (Answer("n", "Not yet", "no"), Answer("y", "Start it", "yes"))
        words = "\n".join(clean_line(line, 300) for line in detail)
        return await screen.app.push_screen_wait(ChoiceDialog("Start this training?", answers, detail=words)) == "yes"

    def _data_lines(self, request: TrainingRequest) -> list[str]:
        facts = self._training_screen.form.facts
        lines = []
        for name in sorted(request.file_fields):
            fact = facts.known(str(request.input.get(name) or ""))
            if fact is not None and fact.words:
                lines.append(f"{name}: {fact.words}")
        return lines

    def note_wait(self, run_id: str) -> None:
        """Say how much of the data is sent, and why it is not sent yet."""
        super().note_wait(run_id)
        snapshot = self._services.tracker.snapshot(run_id) if self.is_sending else None
        if snapshot is None or snapshot.progress is None or snapshot.run.status != SUBMITTING:
            return
        if snapshot.run.model == self._training_screen.form.full_name:
            self._training_screen.show_notice(f"{snapshot.progress.label} {snapshot.progress.fraction:.0%}")
