"""Figures that were built: towers, boats, machines, a house."""

import math

from PIL import Image, ImageChops

from replicate_tui.demo.models.art.canvas import Point, smooth, soft
from replicate_tui.demo.models.art.colour import mix, rgb
from replicate_tui.demo.models.art.pen import INK, WHITE, Pen


def lighthouse(pen: Pen) -> None:
    """A striped tower on a headland, with its beam when the scene is dark."""
    palette = pen.palette
    rock = mix(palette.near, INK, 0.35)
    pen.blob(
        [(-1.3, -0.12), (-0.75, 0.02), (-0.3, 0.1), (0.2, 0.1), (0.5, 0.0), (0.95, -0.14), (1.4, -0.6), (-1.6, -0.6)],
        rock,
    )
    pen.shape([(-0.3, 0.1), (0.2, 0.1), (0.5, 0.0), (0.2, -0.1), (-0.1, 0.02)], mix(rock, palette.light, 0.12))
    lamp = (0.0, 0.93)
    if palette.dark or palette.name in ("fog", "dusk"):
        _beam(pen, lamp)
    tower, stripe = mix(WHITE, palette.sky[-1], 0.2), mix(rgb("c8362f"), palette.near, 0.15)
    for band in range(5):
        low, high = band / 5, (band + 1) / 5
        wide_low, wide_high = 0.115 - 0.045 * low, 0.115 - 0.045 * high
        y0, y1 = 0.08 + 0.74 * low, 0.08 + 0.74 * high
        tone = stripe if band % 2 else tower
        pen.shape([(-wide_low, y0), (wide_low, y0), (wide_high, y1), (-wide_high, y1)], tone)
        pen.shape(
            [(wide_low * 0.25, y0), (wide_low, y0), (wide_high, y1), (wide_high * 0.25, y1)],
            mix(tone, palette.near, 0.3),
        )
    pen.box(-0.095, 0.82, 0.095, 0.845, INK)
    pen.box(-0.05, 0.845, 0.05, 0.93, mix(palette.light, rgb("ffdf7a"), 0.5))
    for bar in (-0.05, -0.017, 0.017, 0.05):
        pen.line([(bar, 0.845), (bar, 0.93)], INK, 0.007)
    pen.shape([(-0.072, 0.93), (0, 1.0), (0.072, 0.93)], stripe)
    pen.line([(0, 0.99), (0, 1.04)], INK, 0.008)
    pen.box(-0.018, 0.32, 0.014, 0.37, INK)
    pen.box(-0.016, 0.55, 0.012, 0.59, INK)
    pen.box(-0.04, 0.08, 0.02, 0.17, mix(INK, palette.near, 0.3), 0.02)
    pen.glow(0, 0.89, 0.5, rgb("ffe9a8"), 0.75)


def _beam(pen: Pen, lamp: Point) -> None:
    """Throw light from the lamp towards the wider side of the picture, brightest in its middle."""
    canvas = pen.canvas
    mask, marker = canvas.mask()
    x, y = pen.at(lamp[0], lamp[1] - 0.04)
    side = -1 if x > canvas.width / 2 else 1
    reach = canvas.width * 1.1
    for step in range(8, 0, -1):
        spread = canvas.unit * 0.022 * step
        far = x + side * reach
        marker.polygon([(x, y), (far, y - spread * 1.6), (far, y + spread * 0.8)], fill=150 - step * 15)
    fade = Image.linear_gradient("L").rotate(270 if side < 0 else 90).resize(mask.size)
    mask = ImageChops.multiply(soft(mask, canvas.unit * 0.004), ImageChops.invert(fade))
    layer = Image.new("RGB", mask.size)
    layer.paste(rgb("ffeebb"), (0, 0), mask)
    canvas.replace(ImageChops.screen(canvas.picture, layer))


def boat(pen: Pen) -> None:
    """A sloop with two sails."""
    palette = pen.palette
    hull, sail = mix(palette.near, palette.accents[0], 0.45), mix(WHITE, palette.light, 0.4)
    pen.blob([(-0.4, 0.16), (0, 0.14), (0.46, 0.18), (0.3, 0.02), (-0.28, 0.01)], hull)
    pen.line([(0.02, 0.14), (0.02, 1.0)], INK, 0.018)
    pen.shape(smooth([(0.05, 0.97), (0.3, 0.5), (0.4, 0.24), (0.05, 0.22)], steps=8), mix(sail, palette.sky[-1], 0.35))
    pen.shape(smooth([(0.0, 0.92), (-0.2, 0.5), (-0.34, 0.24), (0.0, 0.2)], steps=8), sail)
    for row in range(4):
        pen.line(
            [(-0.3 + row * 0.03, -0.02 - row * 0.035), (0.34 - row * 0.06, -0.02 - row * 0.035)],
            mix(sail, palette.near, 0.5),
            0.01,
        )


