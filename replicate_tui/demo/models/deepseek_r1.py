"""`deepseek-ai/deepseek-r1`: thinks aloud between tags before it answers."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._chat import answer, count_tokens, form_of, stream
from replicate_tui.demo.models._prose import Writer
from replicate_tui.demo.models._schema import TEXT_STREAM_OUTPUT, inputs, integer, number, text
from replicate_tui.demo.models._versions import version_id

README = """\
# DeepSeek R1

> **Local stand-in.** The reasoning below is theatre: lines about how the text is put together, between the tags that
> the real model uses. It runs on this computer, without any model.

## Shape of the output

```text
<think>
The prompt has 3 telling words: tides, harbour, winter.
It asks for a form that this stand-in calls "essay".
...
</think>

The answer follows here.
```

What stands between the tags is true: it counts words, names the form that was chosen and the number of chunks that are
to come. A client that folds the thinking away can be tried with it.

## Settings

- `max_tokens` counts the thinking too, as in the original.
- `temperature`, `top_p`, `presence_penalty` and `frequency_penalty` are accepted and have no effect.
- There is no seed: the same prompt gives the same text.
"""

INPUTS = inputs(
    prompt=text("Prompt", ""),
    max_tokens=integer("The maximum number of tokens, thinking included.", 2048, low=1, high=20480),
    temperature=number("The value used to modulate the next token probabilities.", 0.1, low=0, high=2),
    presence_penalty=number("Presence penalty", 0.0),
    frequency_penalty=number("Frequency penalty", 0.0),
    top_p=number("A probability threshold for generating the output.", 1.0, low=0, high=1),
)


def thoughts(prompt: str, body: str) -> str:
    """Return true statements about how the answer came to be."""
    writer = Writer(prompt, 1)
    words = ", ".join(writer.words)
    return (
        f"The prompt has {len(prompt)} characters and {len(writer.words)} telling words: {words}.\n"
        f'It asks for a form that this stand-in calls "{form_of(prompt)}".\n'
        f"The answer will have {count_tokens(body)} chunks and {body.count(chr(10) * 2) + 1} paragraphs.\n"
        f"No fact about {writer.words[0]} is known here, so none will be claimed."
    )


async def run(job: Job, input: Mapping[str, Any]) -> None:
    values = INPUTS.with_defaults(input)
    prompt = str(values["prompt"])
    body = answer(prompt, 1)
    await job.sleep(0.9)
    job.metric("token_input_count", count_tokens(prompt))
    content = f"<think>\n{thoughts(prompt, body)}\n</think>\n\n{body}"
    sent = await stream(job, content, tokens_per_second=34.0, limit=values["max_tokens"], started=0.9)
    job.metric("token_output_count", sent)


MODEL = DemoModel(
    owner="deepseek-ai",
    name="deepseek-r1",
    description="Local stand-in for DeepSeek R1: streams its thinking between tags, then an answer",
    readme=README,
    input_schema=INPUTS.schema,
    output_schema=TEXT_STREAM_OUTPUT,
    run=run,
    version=version_id("deepseek-ai/deepseek-r1"),
    is_official=True,
    tags=("language-model", "reasoning", "streaming", "chat"),
    run_count=2_764_155,
    queue=0.3,
    examples=({"prompt": "How do tides shape a harbour in winter?"}, {"prompt": "Plan a week without clocks"}),
    github_url="https://github.com/deepseek-ai/DeepSeek-R1",
    paper_url="https://arxiv.org/abs/2501.12948",
    license_url="https://github.com/deepseek-ai/DeepSeek-R1/blob/main/LICENSE",
    created_at="2025-01-28T10:06:40.018000Z",
)
