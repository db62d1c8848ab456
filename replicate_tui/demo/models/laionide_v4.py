"""`afiaka87/laionide-v4`: small tiles from an older time of image models."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._logs import use_seed, walk
from replicate_tui.demo.models._schema import (
    FILE_STREAM_OUTPUT,
    choice,
    flag,
    inputs,
    integer,
    number,
    random_seed,
    text,
)
from replicate_tui.demo.models._versions import version_ids

README = """\
# laionide v4

> **Local stand-in.** The tiles are drawn on this computer; GLIDE and its fine-tune are not here. Small and soft they
> are on purpose, as the pictures of that time were.

## Batches

`batch_size` pictures are drawn with consecutive seeds and joined into one tall strip, as the original did. The side of
a tile is `side_x` by `side_y`; with `upsample_stage` it is made four times as large.

```text
+--------+
| seed n |
+--------+
| n + 1  |
+--------+
```

## Two results

The output is a list that grows: first the small strip, then, with `upsample_stage`, the large one. A client that shows
outputs as they arrive can be tried with it.

| Input | Default |
| --- | --- |
| `batch_size` | 3 |
| `side_x`, `side_y` | 64 |
| `upsample_stage` | on |
"""

INPUTS = inputs(
    prompt=text("Your text prompt."),
    batch_size=integer("Batch size. Number of generations to predict", 3, low=1, high=8),
    side_x=choice((32, 48, 64, 80, 96, 112, 128), "Width of a tile before it is enlarged.", 64),
    side_y=choice((32, 48, 64, 80, 96, 112, 128), "Height of a tile before it is enlarged.", 64),
    upsample_stage=flag("Enlarge the tiles four times", True),
    guidance_scale=number("Classifier-free guidance scale.", 4.0, low=0, high=20),
    timestep_respacing=choice((15, 17, 19, 21, 23, 25, 27, 30, 35, 40, 50, 100), "Number of timesteps", 27),
    seed=random_seed("Seed for reproducibility"),
)


def strip(prompt: str, seed: int, count: int, tile: tuple[int, int], scale: int) -> bytes:
    """Return `count` tiles below each other as a PNG (blocking)."""
    from PIL import Image, ImageFilter

    from replicate_tui.demo.models.art.canvas import marked
    from replicate_tui.demo.models.art.files import encode
    from replicate_tui.demo.models.art.picture import paint

    whole = Image.new("RGB", (tile[0] * scale, tile[1] * scale * count))
    for index in range(count):
        large = paint(prompt, seed + index, (tile[0] * 4, tile[1] * 4), mark=False)
        small = large.resize(tile, Image.Resampling.BOX)
        if scale > 1:
            small = small.resize((tile[0] * scale, tile[1] * scale), Image.Resampling.BICUBIC)
            small = Image.blend(small, large, 0.55).filter(ImageFilter.UnsharpMask(2, 60, 2))
        whole.paste(small, (0, index * tile[1] * scale))
    return encode(marked(whole), "png")


async def run(job: Job, input: Mapping[str, Any]) -> None:
    values = INPUTS.with_defaults(input)
    seed = use_seed(job, values)
    tile = (values["side_x"], values["side_y"])
    await walk(job, values["timestep_respacing"], 2.0)
    content = await job.compute(strip, values["prompt"], seed, values["batch_size"], tile, 1)
    await job.emit(job.publish(content, "base_predictions.png"))
    if values["upsample_stage"]:
        await walk(job, 17, 1.6)
        content = await job.compute(strip, values["prompt"], seed, values["batch_size"], tile, 4)
        await job.emit(job.publish(content, "sr_predictions.png"))


MODEL = DemoModel(
    owner="afiaka87",
    name="laionide-v4",
    description="Local stand-in for laionide v4: strips of small soft tiles, then the same four times as large",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=FILE_STREAM_OUTPUT,
    run=run,
    version=version_ids("afiaka87/laionide-v4", 2)[0],
    older_versions=version_ids("afiaka87/laionide-v4", 2)[1:],
    cog_version="0.1.3+shimmed",
    tags=("text-to-image", "glide", "small"),
    run_count=61_337,
    cold_boot=1.8,
    examples=(
        {"prompt": "avocado armchair", "seed": 1},
        {"prompt": "neon city in the rain", "batch_size": 4, "seed": 6},
    ),
    github_url="https://github.com/afiaka87/glide-finetune",
    created_at="2022-02-13T02:11:29.000000Z",
)
