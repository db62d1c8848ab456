"""`stability-ai/sdxl`: text to picture, picture to picture, and painting inside a mask."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._logs import use_seed, walk
from replicate_tui.demo.models._schema import (
    FILES_OUTPUT,
    choice,
    file,
    flag,
    inputs,
    integer,
    number,
    random_seed,
    text,
)
from replicate_tui.demo.models._versions import version_ids

README = """\
# SDXL

> **Local stand-in.** A small drawing program on this computer takes the place of Stable Diffusion XL. It honours the
> interface of `stability-ai/sdxl`: the inputs, the modes, the seeds, the logs. It does not contain the model.

## Three modes

1. **Text to image.** Only a `prompt`: a scene is chosen by its words and painted with the seed.
2. **Image to image.** A `prompt` and an `image`: your picture is painted again with brush strokes. The brush grows
   with `prompt_strength`, from hardly visible to very loose.
3. **Inpainting.** A `prompt`, an `image` and a `mask`: the white parts of the mask are filled with a picture of the
   prompt, the black parts stay as they are.

## Logs of a run

```text
Using seed: 39482
txt2img mode
  0%|          | 0/25 [00:00<?, ?it/s]
  4%|▍         | 1/25 [00:00<00:04,  5.21it/s]
...
100%|██████████| 25/25 [00:04<00:00,  5.21it/s]
```

## Inputs

| Input | What it does here |
| --- | --- |
| `width`, `height` | size of the output, 256 to 1536 |
| `num_outputs` | up to four pictures, seeds counted up |
| `num_inference_steps` | length of the progress bar |
| `refine` | `expert_ensemble_refiner` adds a second, shorter bar; `base_image_refiner` also sharpens |
| `high_noise_frac` | share of the steps before the refiner |
| `scheduler`, `guidance_scale`, `negative_prompt`, `lora_scale` | accepted, without effect on the picture |
| `apply_watermark` | the corner mark stays either way: it says that this is a stand-in |

## Fine-tuning

