"""Pictures of nothing: currents of paint, and compositions of plain shapes."""

import math

from PIL import Image, ImageChops

from replicate_tui.demo.models.art.canvas import Canvas, Point
from replicate_tui.demo.models.art.colour import RGB, Palette, along, mix, rgb
from replicate_tui.demo.models.art.noise import clouds

_INK = rgb("1d1b26")
_PAPER = rgb("f3ead7")


def paint_flow(canvas: Canvas, palette: Palette) -> None:
    """Let some thousand brush strokes follow a smooth field of directions."""
    rng = canvas.rng
    tones = [palette.near, *palette.accents, palette.light, palette.sky[1]]
    canvas.gradient((mix(palette.sky[0], palette.near, 0.4), mix(palette.sky[1], palette.near, 0.55)), 0)
    grid = 48
    field = clouds((grid, grid), rng, cells=(2.2, 2.2), octaves=3).tobytes()
    hues = clouds((grid, grid), rng, cells=(1.6, 1.6), octaves=2).tobytes()
    turns = rng.uniform(1.6, 2.6)
    step = canvas.unit * 0.009

    def cell(x: float, y: float) -> int:
        column = min(grid - 1, max(0, int(x / canvas.width * grid)))
        return min(grid - 1, max(0, int(y / canvas.height * grid))) * grid + column

    count = 1500
    for order in range(count):
        x, y = rng.uniform(-0.05, 1.05) * canvas.width, rng.uniform(-0.05, 1.05) * canvas.height
        share = (hues[cell(x, y)] / 255 - 0.3) * 2.4 + rng.gauss(0, 0.09)
        tone = mix(along(tones, share), palette.light, max(0.0, rng.gauss(0.06, 0.14)))
        path = [(x, y)]
        for _ in range(rng.randint(10, 42)):
            angle = field[cell(x, y)] / 255 * math.tau * turns
            x, y = x + math.cos(angle) * step, y + math.sin(angle) * step
            path.append((x, y))
        wide = canvas.unit * (0.011 - 0.009 * order / count) * rng.uniform(0.5, 1.5)
        canvas.line(path, mix(tone, palette.near, 0.25 * (1 - order / count)), wide)
        for end in (path[0], path[-1]):
            canvas.ellipse(end, wide / 2, wide / 2, mix(tone, palette.near, 0.25 * (1 - order / count)))


def paint_geometry(canvas: Canvas, palette: Palette) -> None:
    """Set circles, quarters, stripes and dots on a grid, on paper."""
    rng = canvas.rng
    paper = mix(_PAPER, palette.light, 0.4)
    canvas.gradient((paper, mix(paper, palette.sky[-1], 0.12)), 0)
    tones = [*palette.accents, mix(palette.near, _INK, 0.4), palette.sky[1]]
    cells = rng.choice((3, 4, 5))
    edge = canvas.unit / cells
    across, down = math.ceil(canvas.width / edge), math.ceil(canvas.height / edge)
    left, top = (canvas.width - across * edge) / 2, (canvas.height - down * edge) / 2
    for row in range(down):
        for column in range(across):
            _tile(canvas, (left + column * edge, top + row * edge), edge, tones, paper)
    for _ in range(rng.randint(1, 2)):
        _overlay(canvas, rng.choice(tones), edge)


def _tile(canvas: Canvas, corner: Point, edge: float, tones: list[RGB], paper: RGB) -> None:
    rng = canvas.rng
    x, y = corner
    first, second = rng.sample(tones, 2)
    if rng.random() < 0.72:
        canvas.draw.rectangle((x, y, x + edge, y + edge), fill=first)
    else:
        first, second = paper, first
    motif = rng.choice((_quarter, _circle, _stripes, _dots, _half, _triangle, _rings, _leaf, _quarter, None))
    if motif is not None:
        motif(canvas, corner, edge, (first, second, paper), rng.randrange(4))


# Each motif gets its tile's corner and edge, the colours of ground, shape and paper, and a quarter turn.
_Tones = tuple[RGB, RGB, RGB]


