"""One shape laid over a picture."""

import math
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw

from replicate_tui.demo.models.art.canvas import turned
from replicate_tui.demo.models.art.colour import RGB

_SUPERSAMPLING = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A shape in shares of the picture; `angle` in degrees clockwise, `blend` one of four names."""

    shape: str
    centre: tuple[float, float]
    size: float
    angle: float
    colour: RGB
    opacity: float
    blend: str


def lay(picture: Image.Image, layer: Layer) -> Image.Image:
    """Return the picture with a layer on it."""
    flat = Image.new("RGB", picture.size, layer.colour)
    mixed = {
        "multiply": lambda: ImageChops.multiply(picture, flat),
        "screen": lambda: ImageChops.screen(picture, flat),
        "difference": lambda: ImageChops.difference(picture, flat),
    }.get(layer.blend, lambda: flat)()
    mask = _mask(layer, picture.size).point([round(value * layer.opacity) for value in range(256)])
    return Image.composite(mixed, picture, mask)


def _mask(layer: Layer, size: tuple[int, int]) -> Image.Image:
    large = (size[0] * _SUPERSAMPLING, size[1] * _SUPERSAMPLING)
    mask = Image.new("L", large)
    pen = ImageDraw.Draw(mask)
    x, y = layer.centre[0] * large[0], layer.centre[1] * large[1]
    reach = layer.size * min(large) / 2
    box = (x - reach, y - reach, x + reach, y + reach)
    if layer.shape == "circle":
        pen.ellipse(box, fill=255)
    elif layer.shape == "ring":
        pen.ellipse(box, outline=255, width=max(1, round(reach * 0.28)))
    elif layer.shape == "petals":
        _petals(pen, (x, y), reach, layer.angle)
    else:
        for part in _polygons(layer.shape, x, y, reach):
            pen.polygon(turned(part, (x, y), layer.angle), fill=255)
    return mask.resize(size, Image.Resampling.BOX)


def _polygons(shape: str, x: float, y: float, reach: float) -> list[list[tuple[float, float]]]:
    if shape == "square":
        return [[(x - reach, y - reach), (x + reach, y - reach), (x + reach, y + reach), (x - reach, y + reach)]]
    if shape == "triangle":
        return [[(x, y - reach), (x + reach * 0.87, y + reach * 0.5), (x - reach * 0.87, y + reach * 0.5)]]
    if shape == "stripes":
        rows = [y - reach + 2 * reach * step / 9 for step in range(0, 9, 2)]
        high = 2 * reach / 9
        return [[(x - reach, row), (x + reach, row), (x + reach, row + high), (x - reach, row + high)] for row in rows]
    dots = []
    for column in range(5):
        for row in range(5):
            cx, cy = x - reach + reach * (column + 0.5) / 2.5, y - reach + reach * (row + 0.5) / 2.5
            ring = [math.tau * step / 20 for step in range(20)]
            dots.append([(cx + math.cos(turn) * reach * 0.1, cy + math.sin(turn) * reach * 0.1) for turn in ring])
    return dots


def _petals(pen: ImageDraw.ImageDraw, centre: tuple[float, float], reach: float, angle: float) -> None:
    x, y = centre
    for petal in range(8):
        turn = math.radians(angle + 45 * petal)
        px, py = x + math.cos(turn) * reach * 0.6, y + math.sin(turn) * reach * 0.6
        size = reach * 0.4
        pen.ellipse((px - size, py - size, px + size, py + size), fill=255)
    pen.ellipse((x - reach * 0.3, y - reach * 0.3, x + reach * 0.3, y + reach * 0.3), fill=0)
