"""`replicate-tui-demo/blur`: out of focus, everywhere or outside a band."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._samples import sample
from replicate_tui.demo.models._schema import FILE_OUTPUT, choice, file, inputs, number
from replicate_tui.demo.models._versions import version_ids

README = """\
# Blur

> **Local stand-in** for lens simulators. Your picture is blurred on this computer with the filters of Pillow.

## Kinds

| `kind` | Result |
| --- | --- |
| `gaussian` | evenly soft |
| `box` | blocky, quick |
| `motion` | smeared sideways |
| `tilt-shift` | a sharp band across the middle, as on photographs of models |

`radius` is given in thousandths of the longer side, so that a large and a small copy of a picture look alike.

```python
replicate.run(
    "replicate-tui-demo/blur",
    input={"image": open("town.jpg", "rb"), "kind": "tilt-shift", "radius": 9},
)
```

A picture of one colour comes back as it was.
"""

INPUTS = inputs(
    image=file("Picture to blur"),
    kind=choice(("gaussian", "box", "motion", "tilt-shift"), "Which blur", "gaussian"),
    radius=number("Radius in thousandths of the longer side", 8, low=0, high=80),
)


def soften(content: bytes, kind: str, radius: float) -> bytes:
    """Return the blurred picture as a PNG (blocking)."""
    from PIL import Image, ImageFilter

    from replicate_tui.demo.models.art.files import decode, encode, opaque
    from replicate_tui.demo.models.art.noise import curve

    picture = opaque(decode(content))
    pixels = radius * max(picture.size) / 1000
    if kind == "box":
        return encode(picture.filter(ImageFilter.BoxBlur(pixels)), "png")
    if kind == "motion":
        return encode(picture.filter(ImageFilter.BoxBlur((pixels * 2, 0))), "png")
    blurred = picture.filter(ImageFilter.GaussianBlur(pixels))
    if kind == "tilt-shift":
        band = curve(Image.linear_gradient("L"), lambda value: max(0.0, abs(value - 0.55) * 3 - 0.35))
        blurred = Image.composite(blurred, picture, band.resize(picture.size))
    return encode(blurred, "png")


async def run(job: Job, input: Mapping[str, Any]) -> str:
    values = INPUTS.with_defaults(input)
    content = await job.read(values["image"])
    made = await job.compute(soften, content, values["kind"], float(values["radius"]))
    await job.sleep(0.7)
    return job.publish(made, "blurred.png")


MODEL = DemoModel(
    owner="replicate-tui-demo",
    name="blur",
    description="Blurs your picture: evenly, in boxes, sideways, or all but a sharp band",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=FILE_OUTPUT,
    run=run,
    version=version_ids("replicate-tui-demo/blur", 2)[0],
    older_versions=version_ids("replicate-tui-demo/blur", 2)[1:],
    tags=("blur", "image-editing", "filter"),
    run_count=44_018,
    cold_boot=0.5,
    examples=({"image": sample("city.webp"), "kind": "tilt-shift", "radius": 10},),
    created_at="2025-11-02T10:05:00.000000Z",
)
