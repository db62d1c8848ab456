"""`google/nano-banana`: draws from words, or changes the pictures it is given as a sentence asks."""

from collections.abc import Mapping, Sequence
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._drawing import RATIOS, draw, sized
from replicate_tui.demo.models._logs import use_seed
from replicate_tui.demo.models._schema import FILE_OUTPUT, URI_WITH_EMPTY_ANY_OF, array, choice, inputs, text
from replicate_tui.demo.models._versions import version_id

README = """\
# Nano Banana

> **Local stand-in.** Your sentence is searched for a list of changes that this computer can really make to a picture.
> There is no Gemini behind it; only the interface is that of `google/nano-banana`.

## Without pictures

The prompt is drawn. *Make me a sandwich* draws a sandwich, with its layers in an order that depends on the words.

## With pictures

Up to eight pictures go into `image_input`. They are set side by side, and each change that the prompt names is made,
in this order:

| Say | And it becomes |
| --- | --- |
| black and white, sepia, negative | toned or inverted |
| night, warm, cold | lit differently |
| sketch, painting, pixel | drawn again |
| blur, sharp, bright, dark, contrast, vivid | adjusted |
| mirror, upside down | turned |
| poster | reduced to few colours |

The logs name the changes that were made. A sentence that names none of them returns the pictures as they were, and the
logs say that too.

```python
output = replicate.run(
    "google/nano-banana",
    input={"prompt": "make it a warm painting", "image_input": [open("harbour.jpg", "rb")]},
)
```

The output is one file, not a list.
"""

INPUTS = inputs(
    prompt=text("A text description of the image you want to generate"),
    image_input=array(
        URI_WITH_EMPTY_ANY_OF, "Input images to transform or use as reference", [], nullable=True, maxItems=8
    ),
    aspect_ratio=choice(("match_input_image", *RATIOS), "Aspect ratio of the generated image", "match_input_image"),
    output_format=choice(("jpg", "png"), "Format of the output image", "jpg"),
)
_LONGEST = 1600


def change(prompt: str, contents: Sequence[bytes], ratio: str, extension: str) -> tuple[bytes, list[str]]:
    """Return the changed picture and the names of the changes (blocking)."""
    from PIL import ImageOps

    from replicate_tui.demo.models.art.canvas import marked
    from replicate_tui.demo.models.art.edits import edits_in, side_by_side
    from replicate_tui.demo.models.art.files import decode, encode, opaque, within
    from replicate_tui.demo.models.art.picture import generator

    picture = side_by_side([within(opaque(decode(content)), _LONGEST) for content in contents])
    if ratio in RATIOS:
        picture = ImageOps.pad(picture, sized(ratio), color=(255, 255, 255))
    names = []
    for name, edit in edits_in(prompt):
        picture = edit(picture, generator(prompt, 0, name))
        names.append(name)
    return encode(marked(picture), extension, 92), names


async def run(job: Job, input: Mapping[str, Any]) -> str:
    values = INPUTS.with_defaults(input)
    prompt, extension = str(values["prompt"]), str(values["output_format"])
    sources = [await job.read(url) for url in values["image_input"][:8]]
    await job.sleep(2.2 + 0.5 * len(sources))
    if sources:
        content, changes = await job.compute(change, prompt, sources, values["aspect_ratio"], extension)
        job.log(f"Changes made: {', '.join(changes) or 'none, the prompt names no change known here'}")
    else:
        seed = use_seed(job, {})
        content = await job.compute(draw, prompt, seed, sized(values["aspect_ratio"]), extension, 92)
    job.metric("image_output_count", 1)
    return job.publish(content, f"output.{extension}")


MODEL = DemoModel(
    owner="google",
    name="nano-banana",
    description="Local stand-in for Nano Banana: draws your words, or makes the named changes to your pictures",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=FILE_OUTPUT,
    run=run,
    version=version_id("google/nano-banana"),
    is_official=True,
    tags=("text-to-image", "image-editing", "image-to-image", "banana"),
    run_count=64_200_115,
    queue=0.2,
    examples=({"prompt": "Make me a sandwich"}, {"prompt": "a cat in a hat", "output_format": "png"}),
    license_url="https://ai.google.dev/gemini-api/terms",
    created_at="2025-08-26T14:08:33.004000Z",
)
