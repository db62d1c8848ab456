"""The lines a form is made of: one per field, one per element of a list, one that folds the options."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from replicate_tui.schema.fields import FieldKind, InputField
from replicate_tui.ui.form.state import FormState

Section = Literal["input", "options"]
RowKind = Literal["field", "list", "item", "fold"]


@dataclass(frozen=True, slots=True)
class RowId:
    """Names a row for as long as the form lives; `index` counts the elements of a list from 0."""

    section: Section
    name: str = ""
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row; `field` is what its editor edits: the element's field on an item."""

    id: RowId
    kind: RowKind
    field: InputField


FOLD: Final = Row(
    RowId("options"),
    "fold",
    InputField(
        name="", title="", kind=FieldKind.TEXT, order=0, description="How to run it; all of it may stay as it is."
    ),
)


def form_rows(state: FormState, options: FormState, *, options_open: bool) -> list[Row]:
    """Return all rows: required inputs, the other inputs, the fold, and the options when it is open."""
    rows = list(_section_rows("input", state))
    rows.append(FOLD)
    if options_open:
        rows.extend(_section_rows("options", options))
    return rows


def _section_rows(section: Section, state: FormState) -> Iterator[Row]:
    for known in state.schema.form_order:
        if known.item is None:
            yield Row(RowId(section, known.name), "field", known)
            continue
        yield Row(RowId(section, known.name), "list", known)
        for index in range(len(state.items(known.name))):
            yield Row(RowId(section, known.name, index), "item", known.item)
