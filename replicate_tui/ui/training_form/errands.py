"""What the form of a training asks of services: beyond what any form asks, where it goes and what it costs."""

from typing import TYPE_CHECKING

from replicate_tui.services.estimate import Estimate
from replicate_tui.services.views import ModelPage, Usual
from replicate_tui.ui.form.errands import FormErrands
from replicate_tui.ui.training_form.destinations import pick_destination
from replicate_tui.ui.training_form.model import DESTINATION_ROW

if TYPE_CHECKING:
    from replicate_tui.ui.screens.training_form import TrainingFormScreen


class TrainingFormErrands(FormErrands):
    def __init__(self, screen: "TrainingFormScreen") -> None:
        super().__init__(screen)
        self._training_screen = screen

    async def _fill(self) -> tuple[str, ...]:
        notes = await super()._fill()
        if self._training_screen.destination:
            self._form.options.set_text(DESTINATION_ROW.name, self._training_screen.destination)
        return notes

    async def _usual(self, page: ModelPage) -> Usual:
        runs, model = self._services.runs, page.card.full_name
        of_version = await runs.usual(model, self._training_screen.training_form.trainer_version, "training")
        return of_version if of_version.count else await runs.usual(model, None, "training")

    async def estimate(self) -> Estimate:
        """Return what the training is likely to cost, from the median of past trainings here."""
        page = self._form.page
        usual = await self._usual(page) if page is not None else None
        return self._services.prices.estimate(self._form.full_name, usual=usual)

    async def pick_destination(self) -> None:
        """Let the person pick or make the model that a training goes to."""
        form = self._training_screen.training_form
        picked = await pick_destination(self._screen.app, self._services, form.destination)
        if picked is not None:
            self._training_screen.take_destination(picked)
