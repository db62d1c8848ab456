"""`black-forest-labs/flux-schnell`: pictures in one to four steps."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._drawing import RATIOS, draw_all, sized
from replicate_tui.demo.models._logs import use_seed
from replicate_tui.demo.models._schema import FILES_OUTPUT, choice, flag, inputs, integer, random_seed, text
from replicate_tui.demo.models._versions import version_id

README = """\
# FLUX.1 [schnell]

> **Local stand-in.** The pictures are drawn on this computer by a small program, not by the FLUX weights. They follow
> the prompt's words and the seed, and carry a small mark in their corner. Only the interface is that of
> `black-forest-labs/flux-schnell`.

The fastest way from words to a picture in this catalogue, and the best first run: it is warm, quick, and has few
settings.

## What the words do

The prompt is read for things the program can paint. A few that work well:

| Subject | Words |
| --- | --- |
| Landscapes | mountain, lake, forest, snow, desert, fog |
| Water | sea, island, lighthouse, sailing boat, reef, submarine |
| Cities | skyline, neon, rain, robot |
| Space | astronaut, planet, rocket, unicorn |
| Still life | sandwich, armchair, vase, fruit |
| Portraits | cat, dog, wombat, top hat, sunglasses |
| Abstract | flow, dream, bauhaus, geometric, pattern |
| Plants | flowers, fern, cherry tree |

Words for the light (dawn, night, dusk, autumn, neon, ice) choose the palette. Anything else is decided by a hash of the
prompt and the seed, so the same pair always gives the same picture.

## Use

```python
import replicate

output = replicate.run(
    "black-forest-labs/flux-schnell",
    input={"prompt": "astronaut on a horse", "num_outputs": 2, "aspect_ratio": "3:2"},
)
for index, picture in enumerate(output):
    open(f"out-{index}.webp", "wb").write(picture.read())
```

## Settings

- `aspect_ratio` and `megapixels` give the size: a square of one megapixel is 1024 by 1024.
- `num_outputs` draws up to four pictures with consecutive seeds.
- `num_inference_steps` is the length of the progress bar, from 1 to 4.
- `output_quality` is used for jpg and webp.
- `go_fast` makes the run shorter and nothing else.
"""

INPUTS = inputs(
    prompt=text("Prompt for generated image"),
    aspect_ratio=choice(tuple(RATIOS), "Aspect ratio for the generated image", "1:1"),
    num_outputs=integer("Number of outputs to generate", 1, low=1, high=4),
    num_inference_steps=integer("Number of denoising steps. 4 is recommended.", 4, low=1, high=4),
    seed=random_seed("Random seed. Set for reproducible generation"),
    output_format=choice(("webp", "jpg", "png"), "Format of the output images", "webp"),
    output_quality=integer("Quality of jpg and webp outputs, from 0 to 100.", 80, low=0, high=100),
    disable_safety_checker=flag("Disable safety checker for generated images.", False),
    go_fast=flag("Run faster predictions with a model optimized for speed", True),
    megapixels=choice(("1", "0.25"), "Approximate number of megapixels of the image", "1"),
)


async def run(job: Job, input: Mapping[str, Any]) -> list[str]:
    values = INPUTS.with_defaults(input)
    seed = use_seed(job, values)
    urls = await draw_all(
        job,
        values["prompt"],
        seed,
        count=values["num_outputs"],
        size=sized(values["aspect_ratio"], float(values["megapixels"])),
        extension=values["output_format"],
        quality=values["output_quality"],
        sampling=(values["num_inference_steps"], 1.4 if values["go_fast"] else 2.6),
    )
    job.log(f"Total safe images: {len(urls)} out of {len(urls)}")
    job.metric("image_count", len(urls))
    job.metric("image_output_count", len(urls))
    return urls


MODEL = DemoModel(
    owner="black-forest-labs",
    name="flux-schnell",
    description="Local stand-in for FLUX.1 [schnell]: draws a picture from your prompt and seed in one to four steps",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=FILES_OUTPUT,
    run=run,
    version=version_id("black-forest-labs/flux-schnell"),
    is_official=True,
    tags=("text-to-image", "image-generation", "flux", "fast"),
    run_count=191_406_332,
    queue=0.1,
    examples=(
        {"prompt": "a lighthouse on a cliff at dusk, sea, warm light", "aspect_ratio": "3:2", "seed": 7},
        {"prompt": "astronaut on a horse", "seed": 42, "output_format": "png"},
        {"prompt": "mountain lake in the fog, pines", "num_outputs": 2, "megapixels": "0.25", "seed": 3},
    ),
    github_url="https://github.com/black-forest-labs/flux",
    license_url="https://github.com/black-forest-labs/flux/blob/main/model_licenses/LICENSE-FLUX1-schnell",
    created_at="2024-07-30T00:32:11.473557Z",
)
