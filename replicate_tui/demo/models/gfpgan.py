"""`tencentarc/gfpgan`: old photographs, cleaned with classic filters."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._samples import sample
from replicate_tui.demo.models._schema import FILE_OUTPUT, choice, file, inputs, number
from replicate_tui.demo.models._versions import version_ids

README = """\
# GFPGAN

> **Local stand-in.** No face is found and none is invented. Your picture is cleaned on this computer: specks are
> removed with a median, the tones are stretched, the picture is enlarged and sharpened.

## Versions

| `version` | Recipe |
| --- | --- |
| v1.2 | median 3, tones stretched by 2 % at both ends |
| v1.3 | as v1.2, colours strengthened by a tenth |
| v1.4 | as v1.3, sharpened twice |

## Input

- `img`: the photograph. PNG, JPEG, WebP or GIF.
- `scale`: from 1 to 4; the longer side of the output stays below 4,096 pixels.

```bash
curl -s -X POST "$REPLICATE_BASE_URL/predictions" -H "Authorization: Bearer $REPLICATE_API_TOKEN" \\
  -d '{"version": "VERSION", "input": {"img": "https://…/grandmother.jpg", "scale": 2}}'
```
"""

INPUTS = inputs(
    img=file("Input"),
    version=choice(("v1.2", "v1.3", "v1.4"), "GFPGAN version.", "v1.4"),
    scale=number("Rescaling factor", 2, low=1, high=4),
)
_LONGEST = 4096


def restore(content: bytes, version: str, scale: float) -> bytes:
    """Return the cleaned picture as a PNG (blocking)."""
    from PIL import Image, ImageEnhance, ImageFilter, ImageOps

    from replicate_tui.demo.models.art.files import decode, encode, opaque, within

    picture = opaque(decode(content)).filter(ImageFilter.MedianFilter(3))
    picture = ImageOps.autocontrast(picture, cutoff=2, preserve_tone=True)
    if version != "v1.2":
        picture = ImageEnhance.Color(picture).enhance(1.1)
    scale = min(scale, _LONGEST / max(picture.size))
    picture = within(picture, _LONGEST)
    if scale > 1:
        size = (round(picture.width * scale), round(picture.height * scale))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    for _ in range(2 if version == "v1.4" else 1):
        picture = picture.filter(ImageFilter.UnsharpMask(radius=2, percent=70, threshold=2))
    return encode(picture, "png")


async def run(job: Job, input: Mapping[str, Any]) -> str:
    values = INPUTS.with_defaults(input)
    content = await job.read(values["img"])
    job.log("Faces found: not looked for (local stand-in)")
    made = await job.compute(restore, content, values["version"], float(values["scale"]))
    await job.sleep(1.9)
    return job.publish(made, "output.png")


MODEL = DemoModel(
    owner="tencentarc",
    name="gfpgan",
    description="Local stand-in for GFPGAN: cleans, stretches, enlarges and sharpens old photographs",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=FILE_OUTPUT,
    run=run,
    version=version_ids("tencentarc/gfpgan", 3)[0],
    older_versions=version_ids("tencentarc/gfpgan", 3)[1:],
    cog_version="0.8.6",
    tags=("image-restoration", "photo", "super-resolution"),
    run_count=89_402_771,
    cold_boot=0.6,
    examples=({"img": sample("wombat.webp"), "scale": 2},),
    github_url="https://github.com/TencentARC/GFPGAN",
    paper_url="https://arxiv.org/abs/2101.04061",
    license_url="https://github.com/TencentARC/GFPGAN/blob/master/LICENSE",
    created_at="2021-12-15T10:31:03.000000Z",
)
