"""`openai/whisper`: how long, how loud and how high a recording is, as segments."""

from collections.abc import Mapping
from typing import Any

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.models._logs import walk
from replicate_tui.demo.models._samples import sample
from replicate_tui.demo.models._schema import STRING, choice, file, flag, inputs, number, object_output
from replicate_tui.demo.models._versions import version_ids

README = """\
# Whisper

> **Local stand-in.** It cannot hear words. It measures the WAV file that you give it, on this computer: how long it is,
> where there is sound, how loud and how high. The `transcription` consists of those measures and nothing else.

## Output

```json
{
  "segments": [
    {"id": 0, "start": 0.0, "end": 0.21, "text": "[sound, -9.8 dB, about C4]", "loudness": -9.8, "pitch": 261.9}
  ],
  "transcription": "[sound, -9.8 dB, about C4]",
  "translation": null,
  "detected_language": null,
  "srt_file": null,
  "duration": 1.6
}
```

- A new segment begins after a gap, or where the pitch changes by more than a semitone.
- `detected_language` is always null: no language is detected.
- With `transcription` set to `srt` or `vtt`, a subtitle file is made of the same segments.

## Files it can read

| Format | Read |
| --- | --- |
| WAV, PCM, 8 or 16 bit, any rate, any number of channels | yes, mixed to one channel |
| mp3, flac, ogg, m4a | no: the prediction fails and says so |
| longer than ten minutes | no |

## Language

The list of languages has a hundred entries, as a test for pickers. It changes nothing.
"""

_LANGUAGES = """
auto af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht hu
hy id is it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru
sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo yue zh
"""
INPUTS = inputs(
    audio=file("Audio file"),
    model=choice(("large-v3",), "Whisper model size (currently only large-v3 is supported).", "large-v3"),
    transcription=choice(("plain text", "srt", "vtt"), "Choose the format for the transcription", "plain text"),
    translate=flag("Translate the text to English when set to True", False),
    language=choice(_LANGUAGES.split(), "Language spoken in the audio", "auto"),
    temperature=number("temperature to use for sampling", 0),
    no_speech_threshold=number("Loudness in negative decibels below which there is silence", 45, low=1, high=100),
)
_WINDOW_SECONDS = 0.08


def listen(content: bytes, silence: float) -> tuple[float, list[dict[str, Any]]]:
    """Return the duration in seconds and the segments (blocking)."""
    import math

    from replicate_tui.demo.models._sound import decode, level, note_name, pitch

    sound = decode(content)
    width = max(1, round(sound.rate * max(_WINDOW_SECONDS, sound.seconds / 1500)))
    segments: list[dict[str, Any]] = []
    previous: float | None = None
    sounding = False
    for start in range(0, len(sound.samples), width):
        window = sound.samples[start : start + width]
        loudness = level(window)
        if loudness < -silence:
            sounding, previous = False, None
            continue
        height = pitch(window, sound.rate)
        leap = bool(previous and height and abs(12 * math.log2(height / previous)) > 1)
        end = round((start + len(window)) / sound.rate, 2)
        if not sounding or leap:
            segments.append({"id": len(segments), "start": round(start / sound.rate, 2), "loud": [], "high": []})
        segments[-1]["end"] = end
        segments[-1]["loud"].append(loudness)
        segments[-1]["high"] += [height] if height else []
        sounding, previous = True, height or previous
    for segment in segments:
        heights = sorted(segment.pop("high"))
        segment["loudness"] = round(max(segment.pop("loud")), 1)
        segment["pitch"] = round(heights[len(heights) // 2], 1) if heights else None
        about = f", about {note_name(segment['pitch'])}" if segment["pitch"] else ""
        segment["text"] = f"[sound, {segment['loudness']} dB{about}]"
    return sound.seconds, segments


def _stamp(seconds: float, comma: str) -> str:
    whole, rest = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{comma}{rest:03d}"


def subtitles(segments: list[dict[str, Any]], form: str) -> str:
    """Return the segments as an SRT or a WebVTT file."""
    comma = "," if form == "srt" else "."
    blocks = [
        f"{number}\n{_stamp(one['start'], comma)} --> {_stamp(one['end'], comma)}\n{one['text']}\n"
        for number, one in enumerate(segments, start=1)
    ]
    return ("" if form == "srt" else "WEBVTT\n\n") + "\n".join(blocks)


async def run(job: Job, input: Mapping[str, Any]) -> dict[str, Any]:
    values = INPUTS.with_defaults(input)
    content = await job.read(values["audio"])
    job.log(f"Transcribe with {values['model']} model (stand-in: measures only)")
    seconds, segments = await job.compute(listen, content, float(values["no_speech_threshold"]))
    await walk(job, max(1, min(60, round(seconds))), min(6.0, 1.2 + 0.1 * seconds), unit="s")
    form = values["transcription"]
    written = None
    if form != "plain text":
        written = job.publish(subtitles(segments, form).encode(), f"audio.{form}")
    return {
        "segments": segments,
        "transcription": " ".join(segment["text"] for segment in segments),
        "translation": None,
        "detected_language": None,
        "srt_file": written,
        "duration": round(seconds, 3),
    }


MODEL = DemoModel(
    owner="openai",
    name="whisper",
    description="Local stand-in for Whisper: measures where a WAV file has sound, how loud and how high",
    readme=README,
    input_schema=INPUTS.schema,
    enums=INPUTS.enums,
    output_schema=object_output(
        ("detected_language", "transcription"),
        segments={},
        srt_file={**STRING, "format": "uri", "nullable": True},
        translation={**STRING, "nullable": True},
        transcription=STRING,
        detected_language={**STRING, "nullable": True},
        duration={"type": "number"},
    ),
    run=run,
    version=version_ids("openai/whisper", 5)[0],
    older_versions=version_ids("openai/whisper", 5)[1:],
    cog_version="0.11.3",
    tags=("speech-to-text", "audio", "transcription"),
    run_count=132_087_400,
    cold_boot=1.1,
    examples=({"audio": sample("tune.wav")}, {"audio": sample("tune.wav"), "transcription": "srt"}),
    github_url="https://github.com/openai/whisper",
    paper_url="https://arxiv.org/abs/2212.04356",
    license_url="https://github.com/openai/whisper/blob/main/LICENSE",
    created_at="2022-09-22T00:08:19.000000Z",
)
