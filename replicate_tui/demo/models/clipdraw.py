"""`kvfrans/clipdraw`: a drawing that gets more strokes before your eyes."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._logs import bar, use_seed
from replicate_tui.demo.models._schema import FILE_STREAM_OUTPUT, inputs, integer, text
from replicate_tui.demo.models._versions import version_ids

README = """\
# CLIPDraw

> **Local stand-in.** The strokes are placed by a program on this computer that looks at a scene it has drawn itself.
> The optimisation against CLIP, which made the original famous, does not happen.

## What you see

Four pictures arrive one after the other. Each has finer strokes on top of the last:

| Output | Brush |
| --- | --- |
| 1 | broad blocks of colour |
| 2 | the large shapes |
| 3 | the contours |
| 4 | details |

The list grows while the prediction runs, so a client can show the newest picture at each step.

```python
import replicate

version = replicate.models.get("kvfrans/clipdraw").versions.get(
    "5797a99edc939ea0e9242d5e8c9cb3bc7d125b1eac21bda852e5cb79ede2cd9b"
)
prediction = replicate.predictions.create(
    version=version, input={"prompt": "Watercolor painting of an underwater submarine"}
)
```

## Settings

- `num_paths`: more paths, thinner brushes (64 to 1,024).
- `num_iterations`: how long it takes, at 250 iterations to the second.
"""

INPUTS = inputs(
    prompt=text("prompt for generating image"),
    num_paths=integer("number of paths/curves", 256, low=64, high=1024),
    num_iterations=integer("number of iterations", 1000, low=4, high=5000),
    seed=integer("random seed", 0, low=0),
)
_SIDE = 512


def drawings(prompt: str, seed: int, paths: int) -> list[bytes]:
    """Return the four stages as PNGs (blocking)."""
    from replicate_tui.demo.models.art.canvas import marked
    from replicate_tui.demo.models.art.files import encode
    from replicate_tui.demo.models.art.picture import generator, paint
    from replicate_tui.demo.models.art.strokes import stages

    scene = paint(prompt, seed, (_SIDE, _SIDE), mark=False)
    fine = 0.05 * (256 / paths) ** 0.35
    brushes = (fine * 2.6, fine * 1.1, fine * 0.45, fine * 0.2)
    made = stages(scene, generator(prompt, seed, "paths"), brushes=brushes, loose=0.1)
    return [encode(marked(stage), "png") for stage in made]


async def run(job: Job, input: Mapping[str, Any]) -> None:
    values = INPUTS.with_defaults(input)
    seed = use_seed(job, values)
    total = int(values["num_iterations"])
    seconds = total / 250
    stages = await job.compute(drawings, values["prompt"], seed, values["num_paths"])
    for index, content in enumerate(stages, start=1):
        for tick in range(5):
            await job.sleep(seconds / len(stages) / 5)
            done = round(total * (index - 1 + (tick + 1) / 5) / len(stages))
            job.log(bar(done, total, seconds * done / total))
        job.log(f"render loss: {-0.08 - 0.062 * index:.4f}")
        await job.emit(job.publish(content, f"iter_{total * index // len(stages):04d}.png"))


MODEL = DemoModel(
    owner="kvfrans",
    name="clipdraw",
    description="Local stand-in for CLIPDraw: a drawing in strokes that arrives in four stages, broad to fine",
    readme=README,
    input_schema=INPUTS.schema,
    output_schema=FILE_STREAM_OUTPUT,
    run=run,
    version="5797a99edc939ea0e9242d5e8c9cb3bc7d125b1eac21bda852e5cb79ede2cd9b",
    older_versions=version_ids("kvfrans/clipdraw", 1),
    cog_version="0.0.20",
    tags=("text-to-image", "drawing", "progressive", "strokes"),
    answers_unversioned=True,
    run_count=96_204,
    cold_boot=1.0,
    examples=({"prompt": "Watercolor painting of an underwater submarine", "num_iterations": 1000},),
    github_url="https://github.com/kvfrans/clipdraw",
    paper_url="https://arxiv.org/abs/2106.14843",
    created_at="2021-08-02T18:55:10.000000Z",
)
