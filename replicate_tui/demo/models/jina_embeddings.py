"""`yorickvp/jina-embeddings-v2-base-en`: one text or a list of them, in the same input."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._embedding import embed
from replicate_tui.demo.models._schema import NUMBER, STRING, either, inputs, output
from replicate_tui.demo.models._versions import version_ids

README = """\
# Jina embeddings v2, base, English

> **Local stand-in.** Hashed words take the place of the network, on this computer.

The single input `text` may be a string or a list of strings (`anyOf` in the schema), and the output follows it:

| Input | Output |
| --- | --- |
| `"fog"` | a list of 512 numbers |
| `["fog", "wall"]` | a list of two such lists |

```python
replicate.run("yorickvp/jina-embeddings-v2-base-en", input={"text": ["fog", "a wall of fog"]})
```

Long texts are fine: every word counts, in any order.
"""

_DIMENSIONS = 512
INPUTS = inputs(
    text=either(STRING, {"type": "array", "items": STRING}, description="Text to embed, or a list of texts")
)
_VECTOR = {"type": "array", "items": NUMBER}


async def run(job: Job, input: Mapping[str, Any]) -> list[Any]:
    given = input["text"]
    await job.sleep(0.7)
    if isinstance(given, list):
        return [embed(str(one), _DIMENSIONS) for one in given[:256]]
    return embed(str(given), _DIMENSIONS)


MODEL = DemoModel(
    owner="yorickvp",
    name="jina-embeddings-v2-base-en",
    description="Local stand-in for Jina embeddings: vectors for one text or for a list, from the same input",
    readme=README,
    input_schema=INPUTS.schema,
    output_schema=output(anyOf=[_VECTOR, {"type": "array", "items": _VECTOR}]),
    run=run,
    version=version_ids("yorickvp/jina-embeddings-v2-base-en", 2)[0],
    older_versions=version_ids("yorickvp/jina-embeddings-v2-base-en", 2)[1:],
    cog_version="0.9.0-beta10+dev",
    tags=("embeddings", "text"),
    run_count=240_118,
    cold_boot=0.6,
    examples=({"text": "a lighthouse in fog"}, {"text": ["fog", "a wall of fog"]}),
    created_at="2023-12-07T11:02:40.000000Z",
)