The version also has a training schema. A training on this service writes believable logs and pushes a new version to
the destination; that version paints the same pictures.
"""

INPUTS = inputs(
    prompt=text("Input prompt", "An astronaut riding a rainbow unicorn"),
    negative_prompt=text("Input Negative Prompt", ""),
    image=file("Input image for img2img or inpaint mode", optional=True),
    mask=file("Input mask for inpaint mode. Black areas are kept, white areas are painted.", optional=True),
    width=integer("Width of output image", 1024, low=256, high=1536),
    height=integer("Height of output image", 1024, low=256, high=1536),
    num_outputs=integer("Number of images to output.", 1, low=1, high=4),
    scheduler=choice(
        ("DDIM", "DPMSolverMultistep", "HeunDiscrete", "KarrasDPM", "K_EULER_ANCESTRAL", "K_EULER", "PNDM"),
        "scheduler",
        "K_EULER",
    ),
    num_inference_steps=integer("Number of denoising steps", 25, low=1, high=100),
    guidance_scale=number("Scale for classifier-free guidance", 7.5, low=1, high=50),
    prompt_strength=number("Strength of the prompt in img2img; 1.0 paints most freely.", 0.8, low=0, high=1),
    seed=random_seed(),
    refine=choice(
        ("no_refiner", "expert_ensemble_refiner", "base_image_refiner"), "Which refine style to use", "no_refiner"
    ),
    high_noise_frac=number("For expert_ensemble_refiner, the fraction of noise to use", 0.8, low=0, high=1),
    refine_steps=integer("For base_image_refiner, the number of steps to refine", optional=True, low=1, high=100),
    apply_watermark=flag("Applies a watermark that tells generated images apart.", True),
    lora_scale=number("LoRA additive scale. Only applicable on trained models.", 0.6, low=0, high=1),
)
TRAINING = inputs(
    input_images=file("A zip archive of the pictures to train on"),
    token_string=text("A word that stands for the subject", "TOK"),
    caption_prefix=text("Text put before each caption", "a photo of TOK, "),
    max_train_steps=integer("Number of training steps", 1000, low=1, high=6000),
    resolution=integer("Square size of the pictures", 768, low=256, high=1024),
    is_lora=flag("Train an adapter instead of the whole model", True),
    seed=random_seed(),
)


def make(values: Mapping[str, Any], seed: int, image: bytes | None, mask: bytes | None) -> bytes:
    """Return one PNG (blocking)."""
    from PIL import Image, ImageFilter

    from replicate_tui.demo.models.art.canvas import marked
    from replicate_tui.demo.models.art.files import decode, encode, opaque
    from replicate_tui.demo.models.art.picture import generator, paint
    from replicate_tui.demo.models.art.strokes import repaint

    size = (int(values["width"]), int(values["height"]))
    prompt = str(values["prompt"])
    if image is None:
        picture = paint(prompt, seed, size)
    else:
        source = opaque(decode(image)).resize(size, Image.Resampling.LANCZOS)
        if mask is None:
            brush = 0.008 + 0.05 * float(values["prompt_strength"])
            rng = generator(prompt, seed, "strokes")
            picture = marked(repaint(source, rng, brushes=(brush, brush / 2, brush / 4), loose=0.1))
        else:
            white = opaque(decode(mask), (0, 0, 0)).convert("L").resize(size)
            picture = Image.composite(paint(prompt, seed, size), source, white.filter(ImageFilter.GaussianBlur(2)))
    if values["refine"] == "base_image_refiner":
        picture = picture.filter(ImageFilter.UnsharpMask(2, 90, 2))
    return encode(picture, "png")


async def run(job: Job, input: Mapping[str, Any]) -> list[str]:
    values = INPUTS.with_defaults(input)
    seed = use_seed(job, values)
    image = await job.read(values["image"]) if values["image"] else None
    mask = await job.read(values["mask"]) if values["image"] and values["mask"] else None
    job.log("inpainting mode" if mask else "img2img mode" if image else "txt2img mode")
    steps = int(values["num_inference_steps"])
    if values["refine"] == "expert_ensemble_refiner":
        base = max(1, round(steps * values["high_noise_frac"]))
        await walk(job, base, base * 0.16)
        steps = max(1, steps - base)
    await walk(job, steps, min(12.0, steps * 0.16))
    urls = []
    for index in range(values["num_outputs"]):
        content = await job.compute(make, values, seed + index, image, mask)
        urls.append(job.publish(content, f"out-{index}.png"))
    job.metric("image_count", len(urls))
    return urls


MODEL = DemoModel(
    owner="stability-ai",
    name="sdxl",
    description="Local stand-in for SDXL: text to image, image to image in brush strokes, and inpainting with a mask",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=FILES_OUTPUT,
    training_schema=TRAINING.schema,
    run=run,
    version="39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b",
    older_versions=version_ids("stability-ai/sdxl", 2),
    cog_version="0.8.1",
    tags=("text-to-image", "image-to-image", "inpainting", "sdxl", "trainable"),
    answers_unversioned=True,
    run_count=71_550_918,
    cold_boot=1.5,
    examples=(
        {"prompt": "An astronaut riding a rainbow unicorn", "seed": 12},
        {"prompt": "a 19th century portrait of a wombat gentleman", "width": 768, "height": 1024, "seed": 5},
        {"prompt": "a city skyline at night in the rain", "refine": "expert_ensemble_refiner", "seed": 21},
    ),
    github_url="https://github.com/Stability-AI/generative-models",
    paper_url="https://arxiv.org/abs/2307.01952",
    license_url="https://github.com/Stability-AI/generative-models/blob/main/model_licenses/LICENSE-SDXL1.0",
    created_at="2023-07-26T17:53:09.882743Z",
)
