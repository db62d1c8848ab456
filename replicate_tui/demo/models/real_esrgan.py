"""`nightmareai/real-esrgan`: larger by any factor up to ten."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job, ModelFailure
from replicate_tui.demo.models._logs import walk
from replicate_tui.demo.models._samples import sample
from replicate_tui.demo.models._schema import FILE_OUTPUT, file, flag, inputs, number
from replicate_tui.demo.models._versions import version_ids

README = """\
# Real-ESRGAN

> **Local stand-in.** Your picture is made larger on this computer with Lanczos interpolation in several passes, each
> followed by a light unsharp mask. No network invents details, so none appear that were not there.

```python
larger = replicate.run(
    "nightmareai/real-esrgan",
    input={"image": open("small.jpg", "rb"), "scale": 2},
)
```

## Settings

| Input | Effect |
| --- | --- |
| `scale` | factor for both sides, 1 to 10, fractions too |
| `face_enhance` | another sharpening pass over everything; faces are not looked for |

The output may have at most 24 megapixels. A larger one is refused with the size it would have had.

## Example of a refusal

```text
Output of 12000x9000 would be too large: 24 megapixels at most
```

Transparency is kept.
"""

INPUTS = inputs(
    image=file("Input image"),
    scale=number("Factor to scale image by", 4, low=1, high=10),
    face_enhance=flag("Sharpen once more", False),
)
_MAX_PIXELS = 24_000_000


def enlarge(content: bytes, scale: float, extra: bool) -> bytes:
    """Return the enlarged picture as a PNG (blocking)."""
    from PIL import Image, ImageFilter

    from replicate_tui.demo.models.art.files import decode, encode

    picture = decode(content)
    target = (round(picture.width * scale), round(picture.height * scale))
    if target[0] * target[1] > _MAX_PIXELS:
        raise ModelFailure(f"Output of {target[0]}x{target[1]} would be too large: 24 megapixels at most")
    while picture.size != target:
        size = (min(picture.width * 2, target[0]), min(picture.height * 2, target[1]))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
        picture = picture.filter(ImageFilter.UnsharpMask(radius=1.4, percent=55, threshold=2))
    if extra:
        picture = picture.filter(ImageFilter.UnsharpMask(radius=2.5, percent=90, threshold=1))
    return encode(picture, "png")


async def run(job: Job, input: Mapping[str, Any]) -> str:
    values = INPUTS.with_defaults(input)
    content = await job.read(values["image"])
    made = await job.compute(enlarge, content, float(values["scale"]), values["face_enhance"])
    await walk(job, 9, 1.8, unit="tile")
    return job.publish(made, "output.png")


MODEL = DemoModel(
    owner="nightmareai",
    name="real-esrgan",
    description="Local stand-in for Real-ESRGAN: makes your picture larger by any factor from 1 to 10",
    readme=README,
    input_schema=INPUTS.schema,
    output_schema=FILE_OUTPUT,
    run=run,
    version=version_ids("nightmareai/real-esrgan", 4)[0],
    older_versions=version_ids("nightmareai/real-esrgan", 4)[1:],
    cog_version="0.10.0",
    tags=("super-resolution", "upscale", "enhance"),
    run_count=84_117_620,
    cold_boot=0.7,
    examples=({"image": sample("sandwich.webp"), "scale": 2}, {"image": sample("wombat.webp"), "scale": 3.5}),
    github_url="https://github.com/xinntao/Real-ESRGAN",
    paper_url="https://arxiv.org/abs/2107.10833",
    license_url="https://github.com/xinntao/Real-ESRGAN/blob/master/LICENSE",
    created_at="2021-10-14T16:30:11.000000Z",
)
