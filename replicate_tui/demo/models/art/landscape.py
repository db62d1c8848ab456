"""Mountains, forests and lakes in layers, each paler the farther away it is."""

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFilter

from replicate_tui.demo.models.art.canvas import Canvas, Point, column
from replicate_tui.demo.models.art.colour import RGB, Palette, mix
from replicate_tui.demo.models.art.noise import ridge
from replicate_tui.demo.models.art.sky import birds, paint_sky

LAKE_WORDS = {"lake", "river", "water", "reflection", "mirror", "fjord", "pond"}
SNOW_WORDS = {"snow", "snowy", "winter", "alps", "ice", "glacier", "arctic", "mountain", "mountains"}
FOREST_WORDS = {"forest", "tree", "trees", "wood", "woods", "pine", "pines", "jungle", "valley"}
DESERT_WORDS = {"desert", "dune", "dunes", "sand", "sahara"}


def paint_landscape(canvas: Canvas, palette: Palette, words: Sequence[str]) -> None:
    """Paint a view over ridges; water, snow, trees or dunes as the words ask."""
    rng = canvas.rng
    known = set(words)
    lake = bool(known & LAKE_WORDS) or (not known & DESERT_WORDS and rng.random() < 0.4)
    desert = bool(known & DESERT_WORDS)
    horizon = canvas.height * (rng.uniform(0.62, 0.68) if lake else rng.uniform(0.6, 0.72))
    light = paint_sky(canvas, palette, horizon + canvas.height * 0.06)
    birds(canvas, (light[0] + canvas.unit * 0.2, light[1]), canvas.unit * 0.08, mix(palette.near, palette.far, 0.3))
    if not desert and (known & SNOW_WORDS or rng.random() < 0.6):
        snow = bool(known & SNOW_WORDS) or palette.name == "ice" or rng.random() < 0.4
        _peaks(canvas, palette, horizon, light, snow=snow)
        canvas.fog(horizon - canvas.height * 0.2, horizon + canvas.height * 0.1, palette.sky[-1], 0.8)
    layers = rng.randint(4, 5)
    for layer in range(layers):
        near = layer / (layers - 1)
        top = horizon - canvas.height * (0.2 * (1 - near) ** 1.3 - 0.02 * near)
        height = canvas.height * (0.17 - 0.05 * near)
        if not lake:
            top += canvas.height * 0.26 * near**1.6
        tone = mix(mix(palette.far, palette.sky[-1], 0.25), palette.near, near**1.15 * 0.92)
        line = _ridge_line(canvas, top, height, 0.5 if desert else 0.56 - 0.1 * near)
        _hill(canvas, line, tone, mix(tone, palette.sky[-1], 0.5 - 0.25 * near))
        if not desert and near > 0.3 and (known & FOREST_WORDS or near > 0.55):
            _pines(canvas, line, mix(tone, palette.near, 0.35), canvas.unit * (0.012 + 0.07 * near**3))
        if near < 1:
            _haze(canvas, line, palette, 0.75 - 0.5 * near)
    if lake:
        _lake(canvas, palette, horizon + canvas.height * 0.035, light)
        _shore(canvas, palette)


def _ridge_line(canvas: Canvas, top: float, height: float, roughness: float) -> list[Point]:
    heights = ridge(canvas.rng, 257, roughness)
    step = canvas.width / (len(heights) - 1)
    return [(index * step, top + height * (1 - value)) for index, value in enumerate(heights)]


def _hill(canvas: Canvas, line: Sequence[Point], tone: RGB, foot: RGB) -> None:
    """Fill below a ridge line with a gradient from its own colour to that of its foot."""
    mask, pen = canvas.mask()
    pen.polygon([*line, (canvas.width, canvas.height), (0, canvas.height)], fill=255)
    top = min(y for _, y in line)
    gradient = Image.new("RGB", (canvas.width, canvas.height), foot)
    reach = max(1, round((canvas.height - top) * 0.55))
    gradient.paste(column((tone, foot), (canvas.width, reach)), (0, round(top)))
    canvas.through(mask, gradient)


