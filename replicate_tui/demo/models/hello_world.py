"""`replicate/hello-world`: the smallest model there is."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._schema import TEXT_OUTPUT, inputs, text

README = """\
# Hello World

> **Local stand-in.** It answers from this computer and does exactly what the original is known for: it says hello.

A tiny model for trying out a client, a webhook or a deployment. It takes one line of text and returns it with a
greeting before it.

## Input

| Name | Type | Meaning |
| --- | --- | --- |
| `text` | string | What to say hello to |

## Use

```python
import replicate

print(replicate.run("replicate/hello-world", input={"text": "Alice"}))
# hello Alice
```

## Good to know

- The output is a plain string, not a list of chunks.
- It boots in well under a second, so it is the quickest way to see a prediction pass through all its states.
- Two versions are kept, because much sample code names the older one.
"""

INPUTS = inputs(text=text("Text to prefix with 'hello '"))


async def run(job: Job, input: Mapping[str, Any]) -> str:
    job.log("Running predict()...")
    await job.sleep(0.6)
    return f"hello {input['text']}"


MODEL = DemoModel(
    owner="replicate",
    name="hello-world",
    description="A tiny model that says hello",
    readme=README,
    input_schema=INPUTS.schema,
    output_schema=TEXT_OUTPUT,
    run=run,
    version="9dcd6d78e7c6560c340d916fe32e9f24aabfa331e5cce95fe31f77fb03121426",
    older_versions=("5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa",),
    cog_version="0.7.2",
    tags=("text", "hello", "example", "test"),
    run_count=17_482_903,
    cold_boot=0.5,
    examples=({"text": "Alice"}, {"text": "the whole wide world"}),
    github_url="https://github.com/replicate/cog-examples/tree/main/hello-world",
    created_at="2022-04-01T09:12:44.120000Z",
)
