"""The form of a training without a screen: what the trainer asks for, where it goes, and the request they make."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from textual.content import Content

from replicate_tui.schema.fields import FieldKind, InputField, InputSchema
from replicate_tui.schema.validate import Problem
from replicate_tui.services.intents import DESTINATION
from replicate_tui.services.views import RunOptions, TrainingRequest, VersionCard
from replicate_tui.ui.form.file_facts import FileFacts
from replicate_tui.ui.form.model import FormModel
from replicate_tui.ui.form.options import options_schema, run_options
from replicate_tui.ui.form.rows import Row, RowId, form_rows
from replicate_tui.ui.training_form.data_facts import data_fact

_FULL_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]*/[a-z0-9][a-z0-9._-]*", re.IGNORECASE)
#: What a training takes of the options of a prediction (Replicate API, trainings.create).
_OPTIONS: Final = ("version", "webhook", "webhook_events", "receiver", "notify")
DESTINATION_ROW: Final = RowId("options", DESTINATION)


class TrainingFormModel(FormModel):
    """The form of one trainer; its inputs are those of a training, else those of a prediction."""

    send_word = "Train"

    def __init__(self, full_name: str, *, loopback_webhooks: bool) -> None:
        super().__init__(full_name, loopback_webhooks=loopback_webhooks)
        self.drawing.fold_words = "version · webhook · notify"
        self.drawing.above_fold = frozenset({DESTINATION})

    @property
    def draft_target(self) -> str:
        return f"training by {self.full_name}"

    def options_schema(self, version_ids: Sequence[str] = ()) -> InputSchema:
        destination = InputField(
            name=DESTINATION,
            title="",
            kind=FieldKind.TEXT,
            order=0,
            required=True,
            description="The model of yours that gets the new version, as owner/name. ctrl+n picks or makes one.",
        )
        others = (known for known in options_schema(version_ids).fields if known.name in _OPTIONS)
        # A training takes hours: who starts one wants to hear of its end.
        shown = (replace(known, default=True) if known.name == "notify" else known for known in others)
        return InputSchema(fields=(destination, *shown))

    def input_schema(self, version: VersionCard) -> InputSchema:
        return version.schema.training or version.schema.input

    def file_facts(self) -> FileFacts:
        return FileFacts(data_fact)

    def title(self) -> Content:
        title = Content.assemble("Train with ", Content.styled(self.full_name, "bold"))
        if self.page is not None and self.page.card.stand_in:
            return Content.assemble(title, Content.styled("   local stand-in", "$text-muted"))
        return title

    def rows(self) -> list[Row]:
        """Return where it goes first, then the inputs, and the options below their fold."""
        destination = Row(DESTINATION_ROW, "field", self.options.field(DESTINATION))
        others = form_rows(self.state, self.options, options_open=self.drawing.options_open)
        return [destination, *(row for row in others if row.id != DESTINATION_ROW)]

    @property
    def deployment(self) -> str:
        """A training runs on no deployment."""
        return ""

    @property
    def destination(self) -> str:
        return self.options.text(DESTINATION).strip()

    def take_options(self, options: RunOptions) -> None:
        """Fill the options; where it goes stays."""
        destination = self.options.text(DESTINATION)
        super().take_options(options)
        if destination:
            self.options.set_text(DESTINATION, destination)

    def check(self) -> tuple[Problem, ...]:
        """Look for everything that is wrong before sending, in the order of the rows."""
        problems = tuple(sorted(super().check(), key=lambda problem: problem.field != DESTINATION))
        if self.destination and not _FULL_NAME.fullmatch(self.destination):
            problem = Problem(DESTINATION, "must be owner/name, in letters, digits, dots, dashes and underscores")
            self.options.tell([problem])
            problems = (problem, *problems)
        return problems

    @property
    def trainer_version(self) -> str:
        """The id of the version that trains: the one that was chosen, else the newest."""
        newest = self.page.version.id if self.page is not None and self.page.version is not None else ""
        return self.wanted_version() or newest

    def shown_request(self) -> Any:
        """Return what will be sent as it may be shown, the version that trains with it: the address names that one."""
        options = run_options(self.options.values())
        events = list(options.webhook_events) if options.webhook else []
        webhook = {"webhook": options.webhook, "webhook_events_filter": events}
        return {
            "destination": self.destination,
            "version": self.trainer_version,
            "input": self.state.shown_input(),
            **{name: value for name, value in webhook.items() if value},
        }

    def training_request(self) -> TrainingRequest:
        """Return what the form asks for."""
        schema = self.state.schema
        values: dict[str, Any] = self.options.values()
        options = run_options(values)
        return TrainingRequest(
            model=self.full_name,
            version=self.trainer_version,
            destination=self.destination,
            input=self.state.input(),
            webhook=options.webhook,
            webhook_events=options.webhook_events,
            notify=bool(values.get("notify", True)),
            receiver=options.receiver,
            secret_fields=schema.secret_fields,
            file_fields=schema.file_fields,
        )
