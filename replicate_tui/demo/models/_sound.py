"""WAV files to samples and back, simple measures of a sound, and simple ways to make one. Imported when needed."""

import array
import io
import math
import sys
import wave
from collections.abc import Sequence
from dataclasses import dataclass

from replicate_tui.demo.model import ModelFailure

MAX_SECONDS = 600
NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


@dataclass(frozen=True, slots=True)
class Sound:
    """One channel of samples from -1 to 1."""

    rate: int
    samples: Sequence[float]
    channels: int = 1

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


def decode(content: bytes) -> Sound:
    """Return a WAV file's channels mixed to one; raises ModelFailure for what is no plain PCM WAV."""
    try:
        with wave.open(io.BytesIO(content)) as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            if file.getnframes() > rate * MAX_SECONDS:
                raise ModelFailure(f"Audio is longer than {MAX_SECONDS} seconds")
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError, ValueError) as problem:
        raise ModelFailure(f"Only PCM WAV files can be read here: {problem}") from problem
    if width == 1:
        values: Sequence[float] = [(value - 128) / 128 for value in frames]
    elif width == 2:
        numbers = array.array("h", frames[: len(frames) // 2 * 2])
        if sys.byteorder == "big":
            numbers.byteswap()
        values = [value / 32768 for value in numbers]
    else:
        raise ModelFailure(f"Only 8 and 16 bit WAV files can be read here, not {8 * width} bit")
    if channels > 1:
        values = [sum(values[start : start + channels]) / channels for start in range(0, len(values), channels)]
    return Sound(rate, values, channels)


def encode(sound: Sound) -> bytes:
    """Return a 16-bit mono WAV file, turned down where it would clip."""
    loudest = max((abs(value) for value in sound.samples), default=0.0)
    factor = 32767 / max(1.0, loudest)
    numbers = array.array("h", [round(value * factor) for value in sound.samples])
    if sys.byteorder == "big":
        numbers.byteswap()
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sound.rate)
        file.writeframes(numbers.tobytes())
    return stream.getvalue()


def level(samples: Sequence[float]) -> float:
    """Return the root mean square in decibels below full scale; silence is -120."""
    mean = sum(value * value for value in samples) / max(1, len(samples))
    return max(-120.0, 10 * math.log10(mean)) if mean else -120.0


def pitch(samples: Sequence[float], rate: int) -> float | None:
    """Return the fundamental in hertz (60 to 1,200) by autocorrelation, or None where there is none."""
    step = max(1, rate // 8000)
    window = [sum(samples[start : start + step]) / step for start in range(0, min(len(samples), 2048 * step), step)]
    rate = rate // step
    energy = sum(value * value for value in window)
    if len(window) < rate // 30 or energy < 1e-3:
        return None
    shortest, longest = max(2, rate // 1200), min(rate // 60, len(window) // 2)
    scores = [
        sum(a * b for a, b in zip(window, window[lag:], strict=False)) / energy * len(window) / (len(window) - lag)
        for lag in range(shortest - 1, longest + 1)
    ]
    best = max(scores)
    if best < 0.5:
        return None
    # The first peak that is nearly as high as the best is the fundamental; later ones are its multiples.
    for place in range(1, len(scores) - 1):
        before, here, after = scores[place - 1 : place + 2]
        if here >= 0.9 * best and here >= before and here >= after:
            bend = before - 2 * here + after
            shift = 0.5 * (before - after) / bend if bend else 0.0
            return rate / (place + shortest - 1 + shift)
    return None


def note_name(frequency: float) -> str:
    """Return the nearest note, such as A4 for 440."""
    number = round(69 + 12 * math.log2(frequency / 440))
    return f"{NOTES[number % 12]}{number // 12 - 1}"


def tone(frequency: float, seconds: float, rate: int, *, overtones: Sequence[float], decay: float) -> list[float]:
    """Return a plucked tone; `overtones` are the strengths of the fundamental and its multiples."""
    count = int(seconds * rate)
    table_length = 2048
    table = [
        sum(
            strength * math.sin(math.tau * (order + 1) * place / table_length)
            for order, strength in enumerate(overtones)
        )
        for place in range(table_length)
    ]
    stride = frequency * table_length / rate
    attack, release = max(1, int(0.008 * rate)), max(1, int(0.03 * rate))
    fade = math.exp(-decay / rate)
    loudness, position = 1.0, 0.0
    samples = []
    for index in range(count):
        edge = min(1.0, index / attack, (count - index) / release)
        samples.append(table[int(position) % table_length] * loudness * edge)
        loudness *= fade
        position += stride
    return samples


def lay(track: list[float], samples: Sequence[float], start: int, gain: float) -> None:
    """Add samples to a track from `start` on, as far as it reaches."""
    for place, value in enumerate(samples[: max(0, len(track) - start)], start=start):
        track[place] += value * gain
