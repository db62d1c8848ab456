"""`ibm-granite/granite-8b-code-instruct-128k`: code that runs, built from the words of a request."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._chat import count_tokens, stream
from replicate_tui.demo.models._logs import use_seed
from replicate_tui.demo.models._prose import generator, keywords
from replicate_tui.demo.models._schema import TEXT_STREAM_OUTPUT, choice, inputs, integer, random_seed, text
from replicate_tui.demo.models._versions import version_ids

README = """\
# Granite 8B Code Instruct 128K

> **Local stand-in.** It fills one of a handful of code templates with names from your request, on this computer. The
> code is small and correct; it does not do what you asked for unless you asked for something small.

## Languages

| `language` | What you get |
| --- | --- |
| `python` | a dataclass and a function with a docstring, which runs |
| `javascript` | the same as an ES module |
| `sql` | a table and a query |

```python
@dataclass
class Lighthouse:
    name: str
    count: int = 0
```

Only code comes back, no prose and no Markdown fence: a client that highlights streams can be tried with it.
"""

_TEMPLATES = {
    "python": '''"""{title}. Written by a local stand-in from a template."""

from dataclasses import dataclass


@dataclass
class {kind}:
    name: str
    count: int = 0


def total_{noun}(items: list[{kind}], at_least: int = {number}) -> int:
    """Add up the counts of all items that reach `at_least`."""
    return sum(item.count for item in items if item.count >= at_least)


if __name__ == "__main__":
    items = [{kind}("{first}", {a}), {kind}("{second}", {b})]
    print(total_{noun}(items))
''',
    "javascript": """// {title}. Written by a local stand-in from a template.

export class {kind} {{
  constructor(name, count = 0) {{
    this.name = name;
    this.count = count;
  }}
}}

/** Add up the counts of all items that reach `atLeast`. */
export function total{kind}(items, atLeast = {number}) {{
  return items.filter((item) => item.count >= atLeast).reduce((sum, item) => sum + item.count, 0);
}}

console.log(total{kind}([new {kind}("{first}", {a}), new {kind}("{second}", {b})]));
""",
    "sql": """-- {title}. Written by a local stand-in from a template.

CREATE TABLE {noun} (
  name  TEXT PRIMARY KEY,
  count INTEGER NOT NULL DEFAULT 0 CHECK (count >= 0)
);

INSERT INTO {noun} (name, count) VALUES ('{first}', {a}), ('{second}', {b});

SELECT sum(count) AS total
FROM {noun}
WHERE count >= {number};
""",
}
INPUTS = inputs(
    prompt=text("What the code is about"),
    language=choice(tuple(_TEMPLATES), "Language of the code", "python"),
    max_tokens=integer("Most tokens to send", 1024, low=1, high=4096),
    seed=random_seed(),
)


def program(prompt: str, language: str, seed: int) -> str:
    """Return a small program that uses the words of a request as names."""
    rng = generator(prompt, seed, language)
    names = [word for word in keywords(prompt) if word.isascii() and word.isidentifier()] or ["thing"]
    noun = names[0]
    return _TEMPLATES[language].format(
        title=prompt.strip().splitlines()[0][:80].replace('"', "'").replace("\\", "/") if prompt.strip() else "Nothing",
        kind=noun.capitalize(),
        noun=noun,
        number=rng.randint(1, 9),
        first=names[-1],
        second=names[len(names) // 2],
        a=rng.randint(1, 20),
        b=rng.randint(1, 20),
    )


async def run(job: Job, input: Mapping[str, Any]) -> None:
    values = INPUTS.with_defaults(input)
    seed = use_seed(job, values)
    await job.sleep(0.4)
    job.metric("input_token_count", count_tokens(str(values["prompt"])))
    content = program(str(values["prompt"]), values["language"], seed)
    await stream(job, content, tokens_per_second=60.0, limit=values["max_tokens"], started=0.4)


MODEL = DemoModel(
    owner="ibm-granite",
    name="granite-8b-code-instruct-128k",
    description="Local stand-in for Granite Code: streams a small program from a template and your words",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=TEXT_STREAM_OUTPUT,
    run=run,
    version=version_ids("ibm-granite/granite-8b-code-instruct-128k", 2)[0],
    older_versions=version_ids("ibm-granite/granite-8b-code-instruct-128k", 2)[1:],
    cog_version="0.9.20",
    tags=("language-model", "code", "streaming"),
    run_count=318_402,
    cold_boot=1.4,
    examples=({"prompt": "Keep track of lighthouses and keepers", "seed": 2}, {"prompt": "Ferries", "language": "sql"}),
    license_url="https://www.apache.org/licenses/LICENSE-2.0",
    created_at="2024-09-03T12:30:00.770000Z",
)
