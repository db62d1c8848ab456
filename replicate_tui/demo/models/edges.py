"""`replicate-tui-demo/edges`: the outlines of a picture."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._samples import sample
from replicate_tui.demo.models._schema import FILE_OUTPUT, choice, file, flag, inputs, number
from replicate_tui.demo.models._versions import version_ids

README = """\
# Edges

> **Local stand-in** for edge detectors such as Canny and HED. It is no model at all: two Sobel kernels are run over
> your picture on this computer.

## Output

A grey PNG of the size of the input, white on black. A picture of one colour gives a black one: there are no edges in
it. With `thin` only the clear edges are kept, in pure white.

| Input | Meaning |
| --- | --- |
| `image` | the picture |
| `gain` | how strongly steps are drawn, 0.1 to 8 |
| `thin` | cut at half strength |
| `style` | `chalk` is white on black, `ink` black on white, `neon` takes the colours from the picture |

```python
replicate.run("replicate-tui-demo/edges", input={"image": open("bridge.jpg", "rb"), "style": "ink"})
```

Pair it with `replicate-tui-demo/blur` before it to get rid of noise.
"""

INPUTS = inputs(
    image=file("Picture whose outlines are wanted"),
    gain=number("How strongly a step is drawn", 2.0, low=0.1, high=8),
    thin=flag("Keep clear edges only", False),
    style=choice(("chalk", "ink", "neon"), "How the edges are coloured", "chalk"),
)


def outline(content: bytes, gain: float, thin: bool, style: str) -> bytes:
    """Return the edges as a PNG (blocking)."""
    from PIL import Image, ImageChops, ImageEnhance

    from replicate_tui.demo.models.art.files import decode, encode, opaque
    from replicate_tui.demo.models.art.measure import edges

    picture = opaque(decode(content))
    strength = edges(picture, gain)
    if thin:
        strength = strength.point([0] * 128 + [255] * 128)
    if style == "ink":
        return encode(ImageChops.invert(strength), "png")
    if style == "neon":
        vivid = ImageEnhance.Brightness(ImageEnhance.Color(picture).enhance(2.2)).enhance(1.5)
        return encode(Image.composite(vivid, Image.new("RGB", picture.size, (6, 4, 16)), strength), "png")
    return encode(strength, "png")


async def run(job: Job, input: Mapping[str, Any]) -> str:
    values = INPUTS.with_defaults(input)
    content = await job.read(values["image"])
    made = await job.compute(outline, content, float(values["gain"]), values["thin"], values["style"])
    await job.sleep(0.8)
    return job.publish(made, "edges.png")


MODEL = DemoModel(
    owner="replicate-tui-demo",
    name="edges",
    description="Draws the outlines of your picture in chalk, ink or neon",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=FILE_OUTPUT,
    run=run,
    version=version_ids("replicate-tui-demo/edges", 2)[0],
    older_versions=version_ids("replicate-tui-demo/edges", 2)[1:],
    tags=("edge-detection", "image-editing", "controlnet"),
    run_count=91_250,
    cold_boot=0.5,
    examples=({"image": sample("city.webp"), "style": "neon"}, {"image": sample("lighthouse.webp")}),
    created_at="2025-11-02T10:00:00.000000Z",
)
