"""A stranger's picture file to pixels: four formats, the size checked before a pixel is decoded, the first frame."""

import io
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF")
MOST_PIXELS: Final = 40_000_000
MOST_BYTES: Final = 64 * 1024 * 1024
#: What is kept for drawing: no terminal shows more.
KEPT_SIDE: Final = 1600


class NotDrawn(Exception):
    """The file is no picture this app draws; the text says why, in plain words."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Pixels for drawing, at most `KEPT_SIDE` a side, and the picture's own `size` and `format`."""

    image: Image.Image
    size: tuple[int, int]
    format: str


def decode(source: Path | bytes) -> Decoded:
    """Read the first frame of a picture. Raises NotDrawn."""
    if isinstance(source, bytes):
        return _decode(io.BytesIO(source), len(source))
    try:
        with source.open("rb") as file:
            return _decode(file, source.stat().st_size)
    except OSError as error:
        raise NotDrawn(f"The picture cannot be read: {error.strerror or 'unreadable file'}.") from error


def _decode(file: IO[bytes], length: int) -> Decoded:
    if length > MOST_BYTES:
        raise NotDrawn(f"Too large to draw: {length // (1024 * 1024)} MB.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own word on the size; ours follows
            image = Image.open(file, formats=FORMATS)
        _check_size(image.size)
        size, picture_format = image.size, image.format or ""
        image.draft("RGB", (KEPT_SIDE, KEPT_SIDE))
        image.load()
        return Decoded(_shrunk(image), size, picture_format)
    except NotDrawn:
        raise
    except Image.DecompressionBombError as error:
        raise NotDrawn("Too large to draw.") from error
    except UnidentifiedImageError as error:
        raise NotDrawn("Not a picture this app draws (PNG, JPEG, WebP or GIF).") from error
    except Exception as error:  # decoders raise nearly anything on a damaged file
        raise NotDrawn("The picture is damaged.") from error


def _check_size(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MOST_PIXELS:
        raise NotDrawn(f"Too large to draw: {size[0]}\u00d7{size[1]} pixels.")


def _shrunk(image: Image.Image) -> Image.Image:
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    turned = ImageOps.exif_transpose(image)
    turned = turned.convert("RGBA" if has_alpha else "RGB")
    turned.thumbnail((KEPT_SIDE, KEPT_SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return turned


def on_background(image: Image.Image, background: tuple[int, int, int]) -> Image.Image:
    """Return `image` without transparency."""
    if image.mode != "RGBA":
        return image
    canvas = Image.new("RGBA", image.size, (*background, 255))
    return Image.alpha_composite(canvas, image).convert("RGB")


def fit_cells(
    size: tuple[int, int], most_columns: int, most_rows: int, cell: tuple[int, int] = (10, 20)
) -> tuple[int, int]:
    """Return the columns and rows that show `size` as large as fits, in its own shape."""
    width, height = max(1, size[0]), max(1, size[1])
    scale = min(most_columns * cell[0] / width, most_rows * cell[1] / height)
    columns = round(width * scale / cell[0])
    rows = round(height * scale / cell[1])
    return max(1, min(columns, most_columns)), max(1, min(rows, most_rows))
