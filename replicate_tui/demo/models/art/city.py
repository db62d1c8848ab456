"""Skylines in three rows, lit windows, and their reflection in wet ground."""

from collections.abc import Sequence

from PIL import Image, ImageChops, ImageFilter

from replicate_tui.demo.models.art.canvas import Canvas
from replicate_tui.demo.models.art.colour import RGB, Palette, mix, rgb
from replicate_tui.demo.models.art.noise import curve
from replicate_tui.demo.models.art.sky import paint_sky


def paint_city(canvas: Canvas, palette: Palette, words: Sequence[str]) -> None:
    """Paint a skyline; dark palettes light its windows, `rain` makes it rain."""
    rng = canvas.rng
    ground = canvas.height * rng.uniform(0.74, 0.82)
    paint_sky(canvas, palette, ground)
    for row in range(3):
        near = row / 2
        tone = mix(mix(palette.far, palette.sky[-1], 0.35), mix(palette.near, palette.sky[0], 0.12), near)
        _row(canvas, palette, ground, tone, near)
        if row < 2:
            canvas.fog(ground - canvas.height * 0.36, ground + canvas.height * 0.08, palette.sky[-1], 0.55)
    for _ in range(5):
        where = (rng.uniform(0, canvas.width), ground - canvas.height * rng.uniform(0, 0.06))
        canvas.light(where, canvas.unit * rng.uniform(0.12, 0.3), rng.choice(palette.accents), 0.28)
    _wet_ground(canvas, palette, ground)
    if {"rain", "rainy", "storm"} & set(words):
        _rain(canvas, palette.light)


def _row(canvas: Canvas, palette: Palette, ground: float, tone: RGB, near: float) -> None:
    rng = canvas.rng
    x = -canvas.unit * 0.02
    while x < canvas.width:
        wide = canvas.unit * rng.uniform(0.045, 0.1) * (0.8 + 0.55 * near)
        middle = 1 - abs((x + wide / 2) / canvas.width - 0.5)
        tall = canvas.height * rng.uniform(0.12, 0.5) * middle * (1.1 - 0.45 * near)
        if rng.random() < 0.12:
            tall *= 1.3
        _tower(
            canvas, palette, (x, ground - tall, x + wide, ground), mix(tone, palette.near, rng.uniform(0, 0.15)), near
        )
        x += wide * rng.uniform(0.86, 1.2)


def _tower(canvas: Canvas, palette: Palette, box: tuple[float, float, float, float], tone: RGB, near: float) -> None:
    rng = canvas.rng
    left, top, right, bottom = box
    wide = right - left
    canvas.draw.rectangle((left, top, right, bottom), fill=tone)
    canvas.draw.rectangle((left, top, left + wide * 0.16, bottom), fill=mix(tone, palette.sky[-1], 0.12))
    crown = rng.choice(("flat", "step", "spire", "slant", "tank", "mast"))
    middle = (left + right) / 2
    if crown == "step":
        for step in (1, 2):
            inset, lift = wide * 0.17 * step, canvas.unit * 0.022 * step
            canvas.draw.rectangle((left + inset, top - lift, right - inset, top), fill=tone)
    elif crown == "spire":
        canvas.polygon([(left, top), (middle, top - wide * 0.8), (right, top)], tone)
        canvas.line([(middle, top - wide * 0.7), (middle, top - wide * 1.25)], tone, canvas.unit * 0.0025)
    elif crown == "slant":
        canvas.polygon([(left, top), (right, top - wide * 0.45), (right, top)], tone)
    elif crown == "tank" and near > 0.4:
        canvas.draw.rectangle(
            (middle - wide * 0.14, top - wide * 0.4, middle + wide * 0.14, top - wide * 0.14), fill=tone
        )
        canvas.polygon(
            [
                (middle - wide * 0.17, top - wide * 0.4),
                (middle, top - wide * 0.55),
                (middle + wide * 0.17, top - wide * 0.4),
            ],
            tone,
        )
        for leg in (-0.12, 0.12):
            canvas.line(
                [(middle + wide * leg, top - wide * 0.2), (middle + wide * leg, top)], tone, canvas.unit * 0.003
            )
    elif crown == "mast":
        canvas.line([(middle, top), (middle, top - wide * 0.9)], tone, canvas.unit * 0.0025)
        canvas.light((middle, top - wide * 0.9), canvas.unit * 0.02, rgb("ff3b3b"), 0.9)
    _windows(canvas, palette, box, tone, near)


