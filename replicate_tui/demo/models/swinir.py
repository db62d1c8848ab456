"""`jingyunliang/swinir`: four times the size, or less noise."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job, ModelFailure
from replicate_tui.demo.models._logs import walk
from replicate_tui.demo.models._samples import sample
from replicate_tui.demo.models._schema import FILE_OUTPUT, choice, file, inputs
from replicate_tui.demo.models._versions import version_ids

README = """\
# SwinIR

> **Local stand-in.** Your own picture is really processed, on this computer, with classic filters: Lanczos
> interpolation, an unsharp mask, a median. No transformer is involved.

## Tasks

| `task_type` | What happens |
| --- | --- |
| Real-World Image Super-Resolution-Large | fourfold Lanczos, then sharpened with a wide mask |
| Real-World Image Super-Resolution-Medium | fourfold Lanczos, then sharpened lightly |
| Grayscale Image Denoising | grey, median filter; `noise` sets its size |
| Color Image Denoising | median filter; `noise` sets its size |
| JPEG Compression Artifact Reduction | blurred a little, sharpened again; `jpeg` sets how much |

Inputs above two megapixels are refused for super-resolution, since the output has sixteen times as many pixels.

```python
upscaled = replicate.run("jingyunliang/swinir", input={"image": open("small.png", "rb")})
```

The output is a PNG.
"""

_LARGE = "Real-World Image Super-Resolution-Large"
_MEDIUM = "Real-World Image Super-Resolution-Medium"
_GREY = "Grayscale Image Denoising"
_COLOUR = "Color Image Denoising"
_JPEG = "JPEG Compression Artifact Reduction"
INPUTS = inputs(
    image=file("input image"),
    task_type=choice((_LARGE, _MEDIUM, _GREY, _COLOUR, _JPEG), "Choose a task", _LARGE),
    noise=choice((15, 25, 50), "Noise level, used by the denoising tasks. Ignored otherwise.", 15),
    jpeg=choice((10, 20, 30, 40), "JPEG quality of the input, used by artifact reduction. Ignored otherwise.", 40),
)
_MAX_INPUT_PIXELS = 2_000_000
_SCALE = 4


def process(content: bytes, values: Mapping[str, Any]) -> tuple[bytes, str]:
    """Return the PNG and a line that says what was measured (blocking)."""
    from PIL import Image, ImageFilter

    from replicate_tui.demo.models.art.files import decode, encode

    picture = decode(content)
    before = picture.size
    task = values["task_type"]
    if task in (_LARGE, _MEDIUM):
        if picture.width * picture.height > _MAX_INPUT_PIXELS:
            raise ModelFailure(f"Input of {picture.width}x{picture.height} is too large for x4: 2 megapixels at most")
        size = (picture.width * _SCALE, picture.height * _SCALE)
        picture = picture.resize(size, Image.Resampling.LANCZOS)
        strength = 120 if task == _LARGE else 60
        picture = picture.filter(ImageFilter.UnsharpMask(radius=3, percent=strength, threshold=2))
    elif task == _JPEG:
        picture = picture.filter(ImageFilter.GaussianBlur(12 / values["jpeg"]))
        picture = picture.filter(ImageFilter.UnsharpMask(radius=2, percent=80, threshold=3))
    else:
        grey = picture.convert("L") if task == _GREY else picture
        picture = grey.filter(ImageFilter.MedianFilter({15: 3, 25: 5, 50: 7}[values["noise"]]))
    line = f"{before[0]}x{before[1]} -> {picture.width}x{picture.height}"
    return encode(picture, "png"), line


async def run(job: Job, input: Mapping[str, Any]) -> str:
    values = INPUTS.with_defaults(input)
    content = await job.read(values["image"])
    job.log(f"Task: {values['task_type']}")
    made, line = await job.compute(process, content, values)
    await walk(job, 12, 2.4, unit="tile")
    job.log(line)
    return job.publish(made, "out.png")


MODEL = DemoModel(
    owner="jingyunliang",
    name="swinir",
    description="Local stand-in for SwinIR: upscales your picture four times with Lanczos, or takes noise out of it",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=FILE_OUTPUT,
    run=run,
    version=version_ids("jingyunliang/swinir", 2)[0],
    older_versions=version_ids("jingyunliang/swinir", 2)[1:],
    cog_version="0.3.9",
    tags=("super-resolution", "upscale", "denoise", "image-restoration"),
    run_count=6_013_870,
    cold_boot=1.0,
    examples=(
        {"image": sample("lighthouse.webp")},
        {"image": sample("city.webp"), "task_type": _COLOUR, "noise": 25},
    ),
    github_url="https://github.com/JingyunLiang/SwinIR",
    paper_url="https://arxiv.org/abs/2108.10257",
    license_url="https://github.com/JingyunLiang/SwinIR/blob/main/LICENSE",
    created_at="2021-08-31T10:41:20.000000Z",
)
