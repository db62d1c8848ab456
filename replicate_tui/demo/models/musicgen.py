"""`meta/musicgen`: a short tune from a prompt and a seed, as a real WAV file."""

import random
from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._logs import use_seed, walk
from replicate_tui.demo.models._prose import generator
from replicate_tui.demo.models._schema import FILE_OUTPUT, choice, inputs, integer, number, random_seed, text
from replicate_tui.demo.models._versions import version_ids

README = """\
# MusicGen

> **Local stand-in.** A small composer on this computer: chords, a bass, a melody and, where it fits, a beat, added up
> from sine waves. MusicGen's transformer is not running.

## What the words do

| Words | Effect |
| --- | --- |
| slow, calm, ambient, sleep, lullaby | 66 beats to the minute |
| fast, dance, techno, punk, upbeat | 138 |
| sad, dark, melancholy, minor, rain | a minor scale |
| jazz, soft | seventh chords |
| beat, drum, dance, techno, hip | a beat of noise bursts |
| bell, music box, chime | bright overtones |

Everything else, the key, the chords and the melody, comes from a hash of the prompt and the seed.

```python
replicate.run("meta/musicgen", input={"prompt": "a slow sad tune on a music box", "duration": 12})
```

The file is a mono WAV of 16 bits at 22,050 Hz, exactly `duration` seconds long.
"""

INPUTS = inputs(
    prompt=text("A description of the music you want to generate.", optional=True),
    duration=integer("Duration of the generated audio in seconds.", 8, low=1, high=30),
    model_version=choice(("stereo-melody-large", "stereo-large", "melody-large", "large"), "Model to imitate", "large"),
    temperature=number("Higher is more adventurous: the melody leaps further.", 1.0, low=0, high=2),
    classifier_free_guidance=integer("Accepted without effect", 3, low=0, high=10),
    output_format=choice(("wav",), "Output format for generated audio.", "wav"),
    seed=random_seed("Seed for random number generator. If None or -1, a random seed will be used."),
)
_RATE = 22_050
_MAJOR, _MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
_PROGRESSIONS = ((0, 4, 5, 3), (0, 5, 3, 4), (5, 3, 0, 4), (0, 3, 0, 4), (0, 2, 3, 4))


def _says(prompt: str, words: str) -> bool:
    lowered = prompt.lower()
    return any(word in lowered for word in words.split())


def tempo(prompt: str) -> int:
    """Return beats per minute."""
    if _says(prompt, "slow calm ambient sleep lullaby sad"):
        return 66
    return 138 if _says(prompt, "fast dance techno punk upbeat energetic") else 100