def _peaks(canvas: Canvas, palette: Palette, horizon: float, light: Point, *, snow: bool) -> None:
    """Draw a range of summits from the back to the front, each with a lit side, a shaded side and snow."""
    rng = canvas.rng
    count = rng.randint(5, 8)
    places = sorted(
        ((rng.uniform(-0.05, 1.05) * canvas.width, canvas.height * rng.uniform(0.13, 0.34)) for _ in range(count)),
        key=lambda peak: -peak[1],
    )
    for order, (x, tall) in enumerate(places):
        near = order / count
        tone = mix(mix(palette.far, palette.sky[-1], 0.45), mix(palette.far, palette.near, 0.3), near)
        half = tall * rng.uniform(0.95, 1.5)
        summit = (x, horizon - tall)
        left = _slope(canvas, summit, (x - half, horizon + canvas.height * 0.05))
        right = _slope(canvas, summit, (x + half * rng.uniform(0.8, 1.2), horizon + canvas.height * 0.05))
        spine = _spine(canvas, summit, horizon + canvas.height * 0.05)
        sides = (left, right) if light[0] < x else (right, left)
        bright, dim = mix(tone, palette.light, 0.2), mix(tone, palette.near, 0.28)
        canvas.polygon([*sides[0], *reversed(spine)], bright)
        canvas.polygon([*sides[1], *reversed(spine)], dim)
        if snow:
            depth = tall * rng.uniform(0.26, 0.42)
            white = mix(palette.light, palette.sky[-1], 0.15)
            _snow(canvas, sides[0], spine, summit[1] + depth, white)
            _snow(canvas, sides[1], spine, summit[1] + depth, mix(dim, white, 0.5))


def _slope(canvas: Canvas, summit: Point, foot: Point) -> list[Point]:
    """Return a ragged, slightly hollow line from a summit to a foot."""
    heights = ridge(canvas.rng, 65, 0.6)
    first, last = heights[0], heights[-1]
    points = []
    for index, height in enumerate(heights):
        share = index / (len(heights) - 1)
        swing = (height - (first + (last - first) * share)) * abs(foot[1] - summit[1]) * 0.14
        hollow = share**0.86
        points.append((summit[0] + (foot[0] - summit[0]) * share, summit[1] + (foot[1] - summit[1]) * hollow - swing))
    return points


def _spine(canvas: Canvas, summit: Point, low: float) -> list[Point]:
    """Return a zigzag from a summit down to the foot of its mountain."""
    rng = canvas.rng
    x, y = summit
    points = [summit]
    lean = rng.uniform(-0.35, 0.35)
    side = rng.choice((-1, 1))
    while y < low:
        side = -side
        drop = canvas.unit * rng.uniform(0.008, 0.03)
        x += drop * (lean + side * rng.uniform(0.3, 1.0))
        y += drop
        points.append((x, y))
    return points


def _snow(canvas: Canvas, edge: Sequence[Point], spine: Sequence[Point], limit: float, tone: RGB) -> None:
    """Cover the part of a mountain's side above `limit`, down to teeth of uneven length."""
    rng = canvas.rng
    outer = [point for point in edge if point[1] <= limit]
    inner = [point for point in spine if point[1] <= limit]
    if len(outer) < 3 or len(inner) < 2:
        return
    (x0, y0), (x1, y1) = outer[-1], inner[-1]
    depth = limit - edge[0][1]
    teeth = rng.randint(5, 8)
    rag = []
    for tooth in range(1, teeth):
        share = tooth / teeth
        drop = depth * (rng.uniform(0.05, 0.3) if tooth % 2 else -rng.uniform(0.1, 0.35))
        rag.append((x0 + (x1 - x0) * share, y0 + (y1 - y0) * share + drop))
    canvas.polygon([*outer, *rag, *reversed(inner)], tone)


def _pines(canvas: Canvas, line: Sequence[Point], tone: RGB, height: float) -> None:
    rng = canvas.rng
    place = 0.0
    while place < canvas.width:
        index = min(len(line) - 1, int(place / canvas.width * (len(line) - 1)))
        tall = height * rng.uniform(0.45, 1.25)
        pine(canvas.draw, (place, line[index][1] + tall * 0.12), tall, tone)
        place += height * rng.uniform(0.12, 0.5)