def _quarter(canvas: Canvas, corner: Point, edge: float, tones: _Tones, turn: int) -> None:
    x, y = corner[0] + edge * (turn % 2), corner[1] + edge * (turn // 2)
    start = (0, 90, 270, 180)[turn]
    for share, tone in ((1.0, tones[1]), (0.66, tones[0]), (0.33, tones[1])):
        reach = edge * share
        canvas.draw.pieslice((x - reach, y - reach, x + reach, y + reach), start, start + 90, fill=tone)


def _circle(canvas: Canvas, corner: Point, edge: float, tones: _Tones, turn: int) -> None:
    centre = (corner[0] + edge / 2, corner[1] + edge / 2)
    canvas.ellipse(centre, edge * 0.42, edge * 0.42, tones[1])
    if turn:
        canvas.ellipse(centre, edge * 0.18, edge * 0.18, tones[2])


def _stripes(canvas: Canvas, corner: Point, edge: float, tones: _Tones, turn: int) -> None:
    x, y = corner
    for stripe in range(0, 8, 2):
        near, far = edge * stripe / 8, edge * (stripe + 1) / 8
        box = (x, y + near, x + edge, y + far) if turn % 2 else (x + near, y, x + far, y + edge)
        canvas.draw.rectangle(box, fill=tones[1])


def _dots(canvas: Canvas, corner: Point, edge: float, tones: _Tones, _turn: int) -> None:
    for index in range(16):
        centre = (corner[0] + edge * (index % 4 + 0.5) / 4, corner[1] + edge * (index // 4 + 0.5) / 4)
        canvas.ellipse(centre, edge * 0.07, edge * 0.07, tones[1])


def _half(canvas: Canvas, corner: Point, edge: float, tones: _Tones, turn: int) -> None:
    x, y = corner
    canvas.draw.pieslice((x, y, x + edge, y + edge), 90 * turn, 90 * turn + 180, fill=tones[1])


def _triangle(canvas: Canvas, corner: Point, edge: float, tones: _Tones, turn: int) -> None:
    x, y = corner
    corners = [(x, y), (x + edge, y), (x + edge, y + edge), (x, y + edge)]
    canvas.polygon([corners[turn], corners[(turn + 1) % 4], corners[(turn + 2) % 4]], tones[1])


def _rings(canvas: Canvas, corner: Point, edge: float, tones: _Tones, _turn: int) -> None:
    centre = (corner[0] + edge / 2, corner[1] + edge / 2)
    for order, share in enumerate((0.46, 0.34, 0.22, 0.1)):
        canvas.ellipse(centre, edge * share, edge * share, tones[1 - order % 2])


def _leaf(canvas: Canvas, corner: Point, edge: float, tones: _Tones, turn: int) -> None:
    x, y = corner
    points = []
    for start, cx, cy in ((180, 1, 1), (0, 0, 0)):
        for step in range(13):
            angle = math.radians(start + 90 * step / 12)
            points.append((cx + math.cos(angle), cy + math.sin(angle)))
    flipped = turn % 2 == 1
    canvas.polygon([(x + edge * (1 - px if flipped else px), y + edge * py) for px, py in points], tones[1])


def _overlay(canvas: Canvas, tone: RGB, edge: float) -> None:
    """Print one large translucent shape over everything, as a second ink would."""
    rng = canvas.rng
    layer = Image.new("RGB", canvas.picture.size, (255, 255, 255))
    mask, pen = canvas.mask()
    reach = edge * rng.uniform(0.9, 1.3)
    x, y = rng.uniform(0.2, 0.8) * canvas.width, rng.uniform(0.2, 0.8) * canvas.height
    if rng.random() < 0.65:
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=200)
    else:
        lean = reach * 0.6
        pen.polygon([(x - lean, 0), (x, 0), (x + lean, canvas.height), (x, canvas.height)], fill=190)
    layer.paste(mix(tone, (255, 255, 255), 0.15), (0, 0), mask)
    canvas.replace(ImageChops.multiply(canvas.picture, layer))
