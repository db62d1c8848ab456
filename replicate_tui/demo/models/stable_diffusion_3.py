"""`stability-ai/stable-diffusion-3`: one or more pictures by aspect ratio, with an image to start from."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._drawing import RATIOS, draw, sized
from replicate_tui.demo.models._logs import use_seed, walk
from replicate_tui.demo.models._schema import FILES_OUTPUT, choice, file, inputs, integer, number, random_seed, text
from replicate_tui.demo.models._versions import version_id

README = """\
# Stable Diffusion 3

> **Local stand-in.** Drawn on this computer from the prompt's words and the seed; it has the inputs and outputs of
> `stability-ai/stable-diffusion-3` and none of its weights.

## From words alone

```python
import replicate

output = replicate.run(
    "stability-ai/stable-diffusion-3",
    input={"prompt": "An astronaut riding a rainbow unicorn", "aspect_ratio": "3:2"},
)
```

## From a picture

Give an `image` and the new scene is blended over it. `prompt_strength` is the share of the new scene: 0 returns your
picture, 1 ignores it.

| `prompt_strength` | Result |
| --- | --- |
| 0.0 | the input, scaled to the aspect ratio |
| 0.5 | both, half and half |
| 1.0 | the prompt alone |

## Formats

`output_format` is webp, jpg or png; `output_quality` is used by the first two.
"""

INPUTS = inputs(
    prompt=text("Text prompt for image generation"),
    aspect_ratio=choice(tuple(RATIOS), "The aspect ratio of your output image.", "1:1"),
    cfg=number("How similar the output should be to the prompt", 3.5, low=0, high=20),
    image=file("Input image for image to image mode.", optional=True),
    prompt_strength=number("Share of the prompt when using image to image", 0.85, low=0, high=1),
    steps=integer("Number of steps to run the sampler for.", 28, low=1, high=28),
    output_format=choice(("webp", "jpg", "png"), "Format of the output images", "webp"),
    output_quality=integer("Quality of the output images, from 0 to 100.", 90, low=0, high=100),
    seed=random_seed("Set a seed for reproducibility. Random by default."),
    negative_prompt=text("Negative prompts are accepted and have no effect", ""),
)


def blend(values: Mapping[str, Any], seed: int, image: bytes) -> bytes:
    """Return the prompt's picture laid over the given one (blocking)."""
    from PIL import Image, ImageOps

    from replicate_tui.demo.models.art.canvas import marked
    from replicate_tui.demo.models.art.files import decode, encode, opaque
    from replicate_tui.demo.models.art.picture import paint

    size = sized(values["aspect_ratio"])
    below = ImageOps.fit(opaque(decode(image)), size)
    above = paint(str(values["prompt"]), seed, size, mark=False)
    picture = marked(Image.blend(below, above, float(values["prompt_strength"])))
    return encode(picture, values["output_format"], values["output_quality"])


async def run(job: Job, input: Mapping[str, Any]) -> list[str]:
    values = INPUTS.with_defaults(input)
    seed = use_seed(job, values)
    image = await job.read(values["image"]) if values["image"] else None
    await walk(job, int(values["steps"]), 0.1 * values["steps"])
    extension = values["output_format"]
    if image is None:
        size = sized(values["aspect_ratio"])
        content = await job.compute(draw, values["prompt"], seed, size, extension, values["output_quality"])
    else:
        content = await job.compute(blend, values, seed, image)
    job.metric("image_output_count", 1)
    return [job.publish(content, f"out-0.{extension}")]


MODEL = DemoModel(
    owner="stability-ai",
    name="stable-diffusion-3",
    description="Local stand-in for Stable Diffusion 3: pictures by aspect ratio, or blended over an image of yours",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=FILES_OUTPUT,
    run=run,
    version=version_id("stability-ai/stable-diffusion-3"),
    is_official=True,
    tags=("text-to-image", "image-to-image", "image-generation"),
    run_count=1_884_021,
    queue=0.3,
    examples=(
        {"prompt": "An astronaut riding a rainbow unicorn", "seed": 3},
        {"prompt": "bouquet of wild flowers", "aspect_ratio": "2:3", "output_format": "png", "seed": 14},
    ),
    paper_url="https://arxiv.org/abs/2403.03206",
    license_url="https://stability.ai/license",
    created_at="2024-06-12T14:01:52.088000Z",
)
