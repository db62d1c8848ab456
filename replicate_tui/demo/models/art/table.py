"""Things on a plinth, and portraits in an oval: pictures that are about one subject."""

from collections.abc import Callable, Sequence

from PIL import Image, ImageFilter

from replicate_tui.demo.models.art.canvas import Canvas
from replicate_tui.demo.models.art.colour import RGB, Palette, mix, rgb
from replicate_tui.demo.models.art.noise import clouds, curve
from replicate_tui.demo.models.art.pen import INK, WHITE, Pen


def paint_thing(canvas: Canvas, palette: Palette, name: str, words: Sequence[str]) -> None:
    """Set the named thing of `THINGS` on a plinth before an arch."""
    rng = canvas.rng
    wall = mix(palette.sky[-1], palette.accents[rng.randrange(4)], 0.22)
    canvas.gradient((mix(wall, palette.sky[1], 0.25), wall), 0, canvas.height * 0.8)
    floor = mix(wall, palette.near, 0.28)
    canvas.gradient((floor, mix(floor, palette.light, 0.2)), canvas.height * 0.8)
    middle, unit = canvas.width / 2, canvas.unit
    reach = unit * 0.36
    arch = mix(wall, palette.light, 0.45)
    canvas.ellipse((middle, canvas.height * 0.46), reach, reach, arch)
    canvas.draw.rectangle((middle - reach, canvas.height * 0.46, middle + reach, canvas.height * 0.8), fill=arch)
    canvas.light((middle - unit * 0.15, canvas.height * 0.35), unit * 0.6, palette.light, 0.3)
    top = canvas.height * 0.8
    _shadow(canvas, (middle + unit * 0.05, top + unit * 0.09), unit * 0.42, unit * 0.05, mix(floor, palette.near, 0.6))
    plinth = mix(WHITE, wall, 0.35)
    canvas.draw.rectangle(
        (middle - unit * 0.34, top, middle + unit * 0.34, top + unit * 0.085), fill=mix(plinth, palette.near, 0.18)
    )
    canvas.ellipse((middle, top + unit * 0.085), unit * 0.34, unit * 0.035, mix(plinth, palette.near, 0.18))
    canvas.ellipse((middle, top), unit * 0.34, unit * 0.035, plinth)
    _shadow(canvas, (middle + unit * 0.03, top), unit * 0.24, unit * 0.022, mix(plinth, palette.near, 0.5))
    THINGS[name](Pen(canvas, (middle, top), unit * 0.46, palette), words)


def _shadow(canvas: Canvas, centre: tuple[float, float], across: float, down: float, tone: RGB) -> None:
    mask, pen = canvas.mask()
    x, y = centre
    pen.ellipse((x - across, y - down, x + across, y + down), fill=170)
    mask = mask.filter(ImageFilter.GaussianBlur(down * 0.5))
    canvas.through(mask, Image.new("RGB", mask.size, tone))


def _fabric(pen: Pen, words: Sequence[str]) -> tuple[RGB, RGB]:
    if "avocado" in words:
        return rgb("4d7c2e"), rgb("dbe59a")
    return pen.palette.accents[0], mix(pen.palette.accents[1], WHITE, 0.3)


def armchair(pen: Pen, words: Sequence[str]) -> None:
    """An armchair; of avocado, it has the stone for a cushion."""
    outer, inner = _fabric(pen, words)
    dim = mix(outer, INK, 0.3)
    for side in (-1, 1):
        pen.line([(side * 0.36, 0.14), (side * 0.42, 0.0)], rgb("7a4a2a"), 0.045)
    pen.blob([(-0.42, 0.2), (-0.46, 0.7), (-0.3, 1.0), (0, 1.07), (0.3, 1.0), (0.46, 0.7), (0.42, 0.2)], outer)
    pen.blob([(-0.33, 0.3), (-0.36, 0.68), (-0.22, 0.92), (0, 0.98), (0.22, 0.92), (0.36, 0.68), (0.33, 0.3)], inner)
    pen.blob([(-0.4, 0.2), (-0.38, 0.4), (0, 0.44), (0.38, 0.4), (0.4, 0.2), (0, 0.14)], mix(inner, outer, 0.3))
    pen.blob([(-0.36, 0.28), (0, 0.3), (0.36, 0.28), (0.38, 0.16), (0, 0.12), (-0.38, 0.16)], dim)
    for side in (-1, 1):
        pen.blob(
            [(side * 0.36, 0.14), (side * 0.34, 0.5), (side * 0.44, 0.58), (side * 0.56, 0.5), (side * 0.52, 0.14)],
            outer if side < 0 else mix(outer, INK, 0.15),
        )
        pen.disc(side * 0.45, 0.5, 0.07, mix(outer, inner, 0.35))
    if "avocado" in words:
        pen.disc(0, 0.56, 0.15, rgb("6b3f1f"), 0.16)
        pen.disc(-0.045, 0.6, 0.05, rgb("a36a3c"), 0.055)
    else:
        pen.box(-0.15, 0.42, 0.15, 0.66, pen.palette.accents[2], 0.05)


