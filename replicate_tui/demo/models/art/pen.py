"""A pen that draws a figure in units of the figure's own height."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from replicate_tui.demo.models.art.canvas import Canvas, Point, smooth
from replicate_tui.demo.models.art.colour import RGB, Palette, rgb

WHITE: Final = rgb("f7f4ea")
INK: Final = rgb("14121c")


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws in a figure's own coordinates: x to the right and y upward from its foot, 1 is its height."""

    canvas: Canvas
    foot: Point
    tall: float
    palette: Palette

    def at(self, x: float, y: float) -> Point:
        return self.foot[0] + x * self.tall, self.foot[1] - y * self.tall

    def shape(self, points: Sequence[Point], tone: RGB) -> None:
        self.canvas.polygon([self.at(x, y) for x, y in points], tone)

    def blob(self, points: Sequence[Point], tone: RGB) -> None:
        self.canvas.blob([self.at(x, y) for x, y in points], tone)

    def disc(self, x: float, y: float, across: float, tone: RGB, down: float | None = None) -> None:
        self.canvas.ellipse(self.at(x, y), across * self.tall, (across if down is None else down) * self.tall, tone)

    def box(self, left: float, bottom: float, right: float, top: float, tone: RGB, round_by: float = 0.0) -> None:
        (x0, y0), (x1, y1) = self.at(left, top), self.at(right, bottom)
        self.canvas.draw.rounded_rectangle((x0, y0, x1, y1), radius=round_by * self.tall, fill=tone)

    def line(self, points: Sequence[Point], tone: RGB, wide: float) -> None:
        placed = [self.at(x, y) for x, y in points]
        self.canvas.line(placed, tone, wide * self.tall)
        for end in (placed[0], placed[-1]):
            self.canvas.ellipse(end, wide * self.tall / 2, wide * self.tall / 2, tone)

    def bow(self, points: Sequence[Point], tone: RGB, wide: float) -> None:
        self.line(smooth(points), tone, wide)

    def glow(self, x: float, y: float, reach: float, tone: RGB, strength: float) -> None:
        self.canvas.light(self.at(x, y), reach * self.tall, tone, strength)
