"""A supersampled canvas: gradients, light, fog and polygons, finished with grain and a mark."""

import math
import random
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from replicate_tui.demo.models.art.colour import RGB, along
from replicate_tui.demo.models.art.noise import clouds, curve, grain

Point = tuple[float, float]

_FULL_SAMPLING_PIXELS = 1_200_000
MARK = "local stand-in"


class Canvas:
    """A picture in the making; `x` and `y` are pixels of the enlarged picture, `unit` its shorter side."""

    def __init__(self, size: tuple[int, int], rng: random.Random) -> None:
        self.size = size
        self.rng = rng
        self.scale = 2 if size[0] * size[1] <= _FULL_SAMPLING_PIXELS else 1
        self.width, self.height = size[0] * self.scale, size[1] * self.scale
        self.unit = float(min(self.width, self.height))
        self.picture = Image.new("RGB", (self.width, self.height))
        self.draw = ImageDraw.Draw(self.picture)

    def replace(self, picture: Image.Image) -> None:
        """Go on with another picture of the same size."""
        self.picture = picture
        self.draw = ImageDraw.Draw(picture)

    def gradient(self, colours: Sequence[RGB], top: float = 0.0, bottom: float | None = None) -> None:
        """Fill rows `top` to `bottom` with `colours` from above to below."""
        first = max(0, round(top))
        last = self.height if bottom is None else min(self.height, round(bottom))
        if last > first:
            self.picture.paste(column(colours, (self.width, last - first)), (0, first))

    def stain(self, box: tuple[float, float, float, float], colour: RGB, mask: Image.Image) -> None:
        """Lay `colour` over `box` through a mask, which is stretched to it."""
        left, top, right, bottom = (round(edge) for edge in box)
        if right > left and bottom > top:
            self.picture.paste(colour, (left, top), mask.resize((right - left, bottom - top)))

    def light(self, centre: Point, radius: float, colour: RGB, strength: float, falloff: float = 2.2) -> None:
        """Add a round glow that fades to nothing at `radius`."""
        left, top = round(centre[0] - radius), round(centre[1] - radius)
        edge = max(2, round(2 * radius))
        mask = curve(disc(), lambda value: strength * value**falloff).resize((edge, edge), Image.Resampling.BILINEAR)
        layer = Image.new("RGB", (edge, edge))
        layer.paste(colour, (0, 0), mask)
        box = (max(0, left), max(0, top), min(self.width, left + edge), min(self.height, top + edge))
        if box[2] > box[0] and box[3] > box[1]:
            part = layer.crop((box[0] - left, box[1] - top, box[2] - left, box[3] - top))
            self.picture.paste(ImageChops.screen(self.picture.crop(box), part), box[:2])

    def fog(self, top: float, bottom: float, colour: RGB, strength: float, *, even: bool = False) -> None:
        """Lay a bank of fog that thickens towards `bottom` and ends softly there; it has wisps unless `even`."""
        height = max(1, round(bottom - top))
        size = (self.width, height)
        mask = curve(
            Image.linear_gradient("L"), lambda value: strength * value**1.6 * min(1.0, 4 * (1 - value))
        ).resize(size)
        if not even:
            small = (max(2, self.width // 4), max(2, height // 4))
            wisps = clouds(small, self.rng, cells=(3, 1.5), octaves=4).resize(size)
            mask = ImageChops.multiply(mask, curve(wisps, lambda value: 0.35 + 1.1 * value))
        self.picture.paste(colour, (0, round(top)), mask)

    def tone_at(self, x: float, y: float) -> RGB:
        """Return the colour at a place, or at the nearest one inside the picture."""
        place = (min(self.width - 1, max(0, int(x))), min(self.height - 1, max(0, int(y))))
        found = self.picture.getpixel(place)
        return (found[0], found[1], found[2]) if isinstance(found, tuple) else (0, 0, 0)

    def polygon(self, points: Sequence[Point], colour: RGB) -> None:
        self.draw.polygon([(x, y) for x, y in points], fill=colour)

    def blob(self, points: Sequence[Point], colour: RGB) -> None:
        """Fill the smooth closed curve through `points`."""
        self.polygon(smooth(points, closed=True), colour)

    def ellipse(self, centre: Point, across: float, down: float, colour: RGB) -> None:
        x, y = centre
        self.draw.ellipse((x - across, y - down, x + across, y + down), fill=colour)

    def line(self, points: Sequence[Point], colour: RGB, width: float) -> None:
        self.draw.line([(x, y) for x, y in points], fill=colour, width=max(1, round(width)), joint="curve")

    def through(self, mask: Image.Image, layer: Image.Image) -> None:
        """Lay a picture of the canvas' size over it through a mask of the same size."""
        self.picture.paste(layer, (0, 0), mask)

    def mask(self) -> tuple[Image.Image, ImageDraw.ImageDraw]:
        """Return an empty mask of the canvas' size and its pen."""
        mask = Image.new("L", (self.width, self.height))
        return mask, ImageDraw.Draw(mask)

    def finish(self, *, grain_amount: float = 0.14, vignette: float = 0.35, mark: bool = True) -> Image.Image:
        """Return the picture at its real size, with a vignette, grain and the mark in its corner."""
        picture = self.picture
        if self.scale > 1:
            picture = picture.resize(self.size, Image.Resampling.BOX)
        if vignette:
            edge = curve(Image.radial_gradient("L"), lambda value: vignette * max(0.0, value - 0.45) ** 1.5)
            picture.paste((0, 0, 0), (0, 0), edge.resize(self.size, Image.Resampling.BILINEAR))
        if grain_amount:
            picture = grain(picture, self.rng, grain_amount)
        return marked(picture) if mark else picture


def column(colours: Sequence[RGB], size: tuple[int, int]) -> Image.Image:
    """Return a vertical gradient."""
    steps = max(2, min(size[1], 512))
    strip = Image.new("RGB", (1, steps))
    strip.putdata([along(colours, row / (steps - 1)) for row in range(steps)])
    return strip.resize(size, Image.Resampling.BILINEAR)


def disc() -> Image.Image:
    """Return a 256-pixel mask that is white in its centre and black from the inscribed circle on."""
    # Pillow's radial gradient is 181 at the middle of each edge and white only in the corners.
    return curve(Image.radial_gradient("L"), lambda value: 1 - value * 255 / 181)


def soft(mask: Image.Image, radius: float) -> Image.Image:
    return mask.filter(ImageFilter.GaussianBlur(radius))


def smooth(points: Sequence[Point], *, closed: bool = False, steps: int = 10) -> list[Point]:
    """Return a Catmull-Rom curve through `points`."""
    count = len(points)
    curve_points: list[Point] = []
    for index in range(count if closed else count - 1):
        if closed:
            around = [points[(index + offset) % count] for offset in (-1, 0, 1, 2)]
        else:
            around = [points[min(count - 1, max(0, index + offset))] for offset in (-1, 0, 1, 2)]
        curve_points += [_catmull(around, step / steps) for step in range(steps)]
    if not closed:
        curve_points.append(points[-1])
    return curve_points


def _catmull(around: Sequence[Point], share: float) -> Point:
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = around
    square, cube = share * share, share**3

    def one(a: float, b: float, c: float, d: float) -> float:
        return 0.5 * (2 * b + (c - a) * share + (2 * a - 5 * b + 4 * c - d) * square + (3 * b - a - 3 * c + d) * cube)

    return one(x0, x1, x2, x3), one(y0, y1, y2, y3)


def turned(points: Sequence[Point], centre: Point, degrees: float) -> list[Point]:
    """Return `points` turned clockwise around `centre`."""
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    cx, cy = centre
    return [(cx + (x - cx) * cosine - (y - cy) * sine, cy + (x - cx) * sine + (y - cy) * cosine) for x, y in points]


def marked(picture: Image.Image) -> Image.Image:
    """Write the small words that say where the picture comes from into its lower right corner."""
    width, height = picture.size
    size = max(8, min(width, height) // 52)
    if width < 12 * size or height < 3 * size:
        return picture
    font = ImageFont.load_default(size)
    overlay = Image.new("L", picture.size)
    pen = ImageDraw.Draw(overlay)
    pen.text((width - size, height - 0.7 * size), MARK, fill=130, font=font, anchor="rs")
    shade = overlay.filter(ImageFilter.GaussianBlur(size / 6))
    picture.paste((0, 0, 0), (0, 0), curve(shade, lambda value: value * 1.2))
    picture.paste((255, 255, 255), (0, 0), overlay)
    return picture
