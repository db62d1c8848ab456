"""`meta/meta-llama-3-8b-instruct`: quick, with penalties that really repeat less."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._chat import answer, count_tokens, stream
from replicate_tui.demo.models._logs import use_seed
from replicate_tui.demo.models._schema import TEXT_STREAM_OUTPUT, inputs, integer, number, random_seed, text
from replicate_tui.demo.models._versions import version_id

README = """\
# Meta Llama 3 8B Instruct

> **Local stand-in.** Sentences are drawn from a small store of templates on this computer and filled with the words of
> your prompt. The eight billion parameters are elsewhere.

The quickest of the language models here: about ninety chunks to the second at speed 1, which makes it the one to try a
terminal's repainting with.

## Settings with an effect

| Setting | Effect |
| --- | --- |
| `max_tokens` | most chunks to send |
| `min_tokens` | goes on until that many were sent |
| `presence_penalty` | above 1, a sentence that was already used is left out |
| `seed` | chooses the text |

`top_p`, `top_k`, `temperature`, `frequency_penalty` and `prompt_template` are accepted for compatibility.

```bash
curl -N -H "Accept: text/event-stream" "$STREAM_URL"
```

```text
event: output
id: 1768205700:0
data: Start

event: output
id: 1768205700:1
data:  with
```
"""

INPUTS = inputs(
    prompt=text("Prompt", ""),
    top_k=integer("The number of highest probability tokens to consider.", 50, low=0),
    top_p=number("A probability threshold for generating the output.", 0.9, low=0, high=1),
    max_tokens=integer("The maximum number of tokens the model should generate as output.", 512, low=1, high=8192),
    min_tokens=integer("The minimum number of tokens the model should generate as output.", 0, low=0, high=2048),
    temperature=number("The value used to modulate the next token probabilities.", 0.6, low=0, high=5),
    prompt_template=text("Template for formatting the prompt.", "{prompt}"),
    presence_penalty=number("Presence penalty", 1.15),
    frequency_penalty=number("Frequency penalty", 0.2),
    seed=random_seed(),
)


def without_repeats(content: str) -> str:
    """Return text in which every sentence stands once."""
    seen: set[str] = set()
    paragraphs = []
    for paragraph in content.split("\n\n"):
        kept = []
        for sentence in paragraph.split(". "):
            if sentence not in seen:
                seen.add(sentence)
                kept.append(sentence)
        if kept:
            paragraphs.append(". ".join(kept))
    return "\n\n".join(paragraphs)


async def run(job: Job, input: Mapping[str, Any]) -> None:
    values = INPUTS.with_defaults(input)
    seed = use_seed(job, values)
    prompt = str(values["prompt"])
    content = f"(Local stand-in, not Llama 3.)\n\n{answer(prompt, seed)}"
    while count_tokens(content) < values["min_tokens"]:
        content += f"\n\n{answer(prompt, seed + len(content))}"
    if values["presence_penalty"] > 1:
        content = without_repeats(content)
    await job.sleep(0.25)
    job.metric("input_token_count", count_tokens(prompt))
    await stream(job, content, tokens_per_second=90.0, limit=values["max_tokens"], started=0.25)


MODEL = DemoModel(
    owner="meta",
    name="meta-llama-3-8b-instruct",
    description="Local stand-in for Llama 3 8B Instruct: the quickest text stream of this catalogue",
    readme=README,
    input_schema=INPUTS.schema,
    output_schema=TEXT_STREAM_OUTPUT,
    run=run,
    version=version_id("meta/meta-llama-3-8b-instruct"),
    is_official=True,
    tags=("language-model", "text-generation", "chat", "streaming", "llama"),
    run_count=182_880_217,
    queue=0.1,
    examples=(
        {"prompt": "Give me five tips for photographing fog", "seed": 1},
        {"prompt": "Write a haiku about tides"},
    ),
    license_url="https://github.com/meta-llama/llama3/blob/main/LICENSE",
    created_at="2024-04-17T21:44:13.480000Z",
)
