"""`replicate-tui-demo/flood`: more log lines than anyone can read."""

import random
from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._logs import bar, use_seed
from replicate_tui.demo.models._schema import OBJECT_OUTPUT, choice, flag, inputs, integer, number, random_seed
from replicate_tui.demo.models._versions import version_ids

README = """\
# Flood

> **Local stand-in** for a model whose author left debugging on. It exists only in the demo service and writes its logs
> on this computer, as many lines as you ask for.

The output is a small object that counts what was written, so that a client can check that nothing got lost.

## Inputs

| Input | Meaning |
| --- | --- |
| `lines` | how many lines, up to 200,000 |
| `seconds` | over how long, at speed 1 |
| `content` | `mixed`, `progress bars only`, `long lines` or `key=value` |
| `unicode` | letters from several scripts and wide characters among them |

Lines come in bursts, fifty to the second at most, as a log collector delivers them:

```text
2026-01-12 08:15:02.114 INFO  loader: shard 17 of 41 ready in 0.211 s
 43%|████▎     | 4301/10000 [00:02<00:03, 1713.20it/s]
step=4302 loss=0.41873 lr=9.6e-05 grad_norm=1.03
```

Start with 20,000 lines. With 200,000 the logs are about 13 MB, all of which come with every GET of the prediction.
"""

INPUTS = inputs(
    lines=integer("Number of log lines", 20_000, low=1, high=200_000),
    seconds=number("Over how many seconds", 8, low=0, high=600),
    content=choice(("mixed", "progress bars only", "long lines", "key=value"), "What the lines look like", "mixed"),
    unicode=flag("Mix in letters of several scripts", True),
    seed=random_seed(),
)
_BURSTS_PER_SECOND = 50
_LEVELS = ("DEBUG", "INFO ", "INFO ", "INFO ", "WARN ")
_PARTS = ("loader", "tokenizer", "sampler", "scheduler", "vae", "cache", "io")
_SCRIPTS = ("naïve café", "Größe", "Привет", "こんにちは世界", "مرحبا", "🙂 done", "e\u0301clair")


def line(kind: str, number: int, total: int, rng: random.Random, *, unicode: bool) -> str:
    """Return the `number`-th of `total` lines; it does not depend on time."""
    if kind == "mixed":
        kind = ("progress bars only", "key=value", "plain", "plain", "plain", "long lines")[rng.randrange(6)]
        if kind == "long lines" and rng.random() < 0.9:
            kind = "plain"
    if kind == "progress bars only":
        return bar(number, total, number / 1700)
    if kind == "key=value":
        loss = 2.2 / (1 + number / 900) + rng.random() * 0.05
        return f"step={number} loss={loss:.5f} lr={1e-4 * (1 - number / total):.1e} grad_norm={rng.uniform(0.4, 2):.2f}"
    if kind == "long lines":
        return f"tensor[{number}] " + " ".join(f"{rng.uniform(-3, 3):+.4f}" for _ in range(rng.randint(40, 240)))
    seconds, rest = divmod(number * 7, 1000)
    clock = f"{8 + seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"
    words = f" {rng.choice(_SCRIPTS)}" if unicode and rng.random() < 0.15 else ""
    return (
        f"2026-01-12 {clock} {rng.choice(_LEVELS)} {rng.choice(_PARTS)}: shard {number % 41 + 1} of 41 ready in "
        f"{rng.uniform(0.01, 0.9):.3f} s{words}"
    )


async def run(job: Job, input: Mapping[str, Any]) -> dict[str, Any]:
    values = INPUTS.with_defaults(input)
    rng = random.Random(use_seed(job, values))
    total, seconds = int(values["lines"]), float(values["seconds"])
    bursts = max(1, min(total, round(seconds * _BURSTS_PER_SECOND)))
    written = characters = 0
    for burst in range(1, bursts + 1):
        until = total * burst // bursts
        block = [
            line(values["content"], number, total, rng, unicode=values["unicode"])
            for number in range(written + 1, until + 1)
        ]
        written = until
        characters += sum(map(len, block)) + len(block)
        job.log("\n".join(block))
        await job.sleep(seconds / bursts)
    return {"lines": written, "characters": characters}


MODEL = DemoModel(
    owner="replicate-tui-demo",
    name="flood",
    description="Writes tens of thousands of log lines, progress bars among them, as fast as you like",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=OBJECT_OUTPUT,
    run=run,
    version=version_ids("replicate-tui-demo/flood", 2)[0],
    older_versions=version_ids("replicate-tui-demo/flood", 2)[1:],
    tags=("test", "logs", "load"),
    run_count=2_340,
    cold_boot=0.5,
    examples=({"lines": 500, "seconds": 1, "seed": 1},),
    created_at="2026-01-12T08:15:00.333000Z",
)
