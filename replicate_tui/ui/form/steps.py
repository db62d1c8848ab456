"""One step up or down for a number, in steps that suit its limits and never past them."""

import math
from decimal import Decimal
from typing import Final

from replicate_tui.schema.fields import FieldKind, InputField
from replicate_tui.schema.texts import from_text, to_text
from replicate_tui.schema.values import ValueProblem

_SMALL_RANGE: Final = 200
_STEPS_IN_A_RANGE: Final = 20


def stepped(field: InputField, text: str, direction: int) -> str:
    """Return the text of the number one step away; the default or a limit where there is no number yet."""
    try:
        value = from_text(field, text)
    except ValueProblem:
        return text
    if not isinstance(value, int | float):
        start = next((limit for limit in (field.minimum, field.maximum) if limit is not None), 0)
        return to_text(field, field.default if isinstance(field.default, int | float) else start)
    step = step_of(field)
    moved = Decimal(str(value)) + direction * step
    low, high = (
        _limit(field.minimum, step, field.exclusive_minimum),
        _limit(field.maximum, -step, field.exclusive_maximum),
    )
    if low is not None:
        moved = max(low, moved)
    if high is not None:
        moved = min(high, moved)
    return to_text(field, int(moved) if moved == moved.to_integral_value() else float(moved))


def step_of(field: InputField) -> Decimal:
    """Return the step: 1 or a power of two for whole numbers, 1-2-5 steps for others."""
    span = (
        float(field.maximum) - float(field.minimum) if field.minimum is not None and field.maximum is not None else 0.0
    )
    if field.kind is FieldKind.INTEGER:
        if span <= _SMALL_RANGE or span > 1e6:
            return Decimal(1)
        return Decimal(2 ** int(math.log2(span / 100)))
    if not span or span > 1e6:
        return Decimal("0.1")
    wanted = span / _STEPS_IN_A_RANGE
    power = Decimal(10) ** math.floor(math.log10(wanted))
    return max(factor * power for factor in (1, 2, 5) if float(factor * power) <= wanted * 1.0001)


def _limit(bound: float | None, step: Decimal, exclusive: bool) -> Decimal | None:
    if bound is None:
        return None
    return Decimal(str(bound)) + (step if exclusive else 0)
