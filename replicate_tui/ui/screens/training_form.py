"""The form of a training: the trainer's own inputs, and the model that its new version goes to."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from replicate_tui.schema.validate import Problem
from replicate_tui.services.intents import DESTINATION
from replicate_tui.services.views import RunOptions
from replicate_tui.ui import messages
from replicate_tui.ui.form.errands import FormErrands
from replicate_tui.ui.form.model import FormModel
from replicate_tui.ui.form.sender import FormSender
from replicate_tui.ui.house import House
from replicate_tui.ui.screens.run_form import RunFormScreen
from replicate_tui.ui.training_form.errands import TrainingFormErrands
from replicate_tui.ui.training_form.model import DESTINATION_ROW, TrainingFormModel
from replicate_tui.ui.training_form.sender import TrainingSender
from replicate_tui.ui.widgets.form_list import FormList


class TrainingFormScreen(RunFormScreen):
    """Fills in and sends a training; everything is checked, and the cost said, before anything is sent."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+g,f5", "run", "train", id="form.run", tooltip="Start the training"),
        Binding("ctrl+n", "destination", "destination", id="training.destination", tooltip="Pick or make a model"),
    ]

    def __init__(self, house: House, wish: messages.OpenTraining) -> None:
        self.destination = wish.destination
        options = RunOptions(version=wish.version or None)
        form = messages.OpenForm(wish.full_name, wish.values, options, wish.origin, local_files=wish.local_files)
        super().__init__(house, form)

    def make_form(self) -> FormModel:
        self.training_form = TrainingFormModel(self.wish.full_name, loopback_webhooks=self.house.badge == "DEMO")
        return self.training_form

    def make_errands(self) -> FormErrands:
        self.training_errands = TrainingFormErrands(self)
        return self.training_errands

    def make_sender(self) -> FormSender:
        return TrainingSender(self)

    def action_destination(self) -> None:
        """Pick the model that the new version goes to, or make one."""
        if self.form.is_loaded and self._json_pane is None:
            self._take_editor()
            self._errand(self.training_errands.pick_destination(), "dialog")

    def take_destination(self, full_name: str) -> None:
        """Put the name of a model into its field."""
        self._put_text(DESTINATION_ROW, full_name)
        self._show_row(DESTINATION_ROW)

    def go_to_problem(self, problem: Problem) -> None:
        if problem.field != DESTINATION or self._json_pane is not None:
            super().go_to_problem(problem)
            return
        fields = self.query_one(FormList)
        fields.go_to(DESTINATION_ROW)
        fields.redraw()
