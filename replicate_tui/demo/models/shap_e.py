"""`cjwbw/shap-e`: a turned body from a prompt, as an OBJ file."""

import math
from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._logs import use_seed, walk
from replicate_tui.demo.models._prose import generator, keywords
from replicate_tui.demo.models._schema import FILES_OUTPUT, inputs, integer, number, random_seed, text
from replicate_tui.demo.models._versions import version_ids

README = """\
# Shap-E

> **Local stand-in.** A lathe on this computer: a profile is chosen by the prompt and the seed and turned around an
> axis, with a wave of a few petals. The shape has nothing to do with the words except that they decide it.

## Profiles

| Words | Profile |
| --- | --- |
| vase, bottle, jar | bulging below, narrow neck |
| tower, lighthouse, rocket | tall and tapering |
| bowl, cup, plate | wide and open |
| ball, planet, apple | a sphere |
| anything else | by chance |

## Output

A list of OBJ files, one for each of `batch_size`. Each has vertices and triangles, no materials:

```text
# local stand-in for shap-e: a vase
v 0.00000 0.00000 0.00000
...
f 1 49 2
```
"""

INPUTS = inputs(
    prompt=text("Text prompt for generating the 3D model", "a vase"),
    batch_size=integer("Number of output", 1, low=1, high=4),
    segments=integer("Vertices around the axis", 48, low=8, high=256),
    petals=integer("Waves around the axis", optional=True, low=0, high=24),
    guidance_scale=number("Depth of the waves, 15 being moderate", 15, low=0, high=30),
    seed=random_seed(),
)
_PROFILES = {
    "vase": ("vase bottle jar pot", (0.5, 0.85, 1.0, 0.9, 0.55, 0.3, 0.28, 0.42)),
    "tower": ("tower lighthouse rocket castle", (0.7, 0.62, 0.56, 0.5, 0.46, 0.42, 0.55, 0.1)),
    "bowl": ("bowl cup plate dish", (0.3, 0.34, 0.5, 0.75, 0.95, 1.1, 1.18, 1.2)),
    "ball": ("ball planet apple moon", (0.1, 0.62, 0.88, 1.0, 1.0, 0.88, 0.62, 0.1)),
}
_ROWS = 40


def shape(prompt: str, seed: int, segments: int, petals: int | None, depth: float) -> bytes:
    """Return the OBJ file of one body (blocking)."""
    from replicate_tui.demo.models._mesh import grid_faces, obj

    rng = generator(prompt, seed, "lathe")
    words = keywords(prompt)
    named = [name for name, (known, _) in _PROFILES.items() if set(known.split()) & set(words)]
    name = named[0] if named else rng.choice(list(_PROFILES))
    profile = [radius * rng.uniform(0.85, 1.15) for radius in _PROFILES[name][1]]
    waves = rng.choice((0, 5, 6, 8)) if petals is None else petals
    tall = {"tower": 3.0, "bowl": 0.7, "ball": 2.0}.get(name, 2.2)
    vertices = []
    for row in range(_ROWS):
        share = row / (_ROWS - 1) * (len(profile) - 1)
        index = min(int(share), len(profile) - 2)
        eased = (1 - math.cos((share - index) * math.pi)) / 2
        radius = profile[index] + (profile[index + 1] - profile[index]) * eased
        for step in range(segments):
            angle = math.tau * step / segments
            reach = radius * (1 + depth / 200 * math.cos(waves * angle)) if waves else radius
            vertices.append((reach * math.cos(angle), tall * row / (_ROWS - 1), reach * math.sin(angle)))
    return obj(vertices, grid_faces(segments, _ROWS, closed=True), f"local stand-in for shap-e: a {name}")


async def run(job: Job, input: Mapping[str, Any]) -> list[str]:
    values = INPUTS.with_defaults(input)
    seed = use_seed(job, values)
    await walk(job, 64, 3.2)
    urls = []
    for index in range(values["batch_size"]):
        arguments = (values["segments"], values["petals"], float(values["guidance_scale"]))
        content = await job.compute(shape, str(values["prompt"]), seed + index, *arguments)
        urls.append(job.publish(content, f"mesh-{index}.obj"))
    return urls


MODEL = DemoModel(
    owner="cjwbw",
    name="shap-e",
    description="Local stand-in for Shap-E: turns a body on a lathe that your words choose, as an OBJ file",
    readme=README,
    input_schema=INPUTS.schema,
    output_schema=FILES_OUTPUT,
    run=run,
    version=version_ids("cjwbw/shap-e", 2)[0],
    older_versions=version_ids("cjwbw/shap-e", 2)[1:],
    cog_version="0.7.1",
    tags=("text-to-3d", "3d", "mesh"),
    run_count=77_912,
    cold_boot=1.2,
    examples=({"prompt": "a tall vase", "seed": 4}, {"prompt": "a bowl", "petals": 12, "batch_size": 2, "seed": 1}),
    github_url="https://github.com/openai/shap-e",
    paper_url="https://arxiv.org/abs/2305.02463",
    created_at="2023-05-04T19:20:11.000000Z",
)
