"""`replicate-tui-demo/poster`: a picture in few colours, its own or those of a palette."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._samples import sample
from replicate_tui.demo.models._schema import FILE_OUTPUT, choice, file, flag, inputs, integer
from replicate_tui.demo.models._versions import version_ids

README = """\
# Poster

> **Local stand-in** for style filters: your picture is reduced to a handful of colours on this computer.

## Palettes

| `palette` | Colours |
| --- | --- |
| `own` | as many as you ask for, found in the picture |
| `game` | four greens of an old handheld |
| `riso` | two inks on paper |
| `sunset` | six, from violet to cream |
| `terminal` | the sixteen colours of a terminal |

With `dither` the colours are mixed in dots, without it they form flat areas.

```python
replicate.run("replicate-tui-demo/poster", input={"image": open("cat.png", "rb"), "palette": "riso"})
```

The output is a PNG with a palette, usually much smaller than the input.
"""

_PALETTES = {
    "own": "",
    "game": "0f380f 306230 8bac0f 9bbc0f",
    "riso": "f4efe4 ff5c5c 1d3557 7a3b57",
    "sunset": "2d1e4f 6b2d5c c03a5b f2704d f9b35c fff0cf",
    "terminal": "000000 800000 008000 808000 000080 800080 008080 c0c0c0 "
    "808080 ff0000 00ff00 ffff00 0000ff ff00ff 00ffff ffffff",
}
INPUTS = inputs(
    image=file("Picture to reduce"),
    palette=choice(tuple(_PALETTES), "Which colours", "own"),
    colours=integer("How many colours, when they are the picture's own", 6, low=2, high=64),
    dither=flag("Mix colours in dots", False),
)


def reduce(content: bytes, palette: str, colours: int, dither: bool) -> bytes:
    """Return the picture in few colours as a PNG (blocking)."""
    from PIL import Image, ImageOps

    from replicate_tui.demo.models.art.colour import luminance, rgb
    from replicate_tui.demo.models.art.files import decode, encode, opaque

    picture = opaque(decode(content))
    dots = Image.Dither.FLOYDSTEINBERG if dither else Image.Dither.NONE
    if palette == "own":
        found = picture.quantize(colours, method=Image.Quantize.MEDIANCUT, kmeans=2)
        return encode(picture.quantize(palette=found, dither=dots), "png")
    tones = [rgb(code) for code in _PALETTES[palette].split()]
    source = Image.new("P", (1, 1))
    if palette == "terminal":
        source.putpalette(_padded([part for tone in tones for part in tone]))
        return encode(picture.quantize(palette=source, dither=dots), "png")
    # The palettes of few inks follow the light: the darkest ink for the darkest places.
    tones.sort(key=luminance)
    source.putpalette(_padded([round(255 * step / (len(tones) - 1)) for step in range(len(tones)) for _ in range(3)]))
    grey = ImageOps.autocontrast(picture.convert("L"), cutoff=1).convert("RGB")
    reduced = grey.quantize(palette=source, dither=dots)
    reduced.putpalette(_padded([part for tone in tones for part in tone]))
    return encode(reduced, "png")


def _padded(parts: list[int]) -> list[int]:
    """Return a palette of 256 entries, the last of which repeat the last given one."""
    return parts + parts[-3:] * (256 - len(parts) // 3)


async def run(job: Job, input: Mapping[str, Any]) -> str:
    values = INPUTS.with_defaults(input)
    content = await job.read(values["image"])
    made = await job.compute(reduce, content, values["palette"], values["colours"], values["dither"])
    await job.sleep(0.9)
    return job.publish(made, "poster.png")


MODEL = DemoModel(
    owner="replicate-tui-demo",
    name="poster",
    description="Reduces your picture to a few colours: its own, a handheld's, two inks, a sunset's, a terminal's",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=FILE_OUTPUT,
    run=run,
    version=version_ids("replicate-tui-demo/poster", 2)[0],
    older_versions=version_ids("replicate-tui-demo/poster", 2)[1:],
    tags=("style", "palette", "image-editing", "filter"),
    run_count=27_733,
    cold_boot=0.5,
    examples=(
        {"image": sample("lighthouse.webp"), "palette": "sunset"},
        {"image": sample("city.webp"), "palette": "game", "dither": True},
    ),
    created_at="2025-11-02T10:10:00.000000Z",
)
