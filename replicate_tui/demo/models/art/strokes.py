"""Painting a given picture again with brush strokes, from broad to fine."""

import math
import random
from collections.abc import Iterator

from PIL import Image, ImageDraw, ImageFilter

from replicate_tui.demo.models.art.colour import RGB, mix

_SUPERSAMPLING = 2
_FINEST = 3.6


def repaint(target: Image.Image, rng: random.Random, *, brushes: tuple[float, ...], loose: float = 0.08) -> Image.Image:
    """Return `target` in strokes; `brushes` are widths as shares of the shorter side, `loose` shifts the hues."""
    *_, last = stages(target, rng, brushes=brushes, loose=loose)
    return last


def stages(
    target: Image.Image, rng: random.Random, *, brushes: tuple[float, ...], loose: float = 0.08
) -> Iterator[Image.Image]:
    """Yield the picture after each brush, broadest first."""
    width, height = target.size
    large = (width * _SUPERSAMPLING, height * _SUPERSAMPLING)
    ground = target.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    canvas = Image.new("RGB", large, ground)
    pen = ImageDraw.Draw(canvas)
    for order, brush in enumerate(brushes):
        # Fine brushes leave most of what is flat to the broad ones, as a painter does.
        _layer(pen, target, rng, max(_FINEST, brush * min(width, height)), loose, skipped=min(0.8, 0.3 * order))
        yield canvas.resize(target.size, Image.Resampling.BOX)


def _layer(
    pen: ImageDraw.ImageDraw,
    target: Image.Image,
    rng: random.Random,
    brush: float,
    loose: float,
    *,
    skipped: float,
) -> None:
    """Lay strokes along the edges of the picture, one for about each brush-sized cell, in a shuffled order."""
    width, height = target.size
    blurred = target.filter(ImageFilter.GaussianBlur(brush * 0.6))
    grey = blurred.convert("L").filter(ImageFilter.GaussianBlur(brush * 0.4))
    colours, light = blurred.tobytes(), grey.tobytes()
    cell = max(2.0, brush * 0.8)
    places = [
        (x * cell + rng.uniform(-0.5, 0.5) * cell, y * cell + rng.uniform(-0.5, 0.5) * cell)
        for y in range(int(height / cell) + 2)
        for x in range(int(width / cell) + 2)
    ]
    rng.shuffle(places)
    reach = max(1, round(brush / 3))

    def grey_at(x: float, y: float) -> int:
        return light[min(height - 1, max(0, int(y))) * width + min(width - 1, max(0, int(x)))]

    for x, y in places:
        start = 3 * (min(height - 1, max(0, int(y))) * width + min(width - 1, max(0, int(x))))
        tone: RGB = (colours[start], colours[start + 1], colours[start + 2])
        slope_x = grey_at(x + reach, y) - grey_at(x - reach, y)
        slope_y = grey_at(x, y + reach) - grey_at(x, y - reach)
        flat = abs(slope_x) + abs(slope_y) < 5
        if flat and rng.random() < skipped:
            continue
        angle = (0.35 + 0.2 * math.sin(x / width * 5)) if flat else math.atan2(slope_y, slope_x) + math.pi / 2
        angle += rng.gauss(0, 0.16)
        _stroke(pen, (x, y), angle, brush, _shifted(tone, rng, loose), rng)


def _shifted(tone: RGB, rng: random.Random, loose: float) -> RGB:
    other: RGB = (255, 255, 255) if rng.random() < 0.5 else (rng.randrange(60), rng.randrange(60), rng.randrange(90))
    return mix(tone, other, abs(rng.gauss(0, loose)))


def _stroke(
    pen: ImageDraw.ImageDraw, centre: tuple[float, float], angle: float, brush: float, tone: RGB, rng: random.Random
) -> None:
    scale = _SUPERSAMPLING
    long = brush * rng.uniform(0.8, 1.9)
    bend = rng.gauss(0, 0.18)
    x, y = centre
    path = []
    for step in (-1.0, -0.5, 0.0, 0.5, 1.0):
        turn = angle + bend * step
        path.append(((x + math.cos(turn) * long * step) * scale, (y + math.sin(turn) * long * step) * scale))
    wide = max(1, round(brush * 0.62 * scale * rng.uniform(0.7, 1.2)))
    pen.line(path, fill=tone, width=wide, joint="curve")
    for px, py in (path[0], path[-1]):
        pen.ellipse((px - wide / 2, py - wide / 2, px + wide / 2, py + wide / 2), fill=tone)
