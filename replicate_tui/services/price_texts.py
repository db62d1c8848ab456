"""What a person types as a price → US dollars of one unit; what cannot be one is said in a sentence."""

import math
import re
from collections.abc import Mapping
from typing import Final

#: By how much a price is divided when it is told for more than one, by what follows the slash.
PER_SECOND: Final[Mapping[str, float]] = {
    **dict.fromkeys(("s", "sec", "second"), 1.0),
    **dict.fromkeys(("min", "minute"), 60.0),
    **dict.fromkeys(("h", "hour"), 3600.0),
}
PER_UNIT: Final[Mapping[str, float]] = {
    **dict.fromkeys(("1", "one", "unit"), 1.0),
    **dict.fromkeys(("k", "1k", "1000", "thousand"), 1e3),
    **dict.fromkeys(("m", "1m", "1000000", "million"), 1e6),
}
_PRICE: Final = re.compile(r"(?:\$|usd\s)?\s*(?P<number>[^\s/$]+)(?:\s+usd)?\s*(?:(?:/|per\b)\s*(?P<per>\S+))?")


class PriceTextError(ValueError):
    """A text that is no price, with what a price looks like."""


def read_price(text: str, divisors: Mapping[str, float]) -> float:
    """Return the dollars of one: "0.000975", "$3.51/h" with PER_SECOND, "3 per 1k" with PER_UNIT.

    Raises PriceTextError.
    """
    found = _PRICE.fullmatch(text.strip().casefold())
    if found is None:
        raise PriceTextError("A price is a number in US dollars." if text.strip() else "A price is missing.")
    dollars = _number(found["number"])
    per = found["per"]
    if per is None:
        return dollars
    divisor = divisors.get(per)
    if divisor is None:
        known = ", ".join(f"/{name}" for name in _shortest(divisors))
        raise PriceTextError(f"/{per} is no unit of a price here; known are {known}.")
    return float(f"{dollars / divisor:.12g}")


def _number(text: str) -> float:
    if "," in text:
        raise PriceTextError("A decimal point, please: a comma may mean two things.")
    try:
        number = float(text)
    except ValueError:
        raise PriceTextError("A price is a number in US dollars.") from None
    if not math.isfinite(number) or number < 0:
        raise PriceTextError("A price is 0 or more.")
    return number


def _shortest(divisors: Mapping[str, float]) -> list[str]:
    """Return one name for each divisor."""
    names: dict[float, str] = {}
    for name, divisor in divisors.items():
        names.setdefault(divisor, name)
    return list(names.values())
