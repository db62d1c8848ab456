"""Models that make, measure and split sound."""

import io
import math
import random
import wave

import pytest

from replicate_tui.demo.model import ModelFailure
from replicate_tui.demo.models._sound import Sound, decode, encode, level, note_name, pitch
from tests.demo.lone_job import file_of, run

RATE = 16_000


def sine(frequency: float, seconds: float = 1.0, loudness: float = 0.5) -> list[float]:
    return [loudness * math.sin(math.tau * frequency * i / RATE) for i in range(int(seconds * RATE))]


def wav(samples: list[float], *, rate: int = RATE, channels: int = 1, width: int = 2) -> bytes:
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        for value in samples:
            one = (
                bytes([128 + round(127 * value)])
                if width == 1
                else round(32767 * value).to_bytes(width, "little", signed=True)
            )
            file.writeframesraw(one * channels)
    return stream.getvalue()


@pytest.mark.parametrize("frequency", [110.0, 220.0, 440.0, 880.0])
def test_pitch_is_the_fundamental(frequency: float) -> None:
    plain = sine(frequency, 0.2)
    assert pitch(plain, RATE) == pytest.approx(frequency, rel=0.02)
    rich = [a + 0.4 * b for a, b in zip(plain, sine(2 * frequency, 0.2), strict=True)]
    assert pitch(rich, RATE) == pytest.approx(frequency, rel=0.02)


def test_silence_and_noise_have_no_pitch() -> None:
    assert pitch([0.0] * RATE, RATE) is None
    assert pitch([], RATE) is None
    rng = random.Random(1)
    noise = [rng.uniform(-1, 1) for _ in range(4000)]
    assert pitch(noise, RATE) is None


def test_levels_are_decibels_below_full_scale() -> None:
    assert level(sine(440)) == pytest.approx(-9.03, abs=0.1)
    assert level([0.0] * 10) == -120
    assert note_name(440) == "A4"
    assert note_name(261.6) == "C4"


@pytest.mark.parametrize("width", [1, 2])
@pytest.mark.parametrize("channels", [1, 2])
def test_wav_files_of_several_kinds_are_read(width: int, channels: int) -> None:
    sound = decode(wav(sine(440, 0.1), width=width, channels=channels))
    assert (sound.rate, sound.channels) == (RATE, channels)
    assert sound.seconds == pytest.approx(0.1)
    assert max(sound.samples) == pytest.approx(0.5, abs=0.02)


def test_a_sound_survives_being_written_and_read() -> None:
    samples = sine(300, 0.05)
    back = decode(encode(Sound(RATE, samples)))
    assert back.samples == pytest.approx(samples, abs=1e-4)


@pytest.mark.parametrize("content", [b"", b"ID3 not a wav", wav(sine(440, 0.1))[:30], wav([0.0] * 9, width=4)])
async def test_what_is_no_plain_wav_fails_in_plain_words(content: bytes) -> None:
    for name in ("openai/whisper", "ryan5453/demucs"):
        with pytest.raises(ModelFailure, match="WAV files can be read"):
            await run(name, {"audio": "in"}, files={"in": content})


async def test_whisper_measures_segments_and_hears_no_words() -> None:
    quiet = [0.0] * (RATE // 2)
    content = wav([*sine(440, 0.8), *quiet, *sine(220, 0.48, 0.1)])
    output, _ = await run("openai/whisper", {"audio": "in"}, files={"in": content})
    first, second = output["segments"]
    assert output["duration"] == pytest.approx(1.78, abs=0.01)
    assert first["start"] == 0
    assert first["end"] == pytest.approx(0.8, abs=0.09)
    assert second["start"] == pytest.approx(1.3, abs=0.09)
    assert first["pitch"] == pytest.approx(440, rel=0.02)
    assert second["pitch"] == pytest.approx(220, rel=0.02)
    assert first["loudness"] == pytest.approx(-9, abs=0.3)
    assert second["loudness"] == pytest.approx(-23, abs=0.3)
    assert first["text"] == "[sound, -9.0 dB, about A4]"
    assert output["detected_language"] is None


async def test_whisper_finds_nothing_in_silence() -> None:
    output, _ = await run("openai/whisper", {"audio": "in"}, files={"in": wav([0.0] * RATE)})
    assert output["segments"] == []
    assert output["transcription"] == ""


@pytest.mark.parametrize(("form", "line"), [("srt", "00:00:00,000 --> "), ("vtt", "00:00:00.000 --> ")])
async def test_whisper_writes_subtitles(form: str, line: str) -> None:
    files = {"in": wav(sine(440, 0.4))}
    output, job = await run("openai/whisper", {"audio": "in", "transcription": form}, files=files)
    assert line in job.files[output["srt_file"]].decode()
    assert output["srt_file"].endswith(f".{form}")


async def test_stems_add_up_to_the_original() -> None:
    samples = [a + b for a, b in zip(sine(80, 0.2, 0.3), sine(5000, 0.2, 0.3), strict=True)]
    output, job = await run("ryan5453/demucs", {"audio": "in"}, files={"in": wav(samples)})
    stems = {name: decode(job.files[url]).samples for name, url in output.items()}
    total = [sum(values) for values in zip(*stems.values(), strict=True)]
    assert total == pytest.approx(samples, abs=2e-3)
    assert level(stems["bass"]) > level(stems["other"])
    assert level(stems["treble"]) > level(stems["other"])
    only, _ = await run("ryan5453/demucs", {"audio": "in", "stem": "bass"}, files={"in": wav(samples)})
    assert list(only) == ["bass"]


async def test_a_tune_is_as_long_as_asked_and_follows_prompt_and_seed() -> None:
    given = {"prompt": "upbeat dance beat", "duration": 2, "seed": 1}
    content = await file_of("meta/musicgen", given)
    sound = decode(content)
    assert sound.seconds == 2
    assert level(sound.samples) > -35
    assert abs(sound.samples[-1]) < 0.01
    assert await file_of("meta/musicgen", given) == content
    assert await file_of("meta/musicgen", {**given, "seed": 2}) != content
    assert await file_of("meta/musicgen", {**given, "prompt": "a slow sad tune"}) != content
    assert decode(await file_of("meta/musicgen", {"duration": 1})).seconds == 1


async def test_a_reading_grows_with_its_text_and_follows_its_voice() -> None:
    low, _ = await run("suno-ai/bark", {"prompt": "a"})
    short = decode(await file_of("suno-ai/bark", {"prompt": "a"}))
    long = decode(await file_of("suno-ai/bark", {"prompt": "a e i o u"}))
    assert list(low) == ["audio_out"]
    assert 0 < short.seconds < long.seconds
    heights = [
        pitch(
            decode(await file_of("suno-ai/bark", {"prompt": "uuu", "history_prompt": voice, "text_temp": 0})).samples,
            RATE,
        )
        for voice in ("low", "high")
    ]
    assert heights[0] == pytest.approx(95, rel=0.03)
    assert heights[1] == pytest.approx(230, rel=0.03)
    assert decode(await file_of("suno-ai/bark", {"prompt": ""})).seconds > 0
