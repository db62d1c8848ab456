"""Skies: gradient, clouds, sun or moon, stars, birds."""

import math

from PIL import Image, ImageChops

from replicate_tui.demo.models.art.canvas import Canvas, Point
from replicate_tui.demo.models.art.colour import RGB, Palette, mix
from replicate_tui.demo.models.art.noise import clouds, curve, threshold


def paint_sky(canvas: Canvas, palette: Palette, bottom: float) -> Point:
    """Paint the sky down to `bottom` and return where its sun or moon stands."""
    rng = canvas.rng
    canvas.gradient(palette.sky, 0, bottom)
    if palette.dark:
        stars(canvas, bottom, palette)
    centre = (canvas.width * rng.choice((0.28, 0.38, 0.62, 0.72)), bottom * rng.uniform(0.36, 0.68))
    radius = canvas.unit * rng.uniform(0.055, 0.1)
    cloud_bank(canvas, palette, bottom)
    if palette.dark:
        moon(canvas, centre, radius, palette.light)
    else:
        sun(canvas, centre, radius, palette.light)
    return centre


def sun(canvas: Canvas, centre: Point, radius: float, colour: RGB) -> None:
    canvas.light(centre, radius * 9, colour, 0.35)
    canvas.light(centre, radius * 3.2, colour, 0.6)
    canvas.ellipse(centre, radius, radius, mix(colour, (255, 255, 255), 0.35))


def moon(canvas: Canvas, centre: Point, radius: float, colour: RGB) -> None:
    """Draw a full moon with seas, softly lit from one side."""
    canvas.light(centre, radius * 8, colour, 0.3)
    canvas.light(centre, radius * 2.4, colour, 0.45)
    edge = max(8, round(radius * 2))
    face = Image.new("RGB", (edge, edge), colour)
    seas = threshold(clouds((edge, edge), canvas.rng, cells=(3, 3), octaves=4), 0.52, 0.68)
    face.paste(mix(colour, (90, 100, 130), 0.45), (0, 0), curve(seas, lambda value: value * 0.6))
    shade = curve(Image.linear_gradient("L").rotate(60), lambda value: 0.55 * value**2).resize((edge, edge))
    face.paste((20, 24, 50), (0, 0), shade)
    canvas.picture.paste(face, (round(centre[0] - radius), round(centre[1] - radius)), round_mask(edge))


def round_mask(edge: int) -> Image.Image:
    """Return a filled circle with a smooth rim."""
    rim = 3 / edge
    return curve(Image.radial_gradient("L"), lambda value: (0.709 - value) / rim).resize((edge, edge))


def stars(canvas: Canvas, bottom: float, palette: Palette, density: float = 1.0) -> None:
    """Scatter stars, most of them faint, fewer towards the horizon."""
    rng = canvas.rng
    for _ in range(int(260 * density)):
        x, y = rng.uniform(0, canvas.width), bottom * rng.random() ** 1.4
        size = canvas.unit * 0.0011 * (0.7 + 2.2 * rng.random() ** 6)
        under = canvas.tone_at(x, y)
        colour = mix(rng.choice((palette.light, (255, 255, 255), (200, 216, 255))), (255, 255, 255), 0.3)
        canvas.ellipse((x, y), size, size, mix(under, colour, rng.uniform(0.25, 1.0)))
        if size > canvas.unit * 0.0026:
            canvas.light((x, y), size * 9, colour, 0.5)


def cloud_bank(canvas: Canvas, palette: Palette, bottom: float, amount: float = 1.0) -> None:
    """Lay long clouds across the sky, lit from below in the colour of the light."""
    rng = canvas.rng
    size = (max(2, canvas.width // 2), max(2, round(bottom) // 2))
    shape = clouds(size, rng, cells=(2.2 * canvas.width / canvas.unit, 5), octaves=6)
    cover = rng.uniform(0.5, 0.58)
    body = curve(threshold(shape, cover, cover + 0.22), lambda value: value * 0.55 * amount)
    # The same clouds shifted down leave a bright rim where they no longer cover themselves.
    lower = ImageChops.offset(body, 0, -max(1, size[1] // 90))
    rim = curve(ImageChops.subtract(lower, body), lambda value: value * 2.2)
    fade = curve(Image.linear_gradient("L"), lambda value: 1 - 0.6 * abs(value - 0.55)).resize(size)
    box = (0, 0, canvas.width, bottom)
    tone = mix(palette.sky[-1], palette.light, 0.4) if not palette.dark else mix(palette.sky[2], palette.light, 0.25)
    canvas.stain(box, tone, ImageChops.multiply(body, fade))
    canvas.stain(box, palette.light, ImageChops.multiply(rim, fade))


def birds(canvas: Canvas, centre: Point, spread: float, colour: RGB, count: int = 7) -> None:
    """Draw a loose flock as short double strokes."""
    rng = canvas.rng
    for _ in range(count):
        x = centre[0] + rng.gauss(0, spread)
        y = centre[1] + rng.gauss(0, spread * 0.35)
        span = canvas.unit * rng.uniform(0.008, 0.018)
        lift = span * rng.uniform(0.35, 0.6)
        for side in (-1, 1):
            wing = [
                (x + side * span * share, y - lift * math.sin(share * math.pi * 0.75)) for share in (0, 0.3, 0.6, 1)
            ]
            canvas.line(wing, colour, canvas.unit * 0.0022)
