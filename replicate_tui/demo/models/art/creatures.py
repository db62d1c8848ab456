"""Figures that live: people, horses and their kin, cats, whales."""

from collections.abc import Sequence

from replicate_tui.demo.models.art.canvas import Point
from replicate_tui.demo.models.art.colour import RGB, mix, rgb
from replicate_tui.demo.models.art.pen import INK, WHITE, Pen


def astronaut(pen: Pen) -> None:
    """A person in a suit, seen from the front, one arm raised."""
    palette = pen.palette
    suit, dim = mix(WHITE, palette.light, 0.2), mix(WHITE, palette.near, 0.35)
    pen.box(-0.2, 0.4, 0.2, 0.74, mix(dim, INK, 0.25), 0.06)
    pen.bow([(-0.09, 0.4), (-0.12, 0.22), (-0.13, 0.07)], dim, 0.14)
    pen.bow([(0.09, 0.4), (0.13, 0.22), (0.14, 0.07)], suit, 0.14)
    pen.box(-0.24, 0.0, -0.05, 0.09, mix(dim, INK, 0.2), 0.04)
    pen.box(0.05, 0.0, 0.24, 0.09, mix(suit, INK, 0.2), 0.04)
    pen.bow([(-0.15, 0.66), (-0.3, 0.6), (-0.34, 0.42)], dim, 0.11)
    pen.bow([(0.15, 0.66), (0.31, 0.72), (0.36, 0.93)], suit, 0.11)
    pen.disc(0.365, 0.95, 0.062, mix(suit, palette.accents[0], 0.3))
    pen.disc(-0.34, 0.4, 0.06, mix(dim, palette.accents[0], 0.3))
    pen.blob([(-0.17, 0.36), (-0.185, 0.55), (-0.15, 0.72), (0.15, 0.72), (0.185, 0.55), (0.17, 0.36)], suit)
    pen.box(-0.09, 0.47, 0.09, 0.6, mix(dim, INK, 0.15), 0.015)
    for index, tone in enumerate(palette.accents[:3]):
        pen.disc(-0.05 + 0.05 * index, 0.56, 0.014, tone)
    pen.line([(-0.16, 0.41), (0.16, 0.41)], palette.accents[0], 0.028)
    pen.disc(0, 0.85, 0.185, suit)
    pen.disc(0.008, 0.85, 0.145, mix(rgb("1b2a4a"), palette.near, 0.35), 0.12)
    pen.disc(0.012, 0.835, 0.128, mix(palette.accents[1], rgb("1b2a4a"), 0.55), 0.085)
    pen.bow([(-0.09, 0.87), (-0.06, 0.92), (0.0, 0.94)], WHITE, 0.02)


_HORSE: tuple[Point, ...] = (
    (-0.50, 0.62), (-0.40, 0.70), (-0.20, 0.685), (0.02, 0.66), (0.16, 0.72), (0.25, 0.86), (0.31, 0.97), (0.36, 1.03),
    (0.385, 0.97), (0.46, 0.90), (0.56, 0.80), (0.575, 0.75), (0.53, 0.725), (0.43, 0.78), (0.37, 0.77), (0.335, 0.66),
    (0.31, 0.52), (0.24, 0.42), (0.05, 0.39), (-0.18, 0.39), (-0.36, 0.42), (-0.48, 0.5),
)  # fmt: skip


def unicorn(pen: Pen, *, horned: bool = True) -> None:
    """A galloping horse; with a horn, its mane and tail are a rainbow."""
    palette = pen.palette
    coat = _coat(pen, horned=horned)
    far = mix(coat, palette.near, 0.35)
    hair = [rgb(code) for code in ["ff595e", "ff924c", "ffca3a", "8ac926", "1982c4", "6a4c93"]] if horned else [INK] * 6
    for index, tone in enumerate(hair):
        drop = index * 0.03
        pen.bow(
            [(-0.46, 0.64 - drop * 0.4), (-0.62, 0.66 - drop), (-0.72, 0.5 - drop), (-0.9, 0.42 - drop * 1.3)],
            tone,
            0.036,
        )
    for joints in (((0.2, 0.48), (0.36, 0.3), (0.28, 0.12)), ((-0.36, 0.5), (-0.5, 0.3), (-0.42, 0.08))):
        _leg(pen, joints, far)
    pen.blob(_HORSE, coat)
    for joints in (((0.25, 0.48), (0.46, 0.38), (0.6, 0.26)), ((-0.4, 0.52), (-0.32, 0.28), (-0.56, 0.1))):
        _leg(pen, joints, coat)
    for index, tone in enumerate(hair):
        back = index * 0.022
        pen.bow([(0.33 - back, 0.98), (0.2 - back, 0.9), (0.12 - back, 0.76), (-0.02 - back, 0.74 - back)], tone, 0.034)
    pen.shape([(0.33, 0.97), (0.335, 1.09), (0.385, 1.0)], mix(coat, palette.near, 0.12))
    if horned:
        pen.shape([(0.37, 1.0), (0.5, 1.24), (0.42, 0.97)], rgb("ffd166"))
        for share in (0.2, 0.45, 0.7):
            x, y = 0.37 + 0.13 * share, 1.0 + 0.24 * share
            pen.line([(x, y), (x + 0.045 * (1 - share), y - 0.02)], rgb("d99a2b"), 0.009)
    pen.disc(0.43, 0.885, 0.014, INK)


