"""Branches, ferns and flowers before a disc of colour."""

import math
from collections.abc import Sequence

from replicate_tui.demo.models.art.canvas import Canvas, Point, smooth, turned
from replicate_tui.demo.models.art.colour import RGB, Palette, luminance, mix, rgb

_PAPER = rgb("f4ecda")


def paint_plants(canvas: Canvas, palette: Palette, words: Sequence[str]) -> None:
    """Paint stems with leaves and blossoms; `tree` and `blossom` give one branching tree instead."""
    rng = canvas.rng
    if palette.dark:
        ground: tuple[RGB, ...] = (mix(palette.sky[0], (0, 0, 0), 0.2), palette.sky[1])
    else:
        ground = (mix(_PAPER, palette.light, 0.5), mix(_PAPER, palette.sky[-1], 0.35))
    canvas.gradient(ground, 0)
    tree = bool({"tree", "trees", "blossom", "cherry", "bonsai", "fractal"} & set(words)) or rng.random() < 0.3
    reach = canvas.unit * rng.uniform(0.26, 0.34)
    disc = (canvas.width * rng.uniform(0.42, 0.58), canvas.height * rng.uniform(0.36, 0.46))
    canvas.ellipse(disc, reach, reach, mix(palette.accents[0], palette.sky[-1], 0.25))
    canvas.ellipse(disc, reach * 0.985, reach * 0.985, mix(palette.accents[1], palette.accents[0], 0.25))
    if tree:
        _tree(canvas, palette)
        return
    stems = rng.randint(9, 13)
    spread = min(canvas.width, canvas.unit * 1.35)
    for stem in range(stems):
        share = (stem + 0.5) / stems
        foot = (canvas.width / 2 + (share - 0.5) * spread * 0.42, canvas.height * 1.03)
        tip = (
            canvas.width / 2 + (share - 0.5) * spread * rng.uniform(0.95, 1.2),
            canvas.height * rng.uniform(0.14, 0.55),
        )
        green = mix(rgb("2f6b4f"), palette.near if stem % 2 else palette.accents[stem % 4], rng.uniform(0.2, 0.6))
        if palette.dark:
            green = mix(green, palette.sky[-1], 0.35)
        rng.choice((_leafy, _fern, _bloom, _bloom, _grass))(canvas, palette, foot, tip, green)


def _stem(canvas: Canvas, foot: Point, tip: Point) -> list[Point]:
    bend = canvas.unit * canvas.rng.uniform(-0.09, 0.09)
    middle = ((foot[0] * 0.6 + tip[0] * 0.4) + bend, (foot[1] + tip[1]) / 2)
    return smooth([foot, middle, tip], steps=14)


def _draw_stem(canvas: Canvas, spine: Sequence[Point], tone: RGB, wide: float) -> None:
    count = len(spine)
    for index in range(count - 1):
        canvas.line(spine[index : index + 2], tone, canvas.unit * wide * (1 - 0.7 * index / count))


def leaf(canvas: Canvas, base: Point, long: float, wide: float, degrees: float, tone: RGB) -> None:
    """Draw a pointed leaf that grows from `base` upward, turned by `degrees`, with a lighter half."""
    x, y = base
    half = [(x, y), (x + wide, y - long * 0.42), (x + wide * 0.45, y - long * 0.8), (x, y - long)]
    other = [(2 * x - px, py) for px, py in half]
    for side, shade in ((half, tone), (other, mix(tone, (255, 255, 255), 0.14))):
        canvas.polygon(turned(smooth(side, steps=6), base, degrees), shade)


def _leafy(canvas: Canvas, _palette: Palette, foot: Point, tip: Point, tone: RGB) -> None:
    spine = _stem(canvas, foot, tip)
    _draw_stem(canvas, spine, tone, 0.008)
    for index in range(6, len(spine), 3):
        size = canvas.unit * 0.11 * (1.15 - index / len(spine))
        lean = _heading(spine, index)
        for side in (-1, 1):
            leaf(canvas, spine[index], size, size * 0.26, lean + side * canvas.rng.uniform(38, 62), tone)
    leaf(canvas, spine[-1], canvas.unit * 0.05, canvas.unit * 0.013, _heading(spine, len(spine) - 1), tone)


def _fern(canvas: Canvas, palette: Palette, foot: Point, tip: Point, tone: RGB) -> None:
    spine = _stem(canvas, foot, tip)
    _draw_stem(canvas, spine, tone, 0.005)
    for index in range(4, len(spine)):
        size = canvas.unit * 0.1 * math.sin(math.pi * (0.12 + 0.86 * index / len(spine)))
        for side in (-1, 1):
            leaf(
                canvas,
                spine[index],
                size,
                size * 0.12,
                _heading(spine, index) + side * 64,
                mix(tone, palette.light, 0.1),
            )


