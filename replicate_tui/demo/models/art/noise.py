"""Seeded noise as greyscale pictures: clouds, grain, and the outlines of ridges."""

import random
from collections.abc import Callable
from itertools import pairwise

from PIL import Image, ImageChops

Size = tuple[int, int]


def speckle(size: Size, rng: random.Random) -> Image.Image:
    """Return white noise, one random byte for each pixel."""
    return Image.frombytes("L", size, rng.randbytes(size[0] * size[1]))


def clouds(size: Size, rng: random.Random, *, cells: tuple[float, float] = (4, 4), octaves: int = 5) -> Image.Image:
    """Return fractal noise with about `cells` blobs across and down in its coarsest octave."""
    total = Image.new("L", size)
    for octave in range(octaves):
        across = min(size[0], max(2, round(cells[0] * 2**octave)))
        down = min(size[1], max(2, round(cells[1] * 2**octave)))
        # A margin keeps the clamped border of the bicubic filter out of the picture.
        inner = (1, 1, across + 1, down + 1)
        layer = speckle((across + 2, down + 2), rng).resize(size, Image.Resampling.BICUBIC, box=inner)
        # Each octave has half the weight of the one before it.
        total = Image.blend(total, layer, 0.9 / (2 ** (octave + 1) - 1) if octave else 1.0)
    return total


def curve(picture: Image.Image, function: Callable[[float], float]) -> Image.Image:
    """Map each grey value, as a share from 0 to 1, through `function`."""
    return picture.point([round(255 * min(1.0, max(0.0, function(value / 255)))) for value in range(256)])


def threshold(picture: Image.Image, low: float, high: float) -> Image.Image:
    """Return a soft mask: 0 below `low`, 255 above `high`, smooth between them."""

    def smooth(value: float) -> float:
        share = min(1.0, max(0.0, (value - low) / (high - low)))
        return share * share * (3 - 2 * share)

    return curve(picture, smooth)


def grain(picture: Image.Image, rng: random.Random, amount: float) -> Image.Image:
    """Lay film grain of strength `amount` (0 to 1) over a picture."""
    noise = curve(speckle(picture.size, rng), lambda value: 0.5 + (value - 0.5) * amount)
    return ImageChops.soft_light(picture, Image.merge("RGB", (noise, noise, noise)))


def ridge(rng: random.Random, points: int, roughness: float) -> list[float]:
    """Return `points` heights from 0 to 1 by midpoint displacement; lower `roughness` gives rounder hills."""
    heights = [rng.random(), rng.random()]
    swing = 1.0
    while len(heights) < points:
        swing *= roughness
        middles = [(a + b) / 2 + rng.uniform(-swing, swing) / 2 for a, b in pairwise(heights)]
        heights = [height for pair in zip(heights, middles, strict=False) for height in pair] + [heights[-1]]
    heights = heights[:points]
    low, high = min(heights), max(heights)
    return [(height - low) / ((high - low) or 1) for height in heights]
