"""`firtoz/trellis`: a relief made of the brightness of pictures, as a GLB file."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job, ModelFailure
from replicate_tui.demo.models._logs import use_seed, walk
from replicate_tui.demo.models._samples import sample
from replicate_tui.demo.models._schema import URI, array, flag, inputs, integer, number, object_output
from replicate_tui.demo.models._versions import version_ids

README = """\
# Trellis

> **Local stand-in.** No shape is guessed. The first picture becomes a relief: bright is high, dark is low, and every
> point keeps its colour. It is computed on this computer and is a valid GLB file.

## Output

```json
{"model_file": "…/relief.glb", "color_video": null, "preview": "…/preview.png"}
```

| Input | Meaning |
| --- | --- |
| `images` | at least one picture; further ones are averaged into it |
| `detail` | points along the longer side, 16 to 192 |
| `depth` | height of the relief, as a share of its width |
| `generate_color` | also returns a preview picture of the heights |

Open the file in any glTF viewer, or count its triangles:

```python
import json, struct

data = open("relief.glb", "rb").read()
length, = struct.unpack("<I", data[12:16])
print(json.loads(data[20 : 20 + length])["accessors"][2]["count"] // 3)
```
"""

INPUTS = inputs(
    images=array(URI, "Pictures to make a relief of", minItems=1),
    seed=integer("Random seed, used for nothing but the logs", 0, low=0),
    detail=integer("Points along the longer side", 96, low=16, high=192),
    depth=number("Height of the relief as a share of its width", 0.18, low=0, high=1),
    generate_color=flag("Also return a picture of the heights", True),
)


def relief(contents: list[bytes], detail: int, depth: float) -> tuple[bytes, bytes, int]:
    """Return the GLB file, a preview as PNG and the number of triangles (blocking)."""
    from PIL import Image, ImageFilter, ImageOps

    from replicate_tui.demo.models._mesh import glb, grid_faces
    from replicate_tui.demo.models.art.files import decode, encode, opaque, within

    picture = within(opaque(decode(contents[0])), detail)
    for number_, content in enumerate(contents[1:8], start=2):
        picture = Image.blend(picture, ImageOps.fit(opaque(decode(content)), picture.size), 1 / number_)
    heights = ImageOps.autocontrast(picture.convert("L").filter(ImageFilter.GaussianBlur(1)))
    width, height = picture.size
    levels, colours = heights.tobytes(), picture.tobytes()
    vertices = [
        (column / width - 0.5, 0.5 * height / width - row / width, depth * levels[row * width + column] / 255)
        for row in range(height)
        for column in range(width)
    ]
    tints = [(colours[place], colours[place + 1], colours[place + 2]) for place in range(0, len(colours), 3)]
    faces = grid_faces(width, height)
    preview = heights.resize((width * 4, height * 4), Image.Resampling.BICUBIC)
    return glb(vertices, tints, faces), encode(preview, "png"), len(faces)


async def run(job: Job, input: Mapping[str, Any]) -> dict[str, Any]:
    values = INPUTS.with_defaults(input)
    use_seed(job, values)
    if not values["images"]:
        raise ModelFailure("At least one image is needed")
    contents = [await job.read(url) for url in values["images"][:8]]
    model, preview, triangles = await job.compute(relief, contents, values["detail"], float(values["depth"]))
    await walk(job, 12, 3.0)
    job.log(f"{triangles:,} triangles")
    return {
        "model_file": job.publish(model, "relief.glb"),
        "color_video": None,
        "preview": job.publish(preview, "preview.png") if values["generate_color"] else None,
    }


_NULLABLE_FILE = {**URI, "nullable": True}
MODEL = DemoModel(
    owner="firtoz",
    name="trellis",
    description="Local stand-in for Trellis: turns the brightness of a picture into a coloured relief in GLB",
    readme=README,
    input_schema=INPUTS.schema,
    output_schema=object_output(model_file=_NULLABLE_FILE, color_video=_NULLABLE_FILE, preview=_NULLABLE_FILE),
    run=run,
    version=version_ids("firtoz/trellis", 2)[0],
    older_versions=version_ids("firtoz/trellis", 2)[1:],
    cog_version="0.13.6",
    tags=("image-to-3d", "3d", "mesh", "glb"),
    run_count=1_290_014,
    cold_boot=1.9,
    examples=({"images": [sample("lighthouse.webp")]},),
    github_url="https://github.com/microsoft/TRELLIS",
    paper_url="https://arxiv.org/abs/2412.01506",
    created_at="2024-12-06T22:40:37.000000Z",
)