def _windows(canvas: Canvas, palette: Palette, box: tuple[float, float, float, float], tone: RGB, near: float) -> None:
    rng = canvas.rng
    left, top, right, bottom = box
    pane = canvas.unit * (0.0042 + 0.0048 * near)
    lit = (0.5 if palette.dark else 0.14) + 0.1 * near
    warm = [mix(palette.light, palette.accents[0], 0.15), rgb("ffd27a"), rgb("ffb45a"), mix(palette.light, tone, 0.4)]
    if palette.name == "neon":
        warm += [palette.accents[0], palette.accents[1]]
    style = rng.choice(("square", "tall", "band"))
    wide, high = {"square": (1.0, 1.0), "tall": (0.7, 1.6), "band": (2.4, 0.7)}[style]
    across, down = pane * wide * 1.75, pane * high * 1.9
    y = top + pane * 1.5
    while y < bottom - pane:
        floor = rng.random() < 0.08
        x = left + pane
        while x < right - pane * wide:
            if rng.random() < lit or floor:
                glass = mix(tone, rng.choice(warm), rng.uniform(0.45, 1.0) * (0.45 + 0.55 * near))
            else:
                glass = mix(tone, palette.sky[-1], 0.08 + (0.0 if palette.dark else 0.1))
            canvas.draw.rectangle((x, y, x + pane * wide, y + pane * high), fill=glass)
            x += across
        y += down


def _wet_ground(canvas: Canvas, palette: Palette, ground: float) -> None:
    row = round(ground)
    depth = canvas.height - row
    mirror = canvas.picture.crop((0, max(0, row - 2 * depth), canvas.width, row))
    mirror = mirror.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize((canvas.width, depth))
    mirror = mirror.filter(ImageFilter.BoxBlur((canvas.unit * 0.003, canvas.unit * 0.022)))
    dark = Image.new("RGB", mirror.size, mix(palette.near, palette.sky[0], 0.2))
    fade = curve(Image.linear_gradient("L"), lambda value: 0.25 + 0.5 * value).resize(mirror.size)
    canvas.picture.paste(Image.composite(dark, mirror, fade), (0, row))
    rng = canvas.rng
    for _ in range(70):
        near = rng.random()
        y, x = row + depth * near, rng.uniform(0, canvas.width)
        half = canvas.unit * rng.uniform(0.006, 0.03) * (0.4 + near)
        under = canvas.tone_at(x, y)
        tone = mix(under, palette.light, rng.uniform(0.08, 0.3))
        canvas.ellipse((x, y), half, canvas.unit * 0.0012, tone)
    canvas.line([(0, row), (canvas.width, row)], mix(palette.near, (0, 0, 0), 0.4), canvas.unit * 0.006)


def _rain(canvas: Canvas, tone: RGB) -> None:
    rng = canvas.rng
    mask, pen = canvas.mask()
    for _ in range(420):
        x, y = rng.uniform(-0.1, 1.1) * canvas.width, rng.uniform(-0.1, 1) * canvas.height
        long = canvas.unit * rng.uniform(0.015, 0.05)
        pen.line(
            (x, y, x - long * 0.22, y + long), fill=rng.randint(40, 120), width=max(1, round(canvas.unit * 0.0013))
        )
    layer = Image.new("RGB", mask.size)
    layer.paste(tone, (0, 0), mask)
    canvas.replace(ImageChops.screen(canvas.picture, layer))
