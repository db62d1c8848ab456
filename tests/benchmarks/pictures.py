"""What a picture costs on its way to the terminal."""

import io
import statistics

from PIL import Image

from tests.benchmarks.apps import one_picture
from tests.benchmarks.figures import Figure
from tests.benchmarks.workshop import Workshop
from tests.support.pictures import noise

_COLUMNS, _ROWS = 80, 40
_SIDE = 512
#: How coarse the shapes of the picture are, in pixels of the smaller one it is made of.
_SHAPES = 24


def pictures(workshop: Workshop) -> list[Figure]:
    """A picture of 80 by 40 cells, with all colours and with the few of the frugal mode."""
    file = workshop.folder / "picture.png"
    _landscape().save(file)
    figures = []
    for frugal, name, most in (("off", "picture of half-blocks", 120_000), ("on", "the same, frugal", 32_000)):
        written, taken = [], []
        for _ in range(min(3, workshop.scale.sessions)):
            # One line is left for its caption.
            with workshop.start_app("one_picture", str(file), frugal, columns=_COLUMNS, rows=_ROWS + 1) as terminal:
                terminal.until(one_picture.READY)
                terminal.settle(0.3)
                before = len(terminal.raw)
                taken.append(terminal.took("enter", one_picture.SHOWN))
                terminal.settle(0.3)
                written.append(len(terminal.raw) - before)
        figures += [
            Figure(f"{name}, written", statistics.median(written), "bytes", most=most, goal=18),
            Figure(f"{name}, shown", statistics.median(taken) * 1_000, "ms"),
        ]
    return figures


def _landscape() -> Image.Image:
    """Return a picture as photographs are: large shapes of muted colours, and a little grain over them."""
    shapes = Image.open(io.BytesIO(noise((_SHAPES, _SHAPES)))).resize((_SIDE, _SIDE), Image.Resampling.BICUBIC)
    sky = Image.linear_gradient("L").resize((_SIDE, _SIDE)).convert("RGB")
    grain = Image.open(io.BytesIO(noise((_SIDE, _SIDE))))
    return Image.blend(Image.blend(sky, shapes, 0.25), grain, 0.05)
