"""`lucataco/animate-diff`: a scene that drifts, as an animated GIF."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._logs import use_seed, walk
from replicate_tui.demo.models._schema import FILE_OUTPUT, choice, inputs, integer, random_seed, text
from replicate_tui.demo.models._versions import version_ids

README = """\
# AnimateDiff

> **Local stand-in.** One picture is painted on this computer; the camera moves over it and something falls or drifts
> through it. There is no diffusion and no motion module.

## Output

An animated GIF that loops without a jump. 256 colours, shared by all frames.

| Input | Meaning |
| --- | --- |
| `motion` | `drift` moves sideways and back, `breathe` zooms in and out, `orbit` goes round |
| `particles` | `none`, `snow`, `sparks` (rising) or `stars` (twinkling) |
| `frames` | 8 to 48 |
| `fps` | 5 to 25 |
| `width`, `height` | 256 to 768 |

```python
replicate.run(
    "lucataco/animate-diff",
    input={"prompt": "cabin by a lake in winter", "particles": "snow", "motion": "breathe"},
)
```
"""

INPUTS = inputs(
    prompt=text("Input prompt", "a cabin by a lake in winter"),
    motion=choice(("drift", "breathe", "orbit"), "How the camera moves", "drift"),
    particles=choice(("none", "snow", "sparks", "stars"), "What drifts through the scene", "snow"),
    frames=integer("Number of frames", 20, low=8, high=48),
    fps=integer("Frames per second", 12, low=5, high=25),
    width=integer("Width in pixels", 448, low=256, high=768),
    height=integer("Height in pixels", 256, low=256, high=768),
    seed=random_seed(),
)


def animate(values: Mapping[str, Any], seed: int) -> bytes:
    """Return the GIF (blocking)."""
    from replicate_tui.demo.models.art.motion import film, save_gif

    size = (int(values["width"]), int(values["height"]))
    frames = film(str(values["prompt"]), seed, size, values["frames"], values["motion"], values["particles"])
    return save_gif(frames, values["fps"])


async def run(job: Job, input: Mapping[str, Any]) -> str:
    values = INPUTS.with_defaults(input)
    seed = use_seed(job, values)
    await walk(job, values["frames"], 3.5, unit="frame")
    content = await job.compute(animate, values, seed)
    job.metric("video_output_count", 1)
    job.metric("video_output_duration_seconds", round(values["frames"] / values["fps"], 2))
    return job.publish(content, "out.gif")


MODEL = DemoModel(
    owner="lucataco",
    name="animate-diff",
    description="Local stand-in for AnimateDiff: a painted scene that moves, with snow or sparks, as a looping GIF",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=FILE_OUTPUT,
    run=run,
    version=version_ids("lucataco/animate-diff", 3)[0],
    older_versions=version_ids("lucataco/animate-diff", 3)[1:],
    cog_version="0.8.6",
    tags=("text-to-video", "animation", "gif"),
    run_count=327_655,
    cold_boot=1.7,
    examples=(
        {"prompt": "a cabin by a lake in winter", "particles": "snow", "motion": "breathe", "seed": 3},
        {"prompt": "rocket to mars", "particles": "stars", "motion": "orbit", "seed": 1, "frames": 16},
    ),
    github_url="https://github.com/guoyww/AnimateDiff",
    paper_url="https://arxiv.org/abs/2307.04725",
    created_at="2023-09-27T14:12:02.000000Z",
)
