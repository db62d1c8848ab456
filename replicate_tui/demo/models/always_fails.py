"""`replicate-tui-demo/always-fails`: gets half way and stops with a traceback in its logs."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job, ModelFailure
from replicate_tui.demo.models._logs import steps, use_seed
from replicate_tui.demo.models._schema import FILE_OUTPUT, choice, inputs, integer, random_seed, text
from replicate_tui.demo.models._versions import version_ids

README = """\
# Always fails

> **Local stand-in** for a bad day. This model exists only in the demo service; every run of it fails, on purpose, on
> this computer.

Use it to see what a client does with a failed prediction: whether the error is shown, whether the logs that were
written before it are kept, whether the form survives.

## Reasons

| `reason` | The prediction's `error` |
| --- | --- |
| `out of memory` | CUDA out of memory. Tried to allocate 2.25 GiB … |
| `bad input` | expected a prompt of at least 400 characters … |
| `content filter` | … flagged as sensitive … (E005) |
| `interrupted` | Prediction interrupted; please retry (code: PA) |

The run stops after `fail_at` percent of its ten steps. The first lines of the logs are ordinary, the last are a
traceback:

```text
Using seed: 7
  0%|          | 0/10 [00:00<?, ?it/s]
 50%|█████     | 5/10 [00:02<00:02,  2.50it/s]
Traceback (most recent call last):
```

No memory is really allocated, and no graphics card is needed to run out of it.
"""

_REASONS = {
    "out of memory": "CUDA out of memory. Tried to allocate 2.25 GiB. GPU 0 has a total capacity of 39.39 GiB of which "
    "1.37 GiB is free.",
    "bad input": "ValueError: expected a prompt of at least 400 characters, got {length}",
    "content filter": "The input or output was flagged as sensitive. Please try again with different inputs. (E005)",
    "interrupted": "Prediction interrupted; please retry (code: PA)",
}
INPUTS = inputs(
    prompt=text("Anything at all", "a picture that will never be"),
    reason=choice(tuple(_REASONS), "Why it fails", "out of memory"),
    fail_at=integer("After how many percent of its steps", 50, low=0, high=100),
    seed=random_seed(),
)
_STEPS = 10


async def run(job: Job, input: Mapping[str, Any]) -> str:
    values = INPUTS.with_defaults(input)
    use_seed(job, values)
    reached = round(_STEPS * values["fail_at"] / 100)
    if reached:
        async for step in steps(job, _STEPS, 4.0):
            if step >= reached:
                break
    message = _REASONS[values["reason"]].format(length=len(values["prompt"]))
    for line in (
        "Traceback (most recent call last):",
        '  File "/src/predict.py", line 118, in predict',
        "    latents = self.pipe(prompt=prompt, generator=generator).images",
        '  File "/src/pipeline.py", line 402, in __call__',
        "    noise = self.unet(latents, timestep, encoder_hidden_states=embeddings)",
        message,
    ):
        job.log(line)
    raise ModelFailure(message)


MODEL = DemoModel(
    owner="replicate-tui-demo",
    name="always-fails",
    description="Runs half way and fails with a believable error and a traceback in its logs",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=FILE_OUTPUT,
    run=run,
    version=version_ids("replicate-tui-demo/always-fails", 2)[0],
    older_versions=version_ids("replicate-tui-demo/always-fails", 2)[1:],
    tags=("test", "failure", "error"),
    run_count=1_907,
    cold_boot=0.6,
    created_at="2026-01-12T08:05:00.250000Z",
)
