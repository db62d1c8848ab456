"""`replicate-tui-demo/summarizer`: the sentences of a text that say most of it."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._schema import TEXT_OUTPUT, flag, inputs, integer, text
from replicate_tui.demo.models._versions import version_ids

README = """\
# Summarizer

> **Local stand-in** for abstractive summarisers. It writes no sentence of its own: it picks some of yours, by counting
> words on this computer.

## How it picks

Each sentence is given the mean frequency of its words in the whole text, words of three letters and less left out. The
best are returned in their original order.

| Input | Meaning |
| --- | --- |
| `text` | the text, in any language that ends its sentences with a mark |
| `sentences` | how many to keep |
| `bullets` | each on a line of its own, as a Markdown list |

A text with no more sentences than that comes back whole.
"""

INPUTS = inputs(
    text=text("Text to shorten", "The tide came in.\nThe boats rose with the tide.\nNobody on the boats noticed."),
    sentences=integer("How many sentences to keep", 2, low=1, high=20),
    bullets=flag("One sentence to a line, as a list", False),
)


def summary(content: str, keep: int) -> list[str]:
    """Return the sentences that have the commonest words, in their order."""
    sentences = [part.strip() for part in re.split(r"(?<=[.!?…。])\s+|\n{2,}", content) if part.strip()]
    counts = Counter(word for word in re.findall(r"\w+", content.lower()) if len(word) > 3)

    def weight(sentence: str) -> float:
        words = [word for word in re.findall(r"\w+", sentence.lower()) if len(word) > 3]
        return sum(counts[word] for word in words) / len(words) if words else 0.0

    best = sorted(range(len(sentences)), key=lambda place: -weight(sentences[place]))[:keep]
    return [sentences[place] for place in sorted(best)]


async def run(job: Job, input: Mapping[str, Any]) -> str:
    values = INPUTS.with_defaults(input)
    chosen = summary(str(values["text"]), values["sentences"])
    await job.sleep(0.9)
    return "\n".join(f"- {one}" for one in chosen) if values["bullets"] else " ".join(chosen)


MODEL = DemoModel(
    owner="replicate-tui-demo",
    name="summarizer",
    description="Picks the sentences of a text whose words are commonest in it",
    readme=README,
    input_schema=INPUTS.schema,
    output_schema=TEXT_OUTPUT,
    run=run,
    version=version_ids("replicate-tui-demo/summarizer", 2)[0],
    older_versions=version_ids("replicate-tui-demo/summarizer", 2)[1:],
    tags=("text", "summary", "analysis"),
    run_count=18_930,
    cold_boot=0.5,
    examples=({"sentences": 1},),
    created_at="2025-12-01T11:00:00.000000Z",
)
