"""A run form without a screen: inputs, options, files and versions, and the request they make."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from textual.content import Content

from replicate_tui.schema.fields import FieldKind, InputSchema
from replicate_tui.schema.jsontext import ValueProblem
from replicate_tui.schema.validate import Problem
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.views import ModelPage, RunOptions, RunRequest, VersionCard
from replicate_tui.text import clean_line
from replicate_tui.ui.form.drawing import FormDrawing
from replicate_tui.ui.form.file_facts import FileFacts
from replicate_tui.ui.form.options import (
    options_problems,
    options_schema,
    options_values,
    run_options,
    version_labels,
)
from replicate_tui.ui.form.rows import Row, RowId, Section, form_rows
from replicate_tui.ui.form.state import FormState

#: Under this key a draft keeps JSON that cannot be read yet.
_RAW: Final = ""


class FormModel:
    """The form of one model. `raw` is JSON text under edit that is not readable yet, None otherwise."""

    #: What the button that sends it says.
    send_word = "Run"

    def __init__(self, full_name: str, *, loopback_webhooks: bool) -> None:
        self.full_name = full_name
        self.page: ModelPage | None = None
        self.state = FormState(InputSchema())
        self.options = FormState(self.options_schema())
        self.facts = self.file_facts()
        self.labels: dict[str, str] = {}
        self.drawing = FormDrawing(self.section, self.facts, self.labels)
        self.raw: str | None = None
        self._loopback_webhooks = loopback_webhooks
        self._schema_of: str | None = None

    # What a form of another kind of run has otherwise:

    @property
    def draft_target(self) -> str:
        """Under what drafts and presets are kept."""
        return self.full_name

    def options_schema(self, version_ids: Sequence[str] = ()) -> InputSchema:
        """Return the fields that say how to run."""
        return options_schema(version_ids)

    def input_schema(self, version: VersionCard) -> InputSchema:
        """Return the fields that a version asks for."""
        return version.schema.input

    def file_facts(self) -> FileFacts:
        return FileFacts()

    def section(self, section: Section) -> FormState:
        return self.state if section == "input" else self.options

    @property
    def is_loaded(self) -> bool:
        return self.page is not None

    @property
    def is_raw_only(self) -> bool:
        """Whether there is no form, only JSON."""
        return self.state.schema.problem is not None

    def title(self) -> Content:
        """Return the line that says what would be run."""
        title = Content.assemble("Run ", Content.styled(self.full_name, "bold"))
        if deployment := self.deployment:
            title = Content.assemble(title, " on ", Content.styled(clean_line(deployment, 80), "bold"))
        if self.page is not None and self.page.card.stand_in:
            return Content.assemble(title, Content.styled("   local stand-in", "$text-muted"))
        return title

    @property
    def deployment(self) -> str:
        """The deployment it would run on, "" for none."""
        return self.options.text("deployment").strip()

    def facts_line(self, *, is_draft: bool) -> str:
        """Return how far the form is from its defaults."""
        if not self.is_loaded:
            return "reading the model"
        fields = self.state.schema.fields
        parts = ["draft"] if is_draft else []
        if fields:
            parts.append(f"{len(self.state.changed())} of {len(fields)} changed")
        return " · ".join(parts)

    # -- versions -----------------------------------------------------------------------------------------------

    def follow_page(self, page: ModelPage) -> tuple[str, ...]:
        """Take the model as the service has it now; returns notes on values that have no place any more."""
        self.page = page
        if self.wanted_version() is not None or page.version is None:
            return ()
        return self.follow_version(page.version)

    def follow_version(self, version: VersionCard) -> tuple[str, ...]:
        """Put the form on the schema of `version`."""
        schema = self.input_schema(version)
        if self._schema_of is not None and schema == self.state.schema:
            return ()
        self._schema_of = version.id
        self.state, notes = self.state.moved_to(schema)
        return notes

    def wanted_version(self) -> str | None:
        """Return the id of the version that was chosen, None for the newest."""
        chosen = self.options.values().get("version")
        return chosen if isinstance(chosen, str) and chosen else None

    def offer_versions(self, versions: Sequence[VersionCard]) -> None:
        """Offer `versions` in the options; the one that is chosen already stays on offer."""
        wanted = self.wanted_version()
        ids = [version.id for version in versions]
        if wanted is not None and wanted not in ids:
            ids.append(wanted)
            self.labels.setdefault(wanted, wanted[:12])
        self.labels |= version_labels(versions)
        self.options, _ = self.options.moved_to(self.options_schema(ids))

    def take_options(self, options: RunOptions) -> None:
        """Fill the options from an earlier run."""
        if options.version:
            self.labels[options.version] = options.version[:12]
            self.options = FormState(self.options_schema([options.version]))
        self.options.take(options_values(options), local_files=False)

    def stay_on(self, options: RunOptions) -> None:
        """Keep to the version and the deployment that were asked for: a draft may be of others."""
        if options.version:
            self.labels.setdefault(options.version, options.version[:12])
            self.options, _ = self.options.moved_to(self.options_schema([options.version]))
        for name, text in (("version", options.version), ("deployment", options.deployment)):
            if text and self.options.schema.get(name):
                self.options.set_text(name, text)

    # -- rows ---------------------------------------------------------------------------------------------------

    def rows(self) -> list[Row]:
        return form_rows(self.state, self.options, options_open=self.drawing.options_open)

    def put_text(self, row: RowId, text: str) -> None:
        """Take the text of a row; one that is gone meanwhile changes nothing."""
        state = self.section(row.section)
        if state.schema.get(row.name) is None:
            return
        if row.index is None:
            state.set_text(row.name, text)
        else:
            state.set_item(row.name, row.index, text)

    def add_item(self, row: RowId) -> RowId:
        """Add an element to the list of a row and return the new one's row."""
        state = self.section(row.section)
        index = len(state.items(row.name))
        state.add_item(row.name, index)
        return RowId(row.section, row.name, index)

    def remove_item(self, row: RowId) -> RowId:
        """Remove the element of a row and return the row before it."""
        if row.index is None:
            return row
        self.section(row.section).remove_item(row.name, row.index)
        return RowId(row.section, row.name, row.index - 1 if row.index else None)

    # -- drafts -------------------------------------------------------------------------------------------------

    def draft(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what a draft keeps: the inputs and the options, without secrets."""
        values = self.state.draft()
        # Unreadable JSON cannot be searched for secrets, so it is kept only where there are none.
        if self.raw is not None and not self.state.schema.secret_fields:
            values[_RAW] = self.raw
        return values, self.options.draft()

    def take_draft(self, values: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        """Put a draft back."""
        raw = values.get(_RAW)
        self.raw = raw if isinstance(raw, str) else None
        self.state.take_draft({name: part for name, part in values.items() if name != _RAW})
        version = options.get("version")
        if isinstance(version, str) and version:
            self.labels.setdefault(version, version[:12])
            self.options, _ = self.options.moved_to(self.options_schema([version]))
        self.options.take_draft(options)

    @property
    def has_changes(self) -> bool:
        return bool(self.state.changed() or self.options.changed() or self.raw)

    # -- JSON ---------------------------------------------------------------------------------------------------

    def json_text(self) -> str:
        return self.state.json_text() if self.raw is None else self.raw

    def take_json(self, text: str) -> tuple[str, ...]:
        """Take edited JSON, keeping the text as it is when it cannot be read (then ValueProblem is raised)."""
        try:
            notes = self.state.take_json(text)
        except ValueProblem:
            self.raw = text
            raise
        self.raw = None
        return notes

    # -- sending ------------------------------------------------------------------------------------------------

    def file_texts(self) -> list[str]:
        """Return the texts of all file fields, to look up what they name."""
        texts: list[str] = []
        for name in self.state.schema.file_fields:
            known = self.state.field(name)
            texts.extend(self.state.items(name) if known.item is not None else [self.state.text(name)])
        return texts

    def check(self) -> tuple[Problem, ...]:
        """Look for everything that is wrong before sending; look up the files first. Errors come first."""
        self.options.check()
        self.options.tell(options_problems(self.options, loopback_webhooks=self._loopback_webhooks))
        self.state.tell(self._file_problems())
        problems = (*self.state.check(), *self.options.problems())
        return tuple(sorted(problems, key=lambda problem: problem.severity != "error"))

    def _file_problems(self) -> tuple[Problem, ...]:
        problems = []
        for known in self.state.schema.form_order:
            if known.element.kind is not FieldKind.FILE:
                continue
            texts = self.state.items(known.name) if known.item is not None else (self.state.text(known.name),)
            for position, text in enumerate(texts, 1):
                fact = self.facts.known(text)
                if fact is not None and fact.problem:
                    where = f"item {position}: " if known.item is not None else ""
                    problems.append(Problem(known.name, f"{where}{fact.problem}", fact.severity))
                    break
        return tuple(problems)

    def request(self) -> RunRequest:
        """Return what the form asks for."""
        schema = self.state.schema
        return RunRequest(
            model=self.full_name,
            input=self.state.input(),
            options=run_options(self.options.values()),
            secret_fields=schema.secret_fields,
            file_fields=schema.file_fields,
        )

    def shown_request(self) -> Any:
        """Return what will be sent as it may be shown: secrets are masked."""
        return self.state.shown_input()

    def take_refusal(self, refusal: ServiceProblem) -> tuple[Problem, ...]:
        """Put the service's complaints at their fields; return those that have none."""
        told = [Problem(complaint.field, complaint.message) for complaint in refusal.fields]
        self.state.tell([problem for problem in told if self.state.schema.get(problem.field)])
        left = [problem for problem in told if self.state.schema.get(problem.field) is None]
        self.options.tell([problem for problem in left if self.options.schema.get(problem.field)])
        return tuple(problem for problem in left if self.options.schema.get(problem.field) is None)
