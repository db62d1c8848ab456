"""`replicate-tui-demo/every-input`: one input of every kind, and an object that says what arrived."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._schema import (
    INTEGER,
    OBJECT_OUTPUT,
    STRING,
    URI,
    array,
    choice,
    either,
    file,
    flag,
    inputs,
    integer,
    mapping,
    number,
    secret,
    text,
)
from replicate_tui.demo.models._versions import version_ids

README = """\
# Every input

> **Local stand-in** for nothing in particular: this model exists only in the demo service, to try a client's form
> with. It runs on this computer and keeps nothing.

It has one input of every kind that a model's schema can have, and returns an object that says, for each input that
arrived, its JSON type and something measured about it. Two rules:

- a **secret** is reported by its length only;
- a **file** is really fetched; its size and its first bytes are reported.

## The kinds

| Input | Kind |
| --- | --- |
| `prompt` | required text |
| `story` | text of several lines, by its default |
| `code` | text with a pattern and length limits |
| `count` | integer with both bounds |
| `at_least` | integer with a lower bound only |
| `at_most` | number with an upper bound only |
| `strength` | number with bounds and a fractional default |
| `enabled`, `maybe` | boolean, with and without default |
| `style` | choice of strings |
| `size` | choice of integers |
| `mood` | choice that may be left out |
| `image` | file |
| `images` | list of files |
| `words` | list of strings |
| `numbers` | list of integers |
| `api_key` | secret |
| `settings` | object |
| `text_or_list` | string or list of strings |
| `nothing` | nullable text with a default of null |
| `old_name` | deprecated |
| `big_seed` | integer beyond 2⁵³ |

## Example

```json
{"prompt": "hello", "words": ["a", "b"], "settings": {"depth": {"of": 3}}, "big_seed": 18446744073709551615}
```
"""

_CODE = "^[A-Z]{2,6}-[0-9]+$"
INPUTS = inputs(
    prompt=text("Some text. The only input that must be given."),
    story=text("Text of more than one line", "Once upon a time\nthere was a form\nwith many fields."),
    code=text("Two to six capital letters, a dash, digits", optional=True, min_length=4, max_length=12, pattern=_CODE),
    count=integer("A whole number from 1 to 10", 3, low=1, high=10),
    at_least=integer("A whole number of at least zero", optional=True, low=0),
    at_most=number("A number of at most 100", optional=True, high=100),
    strength=number("A number from 0 to 1", 0.35, low=0, high=1),
    enabled=flag("On or off", True),
    maybe=flag("On, off, or not said", optional=True),
    style=choice(("plain", "ornate", "in between"), "A choice of texts", "plain"),
    size=choice((256, 512, 1024), "A choice of whole numbers", 512),
    mood=choice(("calm", "merry", "stern"), "A choice without default", optional=True),
    image=file("One file", optional=True),
    images=array(URI, "Any number of files", []),
    words=array(STRING, "Any number of texts", optional=True),
    numbers=array(INTEGER, "One to five whole numbers", optional=True, minItems=1, maxItems=5),
    api_key=secret("A key. It is never sent back: the answer has only its length."),
    settings=mapping("Any JSON object", optional=True),
    text_or_list=either(STRING, {"type": "array", "items": STRING}, description="A text or a list", optional=True),
    nothing=text("May be null, and is by default", None, nullable=True),
    old_name=text("Replaced by prompt", optional=True, deprecated=True),
    big_seed=integer("A seed of up to 64 bits", optional=True, low=0, high=18446744073709551615),
)
_KINDS = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
_FILES = ("image", "images")


def measured(value: Any) -> dict[str, Any]:
    """Return the JSON type of a value and what can be said about it."""
    if value is None:
        return {"type": "null"}
    facts: dict[str, Any] = {"type": _KINDS.get(type(value), "unknown"), "value": value}
    if isinstance(value, str):
        facts |= {"characters": len(value), "lines": value.count("\n") + 1}
    elif isinstance(value, list | dict):
        facts["items"] = len(value)
    return facts


async def _fetched(job: Job, url: str) -> dict[str, Any]:
    content = await job.read(url)
    return {"type": "file", "bytes": len(content), "begins": content[:8].hex(" ")}


async def run(job: Job, input: Mapping[str, Any]) -> dict[str, Any]:
    received: dict[str, Any] = {}
    await job.sleep(0.5)
    for name, value in input.items():
        job.log(f"Reading {name}")
        await job.sleep(0.08)
        if name == "api_key":
            received[name] = {"type": "secret", "characters": len(str(value))}
        elif name == "image" and isinstance(value, str):
            received[name] = await _fetched(job, value)
        elif name == "images" and isinstance(value, list):
            received[name] = {"type": "array", "items": [await _fetched(job, url) for url in value]}
        else:
            received[name] = measured(value)
    absent = [name for name in INPUTS.schema["properties"] if name not in input]
    return {"received": received, "left_out": absent}


MODEL = DemoModel(
    owner="replicate-tui-demo",
    name="every-input",
    description="Has one input of every kind and answers with the type and the measure of each that arrived",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=OBJECT_OUTPUT,
    run=run,
    version=version_ids("replicate-tui-demo/every-input", 3)[0],
    older_versions=version_ids("replicate-tui-demo/every-input", 3)[1:],
    cog_version="0.22.0",
    tags=("test", "form", "schema", "inputs"),
    run_count=4_211,
    cold_boot=0.5,
    examples=(
        {"prompt": "hello"},
        {
            "prompt": "hello",
            "words": ["lighthouse", "fog"],
            "numbers": [3, 1, 4],
            "settings": {"depth": {"of": 3}},
            "style": "ornate",
            "size": 1024,
            "code": "FOG-12",
        },
    ),
    created_at="2026-01-12T08:00:00.500000Z",
)
