"""A painted scene under a moving camera, with something drifting through it."""

import io
import math
import random
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFilter

from replicate_tui.demo.models.art.canvas import marked
from replicate_tui.demo.models.art.picture import generator, paint

_MARGIN = 1.18


def film(prompt: str, seed: int, size: tuple[int, int], count: int, motion: str, particles: str) -> list[Image.Image]:
    """Return `count` RGB frames whose last leads back to the first."""
    large = (round(size[0] * _MARGIN), round(size[1] * _MARGIN))
    # Grain would fill a GIF with noise that its compression cannot take.
    scene = paint(prompt, seed, large, mark=False).filter(ImageFilter.MedianFilter(3))
    drops = _Drops(generator(prompt, seed, "particles"), particles)
    frames = []
    for index in range(count):
        phase = index / count
        frame = scene.resize(size, Image.Resampling.BICUBIC, box=_view(motion, phase, size, large))
        drops.draw(frame, phase)
        frames.append(marked(frame))
    return frames


def _view(
    motion: str, phase: float, size: tuple[int, int], large: tuple[int, int]
) -> tuple[float, float, float, float]:
    """Return the part of the scene that the camera sees."""
    turn = phase * math.tau
    spare_x, spare_y = large[0] - size[0], large[1] - size[1]
    if motion == "breathe":
        share = 0.5 - 0.5 * math.cos(turn)
        return (
            spare_x / 2 * share,
            spare_y / 2 * share,
            large[0] - spare_x / 2 * share,
            large[1] - spare_y / 2 * share,
        )
    x = spare_x * (0.5 - 0.5 * math.cos(turn))
    y = spare_y * (0.5 + 0.5 * math.sin(turn)) if motion == "orbit" else spare_y / 2
    return x, y, x + size[0], y + size[1]


class _Drops:
    """Points of light that come back to where they began after one round."""

    def __init__(self, rng: random.Random, kind: str) -> None:
        self.kind = kind
        self.points = [
            (rng.random(), rng.random(), rng.choice((1, 1, 2)), rng.uniform(0.4, 1.0), rng.uniform(0, math.tau))
            for _ in range({"none": 0, "snow": 90, "sparks": 50, "stars": 60}[kind])
        ]

    def draw(self, frame: Image.Image, phase: float) -> None:
        pen = ImageDraw.Draw(frame)
        unit = min(frame.size) * 0.008
        for x, y, speed, size, swing in self.points:
            if self.kind == "stars":
                twinkle = 0.5 + 0.5 * math.sin(swing + phase * math.tau * speed)
                self._dot(pen, frame, (x, y * 0.6), unit * size * 0.5 * twinkle, (255, 255, 240))
                continue
            fall = phase * speed if self.kind == "snow" else -phase * speed
            place = ((x + 0.012 * math.sin(swing + phase * math.tau)) % 1, (y + fall) % 1)
            tone = (255, 255, 255) if self.kind == "snow" else (255, 190, 90)
            self._dot(pen, frame, place, unit * size * (0.75 if self.kind == "snow" else 0.5), tone)

    @staticmethod
    def _dot(
        pen: ImageDraw.ImageDraw,
        frame: Image.Image,
        place: tuple[float, float],
        radius: float,
        tone: tuple[int, int, int],
    ) -> None:
        x, y = place[0] * frame.width, place[1] * frame.height
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=tone)


def save_gif(frames: Sequence[Image.Image], fps: int) -> bytes:
    """Return an endless GIF whose frames share the palette of the first one."""
    first = frames[0].quantize(128, method=Image.Quantize.MEDIANCUT, kmeans=1)
    others = [frame.quantize(palette=first, dither=Image.Dither.NONE) for frame in frames[1:]]
    stream = io.BytesIO()
    first.save(stream, "GIF", save_all=True, append_images=others, duration=round(1000 / fps), loop=0, optimize=False)
    return stream.getvalue()
