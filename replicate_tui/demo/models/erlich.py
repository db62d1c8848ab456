"""`laion-ai/erlich`: logos, in batches that arrive one list at a time."""

import colorsys
import math
import random
from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._logs import use_seed, walk
from replicate_tui.demo.models._prose import generator, keywords
from replicate_tui.demo.models._schema import FILE_STREAM_OUTPUT, URI, choice, flag, inputs, integer, random_seed, text
from replicate_tui.demo.models._versions import version_ids

README = """\
# erlich

> **Local stand-in.** Logos of circles, bars and the first letter of your words, put together on this computer. The
> fine-tuned latent diffusion model is not involved.

## Lists of lists

Each step of the output is itself a list: one batch of logos. With `batches` of 3 and `batch_size` of 4 the output is

```json
[["…/0-0.png", "…/0-1.png", "…/0-2.png", "…/0-3.png"], ["…/1-0.png", "…"], ["…"]]
```

Few models do this, which is why clients stumble over it.

## Settings

| Input | Effect |
| --- | --- |
| `prompt` | the letter, and the hue |
| `steps` | length of each progress bar |
| `batch_size`, `batches` | how many, up to 8 and 4 |
| `side` | 256 or 512 pixels |
| `aesthetic` | rounder shapes |
"""

INPUTS = inputs(
    prompt=text("Your text prompt."),
    batch_size=integer("How many logos in a batch", 3, low=1, high=8),
    batches=integer("How many batches", 2, low=1, high=4),
    steps=integer("Number of diffusion steps to run.", 50, low=15, high=100),
    side=choice((256, 512), "Side of a logo in pixels", 256),
    aesthetic=flag("Rounder shapes", True),
    seed=random_seed(),
)


def logo(prompt: str, seed: int, side: int, round_shapes: bool) -> bytes:
    """Return one logo as a PNG (blocking)."""
    from PIL import Image, ImageDraw, ImageFont

    from replicate_tui.demo.models.art.canvas import marked
    from replicate_tui.demo.models.art.files import encode

    rng = generator(prompt, seed)
    edge = side * 3
    hue = generator(prompt, 0).random()
    strong, pale = _tone(hue, 0.78, 0.82), _tone((hue + rng.choice((0.5, 0.08, -0.1))) % 1, 0.62, 0.95)
    picture = Image.new("RGB", (edge, edge), rng.choice(((250, 248, 242), (24, 24, 32), (255, 255, 255))))
    pen = ImageDraw.Draw(picture)
    _emblem(pen, rng, edge, (strong, pale), round_shapes)
    letter = keywords(prompt)[0][0].upper()
    font = ImageFont.load_default(edge * 0.3)
    pen.text((edge / 2, edge / 2), letter, font=font, anchor="mm", fill=(255, 255, 255))
    return encode(marked(picture.resize((side, side), Image.Resampling.LANCZOS)), "png")


def _tone(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def _emblem(
    pen: Any, rng: random.Random, edge: int, tones: tuple[tuple[int, int, int], ...], round_shapes: bool
) -> None:
    middle, reach = edge / 2, edge * 0.36
    count = rng.randint(3, 9)
    for index in range(count):
        angle = math.tau * index / count + rng.choice((0, math.pi / count))
        x, y = middle + math.cos(angle) * reach * 0.72, middle + math.sin(angle) * reach * 0.72
        size = reach * (0.5 if round_shapes else 0.4)
        box = (x - size, y - size, x + size, y + size)
        draw = pen.ellipse if round_shapes else pen.rectangle
        draw(box, fill=tones[1])
    pen.ellipse((middle - reach, middle - reach, middle + reach, middle + reach), fill=tones[0])


async def run(job: Job, input: Mapping[str, Any]) -> None:
    values = INPUTS.with_defaults(input)
    seed = use_seed(job, values)
    for batch in range(values["batches"]):
        await walk(job, values["steps"], 1.6)
        urls = []
        for index in range(values["batch_size"]):
            offset = batch * values["batch_size"] + index
            content = await job.compute(logo, values["prompt"], seed + offset, values["side"], values["aesthetic"])
            urls.append(job.publish(content, f"{batch}-{index}.png"))
        await job.emit(urls)


MODEL = DemoModel(
    owner="laion-ai",
    name="erlich",
    description="Local stand-in for erlich: simple logos with your letter, in batches that arrive as lists",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema={**FILE_STREAM_OUTPUT, "items": {"type": "array", "items": URI}},
    run=run,
    version=version_ids("laion-ai/erlich", 2)[0],
    older_versions=version_ids("laion-ai/erlich", 2)[1:],
    cog_version="0.4.0+dev",
    tags=("text-to-image", "logo", "design"),
    run_count=358_119,
    cold_boot=1.1,
    examples=({"prompt": "lighthouse coffee", "seed": 3},),
    github_url="https://github.com/LAION-AI/ldm-finetune",
    created_at="2022-05-26T00:01:14.330000Z",
)
