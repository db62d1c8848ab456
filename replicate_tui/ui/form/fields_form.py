"""A form of a few fixed fields, without a screen: what stands in it, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from textual.content import Content

from replicate_tui.schema.fields import InputSchema
from replicate_tui.schema.validate import Problem
from replicate_tui.services.problems import FieldProblem
from replicate_tui.ui.form.drawing import FormDrawing
from replicate_tui.ui.form.file_facts import FileFacts
from replicate_tui.ui.form.rows import Row, RowId
from replicate_tui.ui.form.state import FormState


class FieldsForm:
    """Base of forms that are no model's input; `labels` are what some choices are called.

    Subclasses give the schema, and say what would be refused and what would change.
    """

    def __init__(self, schema: InputSchema) -> None:
        self.labels: dict[str, str] = {}
        self.state = FormState(schema)
        self.drawing = FormDrawing(lambda _: self.state, FileFacts(), self.labels)

    def take_schema(self, schema: InputSchema) -> None:
        """Have other fields, or other choices, from now on; what was entered stays."""
        self.state, _ = self.state.moved_to(schema)

    def rows(self) -> list[Row]:
        """Return a row for each field, in the order they are asked for."""
        return [Row(RowId("input", known.name), "field", known) for known in self.state.schema.fields]

    def text(self, name: str) -> str:
        """Return what stands in a field, "" for one that is not there."""
        return self.state.text(name) if self.state.schema.get(name) else ""

    @property
    def is_loaded(self) -> bool:
        """Whether it is known what stands in the fields to begin with."""
        return True

    @property
    def has_changes(self) -> bool:
        return bool(self.state.changed())

    def draft(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what a draft keeps: the texts as typed. There are no options."""
        return self.state.draft(), {}

    def take_draft(self, values: Mapping[str, Any], options: Mapping[str, Any]) -> None:  # noqa: ARG002  (as all forms)
        """Put a draft back; what was typed meanwhile stays."""
        self.state.take_draft({name: part for name, part in values.items() if not self.state.is_touched(name)})

    def problems(self) -> Sequence[FieldProblem]:
        """Return what the service would refuse."""
        raise NotImplementedError

    def summary(self) -> list[Content]:
        """Return the lines below the form: what becomes of what."""
        return []

    def check(self) -> tuple[Problem, ...]:
        """Look for what the service would refuse, and show it at the fields."""
        unreadable = {name: problem.message for name, problem in self.state.unreadable().items()}
        told = {problem.field: problem.message for problem in self.problems()} | unreadable
        self.state.tell([Problem(name, message) for name, message in told.items()])
        return self.state.problems()

    def check_field(self, name: str) -> None:
        """Look for what the service would refuse of one field; what is told already stands until it is edited."""
        if self.state.is_touched(name) and self.state.problem(name) is None:
            unreadable = [problem for field, problem in self.state.unreadable().items() if field == name]
            found = [Problem(each.field, each.message) for each in self.problems() if each.field == name]
            self.state.tell([*self.state.problems(), *(unreadable or found)])

    def take_refusal(self, complaints: Sequence[FieldProblem]) -> tuple[Problem, ...]:
        """Put the service's complaints at their fields; return those that have none."""
        told = [Problem(complaint.field, complaint.message) for complaint in complaints]
        self.state.tell([problem for problem in told if self.state.schema.get(problem.field)])
        return tuple(problem for problem in told if self.state.schema.get(problem.field) is None)
