"""`suno-ai/bark`: reads a text aloud in a voice of beeps, vowel by vowel."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._logs import walk
from replicate_tui.demo.models._schema import choice, inputs, jsonb, number, text
from replicate_tui.demo.models._versions import version_ids

README = """\
# Bark

> **Local stand-in.** A toy voice on this computer: each vowel becomes a tone with two resonances, each consonant a puff
> of noise, each space a pause. It can be told from speech at once, and is not meant to pass for it.

## Output

An object with one file in it:

```json
{"audio_out": "http://127.0.0.1:…/audio.wav"}
```

A mono WAV of 16 bits at 16,000 Hz. Two texts of the same letters in another order sound different; longer texts last
longer, about twelve letters to the second.

| Input | Effect |
| --- | --- |
| `prompt` | up to 600 characters are read |
| `history_prompt` | the voice: low, middle, high |
| `text_temp` | how much the pitch wanders |
| `waveform_temp` | how much breath there is |

A question mark raises the last word.
"""

_VOICES = {"low": 95.0, "middle": 150.0, "high": 230.0}
INPUTS = inputs(
    prompt=text("Input prompt", "Hello, my name is Suno. And, uh, and I like pizza."),
    history_prompt=choice(tuple(_VOICES), "Which voice reads", "middle"),
    text_temp=number("How much the pitch wanders", 0.7, low=0, high=1),
    waveform_temp=number("How much breath is in the voice", 0.7, low=0, high=1),
)
_RATE = 16_000
_MAX_CHARACTERS = 600
# First and second resonance of each vowel, in hertz.
_VOWELS = {"a": (730, 1090), "e": (530, 1840), "i": (270, 2290), "o": (570, 840), "u": (300, 870), "y": (290, 2100)}


def speak(prompt: str, base: float, wander: float, breath: float) -> bytes:
    """Return the reading as a WAV file (blocking)."""
    import math

    from replicate_tui.demo.models._prose import generator
    from replicate_tui.demo.models._sound import Sound, encode, tone

    content = prompt[:_MAX_CHARACTERS].lower()
    rng = generator(content, 0, "voice")
    samples: list[float] = []
    rising = content.rstrip().endswith("?")
    for place, letter in enumerate(content):
        if letter in _VOWELS:
            frequency = base * (1 + wander * 0.25 * math.sin(place / 3.1) + rng.uniform(-0.04, 0.04) * wander)
            if rising and place > len(content) - 8:
                frequency *= 1.3
            first, second = _VOWELS[letter]
            overtones = [
                math.exp(-(((frequency * order - first) / 180) ** 2))
                + 0.6 * math.exp(-(((frequency * order - second) / 260) ** 2))
                for order in range(1, 20)
            ]
            samples += [0.6 * value for value in tone(frequency, 0.11, _RATE, overtones=overtones, decay=1.0)]
        elif letter.isalnum():
            count = int(0.045 * _RATE)
            loud = 0.05 + 0.12 * breath
            samples += [rng.uniform(-loud, loud) * math.sin(math.pi * index / count) for index in range(count)]
        else:
            samples += [0.0] * int((0.2 if letter in ".!?\n" else 0.09) * _RATE)
    return encode(Sound(_RATE, samples or [0.0] * _RATE))


async def run(job: Job, input: Mapping[str, Any]) -> dict[str, Any]:
    values = INPUTS.with_defaults(input)
    prompt = str(values["prompt"])
    await walk(job, 20, min(6.0, 1.5 + len(prompt) / 60))
    base = _VOICES[values["history_prompt"]]
    content = await job.compute(speak, prompt, base, float(values["text_temp"]), float(values["waveform_temp"]))
    job.metric("character_input_count", len(prompt))
    return {"audio_out": job.publish(content, "audio.wav")}


_OUTPUT = {
    "type": "object",
    "title": "ModelOutput",
    "required": ["audio_out"],
    "properties": {"audio_out": {"type": "string", "title": "Audio Out", "format": "uri"}},
}
MODEL = DemoModel(
    owner="suno-ai",
    name="bark",
    description="Local stand-in for Bark: reads your text in a toy voice of tones and puffs, as a WAV file",
    readme=README,
    input_schema=INPUTS.schema,
    enums=jsonb({**INPUTS.enums, "ModelOutput": _OUTPUT}),
    output_schema={"$ref": "#/components/schemas/ModelOutput"},
    run=run,
    version=version_ids("suno-ai/bark", 2)[0],
    older_versions=version_ids("suno-ai/bark", 2)[1:],
    cog_version="0.6.1",
    tags=("text-to-speech", "audio", "voice"),
    run_count=412_866,
    cold_boot=1.3,
    examples=({"prompt": "The lighthouse is on. Can you see it?"},),
    github_url="https://github.com/suno-ai/bark",
    license_url="https://github.com/suno-ai/bark/blob/main/LICENSE",
    created_at="2023-04-22T14:05:50.000000Z",
)