def sandwich(pen: Pen, _words: Sequence[str]) -> None:
    """Bread, and what is in it, in the order of the seed."""
    rng = pen.canvas.rng
    crust, crumb = rgb("b9772f"), rgb("f0d3a0")
    pen.blob([(-0.52, 0.05), (-0.5, 0.17), (0, 0.19), (0.5, 0.17), (0.52, 0.05), (0, 0.0)], crust)
    pen.box(-0.49, 0.12, 0.49, 0.19, crumb, 0.03)
    layers = ["lettuce", "cheese", "tomato", "ham", "onion", "lettuce"]
    rng.shuffle(layers)
    y = 0.19
    for layer in layers:
        y = _filling(pen, layer, y)
    pen.box(-0.49, y, 0.49, y + 0.07, crumb, 0.03)
    pen.blob(
        [
            (-0.52, y + 0.05),
            (-0.47, y + 0.2),
            (-0.2, y + 0.31),
            (0.2, y + 0.31),
            (0.47, y + 0.2),
            (0.52, y + 0.05),
            (0, y + 0.06),
        ],
        crust,
    )
    pen.blob([(-0.42, y + 0.17), (-0.2, y + 0.28), (0.14, y + 0.285), (-0.1, y + 0.2)], mix(crust, WHITE, 0.3))
    for _ in range(26):
        share = rng.uniform(-0.85, 0.85)
        rise = y + 0.1 + 0.19 * (1 - share * share) * rng.uniform(0.25, 1)
        pen.disc(share * 0.46, rise, 0.013, rgb("fff1cf"), 0.007)
    pen.line([(0.1, y + 0.25), (0.1, y + 0.55)], rgb("c79a5b"), 0.014)
    pen.disc(0.1, y + 0.42, 0.052, rgb("6b8e23"), 0.06)
    pen.disc(0.085, y + 0.44, 0.016, rgb("c5d86d"))


def _filling(pen: Pen, layer: str, y: float) -> float:
    """Draw one layer from `y` up and return where the next begins."""
    rng = pen.canvas.rng
    if layer == "lettuce":
        wave = [
            (-0.55 + index * 0.1, y + (0.075 if index % 2 else -0.025) + rng.uniform(-0.01, 0.01))
            for index in range(12)
        ]
        pen.blob([*wave, (0.5, y + 0.085), (-0.5, y + 0.085)], rng.choice((rgb("7fb83e"), rgb("98c95a"))))
        return y + 0.06
    if layer == "cheese":
        drip = rng.uniform(-0.3, 0.1)
        pen.shape([(-0.51, y), (0.51, y), (0.51, y + 0.045), (-0.51, y + 0.045)], rgb("ffc93c"))
        pen.shape([(drip, y + 0.01), (drip + 0.28, y + 0.01), (drip + 0.14, y - 0.1)], rgb("ffc93c"))
        return y + 0.045
    if layer == "tomato":
        for x in (-0.33, 0.0, 0.33):
            pen.box(x - 0.16, y, x + 0.16, y + 0.06, rgb("d7382e"), 0.03)
            pen.box(x - 0.13, y + 0.018, x + 0.13, y + 0.04, rgb("f0705f"), 0.01)
        return y + 0.06
    if layer == "ham":
        pen.blob(
            [
                (-0.53, y + 0.03),
                (-0.3, y + 0.075),
                (0, y + 0.06),
                (0.3, y + 0.08),
                (0.53, y + 0.03),
                (0.25, y),
                (-0.2, y + 0.01),
            ],
            rgb("e88f8f"),
        )
        return y + 0.055
    for x in (-0.36, -0.12, 0.12, 0.36):
        pen.disc(x, y + 0.02, 0.13, rgb("e9dcf2"), 0.03)
        pen.disc(x, y + 0.022, 0.1, rgb("b79cc7"), 0.018)
    return y + 0.04


