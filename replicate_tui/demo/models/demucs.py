"""`ryan5453/demucs`: a recording taken apart into three bands."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._logs import walk
from replicate_tui.demo.models._samples import sample
from replicate_tui.demo.models._schema import OBJECT_OUTPUT, choice, file, inputs, number
from replicate_tui.demo.models._versions import version_ids

README = """\
# Demucs

> **Local stand-in.** Instruments are not told apart. Your WAV file is split by frequency, with two simple filters, on
> this computer: `bass` is what is low, `other` the middle, `treble` the rest.

The three files add up to the original, sample by sample, which a test of this package checks.

## Output

A bare object of the stems that were asked for:

```json
{"bass": "…/bass.wav", "other": "…/other.wav", "treble": "…/treble.wav"}
```

| Input | Meaning |
| --- | --- |
| `audio` | PCM WAV, 8 or 16 bit, up to ten minutes |
| `low`, `high` | the two limits in hertz |
| `stem` | one of the three, or `none` for all of them |
"""

INPUTS = inputs(
    audio=file("Audio file to separate"),
    stem=choice(("none", "bass", "other", "treble"), "Return only this stem; none returns all of them.", "none"),
    low=number("Below this many hertz it is bass", 250, low=20, high=2000),
    high=number("Above this many hertz it is treble", 2000, low=200, high=16000),
)


def split(content: bytes, low: float, high: float) -> dict[str, bytes]:
    """Return three WAV files that add up to the given one (blocking)."""
    import math

    from replicate_tui.demo.models._sound import Sound, decode, encode

    sound = decode(content)
    slow = 1 - math.exp(-math.tau * low / sound.rate)
    quick = 1 - math.exp(-math.tau * high / sound.rate)
    bass: list[float] = []
    other: list[float] = []
    treble: list[float] = []
    under = middle = 0.0
    for value in sound.samples:
        under += slow * (value - under)
        middle += quick * (value - middle)
        bass.append(under)
        other.append(middle - under)
        treble.append(value - middle)
    parts = {"bass": bass, "other": other, "treble": treble}
    return {name: encode(Sound(sound.rate, samples)) for name, samples in parts.items()}


async def run(job: Job, input: Mapping[str, Any]) -> dict[str, str]:
    values = INPUTS.with_defaults(input)
    content = await job.read(values["audio"])
    stems = await job.compute(split, content, float(values["low"]), float(values["high"]))
    await walk(job, 8, 2.2, unit="seconds")
    wanted = stems if values["stem"] == "none" else {values["stem"]: stems[values["stem"]]}
    return {name: job.publish(made, f"{name}.wav") for name, made in wanted.items()}


MODEL = DemoModel(
    owner="ryan5453",
    name="demucs",
    description="Local stand-in for Demucs: splits a WAV file by frequency into bass, middle and treble",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=OBJECT_OUTPUT,
    run=run,
    version=version_ids("ryan5453/demucs", 2)[0],
    older_versions=version_ids("ryan5453/demucs", 2)[1:],
    cog_version="0.9.4",
    tags=("audio", "stem-separation", "music"),
    run_count=508_300,
    cold_boot=0.9,
    examples=({"audio": sample("tune.wav")},),
    github_url="https://github.com/adefossez/demucs",
    created_at="2024-02-29T05:12:18.000000Z",
)
