"""`fofr/color-matcher`: one picture in the colours of another."""

from collections.abc import Mapping, Sequence
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._samples import sample
from replicate_tui.demo.models._schema import FILES_OUTPUT, choice, file, inputs, number
from replicate_tui.demo.models._versions import version_ids

README = """\
# Color matcher

> **Local stand-in.** The tones of one picture are given to another by comparing their histograms, channel by channel,
> on this computer. It is arithmetic, and really done.

Give the picture to change as `input_image` and the one whose colours you like as `reference_image`.

| `method` | What is matched |
| --- | --- |
| `histogram` | the whole distribution of each channel |
| `mean` | only the mean and the spread of each channel |

`strength` mixes the result with the original: 0 changes nothing, 1 is the full match.

```python
replicate.run(
    "fofr/color-matcher",
    input={"input_image": open("noon.jpg", "rb"), "reference_image": open("dusk.jpg", "rb")},
)
```

The output is a list of one PNG.
"""

INPUTS = inputs(
    input_image=file("Picture to change"),
    reference_image=file("Picture with the colours to take"),
    method=choice(("histogram", "mean"), "What is matched", "histogram"),
    strength=number("Share of the matched picture in the result", 1.0, low=0, high=1),
)


def histogram_table(source: Sequence[int], target: Sequence[int]) -> list[int]:
    """Return for each value of a channel the value with the same rank in the other picture."""
    source_total, target_total = sum(source), sum(target)
    table, place, below = [], 0, 0
    target_sum = target[0]
    for count in source:
        below += count
        while place < 255 and target_sum / target_total < below / source_total:
            place += 1
            target_sum += target[place]
        table.append(place)
    return table


def match(content: bytes, reference: bytes, method: str, strength: float) -> bytes:
    """Return the recoloured picture as a PNG (blocking)."""
    from PIL import Image, ImageStat

    from replicate_tui.demo.models.art.files import decode, encode, opaque

    picture, other = opaque(decode(content)), opaque(decode(reference))
    channels = []
    for band, wanted in zip(picture.split(), other.split(), strict=True):
        if method == "histogram":
            table = histogram_table(band.histogram(), wanted.histogram())
        else:
            here, there = ImageStat.Stat(band), ImageStat.Stat(wanted)
            spread = there.stddev[0] / (here.stddev[0] or 1)
            table = [min(255, max(0, round((value - here.mean[0]) * spread + there.mean[0]))) for value in range(256)]
        channels.append(band.point(table))
    return encode(Image.blend(picture, Image.merge("RGB", channels), strength), "png")


async def run(job: Job, input: Mapping[str, Any]) -> list[str]:
    values = INPUTS.with_defaults(input)
    content = await job.read(values["input_image"])
    reference = await job.read(values["reference_image"])
    made = await job.compute(match, content, reference, values["method"], float(values["strength"]))
    await job.sleep(1.0)
    return [job.publish(made, "matched.png")]


MODEL = DemoModel(
    owner="fofr",
    name="color-matcher",
    description="Local stand-in for color-matcher: gives one picture the colours of another",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=FILES_OUTPUT,
    run=run,
    version=version_ids("fofr/color-matcher", 2)[0],
    older_versions=version_ids("fofr/color-matcher", 2)[1:],
    cog_version="0.9.5",
    tags=("colour", "color", "image-editing", "style"),
    run_count=312_904,
    cold_boot=0.6,
    examples=({"input_image": sample("city.webp"), "reference_image": sample("lighthouse.webp")},),
    github_url="https://github.com/fofr/cog-color-matcher",
    created_at="2024-04-03T14:33:22.110000Z",
)