def vase(pen: Pen, _words: Sequence[str]) -> None:
    """A glazed vase with three fruits at its foot."""
    glaze = pen.palette.accents[2]
    pen.blob(
        [
            (-0.1, 0.96),
            (-0.08, 0.8),
            (-0.27, 0.55),
            (-0.24, 0.2),
            (-0.13, 0.0),
            (0.13, 0.0),
            (0.24, 0.2),
            (0.27, 0.55),
            (0.08, 0.8),
            (0.1, 0.96),
        ],
        glaze,
    )
    pen.blob(
        [
            (0.04, 0.94),
            (0.03, 0.78),
            (0.17, 0.55),
            (0.14, 0.2),
            (0.08, 0.0),
            (0.13, 0.0),
            (0.24, 0.2),
            (0.27, 0.55),
            (0.08, 0.8),
            (0.1, 0.96),
        ],
        mix(glaze, INK, 0.25),
    )
    pen.bow([(-0.17, 0.62), (-0.19, 0.5), (-0.17, 0.34)], mix(glaze, WHITE, 0.6), 0.025)
    pen.disc(0, 0.96, 0.1, mix(glaze, INK, 0.45), 0.02)
    for x, size, tone in (
        (-0.4, 0.13, pen.palette.accents[0]),
        (0.36, 0.12, pen.palette.accents[1]),
        (0.52, 0.09, rgb("8fb339")),
    ):
        pen.disc(x, size, size, tone)
        pen.disc(x - size * 0.3, size * 1.35, size * 0.22, mix(tone, WHITE, 0.5))
        pen.bow([(x, size * 1.9), (x + 0.02, size * 2.2)], rgb("5c3a20"), 0.014)


def portrait(pen: Pen, words: Sequence[str]) -> None:
    """An animal's head and shoulders with the hat, glasses and collar that the words ask for."""
    known = set(words)
    fur, muzzle, ears = _animal(known, pen)
    formal = bool(known & {"gentleman", "portrait", "19th", "century", "suit", "victorian", "lord", "hat"})
    coat = mix(pen.palette.near, rgb("2b2f4a"), 0.5)
    pen.blob(
        [(-0.66, -0.9), (-0.56, 0.08), (-0.3, 0.3), (0, 0.34), (0.3, 0.3), (0.56, 0.08), (0.66, -0.9)],
        coat if formal else mix(fur, INK, 0.12),
    )
    if formal:
        pen.shape([(-0.16, 0.34), (0.16, 0.34), (0, -0.2)], WHITE)
        for side in (-1, 1):
            pen.shape(
                [(side * 0.02, -0.24), (side * 0.32, 0.1), (side * 0.24, 0.36), (side * 0.13, 0.34)],
                mix(coat, WHITE, 0.14),
            )
            pen.shape([(0, 0.26), (side * 0.14, 0.34), (side * 0.14, 0.18)], pen.palette.accents[0])
        pen.disc(0, 0.26, 0.032, mix(pen.palette.accents[0], INK, 0.25))
    for side in (-1, 1):
        if ears == "pointed":
            pen.shape([(side * 0.32, 0.66), (side * 0.31, 1.02), (side * 0.06, 0.84)], fur)
            pen.shape([(side * 0.28, 0.72), (side * 0.275, 0.94), (side * 0.12, 0.82)], mix(fur, rgb("f2a1a1"), 0.6))
        elif ears == "hanging":
            pen.blob(
                [(side * 0.22, 0.86), (side * 0.4, 0.8), (side * 0.46, 0.55), (side * 0.4, 0.4), (side * 0.3, 0.6)],
                mix(fur, INK, 0.35),
            )
        else:
            pen.disc(side * 0.26, 0.86, 0.1, fur)
            pen.disc(side * 0.26, 0.86, 0.06, mix(fur, rgb("d99a8f"), 0.5))
    pen.blob(
        [(-0.33, 0.6), (-0.26, 0.84), (0, 0.91), (0.26, 0.84), (0.33, 0.6), (0.22, 0.4), (0, 0.33), (-0.22, 0.4)], fur
    )
    pen.blob([(0.05, 0.9), (0.26, 0.84), (0.33, 0.6), (0.22, 0.4), (0.08, 0.34), (0.2, 0.6)], mix(fur, INK, 0.14))
    pen.disc(0, 0.51, 0.16, muzzle, 0.13)
    pen.blob([(-0.055, 0.58), (0, 0.6), (0.055, 0.58), (0, 0.51)], mix(INK, fur, 0.15))
    pen.bow([(-0.08, 0.46), (-0.03, 0.44), (0, 0.48), (0.03, 0.44), (0.08, 0.46)], INK, 0.012)
    for side in (-1, 1):
        pen.disc(side * 0.145, 0.68, 0.04, INK)
        pen.disc(side * 0.145 - 0.012, 0.693, 0.013, WHITE)
        for whisker in (-1, 0, 1):
            pen.line(
                [(side * 0.13, 0.5 + 0.012 * whisker), (side * 0.36, 0.51 + 0.045 * whisker)],
                mix(fur, WHITE, 0.6),
                0.004,
            )
    _accessories(pen, known, formal=formal)


