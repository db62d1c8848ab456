"""`methexis-inc/img2aestheticscore`: one number for a picture."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._samples import sample
from replicate_tui.demo.models._schema import NUMBER_OUTPUT, file, inputs
from replicate_tui.demo.models._versions import version_ids

README = """\
# Image to aesthetic score

> **Local stand-in.** No taste is involved. The number is a formula of three things that this computer measures in the
> picture, and the formula stands below.

```text
score = 10 * (0.4 * contrast + 0.35 * saturation + 0.25 * detail)
```

| Term | Measured as |
| --- | --- |
| contrast | standard deviation of the lightness, doubled, at most 1 |
| saturation | mean saturation |
| detail | share of edge pixels, times four, at most 1 |

A picture of one grey scores 0. The output is a plain number from 0 to 10, not an object and not a string; the three
terms are in the logs.
"""

INPUTS = inputs(image=file("Image to score"))


def terms(content: bytes) -> dict[str, float]:
    """Return the three terms, each from 0 to 1 (blocking)."""
    from replicate_tui.demo.models.art.files import decode
    from replicate_tui.demo.models.art.measure import colourfulness, contrast, edge_density

    picture = decode(content)
    return {
        "contrast": min(1.0, 2 * contrast(picture)),
        "saturation": colourfulness(picture),
        "detail": min(1.0, 4 * edge_density(picture)),
    }


async def run(job: Job, input: Mapping[str, Any]) -> float:
    measured: dict[str, float] = await job.compute(terms, await job.read(str(input["image"])))
    await job.sleep(0.7)
    for name, value in measured.items():
        job.log(f"{name}: {value:.3f}")
    score = 0.4 * measured["contrast"] + 0.35 * measured["saturation"] + 0.25 * measured["detail"]
    return round(10 * score, 3)


MODEL = DemoModel(
    owner="methexis-inc",
    name="img2aestheticscore",
    description="Local stand-in for an aesthetic score: contrast, saturation and detail in one number",
    readme=README,
    input_schema=INPUTS.schema,
    output_schema=NUMBER_OUTPUT,
    run=run,
    version=version_ids("methexis-inc/img2aestheticscore", 2)[0],
    older_versions=version_ids("methexis-inc/img2aestheticscore", 2)[1:],
    cog_version="0.4.4",
    tags=("image-to-number", "score", "analysis"),
    run_count=1_533_209,
    cold_boot=0.6,
    examples=({"image": sample("lighthouse.webp")}, {"image": sample("wombat.webp")}),
    created_at="2022-10-05T17:25:41.000000Z",
)
