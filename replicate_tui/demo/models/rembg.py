"""`cjwbw/rembg`: the background goes, judged by the colour of the picture's border."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._samples import sample
from replicate_tui.demo.models._schema import FILE_OUTPUT, file, inputs, number
from replicate_tui.demo.models._versions import version_ids

README = """\
# rembg

> **Local stand-in.** The background is found without a network: what is connected to the border and close to its colour
> is taken away. It works well on plain walls and skies and badly on everything else. It runs on this computer.

## How it decides

1. The picture is reduced to 256 pixels.
2. From twelve places along the border, everything of nearly the same colour that hangs together is marked.
3. The mark is enlarged, softened and used as transparency.

| Input | Meaning |
| --- | --- |
| `image` | the picture |
| `threshold` | how far a colour may be from that of the border, 0 to 255 |

The output is a PNG with an alpha channel. The logs say how much of the picture went:

```text
Removed 63.2 % of 256x192 pixels
```
"""

INPUTS = inputs(
    image=file("Input image"),
    threshold=number("How different a colour may be and still be background", 36, low=0, high=255),
)
_WORKING_SIDE = 256


def cut_out(content: bytes, threshold: float) -> tuple[bytes, float]:
    """Return a PNG with transparency, and the share that became transparent (blocking)."""
    from PIL import Image, ImageDraw, ImageFilter

    from replicate_tui.demo.models.art.files import decode, encode, opaque, within

    picture = opaque(decode(content))
    small = within(picture, _WORKING_SIDE).filter(ImageFilter.MedianFilter(3))
    # Fill with a colour that is marked in a channel of its own, so that no pixel can have it by chance.
    marks = Image.new("L", small.size, 255)
    for x, y in _border(small.size):
        filled = small.copy()
        ImageDraw.floodfill(filled, (x, y), (255, 0, 255), thresh=threshold)
        changed = _difference(small, filled)
        marks.paste(0, (0, 0), changed)
    share = marks.histogram()[0] / (marks.width * marks.height)
    alpha = marks.resize(picture.size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(1))
    picture.putalpha(alpha)
    return encode(picture, "png"), share


def _difference(before: Any, after: Any) -> Any:
    from PIL import ImageChops

    return ImageChops.difference(before, after).convert("L").point([0] + [255] * 255)


def _border(size: tuple[int, int]) -> list[tuple[int, int]]:
    width, height = size[0] - 1, size[1] - 1
    thirds = (0.0, 1 / 3, 2 / 3, 1.0)
    places = [(round(width * share), y) for share in thirds for y in (0, height)]
    places += [(x, round(height * share)) for share in thirds[1:3] for x in (0, width)]
    return places


async def run(job: Job, input: Mapping[str, Any]) -> str:
    values = INPUTS.with_defaults(input)
    content = await job.read(values["image"])
    made, share = await job.compute(cut_out, content, float(values["threshold"]))
    await job.sleep(1.4)
    job.log(f"Removed {share:.1%} of the picture")
    return job.publish(made, "out.png")


MODEL = DemoModel(
    owner="cjwbw",
    name="rembg",
    description="Local stand-in for rembg: makes what is connected to the border and of its colour transparent",
    readme=README,
    input_schema=INPUTS.schema,
    output_schema=FILE_OUTPUT,
    run=run,
    version=version_ids("cjwbw/rembg", 2)[0],
    older_versions=version_ids("cjwbw/rembg", 2)[1:],
    cog_version="0.7.0",
    tags=("background-removal", "image-editing", "transparency"),
    run_count=8_340_211,
    cold_boot=0.9,
    examples=({"image": sample("sandwich.webp")},),
    github_url="https://github.com/danielgatis/rembg",
    license_url="https://github.com/danielgatis/rembg/blob/main/LICENSE.txt",
    created_at="2022-11-08T19:47:36.000000Z",
)
