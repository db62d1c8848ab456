"""`meta/llama-2-70b-chat`: a chatty stream of plain paragraphs with the knobs of an older language model."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._chat import answer, count_tokens, stream
from replicate_tui.demo.models._logs import use_seed
from replicate_tui.demo.models._schema import TEXT_STREAM_OUTPUT, flag, inputs, integer, number, random_seed, text
from replicate_tui.demo.models._versions import version_id

README = """\
# Llama 2 70B Chat

> **Local stand-in.** No weights are loaded. Templates and your prompt's own words are put together on this computer;
> the interface is that of `meta/llama-2-70b-chat`, the thoughts are not.

## What it does

It begins with a friendly sentence, writes two or three plain paragraphs, and stops at `max_new_tokens`. The seed and
the temperature both change the text: with a temperature of 0.01 the seed no longer matters.

## Prompt template

The template is applied as the original does it, and the applied prompt is written to the logs when `debug` is on:

```text
[INST] <<SYS>>
{system_prompt}
<</SYS>>

{prompt} [/INST]
```

## Settings

| Setting | Effect in the stand-in |
| --- | --- |
| `max_new_tokens` | cuts the stream |
| `min_new_tokens` | adds paragraphs until it is reached |
| `stop_sequences` | cuts before the first of them |
| `temperature`, `seed` | choose the text |
| `top_p`, `top_k` | accepted, without effect |
"""

_SYSTEM = "You are a helpful, respectful and honest assistant."
_TEMPLATE = "[INST] <<SYS>>\n{system_prompt}\n<</SYS>>\n\n{prompt} [/INST]"
INPUTS = inputs(
    prompt=text("Prompt to send to the model."),
    system_prompt=text("System prompt that is put before the prompt.", _SYSTEM),
    max_new_tokens=integer("Maximum number of tokens to generate.", 256, low=1, high=4096),
    min_new_tokens=integer("Minimum number of tokens to generate; -1 for none.", -1, low=-1, high=2048),
    temperature=number("Randomness of the text. Lower is more predictable.", 0.7, low=0.01, high=5),
    top_p=number("Sample from this share of the most likely tokens.", 0.95, low=0, high=1),
    top_k=integer("Sample from this many of the most likely tokens; -1 for all.", -1, low=-1),
    stop_sequences=text("A comma-separated list of sequences at which to stop.", optional=True),
    seed=random_seed(),
    debug=flag("Write the applied prompt and timings to the logs.", False),
    prompt_template=text("Template into which the prompts are put.", _TEMPLATE),
)
_TOKENS_PER_SECOND = 38.0
_GREETINGS = ("Sure thing!", "Of course!", "What a good question!", "Happy to help.")


def write(values: Mapping[str, Any], seed: int) -> str:
    """Return the whole text before it is cut to its token limit."""
    prompt = str(values["prompt"])
    chosen = 0 if values["temperature"] <= 0.01 else seed
    notice = "(Local stand-in for Llama 2: assembled from templates and your words.)"
    text = f" {_GREETINGS[chosen % len(_GREETINGS)]} {notice}\n\n{answer(prompt, chosen, markdown=False)}"
    while count_tokens(text) < values["min_new_tokens"]:
        text += f"\n\n{answer(f'{prompt} {len(text)}', chosen, markdown=False)}"
    for stop in filter(None, (values["stop_sequences"] or "").split(",")):
        text = text.split(stop, 1)[0]
    return text


async def run(job: Job, input: Mapping[str, Any]) -> None:
    values = INPUTS.with_defaults(input)
    seed = use_seed(job, values)
    if values["debug"]:
        template = str(values["prompt_template"])
        filled = template.replace("{system_prompt}", values["system_prompt"]).replace("{prompt}", values["prompt"])
        job.log(f"Applied prompt: {filled!r}")
    await job.sleep(0.7)
    job.metric("input_token_count", count_tokens(str(values["prompt"])))
    await stream(
        job, write(values, seed), tokens_per_second=_TOKENS_PER_SECOND, limit=values["max_new_tokens"], started=0.7
    )


MODEL = DemoModel(
    owner="meta",
    name="llama-2-70b-chat",
    description="Local stand-in for Llama 2 70B Chat: streams plain paragraphs with the classic sampling settings",
    readme=README,
    input_schema=INPUTS.schema,
    output_schema=TEXT_STREAM_OUTPUT,
    run=run,
    version=version_id("meta/llama-2-70b-chat"),
    is_official=True,
    tags=("language-model", "text-generation", "chat", "streaming", "llama"),
    run_count=9_712_448,
    queue=0.2,
    examples=(
        {"prompt": "Write a poem about machine learning", "max_new_tokens": 500, "temperature": 0.7},
        {"prompt": "Tell me a story about a robot", "max_new_tokens": 1000},
        {"prompt": "Explain quantum computing", "seed": 7},
    ),
    github_url="https://github.com/meta-llama/llama",
    paper_url="https://arxiv.org/abs/2307.09288",
    license_url="https://ai.meta.com/llama/license/",
    created_at="2023-07-18T16:20:01.330000Z",
)