def pine(pen: ImageDraw.ImageDraw, foot: Point, tall: float, tone: RGB) -> None:
    """Draw a conifer of three to six tiers standing on `foot`."""
    x, y = foot
    tiers = 3 if tall < 30 else 6
    for tier in range(tiers):
        share = tier / tiers
        half = tall * 0.2 * (1 - share * 0.82)
        base = y - tall * (0.08 + share * 0.8)
        pen.polygon([(x - half, base), (x, base - tall * 0.36), (x + half, base)], fill=tone)
    pen.rectangle((x - tall * 0.02, y - tall * 0.15, x + tall * 0.02, y), fill=tone)


def _haze(canvas: Canvas, line: Sequence[Point], palette: Palette, strength: float) -> None:
    top = min(y for _, y in line)
    low = max(y for _, y in line)
    colour = mix(palette.sky[-1], palette.light, 0.25)
    canvas.fog(top + (low - top) * 0.35, low + canvas.height * 0.05, colour, strength)


def _lake(canvas: Canvas, palette: Palette, top: float, light: Point) -> None:
    """Mirror what stands above `top` in the water below it, broken by ripples."""
    rng = canvas.rng
    row = round(top)
    depth = canvas.height - row
    source = canvas.picture.crop((0, max(0, row - depth), canvas.width, row))
    mirror = source.transpose(Image.Transpose.FLIP_TOP_BOTTOM).resize((canvas.width, depth))
    mirror = mirror.filter(ImageFilter.BoxBlur((canvas.unit * 0.002, canvas.unit * 0.006)))
    water = Image.blend(mirror, Image.new("RGB", mirror.size, mix(palette.sky[0], palette.near, 0.35)), 0.3)
    band = max(1, round(canvas.unit * 0.004))
    phase = rng.uniform(0, math.tau)
    for y in range(0, depth, band):
        near = y / depth
        sway = math.sin(phase + 260 * near / (0.25 + near)) * canvas.unit * 0.012 * near
        strip = water.crop((0, y, canvas.width, min(depth, y + band)))
        canvas.picture.paste(strip, (0, row + y))
        canvas.picture.paste(strip, (round(sway), row + y))
    canvas.fog(top - canvas.height * 0.02, top + canvas.height * 0.012, mix(palette.sky[-1], palette.light, 0.4), 0.5)
    glitter(canvas, palette.light, light[0], top, canvas.height, 90)


def glitter(canvas: Canvas, colour: RGB, x: float, top: float, bottom: float, count: int) -> None:
    """Strew short bright strokes on the water below a light, wider towards the viewer."""
    rng = canvas.rng
    for _ in range(count):
        near = rng.random() ** 1.3
        y = top + (bottom - top) * near
        place = x + rng.gauss(0, 0.25 + near) * canvas.unit * 0.045
        half = canvas.unit * (0.004 + 0.02 * near) * rng.uniform(0.4, 1.4)
        thick = canvas.unit * (0.0008 + 0.0022 * near)
        under = canvas.tone_at(place, y)
        tone = mix(under, colour, rng.uniform(0.25, 0.85))
        canvas.ellipse((place, y), half, thick, tone)


def _shore(canvas: Canvas, palette: Palette) -> None:
    """Frame a lake with a dark bank and a few large pines on one side."""
    rng = canvas.rng
    right = rng.random() < 0.5
    width, height = canvas.width, canvas.height
    bank: list[Point] = [(0, 0.9), (0.18, 0.915), (0.36, 0.955), (0.6, 0.985), (0.8, 1.0), (0, 1.0)]
    points = [((width - x * width) if right else x * width, y * height) for x, y in bank]
    tone = mix(palette.near, (0, 0, 0), 0.25)
    canvas.polygon(points, tone)
    for _ in range(rng.randint(4, 7)):
        share = rng.random() ** 1.5 * 0.3
        x = width * (1 - share) if right else width * share
        pine(canvas.draw, (x, height * (0.92 + share * 0.11)), canvas.unit * rng.uniform(0.2, 0.5) * (1 - share), tone)
