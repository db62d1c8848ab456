"""`andreasjansson/plasma`: no inputs, one picture."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._logs import use_seed
from replicate_tui.demo.models._schema import FILE_OUTPUT, inputs
from replicate_tui.demo.models._versions import version_ids

README = """\
# Plasma

> **Local stand-in.** A field of soft colour, computed on this computer. Only the name and the empty form are those of
> `andreasjansson/plasma`.

This model has no inputs at all: its schema has an empty list of properties. What a client shows instead of a form is up
to the client; a run button is enough.

```bash
curl -s -X POST "$REPLICATE_BASE_URL/predictions" -H "Authorization: Bearer $REPLICATE_API_TOKEN" \\
  -d '{"version": "VERSION", "input": {}}'
```

Each run has a seed of its own, so no two pictures are the same. The seed is in the logs:

```text
Using seed: 1817
```

| Fact | Value |
| --- | --- |
| Size | 640 by 640 |
| Format | PNG |
"""

INPUTS = inputs()


def field(seed: int) -> bytes:
    """Return the picture as a PNG (blocking)."""
    import random

    from PIL import Image

    from replicate_tui.demo.models.art.canvas import marked
    from replicate_tui.demo.models.art.colour import PALETTES, along
    from replicate_tui.demo.models.art.files import encode
    from replicate_tui.demo.models.art.noise import clouds, grain

    rng = random.Random(seed)
    size = (640, 640)
    palette = rng.choice(PALETTES)
    tones = [palette.near, *palette.accents, palette.light, palette.accents[0], palette.near]
    relief = Image.blend(clouds(size, rng, cells=(2, 2), octaves=3), clouds(size, rng, cells=(3, 3), octaves=2), 0.5)
    # Several turns through the colours give the contour bands that a plasma has.
    stretched = [along(tones, (value / 255 * 3.2) % 1.0) for value in range(256)]
    picture = Image.merge("RGB", [relief.point([tone[channel] for tone in stretched]) for channel in range(3)])
    return encode(marked(grain(picture, rng, 0.08)), "png")


async def run(job: Job, _input: Mapping[str, Any]) -> str:
    seed = use_seed(job, {})
    content = await job.compute(field, seed)
    await job.sleep(1.5)
    return job.publish(content, "plasma.png")


MODEL = DemoModel(
    owner="andreasjansson",
    name="plasma",
    description="Local stand-in for plasma: a field of soft colour, with no inputs at all",
    readme=README,
    input_schema=INPUTS.schema,
    output_schema=FILE_OUTPUT,
    run=run,
    version=version_ids("andreasjansson/plasma", 2)[0],
    older_versions=version_ids("andreasjansson/plasma", 2)[1:],
    cog_version="0.3.0-beta1",
    tags=("test", "image-generation", "no-inputs"),
    run_count=1_120,
    cold_boot=0.5,
    examples=({},),
    created_at="2022-03-30T17:10:00.000000Z",
)