def robot(pen: Pen) -> None:
    """A friendly machine with lamps for eyes."""
    palette = pen.palette
    metal, dim = mix(palette.sky[-1], rgb("8fa3b0"), 0.6), mix(palette.near, rgb("51606b"), 0.6)
    for side in (-1, 1):
        pen.box(side * 0.12 - 0.05, 0.04, side * 0.12 + 0.05, 0.3, dim, 0.02)
        pen.box(side * 0.13 - 0.085, 0.0, side * 0.13 + 0.085, 0.07, metal, 0.03)
        pen.bow([(side * 0.24, 0.6), (side * 0.34, 0.48), (side * 0.33, 0.34)], dim, 0.055)
        pen.disc(side * 0.33, 0.31, 0.05, metal)
    pen.box(-0.25, 0.26, 0.25, 0.66, metal, 0.05)
    pen.box(-0.25, 0.26, 0.25, 0.36, mix(metal, dim, 0.5), 0.05)
    pen.box(-0.13, 0.42, 0.13, 0.58, dim, 0.02)
    for index, tone in enumerate(palette.accents[:3]):
        pen.disc(-0.08 + 0.08 * index, 0.5, 0.022, tone)
    pen.box(-0.06, 0.64, 0.06, 0.71, dim)
    pen.box(-0.2, 0.69, 0.2, 0.94, mix(metal, WHITE, 0.25), 0.06)
    pen.box(-0.155, 0.75, 0.155, 0.88, mix(INK, palette.near, 0.4), 0.05)
    for side in (-1, 1):
        pen.disc(side * 0.075, 0.815, 0.036, palette.accents[1])
        pen.disc(side * 0.075, 0.825, 0.014, WHITE)
        pen.glow(side * 0.075, 0.815, 0.16, palette.accents[1], 0.6)
    pen.line([(0, 0.94), (0, 1.03)], dim, 0.016)
    pen.disc(0, 1.04, 0.028, palette.accents[0])
    pen.glow(0, 1.04, 0.15, palette.accents[0], 0.7)


def submarine(pen: Pen) -> None:
    """A round boat with portholes and a beam ahead."""
    palette = pen.palette
    hull = mix(rgb("f2b632"), palette.accents[0], 0.2)
    pen.glow(0.95, 0.42, 0.9, rgb("fff3c0"), 0.4)
    pen.box(-0.14, 0.6, 0.2, 0.9, mix(hull, INK, 0.12), 0.06)
    pen.bow([(0.02, 0.85), (0.02, 1.1), (0.16, 1.12)], mix(hull, INK, 0.3), 0.045)
    pen.blob(
        [
            (-0.85, 0.42),
            (-0.6, 0.62),
            (-0.1, 0.72),
            (0.45, 0.66),
            (0.78, 0.42),
            (0.45, 0.18),
            (-0.1, 0.12),
            (-0.6, 0.22),
        ],
        hull,
    )
    pen.blob(
        [(-0.8, 0.38), (-0.1, 0.32), (0.72, 0.38), (0.45, 0.18), (-0.1, 0.12), (-0.6, 0.22)],
        mix(hull, palette.near, 0.25),
    )
    pen.shape([(-0.8, 0.42), (-1.02, 0.68), (-0.96, 0.42), (-1.02, 0.16)], mix(hull, rgb("c8362f"), 0.6))
    for index in range(3):
        x = -0.3 + index * 0.33
        pen.disc(x, 0.46, 0.105, mix(hull, INK, 0.35))
        pen.disc(x, 0.46, 0.08, rgb("cdf3ff"))
        pen.bow([(x - 0.05, 0.48), (x - 0.03, 0.51), (x + 0.01, 0.52)], WHITE, 0.02)


