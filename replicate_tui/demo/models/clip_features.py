"""`andreasjansson/clip-features`: embeddings of texts and pictures, each with its input."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._embedding import embed
from replicate_tui.demo.models._schema import NUMBER, STRING, inputs, jsonb, output, text
from replicate_tui.demo.models._versions import version_ids

README = """\
# CLIP features

> **Local stand-in.** Texts become vectors by hashing their words, pictures by averaging their colours over a grid, both
> on this computer. The two kinds of vector have the same length and nothing else in common: CLIP is not here.

## Input

One text or picture URL per line:

```text
a photo of a lighthouse
http://127.0.0.1:8800/files/…/lighthouse.png
```

## Output

A list of objects, in the order of the lines:

```json
[{"input": "a photo of a lighthouse", "embedding": [0.0, 0.13, -0.05, "…"]}]
```

| Fact | Value |
| --- | --- |
| Length of a vector | 768 |
| Norm | 1 |
| Texts with no word in common | close to orthogonal |
"""

_DIMENSIONS = 768
_GRID = 16
INPUTS = inputs(inputs=text("Newline-separated inputs: texts, or URLs of pictures.", "a\nb"))
_NAMED = {
    "type": "object",
    "title": "NamedEmbedding",
    "required": ["input", "embedding"],
    "properties": {
        "input": {**STRING, "title": "Input"},
        "embedding": {"type": "array", "items": NUMBER, "title": "Embedding"},
    },
}


def picture_vector(content: bytes) -> list[float]:
    """Return the mean colours of a 16 by 16 grid as a vector of length 1 (blocking)."""
    import math

    from PIL import Image

    from replicate_tui.demo.models.art.files import decode, opaque

    small = opaque(decode(content)).resize((_GRID, _GRID), Image.Resampling.BOX)
    values = [value / 255 for value in small.tobytes()]
    length = math.sqrt(sum(value * value for value in values)) or 1.0
    return [round(value / length, 6) for value in values]


async def run(job: Job, input: Mapping[str, Any]) -> list[dict[str, Any]]:
    values = INPUTS.with_defaults(input)
    vectors = []
    for line in filter(None, (line.strip() for line in str(values["inputs"]).splitlines()[:64])):
        if line.startswith(("http://", "https://", "data:")):
            vector = await job.compute(picture_vector, await job.read(line))
        else:
            vector = embed(line, _DIMENSIONS)
        vectors.append({"input": line, "embedding": vector})
        await job.sleep(0.15)
    return vectors


MODEL = DemoModel(
    owner="andreasjansson",
    name="clip-features",
    description="Local stand-in for CLIP features: vectors of hashed words for texts, of colours for pictures",
    readme=README,
    input_schema=INPUTS.schema,
    enums=jsonb({"NamedEmbedding": _NAMED}),
    output_schema=output(type="array", items={"$ref": "#/components/schemas/NamedEmbedding"}),
    run=run,
    version=version_ids("andreasjansson/clip-features", 2)[0],
    older_versions=version_ids("andreasjansson/clip-features", 2)[1:],
    cog_version="0.4.3",
    tags=("embeddings", "clip", "features"),
    run_count=103_551_408,
    cold_boot=0.6,
    examples=({"inputs": "a photo of a lighthouse\na photo of a ferry"},),
    github_url="https://github.com/andreasjansson/cog-clip",
    created_at="2022-09-22T20:06:15.000000Z",
)
