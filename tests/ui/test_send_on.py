"""Which input of a model takes what another one made."""

import pytest

from replicate_tui.schema.fields import FieldKind, InputField
from replicate_tui.ui.send_on import fitting_field


def field(name: str, kind: FieldKind, order: int, *, required: bool = False, of: FieldKind | None = None) -> InputField:
    item = InputField(name="", title="", kind=of, order=0) if of else None
    return InputField(name=name, title=name, kind=kind, order=order, required=required, item=item)


NOTE = field("note", FieldKind.TEXT, 0)
MASK = field("mask", FieldKind.FILE, 1)
IMAGE = field("image", FieldKind.FILE, 2, required=True)
PROMPT = field("prompt", FieldKind.TEXT, 3, required=True)
MANY = field("many", FieldKind.LIST, 0, of=FieldKind.FILE)
SEED = field("seed", FieldKind.INTEGER, 0)


@pytest.mark.parametrize(
    ("fields", "kind", "chosen"),
    [
        ((NOTE, MASK, IMAGE, PROMPT), FieldKind.FILE, IMAGE),
        ((NOTE, MASK, IMAGE, PROMPT), FieldKind.TEXT, PROMPT),
        ((NOTE, MASK), FieldKind.FILE, MASK),
        ((SEED, MANY), FieldKind.FILE, MANY),
        ((SEED, MANY), FieldKind.TEXT, None),
        ((), FieldKind.FILE, None),
    ],
)
def test_a_required_input_of_the_kind_goes_first(
    fields: tuple[InputField, ...], kind: FieldKind, chosen: InputField | None
) -> None:
    assert fitting_field(fields, kind) is chosen
