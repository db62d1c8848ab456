"""`replicate-tui-demo/palette`: the colours of a picture as an object."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._samples import sample
from replicate_tui.demo.models._schema import NUMBER, STRING, file, inputs, integer, object_output
from replicate_tui.demo.models._versions import version_ids

README = """\
# Palette

> **Local stand-in** for colour analysis services. It counts pixels on this computer and returns what it counted.

## Output

```json
{
  "colours": [
    {"hex": "#1d2b53", "name": "navy", "share": 0.41},
    {"hex": "#f2704d", "name": "orange", "share": 0.18}
  ],
  "brightness": 0.372,
  "contrast": 0.214,
  "saturation": 0.455,
  "swatch": "http://127.0.0.1:…/palette.png"
}
```

| Key | Meaning |
| --- | --- |
| `share` | part of the pixels that are nearest to the colour |
| `brightness` | mean lightness, 0 to 1 |
| `contrast` | standard deviation of the lightness |
| `saturation` | mean saturation |
| `swatch` | a picture of the colours, as wide as their shares |

Median cut with two rounds of k-means, on a copy of at most 256 pixels.
"""

INPUTS = inputs(image=file("Picture to analyse"), count=integer("How many colours to name", 5, low=1, high=16))


def analyse(content: bytes, count: int) -> tuple[dict[str, Any], bytes]:
    """Return the facts and a swatch as a PNG (blocking)."""
    from PIL import Image, ImageDraw

    from replicate_tui.demo.models.art.files import decode, encode
    from replicate_tui.demo.models.art.measure import brightness, colourfulness, contrast, swatches

    picture = decode(content)
    found = swatches(picture, count)
    strip = Image.new("RGB", (800, 160))
    pen, left = ImageDraw.Draw(strip), 0.0
    for swatch in found:
        pen.rectangle((left, 0, left + swatch.share * 800 + 1, 160), fill=swatch.colour)
        left += swatch.share * 800
    facts = {
        "colours": [{"hex": one.hex, "name": one.name, "share": round(one.share, 4)} for one in found],
        "brightness": round(brightness(picture), 3),
        "contrast": round(contrast(picture), 3),
        "saturation": round(colourfulness(picture), 3),
    }
    return facts, encode(strip, "png")


async def run(job: Job, input: Mapping[str, Any]) -> dict[str, Any]:
    values = INPUTS.with_defaults(input)
    content = await job.read(values["image"])
    facts, strip = await job.compute(analyse, content, values["count"])
    await job.sleep(0.8)
    return {**facts, "swatch": job.publish(strip, "palette.png")}


MODEL = DemoModel(
    owner="replicate-tui-demo",
    name="palette",
    description="Names the dominant colours of a picture with their shares, brightness and contrast",
    readme=README,
    input_schema=INPUTS.schema,
    output_schema=object_output(
        ("colours", "brightness", "contrast", "saturation"),
        colours={"type": "array", "items": {"type": "object"}},
        brightness=NUMBER,
        contrast=NUMBER,
        saturation=NUMBER,
        swatch={**STRING, "format": "uri"},
    ),
    run=run,
    version=version_ids("replicate-tui-demo/palette", 2)[0],
    older_versions=version_ids("replicate-tui-demo/palette", 2)[1:],
    tags=("colour", "color", "analysis", "image-to-text"),
    run_count=12_480,
    cold_boot=0.5,
    examples=({"image": sample("lighthouse.webp"), "count": 6},),
    created_at="2025-11-02T10:15:00.000000Z",
)
