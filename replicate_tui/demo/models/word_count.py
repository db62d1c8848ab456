"""`replicate-tui-demo/word-count`: the words of a text, as a list of objects."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._schema import INTEGER, NUMBER, STRING, array, choice, inputs, integer, output, text
from replicate_tui.demo.models._versions import version_ids

README = """\
# Word count

> **Local stand-in** for text analysis models. It counts, on this computer.

## Output

A list of objects, sorted as asked:

```json
[
  {"word": "tide", "count": 3, "share": 0.125},
  {"word": "boats", "count": 2, "share": 0.0833}
]
```

| Input | Meaning |
| --- | --- |
| `text` | the text |
| `ignore` | words to leave out |
| `sort` | by count, by word, or by length |
| `limit` | how many to return |
"""

INPUTS = inputs(
    text=text("Text to count", "the tide came in and the boats rose with the tide"),
    ignore=array(STRING, "Words to leave out", ["the", "and"]),
    sort=choice(("count", "word", "length"), "Order of the list", "count"),
    limit=integer("How many words", 50, low=1, high=5000),
)


def count(content: str, ignored: list[str], sort: str, limit: int) -> list[dict[str, Any]]:
    """Return one object for each word."""
    skipped = {word.lower() for word in ignored}
    words = [word for word in re.findall(r"[\w'-]+", content.lower()) if word not in skipped]
    order = {
        "count": lambda item: (-item[1], item[0]),
        "word": lambda item: item[0],
        "length": lambda item: (-len(item[0]), item[0]),
    }[sort]
    ranked = sorted(Counter(words).items(), key=order)[:limit]
    return [{"word": word, "count": number, "share": round(number / len(words), 4)} for word, number in ranked]


async def run(job: Job, input: Mapping[str, Any]) -> list[dict[str, Any]]:
    values = INPUTS.with_defaults(input)
    await job.sleep(0.6)
    return count(str(values["text"]), values["ignore"], values["sort"], values["limit"])


MODEL = DemoModel(
    owner="replicate-tui-demo",
    name="word-count",
    description="Counts the words of a text and returns them as a list of objects",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=output(
        type="array",
        items={
            "type": "object",
            "title": "Word",
            "required": ["word", "count", "share"],
            "properties": {
                "word": {**STRING, "title": "Word"},
                "count": {**INTEGER, "title": "Count"},
                "share": {**NUMBER, "title": "Share"},
            },
        },
    ),
    run=run,
    version=version_ids("replicate-tui-demo/word-count", 2)[0],
    older_versions=version_ids("replicate-tui-demo/word-count", 2)[1:],
    tags=("text", "analysis", "list"),
    run_count=9_204,
    cold_boot=0.5,
    examples=({"text": "the tide came in and the boats rose with the tide"},),
    created_at="2025-12-01T11:05:00.000000Z",
)