def _grass(canvas: Canvas, palette: Palette, foot: Point, tip: Point, tone: RGB) -> None:
    spine = _stem(canvas, foot, (tip[0], tip[1] + canvas.height * 0.1))
    _draw_stem(canvas, spine, tone, 0.004)
    for index in range(len(spine) - 12, len(spine)):
        for side in (-1, 1):
            x, y = spine[index]
            berry = canvas.unit * 0.0055
            canvas.ellipse((x + side * berry * 1.4, y), berry, berry * 1.5, mix(palette.accents[1], palette.light, 0.2))


def _bloom(canvas: Canvas, palette: Palette, foot: Point, tip: Point, tone: RGB) -> None:
    rng = canvas.rng
    spine = _stem(canvas, foot, tip)
    _draw_stem(canvas, spine, tone, 0.007)
    for index in (9, 14, 18):
        side = rng.choice((-1, 1))
        leaf(canvas, spine[index], canvas.unit * 0.1, canvas.unit * 0.026, _heading(spine, index) + side * 50, tone)
    blossom(canvas, tip, canvas.unit * rng.uniform(0.05, 0.085), rng.choice(palette.accents), palette.light)


def blossom(canvas: Canvas, centre: Point, radius: float, tone: RGB, heart: RGB) -> None:
    """Draw two rings of petals around a heart."""
    rng = canvas.rng
    petals = rng.choice((5, 6, 8, 11))
    start = rng.uniform(0, 360)
    for ring, (reach, shade) in enumerate(((1.0, mix(tone, (0, 0, 0), 0.16)), (0.72, tone))):
        for petal in range(petals):
            degrees = start + 360 * (petal + 0.5 * ring) / petals
            leaf(canvas, centre, radius * reach * 1.15, radius * reach * 2.0 / petals + radius * 0.06, degrees, shade)
    dark = luminance(tone) > 150
    canvas.ellipse(centre, radius * 0.24, radius * 0.24, mix(heart, rgb("6b3e12"), 0.55 if dark else 0.1))
    for dot in range(9):
        angle = math.tau * dot / 9
        place = (centre[0] + math.cos(angle) * radius * 0.3, centre[1] + math.sin(angle) * radius * 0.3)
        canvas.ellipse(place, radius * 0.035, radius * 0.035, mix(heart, (255, 255, 255), 0.3))


def _heading(spine: Sequence[Point], index: int) -> float:
    """Return the direction of a stem at a point, in degrees clockwise from upward."""
    (x0, y0), (x1, y1) = spine[max(0, index - 1)], spine[min(len(spine) - 1, index + 1)]
    return math.degrees(math.atan2(x1 - x0, y0 - y1))


def _tree(canvas: Canvas, palette: Palette) -> None:
    rng = canvas.rng
    bark = mix(palette.near, rgb("2a1a16"), 0.5) if not palette.dark else mix(palette.far, rgb("191320"), 0.6)
    tips: list[Point] = []

    def branch(base: Point, degrees: float, long: float, wide: float, depth: int) -> None:
        end = (
            base[0] + math.sin(math.radians(degrees)) * long,
            base[1] - math.cos(math.radians(degrees)) * long,
        )
        bent = ((base[0] + end[0]) / 2 + rng.gauss(0, 0.06) * long, (base[1] + end[1]) / 2)
        spine = smooth([base, bent, end], steps=5)
        for index in range(len(spine) - 1):
            canvas.line(spine[index : index + 2], bark, wide * (1 - 0.35 * index / len(spine)))
            canvas.ellipse(spine[index + 1], wide * 0.36, wide * 0.36, bark)
        if depth < 4:
            tips.append(end)
        if depth == 0:
            return
        for turn in (-1, 1) if rng.random() < 0.72 else (-1, 0.15, 1):
            lean = degrees + turn * rng.uniform(16, 38)
            branch(end, lean, long * rng.uniform(0.68, 0.84), wide * 0.64, depth - 1)

    foot = (canvas.width * rng.uniform(0.42, 0.58), canvas.height * 0.94)
    canvas.ellipse(
        (canvas.width / 2, canvas.height * 1.1),
        canvas.width * 0.8,
        canvas.height * 0.18,
        mix(bark, palette.sky[1], 0.3),
    )
    branch(foot, rng.uniform(-6, 6), canvas.unit * 0.2, canvas.unit * 0.04, 8)
    colours = [
        palette.accents[0],
        mix(palette.accents[0], palette.light, 0.45),
        mix(palette.accents[1], palette.light, 0.3),
    ]
    for x, y in tips:
        for _ in range(2):
            place = (x + rng.gauss(0, 0.012) * canvas.unit, y + rng.gauss(0, 0.012) * canvas.unit)
            size = canvas.unit * rng.uniform(0.0035, 0.0095)
            canvas.ellipse(place, size, size, rng.choice(colours))
    for _ in range(36):
        place = (canvas.width * rng.random(), canvas.height * rng.uniform(0.5, 0.97))
        canvas.ellipse(place, canvas.unit * 0.005, canvas.unit * 0.003, rng.choice(colours))