def _animal(known: set[str], pen: Pen) -> tuple[RGB, RGB, str]:
    if known & {"cat", "kitten", "fox", "tiger"}:
        tone = rgb("d9772b") if known & {"fox", "tiger"} else mix(rgb("8b8fa3"), pen.palette.accents[0], 0.25)
        return tone, mix(tone, WHITE, 0.65), "pointed"
    if known & {"dog", "puppy", "corgi"}:
        return rgb("c08a54"), rgb("f1dfc2"), "hanging"
    if known & {"frog"}:
        return rgb("6aa84f"), rgb("d5e8b0"), "round"
    return rgb("8a6a52"), rgb("c7aa8e"), "round"


def _accessories(pen: Pen, known: set[str], *, formal: bool) -> None:
    if formal or "hat" in known:
        felt = mix(INK, pen.palette.near, 0.3)
        pen.disc(0, 0.885, 0.33, felt, 0.045)
        pen.shape([(-0.2, 0.89), (-0.22, 1.24), (0.22, 1.24), (0.2, 0.89)], felt)
        pen.disc(0, 1.24, 0.22, mix(felt, WHITE, 0.12), 0.035)
        pen.shape([(-0.2, 0.9), (-0.205, 0.98), (0.205, 0.98), (0.2, 0.9)], pen.palette.accents[0])
    if known & {"sunglasses", "glasses", "cool"}:
        for side in (-1, 1):
            pen.box(side * 0.15 - 0.105, 0.61, side * 0.15 + 0.105, 0.745, INK, 0.05)
            pen.bow([(side * 0.15 - 0.06, 0.71), (side * 0.15 - 0.01, 0.72)], rgb("8fa3b0"), 0.014)
        pen.line([(-0.05, 0.71), (0.05, 0.71)], INK, 0.02)
    elif "gentleman" in known or "monocle" in known:
        x, y = pen.at(0.145, 0.68)
        reach = 0.078 * pen.tall
        pen.canvas.draw.ellipse(
            (x - reach, y - reach, x + reach, y + reach), outline=rgb("e0b84c"), width=max(1, round(0.016 * pen.tall))
        )
        pen.bow([(0.21, 0.63), (0.27, 0.45), (0.24, 0.2)], rgb("e0b84c"), 0.008)


def paint_portrait(canvas: Canvas, palette: Palette, words: Sequence[str]) -> None:
    """Paint a portrait before a clouded wall, inside an oval when it is of another century."""
    formal = bool({"gentleman", "portrait", "19th", "century", "victorian", "lord"} & set(words))
    back = mix(palette.near, palette.accents[3], 0.35) if formal else mix(palette.sky[1], palette.accents[1], 0.3)
    canvas.gradient((mix(back, INK, 0.15), back), 0)
    mottle = clouds((canvas.width // 4, canvas.height // 4), canvas.rng, cells=(3, 3), octaves=5)
    canvas.stain(
        (0, 0, canvas.width, canvas.height),
        mix(back, palette.light, 0.45),
        curve(mottle, lambda value: value * 1.3 - 0.4),
    )
    centre = (canvas.width / 2, canvas.height * 0.5)
    canvas.light(centre, canvas.unit * 0.62, palette.light, 0.4)
    portrait(
        Pen(canvas, (canvas.width / 2, canvas.height * 0.5 + canvas.unit * 0.27), canvas.unit * 0.57, palette), words
    )
    if formal:
        _oval(canvas, centre)


def _oval(canvas: Canvas, centre: tuple[float, float]) -> None:
    """Frame the picture with a passe-partout and a gilded rim."""
    mask, pen = canvas.mask()
    across, down = canvas.unit * 0.405, canvas.unit * 0.47
    x, y = centre
    pen.rectangle((0, 0, canvas.width, canvas.height), fill=255)
    pen.ellipse((x - across, y - down, x + across, y + down), fill=0)
    layer = Image.new("RGB", mask.size, rgb("e9dcc3"))
    canvas.through(mask, layer)
    for width, tone in ((0.022, rgb("8f6a22")), (0.014, rgb("d9b45b")), (0.005, rgb("fff0bf"))):
        edge = canvas.unit * 0.011
        box = (x - across - edge, y - down - edge, x + across + edge, y + down + edge)
        canvas.draw.ellipse(box, outline=tone, width=max(1, round(canvas.unit * width)))


THINGS: dict[str, Callable[[Pen, Sequence[str]], None]] = {"armchair": armchair, "sandwich": sandwich, "vase": vase}
