"""What can be measured in a picture: its colours, light, edges and rows."""

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter, ImageStat

from replicate_tui.demo.models.art.colour import RGB, luminance
from replicate_tui.demo.models.art.files import opaque, within

_NAMED: tuple[tuple[str, RGB], ...] = (
    ("black", (12, 12, 14)), ("dark grey", (72, 72, 76)), ("grey", (140, 140, 144)), ("light grey", (204, 204, 208)),
    ("white", (250, 250, 250)), ("red", (214, 32, 32)), ("dark red", (110, 14, 24)), ("orange", (240, 134, 34)),
    ("brown", (112, 70, 38)), ("tan", (206, 172, 124)), ("cream", (246, 232, 204)), ("yellow", (246, 214, 50)),
    ("olive", (124, 124, 40)), ("green", (54, 156, 70)), ("green", (20, 210, 40)), ("dark green", (22, 72, 44)),
    ("mint", (164, 222, 184)), ("teal", (20, 128, 128)), ("turquoise", (64, 206, 204)), ("sky blue", (130, 190, 236)),
    ("blue", (36, 84, 206)), ("blue", (10, 20, 220)), ("navy", (16, 28, 74)), ("indigo", (66, 32, 134)),
    ("purple", (132, 54, 168)), ("lavender", (196, 176, 226)), ("magenta", (226, 44, 156)), ("pink", (248, 170, 190)),
)  # fmt: skip
_LONGEST = 256


@dataclass(frozen=True, slots=True)
class Swatch:
    """One colour of a picture and the share (0 to 1) of the pixels that are nearest to it."""

    colour: RGB
    share: float

    @property
    def name(self) -> str:
        return name_of(self.colour)

    @property
    def hex(self) -> str:
        return "#{:02x}{:02x}{:02x}".format(*self.colour)


def name_of(colour: RGB) -> str:
    """Return the name of the nearest of two dozen plain colours."""

    def distance(other: RGB) -> float:
        mean = (colour[0] + other[0]) / 2
        red, green, blue = (a - b for a, b in zip(colour, other, strict=True))
        return (2 + mean / 256) * red**2 + 4 * green**2 + (2 + (255 - mean) / 256) * blue**2

    return min(_NAMED, key=lambda named: distance(named[1]))[0]


def swatches(picture: Image.Image, count: int) -> list[Swatch]:
    """Return up to `count` dominant colours, the commonest first."""
    small = within(opaque(picture), _LONGEST)
    reduced = small.quantize(count, method=Image.Quantize.MEDIANCUT, kmeans=2)
    palette = reduced.getpalette() or []
    total = small.width * small.height
    found = []
    for number, index in sorted(reduced.getcolors() or [], reverse=True):
        place = 3 * int(index) if isinstance(index, int | float) else 0
        red, green, blue = palette[place : place + 3]
        found.append(Swatch((red, green, blue), number / total))
    return found


def brightness(picture: Image.Image) -> float:
    """Return the mean lightness from 0 to 1."""
    return float(ImageStat.Stat(opaque(picture).convert("L")).mean[0]) / 255


def contrast(picture: Image.Image) -> float:
    """Return the standard deviation of the lightness, from 0 to about 0.5."""
    return float(ImageStat.Stat(opaque(picture).convert("L")).stddev[0]) / 255


def colourfulness(picture: Image.Image) -> float:
    """Return the mean saturation from 0 to 1."""
    return float(ImageStat.Stat(opaque(picture).convert("HSV")).mean[1]) / 255


def edges(picture: Image.Image, gain: float = 1.0) -> Image.Image:
    """Return the strength of the steps between neighbouring pixels as a grey picture: Sobel in two directions."""
    grey = opaque(picture).convert("L")
    across = grey.filter(ImageFilter.Kernel((3, 3), (-1, 0, 1, -2, 0, 2, -1, 0, 1), scale=8, offset=128))
    down = grey.filter(ImageFilter.Kernel((3, 3), (-1, -2, -1, 0, 0, 0, 1, 2, 1), scale=8, offset=128))
    steps = [min(255, round(abs(value - 128) * 2 * gain)) for value in range(256)]
    strength = ImageChops.add(across.point(steps), down.point(steps))
    # The kernel leaves the outermost pixels as they were: they say nothing about steps.
    strength.paste(0, (0, 0, strength.width, 1))
    strength.paste(0, (0, strength.height - 1, strength.width, strength.height))
    strength.paste(0, (0, 0, 1, strength.height))
    strength.paste(0, (strength.width - 1, 0, strength.width, strength.height))
    return strength


def edge_density(picture: Image.Image) -> float:
    """Return the share of pixels that lie on a clear edge."""
    strength = edges(within(picture, _LONGEST))
    histogram = strength.histogram()
    return sum(histogram[48:]) / max(1, sum(histogram))


def light_of(colour: RGB) -> str:
    """Return dark, mid-toned or bright."""
    value = luminance(colour)
    return "dark" if value < 70 else "bright" if value > 185 else "mid-toned"
