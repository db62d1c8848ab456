"""Colours, mixtures, and the palettes a picture can be in."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

RGB = tuple[int, int, int]


def rgb(code: str) -> RGB:
    """Read `rrggbb`."""
    return int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16)


def mix(first: RGB, second: RGB, share: float) -> RGB:
    """Return `first` with `share` (0 to 1) of `second` in it."""
    share = min(1.0, max(0.0, share))
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def along(colours: Sequence[RGB], share: float) -> RGB:
    """Return the colour at `share` (0 to 1) of the way through evenly spaced `colours`."""
    position = min(1.0, max(0.0, share)) * (len(colours) - 1)
    index = min(int(position), len(colours) - 2)
    return mix(colours[index], colours[index + 1], position - index)


def luminance(colour: RGB) -> float:
    """Return the perceived lightness from 0 to 255."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a scene: the sky from its top down, what is far, what is near, the light, and accents."""

    name: str
    sky: tuple[RGB, ...]
    far: RGB
    near: RGB
    light: RGB
    accents: tuple[RGB, ...]
    dark: bool = False


def _palette(name: str, sky: str, far: str, near: str, light: str, accents: str, *, dark: bool = False) -> Palette:
    return Palette(
        name,
        tuple(rgb(code) for code in sky.split()),
        rgb(far),
        rgb(near),
        rgb(light),
        tuple(rgb(code) for code in accents.split()),
        dark,
    )


PALETTES: tuple[Palette, ...] = (
    _palette("dawn", "3d4a7a 8a6f9e e59a8f fbd2a0", "c48a95", "2b2540", "fff1cf", "e4572e f3a712 a8c686 669bbc"),
    _palette("day", "2f7fc1 6db3de b5dcea eef4e6", "9dbfce", "1f4a45", "fffbe6", "ee6352 f9c22e 3fa7d6 59cd90"),
    _palette("dusk", "1f1b4b 5b2a6e c84b6b ff9a5a", "8d4a72", "170f2e", "ffe0a3", "ff6b6b ffd166 845ec2 00c9a7"),
    _palette("night", "060a1c 0d1b3e 1f3a6b 47679a", "36507f", "050814", "f4f1de", "f2cc8f 81b29a e07a5f 9db4ff",
             dark=True),
    _palette("fog", "8fa3ad b4c2c6 d3dad8 e8e8e0", "aebcc0", "28383f", "fffdf2", "c8553d f28f3b 588b8b ffd5c2"),
    _palette("autumn", "5a7d9a a9bfc3 ecd9b0 f6c177", "c99b6d", "3b1f1a", "fff3d1", "bc4b1f e08e2f f2c14e 7a8450"),
    _palette("neon", "090418 25095c 7a1fa2 ff4fa3", "4b1a7c", "07030f", "ffd6f5", "00f0ff ff2e97 ffa14a 7d5fff",
             dark=True),
    _palette("rose", "6a8caf b9a7c9 efb8b8 fde2cf", "cda4b4", "43304d", "fff4e6", "d1495b edae49 66a182 00798c"),
    _palette("mint", "136f63 41a391 9fd8b8 eaf5cf", "80bfa5", "0a2f2b", "fffde0", "f26b38 f7db4f 2f9599 ec2049"),
    _palette("ice", "1e4f7a 5f9bc4 b7dbee f2f8fb", "a7c7dc", "18324a", "ffffff", "ff7f51 ce4257 4f9dde 9ad4d6"),
)  # fmt: skip

_MOODS: dict[str, tuple[str, ...]] = {
    "dawn": ("dawn", "sunrise", "morning", "hope", "spring", "pastel"),
    "day": ("day", "noon", "summer", "beach", "tropical", "sunny", "blue", "bright", "sky"),
    "dusk": ("dusk", "sunset", "evening", "golden", "epic", "dramatic", "red", "orange", "volcano"),
    "night": ("night", "moon", "moonlit", "midnight", "stars", "starry", "dark", "space", "dream", "lantern"),
    "fog": ("fog", "foggy", "mist", "misty", "rain", "storm", "grey", "gray", "quiet", "photo", "portrait"),
    "autumn": ("autumn", "fall", "desert", "brown", "vintage", "old", "19th", "sepia", "harvest", "wood"),
    "neon": ("neon", "cyberpunk", "synthwave", "purple", "futuristic", "cyber", "disco", "robot", "magenta"),
    "rose": ("rose", "pink", "love", "watercolor", "watercolour", "flower", "flowers", "cherry", "soft"),
    "mint": ("mint", "green", "forest", "jungle", "garden", "avocado", "frog", "spring", "tea"),
    "ice": ("ice", "snow", "snowy", "winter", "arctic", "cold", "alps", "glacier", "crystal"),
}


# A time of day or of the year says more about the light than a place does.
_TIMES = frozenset(("dawn", "sunrise", "dusk", "sunset", "night", "midnight", "moonlit", "winter", "autumn", "neon"))


def palette_for(words: Sequence[str], rng: random.Random) -> Palette:
    """Return the palette that the words name most often, or one by chance."""
    scores = {
        name: sum((word in known) * (2 if word in _TIMES else 1) for word in words) for name, known in _MOODS.items()
    }
    best = max(scores.values())
    candidates = [palette for palette in PALETTES if scores[palette.name] == best]
    return rng.choice(candidates)
