"""What the text-to-image models share: sizes by aspect ratio, and one blocking function that draws and encodes."""

from collections.abc import Mapping
from typing import Any, Final

from replicate_tui.demo.model import Job
from replicate_tui.demo.models._logs import steps

RATIOS: Final[Mapping[str, tuple[int, int]]] = {
    "1:1": (1024, 1024),
    "16:9": (1344, 768),
    "21:9": (1536, 640),
    "3:2": (1216, 832),
    "2:3": (832, 1216),
    "4:5": (896, 1088),
    "5:4": (1088, 896),
    "3:4": (896, 1152),
    "4:3": (1152, 896),
    "9:16": (768, 1344),
    "9:21": (640, 1536),
}


def sized(ratio: str, megapixels: float = 1.0) -> tuple[int, int]:
    """Return width and height for an aspect ratio, in multiples of 16."""
    width, height = RATIOS.get(ratio, RATIOS["1:1"])
    scale = megapixels**0.5
    return max(64, round(width * scale / 16) * 16), max(64, round(height * scale / 16) * 16)


def draw(prompt: str, seed: int, size: tuple[int, int], extension: str, quality: int) -> bytes:
    """Return the encoded picture for a prompt and a seed (blocking)."""
    from replicate_tui.demo.models.art.files import encode
    from replicate_tui.demo.models.art.picture import paint

    return encode(paint(prompt, seed, size), extension, quality)


async def draw_all(
    job: Job,
    prompt: str,
    seed: int,
    *,
    count: int,
    size: tuple[int, int],
    extension: str,
    quality: int = 90,
    sampling: tuple[int, float],
) -> list[str]:
    """Draw `count` pictures after a progress bar of (steps, seconds) and return their URLs."""
    total, seconds = sampling
    async for _ in steps(job, total, seconds * (0.6 + 0.4 * count)):
        pass
    urls = []
    for index in range(count):
        content: Any = await job.compute(draw, prompt, seed + index, size, extension, quality)
        urls.append(job.publish(content, f"out-{index}.{extension}"))
    return urls
