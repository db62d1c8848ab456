"""The sea from a shore, and the sea from below."""

import math
from collections.abc import Sequence

from PIL import Image, ImageChops

from replicate_tui.demo.models.art.canvas import Canvas, Point, smooth, soft
from replicate_tui.demo.models.art.colour import Palette, mix, rgb
from replicate_tui.demo.models.art.landscape import glitter
from replicate_tui.demo.models.art.noise import ridge
from replicate_tui.demo.models.art.sky import birds, paint_sky


def paint_sea(canvas: Canvas, palette: Palette, words: Sequence[str]) -> Point:
    """Paint open water under a sky, with islands and a headland; return where its sun or moon stands."""
    rng = canvas.rng
    horizon = canvas.height * rng.uniform(0.52, 0.6)
    light = paint_sky(canvas, palette, horizon)
    deep = mix(palette.near, palette.sky[0], 0.55)
    pale = mix(palette.sky[-1], palette.far, 0.35)
    canvas.gradient((pale, mix(pale, deep, 0.55), deep), horizon)
    for order in range(rng.randint(1, 3)):
        _island(canvas, palette, horizon, order)
    _swell(canvas, palette, horizon)
    glitter(canvas, palette.light, light[0], horizon + 2, canvas.height, 160)
    canvas.fog(horizon - canvas.height * 0.07, horizon + canvas.height * 0.02, pale, 0.75)
    if not {"lighthouse", "cliff"} & set(words):
        birds(
            canvas, (light[0] + canvas.unit * 0.15, light[1]), canvas.unit * 0.09, mix(palette.near, palette.far, 0.2)
        )
    return light


def _island(canvas: Canvas, palette: Palette, horizon: float, order: int) -> None:
    rng = canvas.rng
    middle, half = rng.uniform(0, canvas.width), canvas.unit * rng.uniform(0.14, 0.38)
    tall = canvas.unit * rng.uniform(0.03, 0.1)
    heights = ridge(rng, 65, 0.55)
    line = []
    for index, height in enumerate(heights):
        share = index / (len(heights) - 1)
        dome = math.sin(math.pi * share) ** 0.7
        line.append((middle - half + 2 * half * share, horizon - tall * dome * (0.45 + 0.55 * height)))
    canvas.polygon(line, mix(mix(palette.far, palette.sky[-1], 0.35), palette.near, 0.18 * order))


def _swell(canvas: Canvas, palette: Palette, horizon: float) -> None:
    """Draw rows of waves that grow towards the viewer, each crest a little lighter than its trough."""
    rng = canvas.rng
    rows = 22
    for row in range(rows):
        near = ((row + 1) / rows) ** 1.9
        y = horizon + (canvas.height - horizon) * near
        length = canvas.unit * (0.05 + 0.5 * near)
        high = canvas.unit * (0.0012 + 0.014 * near)
        phase = rng.uniform(0, math.tau)
        crest = []
        for step in range(81):
            x = canvas.width * step / 80
            lift = math.sin(phase + x / length * math.tau) * 0.6 + math.sin(phase * 2 + x / length * 4.1) * 0.4
            crest.append((x, y + high * lift))
        tone = mix(mix(palette.sky[-1], palette.far, 0.5), mix(palette.near, palette.sky[0], 0.45), 0.2 + 0.8 * near)
        body = [*crest, (canvas.width, y + canvas.height * 0.05 + high), (0, y + canvas.height * 0.05 + high)]
        mask, pen = canvas.mask()
        pen.polygon(body, fill=round(70 + 90 * near))
        canvas.through(mask, Image.new("RGB", mask.size, tone))
        for _ in range(int(3 + 5 * near)):
            start = rng.randint(0, 66)
            stroke = crest[start : start + rng.randint(4, 14)]
            canvas.line(stroke, mix(tone, palette.light, 0.28), canvas.unit * (0.0008 + 0.0026 * near))


def paint_underwater(canvas: Canvas, palette: Palette, words: Sequence[str]) -> None:
    """Paint a reef: shafts of light from above, shoals, weed, bubbles and a sandy floor."""
    rng = canvas.rng
    warm = palette.name in ("dusk", "neon", "rose")
    tones = ("b8f2e6 4fb0c6 1c6e8c 0b3954 061a2f" if not warm else "ffd6e0 b388eb 6a4c93 2d2a5a 120d31").split()
    colours = [rgb(code) for code in tones]
    canvas.gradient(colours, 0)
    _shafts(canvas, colours[0])
    for layer in range(3):
        near = layer / 2
        tone = mix(colours[2], colours[4], 0.25 + 0.6 * near)
        top = canvas.height * (0.68 + 0.12 * near)
        heights = ridge(rng, 65, 0.5)
        step = canvas.width / 64
        line = [(index * step, top + canvas.height * 0.12 * (1 - height)) for index, height in enumerate(heights)]
        canvas.polygon([*line, (canvas.width, canvas.height), (0, canvas.height)], tone)
        _weed(canvas, line, mix(tone, palette.accents[layer % len(palette.accents)], 0.18 + 0.15 * near), near)
        if layer < 2:
            canvas.fog(top - canvas.height * 0.1, top + canvas.height * 0.2, colours[2], 0.5)
            _shoal(canvas, mix(colours[1], palette.accents[layer], 0.35 + 0.4 * near), 0.5 + 0.6 * near)
    if "fish" in words or "reef" in words or "coral" in words:
        _shoal(canvas, palette.accents[0], 2.2)
    _bubbles(canvas, colours[0])


