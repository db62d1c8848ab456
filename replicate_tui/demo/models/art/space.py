"""Nebulae, planets with bands and rings, and ground of the moon's kind."""

from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw

from replicate_tui.demo.models.art.canvas import Canvas, Point
from replicate_tui.demo.models.art.colour import RGB, Palette, along, mix, rgb
from replicate_tui.demo.models.art.noise import clouds, curve, ridge, threshold
from replicate_tui.demo.models.art.sky import round_mask, stars


def paint_space(canvas: Canvas, palette: Palette, words: Sequence[str], *, ground: bool) -> None:
    """Paint deep space with a nebula and planets; with `ground`, seen from a cratered plain."""
    rng = canvas.rng
    canvas.gradient((rgb("05060f"), mix(rgb("0a0d22"), palette.sky[0], 0.25), rgb("0b0817")), 0)
    for colour in rng.sample(palette.accents, 3):
        _nebula(canvas, colour)
    stars(canvas, canvas.height, palette, 2.4)
    big = canvas.unit * rng.uniform(0.2, 0.3)
    side = rng.choice((0.24, 0.76))
    where = (canvas.width * side, canvas.height * rng.uniform(0.26, 0.42))
    tones = rng.sample(palette.accents, 3)
    planet(canvas, where, big, [mix(tones[0], palette.light, 0.4), tones[0], mix(tones[1], tones[0], 0.4), tones[2]],
           ringed=rng.random() < 0.6 or "saturn" in words)  # fmt: skip
    small = (canvas.width * (1 - side) + canvas.unit * rng.uniform(-0.1, 0.1), canvas.height * rng.uniform(0.14, 0.3))
    planet(canvas, small, big * rng.uniform(0.16, 0.28), [palette.light, palette.far, palette.near], ringed=False)
    if ground:
        _plain(canvas, palette)


def _nebula(canvas: Canvas, colour: RGB) -> None:
    size = (max(2, canvas.width // 3), max(2, canvas.height // 3))
    first = threshold(clouds(size, canvas.rng, cells=(2, 2), octaves=6), 0.48, 0.85)
    second = curve(clouds(size, canvas.rng, cells=(5, 5), octaves=5), lambda value: value * 1.5 - 0.2)
    mask = ImageChops.multiply(first, second).resize(canvas.picture.size, Image.Resampling.BICUBIC)
    layer = Image.new("RGB", canvas.picture.size)
    layer.paste(colour, (0, 0), mask)
    canvas.replace(ImageChops.screen(canvas.picture, layer))


def planet(canvas: Canvas, centre: Point, radius: float, tones: Sequence[RGB], *, ringed: bool) -> None:
    """Draw a banded sphere that is lit from the upper left, with or without rings."""
    rng = canvas.rng
    edge = max(8, round(radius * 2))
    if ringed:
        _rings(canvas, centre, radius, tones[0], back=True)
    canvas.light(centre, radius * 1.5, tones[0], 0.4, falloff=1.4)
    bands = clouds((edge, edge), rng, cells=(0.6, 7), octaves=4)
    storms = clouds((edge, edge), rng, cells=(3, 9), octaves=4)
    relief = Image.blend(bands, storms, 0.35)
    stretched = [along(tones, (value / 255 - 0.25) * 2) for value in range(256)]
    face = Image.merge("RGB", [relief.point([tone[channel] for tone in stretched]) for channel in range(3)])
    face = face.rotate(rng.uniform(-25, 25), Image.Resampling.BICUBIC, expand=False, fillcolor=tones[1])
    corner = round(edge * 0.62)
    shade = Image.radial_gradient("L").resize((edge * 2, edge * 2))
    shade = shade.crop((corner, corner, corner + edge, corner + edge))
    face.paste(rgb("04040c"), (0, 0), curve(shade, lambda value: min(0.96, max(0.0, (value - 0.08) * 2.9)) ** 1.3))
    canvas.picture.paste(face, (round(centre[0] - radius), round(centre[1] - radius)), round_mask(edge))
    if ringed:
        _rings(canvas, centre, radius, tones[0], back=False)


def _rings(canvas: Canvas, centre: Point, radius: float, tone: RGB, *, back: bool) -> None:
    """Draw the half of the rings behind a planet, or the half before it."""
    edge = round(radius * 4.8)
    mask = Image.new("L", (edge, edge))
    pen = ImageDraw.Draw(mask)
    middle = edge / 2
    for ring in range(26):
        reach = radius * (1.35 + 0.95 * ring / 26)
        strength = 40 + 150 * (0.5 + 0.5 * ((ring * 7919) % 13) / 13) * (0.2 if ring in (15, 16) else 1)
        box = (middle - reach, middle - reach * 0.26, middle + reach, middle + reach * 0.26)
        start, end = (180, 360) if back else (0, 180)
        pen.arc(box, start, end, fill=round(strength), width=max(1, round(radius * 0.03)))
    mask = mask.rotate(16, Image.Resampling.BICUBIC)
    canvas.picture.paste(mix(tone, (255, 255, 255), 0.25), (round(centre[0] - middle), round(centre[1] - middle)), mask)


def _plain(canvas: Canvas, palette: Palette) -> None:
    rng = canvas.rng
    for layer in range(3):
        near = layer / 2
        top = canvas.height * (0.74 + 0.09 * layer)
        heights = ridge(rng, 129, 0.48)
        step = canvas.width / 128
        tone = mix(mix(palette.far, rgb("1a1830"), 0.45), palette.near, 0.75 * near)
        line = [(i * step, top + canvas.height * 0.05 * (1 - height)) for i, height in enumerate(heights)]
        canvas.polygon([*line, (canvas.width, canvas.height), (0, canvas.height)], tone)
        canvas.line(line, mix(tone, palette.light, 0.3), canvas.unit * 0.0025)
        for _ in range(7):
            x, y = rng.uniform(0, canvas.width), top + canvas.height * rng.uniform(0.07, 0.16)
            wide = canvas.unit * rng.uniform(0.01, 0.05) * (0.5 + near)
            canvas.ellipse((x, y), wide, wide * 0.26, mix(tone, palette.light, 0.16))
            canvas.ellipse((x + wide * 0.06, y + wide * 0.05), wide * 0.9, wide * 0.2, mix(tone, (0, 0, 0), 0.3))
