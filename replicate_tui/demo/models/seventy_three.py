"""`replicate-tui-demo/seventy-three`: eight layers of shapes with eight knobs each, and nine knobs for all of them."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._logs import use_seed, walk
from replicate_tui.demo.models._schema import (
    FILE_OUTPUT,
    Field,
    choice,
    flag,
    inputs,
    integer,
    number,
    random_seed,
    text,
)
from replicate_tui.demo.models._versions import version_ids

_LAYERS = 8
_SHAPES = ("none", "circle", "ring", "square", "triangle", "stripes", "dots", "petals")
_BLENDS = ("normal", "multiply", "screen", "difference")
_COLOURS = ("#f25f5c", "#ffe066", "#247ba0", "#70c1b3", "#50514f", "#f7a072", "#6a4c93", "#ffffff")
_START = (
    ("circle", 0.35, 0.4, 0.55), ("ring", 0.66, 0.6, 0.5), ("stripes", 0.5, 0.5, 0.9), ("triangle", 0.62, 0.34, 0.35),
    ("dots", 0.3, 0.7, 0.4), ("petals", 0.68, 0.66, 0.3), ("square", 0.24, 0.24, 0.18), ("none", 0.5, 0.5, 0.5),
)  # fmt: skip


def _layer(index: int) -> dict[str, Field]:
    """Return the eight inputs of one layer."""
    shape, x, y, size = _START[index]
    name = f"layer_{index + 1}"
    return {
        f"{name}_shape": choice(_SHAPES, "What is drawn; none leaves the layer out", shape),
        f"{name}_x": number("Centre, as a share of the width", x, low=-0.5, high=1.5),
        f"{name}_y": number("Centre, as a share of the height", y, low=-0.5, high=1.5),
        f"{name}_size": number("Size, as a share of the shorter side", size, low=0, high=2),
        f"{name}_angle": number("Degrees clockwise", (index * 23) % 90, low=-360, high=360),
        f"{name}_colour": text("Six hex digits after a #", _COLOURS[index], pattern="^#[0-9a-fA-F]{6}$"),
        f"{name}_opacity": number("From 0, not there, to 1", 0.85, low=0, high=1),
        f"{name}_blend": choice(_BLENDS, "How it mixes with what is below", _BLENDS[index % 3]),
    }


_FIELDS: dict[str, Field] = {
    "width": integer("Width in pixels", 640, low=64, high=1024),
    "height": integer("Height in pixels", 640, low=64, high=1024),
    "background": text("Six hex digits after a #", "#f4efe4", pattern="^#[0-9a-fA-F]{6}$"),
    "jitter": number("How far the seed may move each layer", 0.0, low=0, high=0.5),
    "grain": number("Film grain", 0.1, low=0, high=1),
    "blur": number("Blur in pixels", 0.0, low=0, high=40),
    "contrast": number("Contrast, 1 changes nothing", 1.0, low=0, high=3),
    "mirror": flag("Mirror the left half to the right", False),
    "seed": random_seed(),
}
for _index in range(_LAYERS):
    _FIELDS |= _layer(_index)
INPUTS = inputs(**_FIELDS)


def _table() -> str:
    """Return the README's table: one row for each input."""
    rows = ["| # | Input | Default | Meaning |", "| ---: | --- | --- | --- |"]
    for order, (name, field) in enumerate(_FIELDS.items(), start=1):
        rows.append(f"| {order} | `{name}` | {field.schema.get('default', '')} | {field.schema['description']} |")
    return "\n".join(rows)


