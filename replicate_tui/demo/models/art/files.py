"""Pictures to bytes and back, with limits on what is decoded."""

import io
import warnings

from PIL import Image, ImageOps

from replicate_tui.demo.model import ModelFailure

MAX_PIXELS = 24_000_000
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_NAMES = {"png": "PNG", "jpg": "JPEG", "jpeg": "JPEG", "webp": "WEBP", "gif": "GIF"}


def decode(content: bytes) -> Image.Image:
    """Return an RGB picture, or RGBA where it has transparency, upright and fully loaded.

    Raises ModelFailure for what is no picture, is broken or has too many pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=_FORMATS)
            if picture.width * picture.height > MAX_PIXELS:
                raise ModelFailure(f"Image is too large: {picture.width}x{picture.height}, the limit is 24 megapixels")
            picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        raise ModelFailure("cannot identify image file: expected PNG, JPEG, WebP or GIF") from problem
    upright = ImageOps.exif_transpose(picture)
    return upright.convert("RGBA" if upright.has_transparency_data else "RGB")


def opaque(picture: Image.Image, ground: tuple[int, int, int] = (255, 255, 255)) -> Image.Image:
    """Return a picture without transparency, laid on `ground`."""
    if picture.mode != "RGBA":
        return picture.convert("RGB")
    flat = Image.new("RGB", picture.size, ground)
    flat.paste(picture, mask=picture.getchannel("A"))
    return flat


def encode(picture: Image.Image, extension: str, quality: int = 90) -> bytes:
    """Return the bytes of a PNG, JPEG, WebP or GIF file, named by its `extension`."""
    stream = io.BytesIO()
    name = _NAMES[extension]
    if name == "JPEG":
        opaque(picture).save(stream, name, quality=max(1, min(95, quality)))
    elif name == "WEBP":
        picture.save(stream, name, quality=quality, method=3)
    else:
        picture.save(stream, name)
    return stream.getvalue()


def within(picture: Image.Image, longest: int) -> Image.Image:
    """Return a picture scaled down so that neither side is longer than `longest`."""
    if max(picture.size) <= longest:
        return picture
    share = longest / max(picture.size)
    return picture.resize((max(1, round(picture.width * share)), max(1, round(picture.height * share))))
