"""`ai-forever/kandinsky-2.2`: scenes painted again with a loaded brush."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._logs import use_seed, walk
from replicate_tui.demo.models._schema import FILES_OUTPUT, choice, inputs, integer, random_seed, text
from replicate_tui.demo.models._versions import version_ids

README = """\
# Kandinsky 2.2

> **Local stand-in.** First a scene is drawn from the words, then it is painted again with several thousand brush
> strokes that follow its edges. Both happen on this computer; the Kandinsky weights have no part in it.

## What makes it different here

The other image models of this catalogue draw with clean shapes. This one paints: four brushes, from broad to fine, each
stroke in the colour below it and along the contour that passes through it.

| Setting | Effect |
| --- | --- |
| `num_inference_steps` | more steps, finer strokes: 75 and above add a fifth brush |
| `num_inference_steps_prior` | length of the first progress bar |
| `width`, `height` | integers from a list |
| `num_outputs` | up to four, seeds counted up |

```python
replicate.run(
    "ai-forever/kandinsky-2.2",
    input={"prompt": "Watercolor painting of an underwater submarine"},
)
```
"""

_SIDES = (384, 512, 576, 640, 704, 768, 960, 1024)
INPUTS = inputs(
    prompt=text("Input prompt", "A moss covered astronaut with a black background"),
    negative_prompt=text("Specify things to not see in the output", optional=True),
    width=choice(_SIDES, "Width of output image. Lower the setting if out of memory.", 512),
    height=choice(_SIDES, "Height of output image. Lower the setting if out of memory.", 512),
    num_outputs=integer("Number of images to output.", 1, low=1, high=4),
    num_inference_steps=integer("Number of denoising steps", 75, low=1, high=500),
    num_inference_steps_prior=integer("Number of denoising steps for priors", 25, low=1, high=500),
    seed=random_seed(),
    output_format=choice(("webp", "jpeg", "png"), "Output image format", "webp"),
)


def render(prompt: str, seed: int, size: tuple[int, int], extension: str, brushes: tuple[float, ...]) -> bytes:
    """Return the painted scene (blocking)."""
    from replicate_tui.demo.models.art.canvas import marked
    from replicate_tui.demo.models.art.files import encode
    from replicate_tui.demo.models.art.picture import generator, paint
    from replicate_tui.demo.models.art.strokes import repaint

    scene = paint(prompt, seed, size, mark=False)
    painted = repaint(scene, generator(prompt, seed, "brush"), brushes=brushes, loose=0.12)
    return encode(marked(painted), extension, 88)


async def run(job: Job, input: Mapping[str, Any]) -> list[str]:
    values = INPUTS.with_defaults(input)
    seed = use_seed(job, values)
    await walk(job, values["num_inference_steps_prior"], 1.0)
    await walk(job, values["num_inference_steps"], min(6.0, 0.045 * values["num_inference_steps"]))
    brushes = (0.06, 0.03, 0.016, 0.009) + ((0.006,) if values["num_inference_steps"] >= 75 else ())
    size, extension = (values["width"], values["height"]), values["output_format"]
    urls = []
    for index in range(values["num_outputs"]):
        content = await job.compute(render, values["prompt"], seed + index, size, extension, brushes)
        urls.append(job.publish(content, f"out-{index}.{extension}"))
    return urls


MODEL = DemoModel(
    owner="ai-forever",
    name="kandinsky-2.2",
    description="Local stand-in for Kandinsky 2.2: draws a scene, then paints it again in brush strokes",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=FILES_OUTPUT,
    run=run,
    version=version_ids("ai-forever/kandinsky-2.2", 3)[0],
    older_versions=version_ids("ai-forever/kandinsky-2.2", 3)[1:],
    cog_version="0.8.3",
    tags=("text-to-image", "painting", "image-generation"),
    answers_unversioned=True,
    run_count=10_018_846,
    cold_boot=1.6,
    examples=(
        {"prompt": "Watercolor painting of an underwater submarine", "seed": 4},
        {"prompt": "red autumn hills with a house", "width": 768, "height": 512, "seed": 9},
    ),
    github_url="https://github.com/ai-forever/Kandinsky-2",
    license_url="https://github.com/ai-forever/Kandinsky-2/blob/main/license",
    created_at="2023-07-12T21:53:30.439512Z",
)
