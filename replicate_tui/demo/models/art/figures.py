"""The figures that can stand in a scene: the words that name them, how tall they are, and where they stand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from replicate_tui.demo.models.art import crafts, creatures
from replicate_tui.demo.models.art.pen import Pen


@dataclass(frozen=True, slots=True)
class Figure:
    """`tall` is in shares of the picture's shorter side, `stands` the place of its foot in shares of the height."""

    draw: Callable[[Pen], None]
    words: frozenset[str]
    tall: float
    stands: float


def _figure(draw: Callable[[Pen], None], words: str, tall: float, stands: float) -> Figure:
    return Figure(draw, frozenset(words.split()), tall, stands)


FIGURES: dict[str, Figure] = {
    "lighthouse": _figure(crafts.lighthouse, "lighthouse beacon", 0.56, 0.86),
    "boat": _figure(crafts.boat, "boat ship sail sailing sailboat yacht ferry", 0.2, 0.72),
    "astronaut": _figure(creatures.astronaut, "astronaut cosmonaut spaceman", 0.44, 0.92),
    "unicorn": _figure(creatures.unicorn, "unicorn", 0.4, 0.92),
    "horse": _figure(creatures.horse, "horse pony riding", 0.38, 0.92),
    "robot": _figure(crafts.robot, "robot android machine", 0.46, 0.94),
    "submarine": _figure(crafts.submarine, "submarine", 0.24, 0.55),
    "whale": _figure(creatures.whale, "whale", 0.26, 0.56),
    "rocket": _figure(crafts.rocket, "rocket spaceship shuttle", 0.42, 0.66),
    "balloon": _figure(crafts.balloon, "balloon", 0.34, 0.5),
    "house": _figure(crafts.house, "house cabin cottage home hut", 0.22, 0.88),
    # These are put in by a rule of their own.
    "unicorn_rider": _figure(creatures.rider, "", 0.44, 0.94),
    "horse_rider": _figure(creatures.horse_rider, "", 0.44, 0.94),
    "cat": _figure(creatures.cat, "", 0.32, 0.95),
}


def figures_in(words: Sequence[str]) -> list[str]:
    """Return the names of the figures that words ask for."""
    asked = set(words)
    named = [name for name, figure in FIGURES.items() if figure.words & asked]
    if "astronaut" in named and ("unicorn" in named or "horse" in named):
        mount = "unicorn_rider" if "unicorn" in named else "horse_rider"
        return [mount, *(name for name in named if name not in ("astronaut", "unicorn", "horse"))]
    # A rocket ship is no ship.
    return [name for name in named if name != "boat" or "rocket" not in named]
