"""`replicate-tui-demo/big-json`: an object of several megabytes."""

import random
from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._logs import use_seed
from replicate_tui.demo.models._schema import choice, inputs, number, object_output, random_seed
from replicate_tui.demo.models._versions import version_ids

README = """\
# Big JSON

> **Local stand-in** for detectors and trackers that answer with everything they saw. It exists only in the demo
> service; the numbers are made up on this computer, and say so in the first key.

The output is one object with a few thousand to a hundred thousand records. It comes whole in every GET of the
prediction, which is what makes it interesting.

| Input | Meaning |
| --- | --- |
| `megabytes` | about how large, 0.1 to 8 |
| `shape` | `flat` records, `nested` five deep, or `wide` with hundreds of keys |

```json
{
  "note": "made up by a local stand-in",
  "count": 21500,
  "records": [{"frame": 0, "box": [12, 40, 88, 120], "score": 0.91, "label": "gull"}]
}
```
"""

INPUTS = inputs(
    megabytes=number("About how large the output is", 3, low=0.1, high=8),
    shape=choice(("flat", "nested", "wide"), "How it is built", "flat"),
    seed=random_seed(),
)
_LABELS = ("gull", "buoy", "ferry", "person", "kite", "lamp")
# Bytes of one record of each shape in compact JSON.
_RECORD_BYTES = {"flat": 75, "nested": 138, "wide": 4_750}


def _record(index: int, shape: str, rng: random.Random) -> dict[str, Any]:
    box = [rng.randrange(1920), rng.randrange(1080), rng.randrange(20, 400), rng.randrange(20, 400)]
    flat = {"frame": index, "box": box, "score": round(rng.random(), 4), "label": rng.choice(_LABELS)}
    if shape == "nested":
        return flat | {"frame": {"index": index, "object": {"track": {"where": {"box": box, "score": flat["score"]}}}}}
    if shape == "wide":
        return {f"sensor_{sensor:03d}": round(rng.gauss(0, 1), 4) for sensor in range(220)}
    return flat


def build(megabytes: float, shape: str, seed: int) -> dict[str, Any]:
    """Return the object (blocking)."""
    rng = random.Random(seed)
    count = max(1, round(megabytes * 1_000_000 / _RECORD_BYTES[shape]))
    records = [_record(index, shape, rng) for index in range(count)]
    return {"note": "made up by a local stand-in", "count": count, "records": records}


async def run(job: Job, input: Mapping[str, Any]) -> dict[str, Any]:
    values = INPUTS.with_defaults(input)
    seed = use_seed(job, values)
    await job.sleep(1.5)
    made: dict[str, Any] = await job.compute(build, float(values["megabytes"]), values["shape"], seed)
    job.log(f"{made['count']} records")
    return made


MODEL = DemoModel(
    owner="replicate-tui-demo",
    name="big-json",
    description="Answers with several megabytes of JSON: flat, nested or wide",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=object_output(
        ("note", "count", "records"),
        note={"type": "string"},
        count={"type": "integer"},
        records={"type": "array", "items": {"type": "object"}},
    ),
    run=run,
    version=version_ids("replicate-tui-demo/big-json", 2)[0],
    older_versions=version_ids("replicate-tui-demo/big-json", 2)[1:],
    tags=("test", "json", "load"),
    run_count=815,
    cold_boot=0.5,
    examples=({"megabytes": 0.1, "shape": "nested", "seed": 1},),
    created_at="2026-01-12T08:35:00.070000Z",
)
