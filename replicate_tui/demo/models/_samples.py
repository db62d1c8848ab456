"""Small files that the examples use as inputs, as data URIs. All were made by this package's own models."""

import base64
from pathlib import Path

_FOLDER = Path(__file__).with_name("samples")
_TYPES = {".webp": "image/webp", ".wav": "audio/wav", ".zip": "application/zip"}


def sample(name: str) -> str:
    """Return the data URI of a file in `samples/`."""
    path = _FOLDER / name
    content = base64.b64encode(path.read_bytes()).decode()
    return f"data:{_TYPES[path.suffix]};base64,{content}"
