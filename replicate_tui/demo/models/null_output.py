"""`replicate-tui-demo/null-output`: succeeds and returns nothing."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._logs import walk
from replicate_tui.demo.models._schema import flag, inputs, integer, output
from replicate_tui.demo.models._versions import version_ids

README = """\
# Null output

> **Local stand-in** for models that do something and have nothing to show for it. It exists only in the demo service
> and does its counting on this computer.

The prediction succeeds and its `output` is `null`, which is neither a failure nor an empty list. About one example in
two hundred on Replicate looks like this.

| Input | Meaning |
| --- | --- |
| `steps` | how far to count |
| `quiet` | without a progress bar, so that the logs are empty too |

```json
{"status": "succeeded", "output": null, "error": null}
```
"""

INPUTS = inputs(
    steps=integer("How far to count", 5, low=1, high=100),
    quiet=flag("Write no logs", False),
)


async def run(job: Job, input: Mapping[str, Any]) -> None:
    values = INPUTS.with_defaults(input)
    if values["quiet"]:
        await job.sleep(1.0)
    else:
        await walk(job, values["steps"], 1.0)


MODEL = DemoModel(
    owner="replicate-tui-demo",
    name="null-output",
    description="Succeeds with an output of null",
    readme=README,
    input_schema=INPUTS.schema,
    output_schema=output(type="string", nullable=True),
    run=run,
    version=version_ids("replicate-tui-demo/null-output", 2)[0],
    older_versions=version_ids("replicate-tui-demo/null-output", 2)[1:],
    tags=("test", "null", "output"),
    run_count=377,
    cold_boot=0.5,
    examples=({"steps": 3},),
    created_at="2026-01-12T08:30:00.900000Z",
)