def _shafts(canvas: Canvas, colour: tuple[int, int, int]) -> None:
    rng = canvas.rng
    mask, pen = canvas.mask()
    lean = rng.uniform(-0.25, 0.25) * canvas.height
    for _ in range(9):
        x, wide = rng.uniform(-0.1, 1.1) * canvas.width, canvas.unit * rng.uniform(0.01, 0.06)
        reach = canvas.height * rng.uniform(0.5, 0.95)
        drift = lean * reach / canvas.height
        pen.polygon([(x - wide, 0), (x + wide, 0), (x + drift + 2.4 * wide, reach), (x + drift - 1.2 * wide, reach)],
                    fill=rng.randint(24, 80))  # fmt: skip
    fade = ImageChops.invert(Image.linear_gradient("L")).resize(mask.size)
    glow = ImageChops.multiply(soft(mask, canvas.unit * 0.012), fade)
    layer = Image.new("RGB", mask.size)
    layer.paste(colour, (0, 0), glow)
    canvas.replace(ImageChops.screen(canvas.picture, layer))


def _weed(canvas: Canvas, line: Sequence[Point], tone: tuple[int, int, int], near: float) -> None:
    rng = canvas.rng
    for _ in range(int(10 + 12 * near)):
        x, y = line[rng.randrange(len(line))]
        tall = canvas.unit * rng.uniform(0.05, 0.16) * (0.6 + near)
        sway, phase = canvas.unit * rng.uniform(0.006, 0.02), rng.uniform(0, 6)
        for blade in range(rng.randint(1, 3)):
            offset = blade * canvas.unit * 0.012
            spine = [
                (x + offset + math.sin(phase + share * 5 + blade) * sway * share, y + 8 - tall * share)
                for share in (0, 0.2, 0.4, 0.6, 0.8, 1)
            ]
            wide = canvas.unit * 0.0045 * (0.6 + near)
            left = [(px - wide * (1 - index / 5.5), py) for index, (px, py) in enumerate(spine)]
            right = [(px + wide * (1 - index / 5.5), py) for index, (px, py) in enumerate(spine)]
            canvas.polygon([*smooth(left), *reversed(smooth(right))], tone)


def _shoal(canvas: Canvas, tone: tuple[int, int, int], size: float) -> None:
    rng = canvas.rng
    x, y = rng.uniform(0.2, 0.8) * canvas.width, rng.uniform(0.22, 0.6) * canvas.height
    facing = rng.choice((-1, 1))
    for _ in range(int(16 / size) + 3):
        fx, fy = x + rng.gauss(0, 0.13) * canvas.unit, y + rng.gauss(0, 0.05) * canvas.unit
        long = canvas.unit * 0.022 * size * rng.uniform(0.7, 1.3)
        shade = mix(tone, (255, 255, 255), rng.uniform(0, 0.25))
        shape = [(1, 0), (0.45, -0.36), (-0.35, -0.22), (-0.75, -0.02), (-1.15, -0.34), (-1.05, 0.02), (-1.15, 0.36),
                 (-0.75, 0.04), (-0.35, 0.24), (0.45, 0.34)]  # fmt: skip
        canvas.blob([(fx + facing * px * long, fy + py * long) for px, py in shape], shade)
        canvas.ellipse(
            (fx + facing * 0.62 * long, fy - 0.08 * long), long * 0.06, long * 0.06, mix(tone, (0, 0, 0), 0.7)
        )


def _bubbles(canvas: Canvas, tone: tuple[int, int, int]) -> None:
    rng = canvas.rng
    for _ in range(4):
        x, y = rng.uniform(0.05, 0.95) * canvas.width, rng.uniform(0.5, 0.9) * canvas.height
        for _ in range(rng.randint(4, 9)):
            radius = canvas.unit * rng.uniform(0.002, 0.009)
            x += rng.gauss(0, 0.012) * canvas.unit
            y -= canvas.unit * rng.uniform(0.02, 0.06)
            box = (x - radius, y - radius, x + radius, y + radius)
            canvas.draw.ellipse(box, outline=mix(tone, (255, 255, 255), 0.3), width=max(1, round(canvas.unit * 0.0012)))
            canvas.ellipse((x - radius * 0.35, y - radius * 0.35), radius * 0.18, radius * 0.18, (255, 255, 255))
