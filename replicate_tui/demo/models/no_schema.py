"""`replicate-tui-demo/no-schema`: a version whose schema is null."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._schema import ANYTHING_OUTPUT, inputs
from replicate_tui.demo.models._versions import version_ids

README = """\
# No schema

> **Local stand-in** for versions that were pushed before schemas existed. It exists only in the demo service and runs
> on this computer.

`openapi_schema` of its version is `null`. There is nothing to build a form from, so a client has to offer plain JSON.
Whatever is sent is accepted; the output is the input with its keys in reverse order.

```json
{"first": 1, "second": [2, 3]}
```

becomes

```json
{"second": [2, 3], "first": 1}
```

| Input | Output |
| --- | --- |
| `{}` | `{}` |
| anything | the same, reversed |
"""


async def run(job: Job, input: Mapping[str, Any]) -> dict[str, Any]:
    job.log(f"Received {len(input)} keys")
    await job.sleep(0.5)
    return {name: input[name] for name in reversed(list(input))}


MODEL = DemoModel(
    owner="replicate-tui-demo",
    name="no-schema",
    description="Has a version without a schema: any JSON goes in and comes back reversed",
    readme=README,
    input_schema=inputs().schema,
    output_schema=ANYTHING_OUTPUT,
    has_schema=False,
    run=run,
    version=version_ids("replicate-tui-demo/no-schema", 2)[0],
    older_versions=version_ids("replicate-tui-demo/no-schema", 2)[1:],
    cog_version="0.0.1",
    tags=("test", "json", "schema"),
    run_count=402,
    cold_boot=0.5,
    examples=({"first": 1, "second": [2, 3]},),
    created_at="2026-01-12T08:25:00.100000Z",
)