def _coat(pen: Pen, *, horned: bool) -> RGB:
    return mix(WHITE, pen.palette.light, 0.3) if horned else mix(rgb("8a5630"), pen.palette.near, 0.12)


def _leg(pen: Pen, joints: Sequence[Point], tone: RGB) -> None:
    hip, knee, hoof = joints
    pen.line([hip, knee], tone, 0.095)
    pen.line([knee, hoof], tone, 0.058)
    pen.disc(hoof[0], hoof[1], 0.034, mix(tone, INK, 0.6))


def rider(pen: Pen, *, horned: bool = True) -> None:
    """An astronaut on a unicorn, or on a horse."""
    unicorn(pen, horned=horned)
    seat = Pen(pen.canvas, pen.at(-0.12, 0.46), pen.tall * 0.78, pen.palette)
    astronaut(seat)
    flank = [(-0.32, 0.68), (-0.12, 0.66), (0.04, 0.65), (0.02, 0.42), (-0.18, 0.4), (-0.34, 0.44)]
    pen.blob(flank, _coat(pen, horned=horned))
    pen.bow([(-0.1, 0.72), (0.02, 0.6), (0.0, 0.42), (0.05, 0.36)], mix(WHITE, pen.palette.near, 0.2), 0.1)
    pen.disc(0.07, 0.345, 0.055, mix(WHITE, INK, 0.4), 0.035)


def horse(pen: Pen) -> None:
    unicorn(pen, horned=False)


def horse_rider(pen: Pen) -> None:
    rider(pen, horned=False)


def cat(pen: Pen) -> None:
    """A cat that sits and looks away, as a silhouette with a rim of light."""
    palette = pen.palette
    rock = [(-1.1, -0.3), (-0.7, -0.05), (-0.3, 0.03), (0.3, 0.035), (0.7, -0.02), (1.2, -0.3)]
    pen.blob(rock, mix(palette.near, INK, 0.6))
    for grow, tone in ((0.014, mix(palette.light, palette.near, 0.25)), (0.0, mix(palette.near, INK, 0.45))):
        body = [(-0.24 - grow, 0.0), (-0.27 - grow, 0.2), (-0.19 - grow, 0.44), (-0.1 - grow, 0.6), (0.1 + grow, 0.6),
                (0.19 + grow, 0.44), (0.27 + grow, 0.2), (0.24 + grow, 0.0)]  # fmt: skip
        pen.blob(body, tone)
        pen.bow([(0.2, 0.05), (0.42, 0.06), (0.5, 0.22), (0.42, 0.34), (0.47, 0.42)], tone, 0.075 + grow)
        pen.disc(0, 0.7, 0.165 + grow, tone, 0.145 + grow)
        for side in (-1, 1):
            pen.shape(
                [(side * (0.155 + grow), 0.72), (side * (0.14 + grow), 0.95 + grow), (side * 0.02, 0.82 + grow)], tone
            )
    for side in (-1, 1):
        for whisker in (-1, 0, 1):
            pen.line(
                [(side * 0.1, 0.66), (side * 0.26, 0.66 + 0.03 * whisker)], mix(palette.light, palette.near, 0.4), 0.005
            )


def whale(pen: Pen) -> None:
    """A whale seen from the side, with its pleated throat."""
    back = mix(rgb("29506b"), pen.palette.near, 0.25)
    belly = mix(WHITE, back, 0.35)
    body = [(-0.95, 0.62), (-0.6, 0.86), (0.0, 0.98), (0.7, 0.8), (1.1, 0.46), (0.7, 0.3), (-0.1, 0.2), (-0.8, 0.36)]
    pen.blob(body, back)
    pen.blob([(-0.93, 0.5), (-0.4, 0.5), (0.2, 0.42), (0.62, 0.36), (-0.1, 0.2), (-0.8, 0.34)], belly)
    for row in range(4):
        drop = 0.05 * row
        pen.bow(
            [(-0.82 + drop, 0.46 - drop), (-0.35, 0.42 - drop), (0.15 - drop, 0.36 - drop * 0.6)],
            mix(belly, back, 0.5),
            0.012,
        )
    pen.blob([(1.02, 0.52), (1.3, 0.72), (1.56, 0.84), (1.42, 0.56), (1.5, 0.26), (1.24, 0.36)], back)
    pen.blob([(-0.3, 0.4), (-0.12, 0.34), (0.08, 0.02), (-0.2, 0.1)], mix(back, INK, 0.25))
    pen.disc(-0.66, 0.58, 0.035, INK)
    pen.disc(-0.672, 0.592, 0.011, WHITE)