def compose(prompt: str, seed: int, seconds: int, adventure: float) -> bytes:
    """Return the tune as a WAV file (blocking)."""
    from replicate_tui.demo.models._sound import Sound, encode, lay, tone

    rng = generator(prompt, seed, "tune")
    scale = _MINOR if _says(prompt, "sad dark melancholy minor rain night") else _MAJOR
    root = rng.choice((45, 47, 48, 50, 52, 53))
    beat = 60 / tempo(prompt)
    track = [0.0] * (seconds * _RATE)
    bright = (1.0, 0.0, 0.35, 0.0, 0.2) if _says(prompt, "bell music box chime") else (1.0, 0.35, 0.16, 0.06)
    cache: dict[tuple[int, float, bool], list[float]] = {}

    def play(degree: int, when: float, beats: float, gain: float, *, soft: bool = False) -> None:
        note = root + scale[degree % 7] + 12 * (degree // 7)
        key = (note, beats, soft)
        if key not in cache:
            frequency = 440 * 2 ** ((note - 69) / 12)
            overtones = (1.0, 0.2) if soft else bright
            cache[key] = tone(frequency, beats * beat, _RATE, overtones=overtones, decay=1.2 if soft else 3.2)
        lay(track, cache[key], int(when * beat * _RATE), gain)

    chords = rng.choice(_PROGRESSIONS)
    steps = (0, 2, 4, 6) if _says(prompt, "jazz soft seventh") else (0, 2, 4)
    melody = _melody(rng, chords, adventure)
    total = int(seconds / beat) + 4
    for bar in range(0, total, 4):
        chord = chords[bar // 4 % 4]
        for step in steps:
            play(chord + step + 7, bar, 4, 0.1, soft=True)
        play(chord, bar, 2, 0.22, soft=True)
        play(chord, bar + 2, 2, 0.2, soft=True)
        for when, beats, degree in melody[bar // 4 % len(melody)]:
            play(degree + 14, bar + when, beats, 0.2)
    if _says(prompt, "beat drum dance techno hip punk"):
        _drums(track, rng, beat, total)
    _fade(track)
    return encode(Sound(_RATE, track))


def _melody(rng: random.Random, chords: tuple[int, ...], adventure: float) -> list[list[tuple[float, float, int]]]:
    """Return four bars of (beat, length, degree) that keep to the chords on strong beats."""
    bars = []
    place = chords[0]
    for chord in (*chords[:3], chords[3]):
        when, bar = 0.0, []
        while when < 4:
            beats = rng.choice((0.5, 0.5, 1.0, 1.0, 1.5, 2.0))
            if when % 2 == 0:
                place = chord + rng.choice((0, 2, 4))
            else:
                place += rng.choice((-1, 1)) * (1 + (rng.random() < adventure * 0.25) * rng.randint(1, 3))
            place = min(chord + 8, max(chord - 4, place))
            if rng.random() > 0.12:
                bar.append((when, min(beats, 4 - when), place))
            when += beats
        bars.append(bar)
    return bars


def _drums(track: list[float], rng: random.Random, beat: float, total: int) -> None:
    import math

    from replicate_tui.demo.models._sound import lay

    thump = [math.sin(math.tau * 52 * i / _RATE) * math.exp(-i / 2200) for i in range(int(0.25 * _RATE))]
    hiss = [rng.uniform(-1, 1) * math.exp(-i / 500) for i in range(int(0.08 * _RATE))]
    for when in range(total):
        lay(track, thump, int(when * beat * _RATE), 0.4)
        lay(track, hiss, int((when + 0.5) * beat * _RATE), 0.07)


def _fade(track: list[float]) -> None:
    """Let the last second fade out, so that the tune ends instead of stopping."""
    length = min(len(track), _RATE)
    for index in range(length):
        track[-1 - index] *= index / length


async def run(job: Job, input: Mapping[str, Any]) -> str:
    values = INPUTS.with_defaults(input)
    seed = use_seed(job, values)
    prompt, seconds = str(values["prompt"] or ""), int(values["duration"])
    job.log(f"Composing {seconds} s at {tempo(prompt)} beats per minute")
    await walk(job, seconds * 5, min(8.0, 1.5 + 0.35 * seconds))
    content = await job.compute(compose, prompt, seed, seconds, float(values["temperature"]))
    job.metric("audio_output_count", 1)
    job.metric("audio_output_duration_seconds", seconds)
    return job.publish(content, "out.wav")


MODEL = DemoModel(
    owner="meta",
    name="musicgen",
    description="Local stand-in for MusicGen: composes a short tune from your words and writes a real WAV file",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=FILE_OUTPUT,
    run=run,
    version=version_ids("meta/musicgen", 3)[0],
    older_versions=version_ids("meta/musicgen", 3)[1:],
    cog_version="0.8.6",
    tags=("music", "audio", "text-to-audio"),
    run_count=3_108_229,
    cold_boot=1.5,
    examples=(
        {"prompt": "a slow sad tune on a music box", "duration": 8, "seed": 2},
        {"prompt": "upbeat dance beat", "duration": 6, "seed": 5},
    ),
    github_url="https://github.com/facebookresearch/audiocraft",
    paper_url="https://arxiv.org/abs/2306.05284",
    license_url="https://github.com/facebookresearch/audiocraft/blob/main/LICENSE_weights",
    created_at="2023-06-12T15:22:08.120000Z",
)
