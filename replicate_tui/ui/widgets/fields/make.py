"""Which editor a row gets."""

from typing import TypeAlias

from replicate_tui.schema.fields import FieldKind, InputField
from replicate_tui.ui.form.rows import Row
from replicate_tui.ui.widgets.fields.block import BlockEditor
from replicate_tui.ui.widgets.fields.file import FileEditor
from replicate_tui.ui.widgets.fields.glance import (
    ChoiceEditor,
    FoldEditor,
    ListHead,
    LongText,
    ToggleEditor,
)
from replicate_tui.ui.widgets.fields.line import LineEditor
from replicate_tui.ui.widgets.fields.number import NumberEditor

AnyEditor: TypeAlias = LineEditor | BlockEditor | ToggleEditor | ChoiceEditor | LongText | ListHead | FoldEditor

#: Longer texts, in characters, are not edited in place: in one line, in several.
LONGEST_LINE = 4_000
LONGEST_BLOCK = 200_000


def make_editor(row: Row, text: str, *, label: str = "") -> AnyEditor:
    """Return the editor of `row`; `label` is what a choice shows instead of its text."""
    if row.kind == "fold":
        return FoldEditor(row, text)
    if row.kind == "list":
        return ListHead(row, text)
    if len(text) > (LONGEST_LINE if row.field.kind is FieldKind.FILE else LONGEST_BLOCK):
        return LongText(row, text)
    match row.field.kind:
        case FieldKind.BOOLEAN:
            return ToggleEditor(row, text)
        case FieldKind.CHOICE:
            return ChoiceEditor(row, text, label)
        case FieldKind.INTEGER | FieldKind.NUMBER:
            return NumberEditor(row, text, placeholder=placeholder(row.field))
        case FieldKind.FILE:
            return FileEditor(row, text)
        case FieldKind.SECRET:
            return LineEditor(row, text, placeholder="kept in memory only", password=True)
        case FieldKind.JSON | FieldKind.LIST:
            return BlockEditor(row, text, placeholder="JSON")
    if row.field.multiline or "\n" in text:
        return BlockEditor(row, text, placeholder=placeholder(row.field))
    return LineEditor(row, text, placeholder=placeholder(row.field))


def placeholder(field: InputField) -> str:
    """Say what an empty field means."""
    if field.required:
        return "required"
    if field.kind in (FieldKind.BOOLEAN, FieldKind.CHOICE):
        return "not set"
    about = f"{field.name} {field.description}".lower()
    return "random" if "seed" in field.name.lower() and ("random" in about or field.name == "seed") else "empty"
