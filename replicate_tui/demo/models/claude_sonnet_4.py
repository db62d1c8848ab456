"""`anthropic/claude-sonnet-4`: streams Markdown prose about the prompt's own words."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._chat import answer, count_tokens, stream
from replicate_tui.demo.models._schema import TEXT_STREAM_OUTPUT, file, flag, inputs, integer, number, text
from replicate_tui.demo.models._versions import version_id

README = """\
# Claude Sonnet 4

> **Local stand-in.** No language model runs here. The text is put together on this computer from templates, a seed and
> the words of your own prompt, and its first line says so. It imitates the interface of `anthropic/claude-sonnet-4`,
> not its abilities.

What is real is everything around the words: the input schema, the stream of small chunks, the pace, the token metrics,
and how cancelling half way leaves the text that had arrived.

## Forms it knows

The stand-in looks at the prompt and picks a form:

| The prompt mentions | You get |
| --- | --- |
| a poem, a song, a haiku | three stanzas |
| a story, a tale | a short tale |
| code, Python, a function | prose around a code block that runs |
| a comparison, a table | a Markdown table |
| steps, a plan, a list | numbered points |
| anything else | an essay with a heading and a list |

## Use

```python
import replicate

for event in replicate.stream(
    "anthropic/claude-sonnet-4",
    input={"prompt": "Compare rivers and roads", "max_tokens": 2048},
):
    print(str(event), end="")
```

## Inputs worth knowing

- `max_tokens` really limits the number of chunks.
- `extended_thinking` adds a pause before the first chunk, as long as its budget suggests, and a line in the logs.
- `image` is accepted and measured: its size in bytes is mentioned in the logs, nothing more is claimed about it.
- The same prompt gives the same text.
"""

INPUTS = inputs(
    prompt=text("Input prompt"),
    max_tokens=integer("Maximum number of output tokens", 8192, low=1024, high=64000),
    system_prompt=text("System prompt", ""),
    extended_thinking=flag("Enable extended thinking for more complex reasoning", False),
    thinking_budget_tokens=integer("Tokens set aside for thinking, out of max_tokens", 1024, low=1024, high=64000),
    image=file("Input image", optional=True),
    max_image_resolution=number("Megapixels to which the image is reduced before it is read", 0.5, low=0.001, high=2.0),
)
_TOKENS_PER_SECOND = 55.0
_SEED = 4


async def run(job: Job, input: Mapping[str, Any]) -> None:
    values = INPUTS.with_defaults(input)
    prompt = str(values["prompt"])
    if values["image"]:
        job.log(f"Image received: {len(await job.read(values['image'])):,} bytes")
    pause = 0.4
    if values["extended_thinking"]:
        pause += min(6.0, values["thinking_budget_tokens"] / 1000)
        job.log(f"Thinking with a budget of {values['thinking_budget_tokens']} tokens")
    await job.sleep(pause)
    job.metric("input_token_count", count_tokens(f"{values['system_prompt']} {prompt}"))
    body = answer(f"{values['system_prompt']} {prompt}".strip(), _SEED)
    notice = "*Local stand-in for Claude Sonnet 4: this text is assembled from templates and your own words.*"
    await stream(
        job,
        f"{notice}\n\n{body}",
        tokens_per_second=_TOKENS_PER_SECOND,
        limit=values["max_tokens"],
        started=pause,
    )
    # The real service closes its list with an empty chunk.
    await job.emit("")


MODEL = DemoModel(
    owner="anthropic",
    name="claude-sonnet-4",
    description="Local stand-in for Claude Sonnet 4: streams Markdown text about your prompt, chunk by chunk",
    readme=README,
    input_schema=INPUTS.schema,
    output_schema=TEXT_STREAM_OUTPUT,
    run=run,
    version=version_id("anthropic/claude-sonnet-4"),
    is_official=True,
    tags=("language-model", "text-generation", "chat", "streaming", "llm"),
    run_count=3_941_207,
    queue=0.1,
    examples=(
        {"prompt": "Hello, world!"},
        {"prompt": "Compare rivers and roads", "max_tokens": 2048},
        {"prompt": "Write a Python function about lighthouses and fog", "system_prompt": "Be brief."},
    ),
    license_url="https://www.anthropic.com/legal/commercial-terms",
    created_at="2025-05-22T17:03:11.402118Z",
)