README = f"""\
# Seventy-three

> **Local stand-in** for the models with the longest forms. It exists only in the demo service and draws on this
> computer.

It has seventy-three inputs, and every one of them does something. Eight layers of simple shapes are laid over each
other, each with eight knobs; nine more are for the whole picture.

## What it is for

- **Forms.** How long does a client take until the first field can be filled in? Can the fortieth be found?
- **Order.** The properties of the schema are stored by length and alphabet. Their `x-order` is the order below.
- **Drafts.** Seventy-three values are worth keeping when the terminal is closed by accident.

## A first picture

Run it as it is: all inputs have defaults but the seed, and the defaults make a picture. Then change one thing at a
time:

1. set `layer_3_shape` to `none` to see what the stripes did;
2. set `layer_1_blend` to `difference`;
3. set `mirror`, then `blur` to 2;
4. set `jitter` to 0.2 and run it with several seeds.

## Blends

| Blend | Effect |
| --- | --- |
| normal | covers what is below, as far as the opacity goes |
| multiply | as ink on paper: always darker |
| screen | as light on a wall: always lighter |
| difference | what both have in common becomes black |

## From Python

```python
import replicate

output = replicate.run(
    "replicate-tui-demo/seventy-three",
    input={{"layer_1_shape": "petals", "layer_1_size": 0.8, "background": "#101020"}},
)
open("layers.png", "wb").write(output.read())
```

## All inputs

{_table()}

The output is one PNG. The same inputs with the same seed give the same bytes.
"""


def compose(values: Mapping[str, Any], seed: int) -> tuple[bytes, int]:
    """Return the picture as a PNG and the number of layers that were drawn (blocking)."""
    import random

    from PIL import Image, ImageEnhance, ImageFilter, ImageOps

    from replicate_tui.demo.models.art.canvas import marked
    from replicate_tui.demo.models.art.colour import rgb
    from replicate_tui.demo.models.art.files import encode
    from replicate_tui.demo.models.art.layers import Layer, lay
    from replicate_tui.demo.models.art.noise import grain

    rng = random.Random(seed)
    size = (int(values["width"]), int(values["height"]))
    picture = Image.new("RGB", size, rgb(values["background"][1:]))
    drawn = 0
    for index in range(1, _LAYERS + 1):
        name, jitter = f"layer_{index}", float(values["jitter"])
        shift_x, shift_y = rng.uniform(-jitter, jitter), rng.uniform(-jitter, jitter)
        if values[f"{name}_shape"] == "none":
            continue
        layer = Layer(
            shape=values[f"{name}_shape"],
            centre=(values[f"{name}_x"] + shift_x, values[f"{name}_y"] + shift_y),
            size=values[f"{name}_size"],
            angle=values[f"{name}_angle"],
            colour=rgb(values[f"{name}_colour"][1:]),
            opacity=values[f"{name}_opacity"],
            blend=values[f"{name}_blend"],
        )
        picture = lay(picture, layer)
        drawn += 1
    if values["mirror"]:
        half = picture.crop((0, 0, size[0] // 2, size[1]))
        picture.paste(ImageOps.mirror(half), (size[0] - half.width, 0))
    if values["blur"]:
        picture = picture.filter(ImageFilter.GaussianBlur(values["blur"]))
    picture = ImageEnhance.Contrast(picture).enhance(values["contrast"])
    return encode(marked(grain(picture, rng, values["grain"])), "png"), drawn


async def run(job: Job, input: Mapping[str, Any]) -> str:
    values = INPUTS.with_defaults(input)
    seed = use_seed(job, values)
    content, drawn = await job.compute(compose, values, seed)
    await walk(job, _LAYERS, 2.0, unit="layer")
    job.log(f"{drawn} of {_LAYERS} layers drawn, {len(input)} inputs given")
    return job.publish(content, "layers.png")


MODEL = DemoModel(
    owner="replicate-tui-demo",
    name="seventy-three",
    description="Has seventy-three inputs that all do something: eight layers of shapes with eight knobs each",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=FILE_OUTPUT,
    run=run,
    version=version_ids("replicate-tui-demo/seventy-three", 2)[0],
    older_versions=version_ids("replicate-tui-demo/seventy-three", 2)[1:],
    tags=("test", "form", "inputs", "design"),
    run_count=3_073,
    cold_boot=0.5,
    examples=({"seed": 1}, {"background": "#101020", "layer_1_shape": "petals", "layer_1_size": 0.9, "seed": 2}),
    created_at="2026-01-12T08:20:00.444000Z",
)
