"""`beautyyuyanli/multilingual-e5-large`: a list of vectors for a JSON list of texts."""

import json
from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job, ModelFailure
from replicate_tui.demo.models._embedding import embed
from replicate_tui.demo.models._logs import steps
from replicate_tui.demo.models._schema import NUMBER, flag, inputs, integer, output, text
from replicate_tui.demo.models._versions import version_ids

README = """\
# Multilingual E5 large

> **Local stand-in.** Vectors come from hashed words and letter groups on this computer. Texts that share words are near
> each other; texts that mean the same in two languages are not, which is the thing the real model is for.

## Input

`texts` is a string that holds a JSON list of strings, as the original wants it:

```json
{"texts": "[\\"query: fog\\", \\"passage: a wall of fog\\"]", "batch_size": 32}
```

A string that is not such a list fails the prediction with the reason.

## Output

A list of lists of 1,024 numbers.

| Setting | Effect |
| --- | --- |
| `batch_size` | how many texts go into one step of the progress bar |
| `normalize_embeddings` | without it the vectors are ten times as long |
"""

_DIMENSIONS = 1024
INPUTS = inputs(
    texts=text("JSON list of strings", '["query: fog", "passage: a wall of fog"]'),
    batch_size=integer("Texts per batch", 32, low=1, high=256),
    normalize_embeddings=flag("Whether vectors have length 1", True),
)


def parse(content: str) -> list[str]:
    """Return the texts of a JSON list; raises ModelFailure for anything else."""
    try:
        texts = json.loads(content)
    except ValueError as problem:
        raise ModelFailure(f"texts is not JSON: {problem}") from problem
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise ModelFailure("texts must be a JSON list of strings")
    return texts[:512]


async def run(job: Job, input: Mapping[str, Any]) -> list[list[float]]:
    values = INPUTS.with_defaults(input)
    texts = parse(str(values["texts"]))
    size = int(values["batch_size"])
    factor = 1.0 if values["normalize_embeddings"] else 10.0
    vectors: list[list[float]] = []
    batches = max(1, -(-len(texts) // size))
    async for step in steps(job, batches, 0.6 + 0.2 * batches, unit="batch"):
        batch = texts[(step - 1) * size : step * size]
        vectors += [[round(value * factor, 6) for value in embed(one, _DIMENSIONS)] for one in batch]
    return vectors


MODEL = DemoModel(
    owner="beautyyuyanli",
    name="multilingual-e5-large",
    description="Local stand-in for E5: a list of 1,024 numbers for each text of a JSON list",
    readme=README,
    input_schema=INPUTS.schema,
    output_schema=output(type="array", items={"type": "array", "items": NUMBER}),
    run=run,
    version=version_ids("beautyyuyanli/multilingual-e5-large", 3)[0],
    older_versions=version_ids("beautyyuyanli/multilingual-e5-large", 3)[1:],
    cog_version="dev",
    tags=("embeddings", "text", "multilingual"),
    run_count=25_903_660,
    cold_boot=0.7,
    examples=({"texts": '["query: fog", "passage: a wall of fog over the harbour"]'},),
    paper_url="https://arxiv.org/abs/2402.05672",
    created_at="2024-02-13T08:30:20.610000Z",
)
