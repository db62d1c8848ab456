"""`stability-ai/stable-diffusion`: the classic, with sizes as integer enums."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._drawing import draw_all
from replicate_tui.demo.models._logs import use_seed
from replicate_tui.demo.models._schema import FILES_OUTPUT, choice, inputs, integer, number, random_seed, text
from replicate_tui.demo.models._versions import version_ids

README = """\
# Stable Diffusion

> **Local stand-in.** The picture is painted by a small program on this computer. Nothing of the latent diffusion model
> is here except its interface.

Width and height are enums of integers in steps of 64, as in the original: send `512`, not `"512"`.

## Example

```bash
curl -s -X POST "$REPLICATE_BASE_URL/predictions" \\
  -H "Authorization: Bearer $REPLICATE_API_TOKEN" -H "Content-Type: application/json" \\
  -d '{"version": "db21e45d3f7023abc2a46ee38a23973f6dce16bb082a930b0c49861f96d1e5bf",
       "input": {"prompt": "a futuristic city", "width": 768, "height": 512}}'
```

## What changes the picture

- the `prompt`: its words choose the scene, the light and the figures in it;
- the `seed`: everything else;
- `width` and `height`: the composition is made for the size, not cropped.

## What does not

| Input | Why it is there |
| --- | --- |
| `negative_prompt` | part of the interface |
| `guidance_scale` | part of the interface |
| `scheduler` | named in the logs |
| `num_inference_steps` | the length of the progress bar |
"""

_SIDES = tuple(range(128, 1025, 64))
INPUTS = inputs(
    prompt=text("Input prompt", "a vision of paradise. unreal engine"),
    height=choice(_SIDES, "Height of generated image in pixels. Needs to be a multiple of 64", 768),
    width=choice(_SIDES, "Width of generated image in pixels. Needs to be a multiple of 64", 768),
    negative_prompt=text("Specify things to not see in the output", optional=True),
    num_outputs=integer("Number of images to generate.", 1, low=1, high=4),
    num_inference_steps=integer("Number of denoising steps", 50, low=1, high=500),
    guidance_scale=number("Scale for classifier-free guidance", 7.5, low=1, high=20),
    scheduler=choice(
        ("DDIM", "K_EULER", "DPMSolverMultistep", "K_EULER_ANCESTRAL", "PNDM", "KLMS"),
        "Choose a scheduler.",
        "DPMSolverMultistep",
    ),
    seed=random_seed(),
)


async def run(job: Job, input: Mapping[str, Any]) -> list[str]:
    values = INPUTS.with_defaults(input)
    seed = use_seed(job, values)
    job.log(f"Scheduler: {values['scheduler']}")
    steps = int(values["num_inference_steps"])
    return await draw_all(
        job,
        values["prompt"],
        seed,
        count=values["num_outputs"],
        size=(values["width"], values["height"]),
        extension="png",
        sampling=(steps, min(10.0, 0.06 * steps)),
    )


MODEL = DemoModel(
    owner="stability-ai",
    name="stable-diffusion",
    description="Local stand-in for Stable Diffusion: paints a PNG from a prompt, with sizes in multiples of 64",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=FILES_OUTPUT,
    run=run,
    version="db21e45d3f7023abc2a46ee38a23973f6dce16bb082a930b0c49861f96d1e5bf",
    older_versions=version_ids("stability-ai/stable-diffusion", 3),
    cog_version="0.6.1",
    tags=("text-to-image", "image-generation", "diffusion"),
    answers_unversioned=True,
    run_count=110_903_377,
    cold_boot=1.2,
    examples=(
        {"prompt": "a futuristic city", "width": 768, "height": 512, "seed": 11},
        {"prompt": "a watercolor painting of cherry blossom", "seed": 2},
        {"prompt": "a dog in sunglasses", "num_outputs": 2, "width": 512, "height": 512, "seed": 8},
    ),
    github_url="https://github.com/CompVis/stable-diffusion",
    paper_url="https://arxiv.org/abs/2112.10752",
    license_url="https://huggingface.co/spaces/CompVis/stable-diffusion-license",
    created_at="2022-08-22T21:44:20.301337Z",
)
