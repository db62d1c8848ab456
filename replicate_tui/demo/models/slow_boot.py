"""`replicate-tui-demo/slow-boot`: waits long before it starts."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._logs import walk
from replicate_tui.demo.models._schema import TEXT_OUTPUT, inputs, integer, text
from replicate_tui.demo.models._versions import version_ids

README = """\
# Slow boot

> **Local stand-in** for a large model that nobody has used today. It exists only in the demo service, and its boot is
> nothing but waiting on this computer.

At speed 1 a prediction stays in `starting` for about 25 seconds, then counts its way through a short run and answers
with one sentence. That is long enough to see:

- how a client shows waiting, when the API tells neither queue from boot nor how long it will last;
- that a cancel before the start leaves no logs and almost no `predict_time`;
- that a deadline shorter than the boot ends in `aborted`, not `canceled`;
- that a deployment with a minimum of one instance takes the wait away.

| Phase | Seconds at speed 1 |
| --- | --- |
| queue | 2 |
| boot | 25 |
| run | 3 |

```bash
replicate-tui demo-server --speed 10   # makes it 2.5 seconds
```
"""

INPUTS = inputs(
    text=text("What to say in the end", "Here at last."),
    steps=integer("How many steps to count", 6, low=1, high=50),
)


async def run(job: Job, input: Mapping[str, Any]) -> str:
    values = INPUTS.with_defaults(input)
    job.log("Loaded 14 shards of weights (stand-in: nothing was loaded)")
    await walk(job, values["steps"], 3.0, unit="step")
    return str(values["text"])


MODEL = DemoModel(
    owner="replicate-tui-demo",
    name="slow-boot",
    description="Takes 25 seconds to boot before it says one sentence, to see what waiting looks like",
    readme=README,
    input_schema=INPUTS.schema,
    output_schema=TEXT_OUTPUT,
    run=run,
    version=version_ids("replicate-tui-demo/slow-boot", 2)[0],
    older_versions=version_ids("replicate-tui-demo/slow-boot", 2)[1:],
    tags=("test", "cold-boot", "waiting"),
    run_count=988,
    queue=2.0,
    cold_boot=25.0,
    examples=({"text": "Here at last.", "steps": 4},),
    created_at="2026-01-12T08:10:00.120000Z",
)