def rocket(pen: Pen) -> None:
    """A rocket on its flame."""
    palette = pen.palette
    pen.glow(0, -0.02, 0.6, rgb("ffb347"), 0.8)
    pen.blob([(-0.1, 0.12), (-0.13, -0.05), (0, -0.34), (0.13, -0.05), (0.1, 0.12)], rgb("ff8c2b"))
    pen.blob([(-0.055, 0.12), (-0.07, -0.02), (0, -0.2), (0.07, -0.02), (0.055, 0.12)], rgb("fff0b3"))
    fin = mix(rgb("c8362f"), palette.accents[0], 0.3)
    for side in (-1, 1):
        pen.blob([(side * 0.1, 0.42), (side * 0.27, 0.2), (side * 0.28, 0.04), (side * 0.1, 0.16)], fin)
    pen.blob(
        [(0, 1.0), (0.15, 0.74), (0.18, 0.42), (0.11, 0.1), (-0.11, 0.1), (-0.18, 0.42), (-0.15, 0.74)],
        mix(WHITE, palette.light, 0.2),
    )
    pen.blob(
        [(0.02, 0.97), (0.15, 0.74), (0.18, 0.42), (0.11, 0.1), (0.04, 0.1), (0.09, 0.5)],
        mix(WHITE, palette.near, 0.25),
    )
    pen.blob([(0, 1.0), (0.13, 0.8), (0, 0.77), (-0.13, 0.8)], fin)
    pen.disc(0, 0.58, 0.085, mix(INK, palette.near, 0.3))
    pen.disc(0, 0.58, 0.062, rgb("a8e6ff"))


def balloon(pen: Pen) -> None:
    """A striped balloon with its basket."""
    palette = pen.palette
    tones = [palette.accents[0], WHITE, palette.accents[1], WHITE, palette.accents[2], WHITE, palette.accents[0]]
    count = len(tones)
    for index, tone in enumerate(tones):
        left, right = -1 + 2 * index / count, -1 + 2 * (index + 1) / count
        points = []
        for edge, order in ((left, range(21)), (right, range(20, -1, -1))):
            for step in order:
                share = step / 20
                wide = 0.36 * math.sqrt(max(0.0, 1 - abs(2 * share**0.72 - 1) ** 2.6)) + 0.05 * (1 - share) ** 4
                points.append((edge * wide, 0.26 + 0.74 * share))
        pen.shape(points, mix(tone, palette.near, 0.04 + 0.26 * max(0.0, (left + right) / 2)))
    for side in (-1, 1):
        pen.line([(side * 0.1, 0.29), (side * 0.05, 0.12)], INK, 0.006)
    pen.box(-0.06, 0.02, 0.06, 0.12, rgb("8a5a34"), 0.012)
    pen.line([(-0.065, 0.12), (0.065, 0.12)], rgb("5c3a20"), 0.014)


def house(pen: Pen) -> None:
    """A small house with one lit window and smoke."""
    palette = pen.palette
    ground = [(-1.3, -0.16), (-0.8, 0.01), (0, 0.06), (0.8, 0.0), (1.3, -0.16), (0, -0.26)]
    pen.blob(ground, mix(palette.near, palette.far, 0.15))
    wall, roof = mix(rgb("e8d5b7"), palette.near, 0.35), mix(palette.accents[0], palette.near, 0.4)
    for puff in range(5):
        pen.disc(0.27 + 0.035 * puff**1.3, 0.98 + 0.09 * puff, 0.03 + 0.014 * puff, mix(palette.sky[-1], WHITE, 0.25))
    pen.box(0.2, 0.6, 0.3, 0.94, mix(roof, INK, 0.3))
    pen.box(-0.44, 0.0, 0.44, 0.5, wall)
    pen.box(0.1, 0.0, 0.44, 0.5, mix(wall, palette.near, 0.2))
    pen.shape([(-0.54, 0.48), (-0.3, 0.86), (0.3, 0.86), (0.54, 0.48)], roof)
    pen.box(-0.09, 0.0, 0.07, 0.32, mix(roof, INK, 0.35), 0.01)
    for x in (-0.32, 0.2):
        pen.box(x, 0.18, x + 0.15, 0.36, rgb("ffd985"))
        pen.line([(x + 0.075, 0.18), (x + 0.075, 0.36)], mix(wall, INK, 0.5), 0.012)
        pen.line([(x, 0.27), (x + 0.15, 0.27)], mix(wall, INK, 0.5), 0.012)
        pen.glow(x + 0.075, 0.27, 0.3, rgb("ffcf70"), 0.45)
