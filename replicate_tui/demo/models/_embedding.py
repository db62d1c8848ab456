"""Text as vectors: hashed words and letter groups, so that texts with words in common lie close together."""

import hashlib
import math
import re
from collections.abc import Iterator

# In how many places of the vector a feature shows: enough to fill it, few enough to keep features apart.
_PLACES = 16


def _features(text: str) -> Iterator[tuple[str, float]]:
    for word in re.findall(r"\w+", text.lower()):
        yield word, 1.0
        padded = f"<{word}>"
        for start in range(len(padded) - 2):
            yield padded[start : start + 3], 0.35


def embed(text: str, dimensions: int) -> list[float]:
    """Return a vector of length 1 (or of zeros for a text without words)."""
    vector = [0.0] * dimensions
    for feature, weight in _features(text):
        digest = hashlib.blake2b(feature.encode(), digest_size=3 * _PLACES).digest()
        for start in range(0, len(digest), 3):
            place = int.from_bytes(digest[start : start + 2], "big") % dimensions
            vector[place] += weight if digest[start + 2] & 1 else -weight
    length = math.sqrt(sum(value * value for value in vector)) or 1.0
    return [round(value / length, 6) for value in vector]
