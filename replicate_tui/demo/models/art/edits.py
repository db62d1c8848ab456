"""Changes to a given picture that a sentence asks for, and pictures set side by side."""

import random
from collections.abc import Callable, Sequence

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from replicate_tui.demo.models.art.colour import RGB, rgb
from replicate_tui.demo.models.art.strokes import repaint

Edit = Callable[[Image.Image, random.Random], Image.Image]


def _tinted(dark: RGB, light: RGB) -> Edit:
    return lambda picture, _: ImageOps.colorize(picture.convert("L"), dark, light)


def _toned(colour: RGB, share: float) -> Edit:
    return lambda picture, _: Image.blend(picture, Image.new("RGB", picture.size, colour), share)


def _night(picture: Image.Image, _: random.Random) -> Image.Image:
    dim = ImageEnhance.Brightness(ImageEnhance.Color(picture).enhance(0.6)).enhance(0.5)
    return Image.blend(dim, Image.new("RGB", picture.size, rgb("14235c")), 0.28)


def _sketch(picture: Image.Image, _: random.Random) -> Image.Image:
    grey = picture.convert("L")
    soft = ImageOps.invert(grey).filter(ImageFilter.GaussianBlur(max(2, min(picture.size) / 90)))
    lines = bytes(
        min(255, top * 256 // max(1, 256 - under)) for top, under in zip(grey.tobytes(), soft.tobytes(), strict=True)
    )
    return Image.frombytes("L", picture.size, lines).convert("RGB")


def _painted(picture: Image.Image, rng: random.Random) -> Image.Image:
    return repaint(picture, rng, brushes=(0.05, 0.025, 0.012))


def _pixels(picture: Image.Image, _: random.Random) -> Image.Image:
    small = picture.resize((max(1, picture.width // 12), max(1, picture.height // 12)), Image.Resampling.BOX)
    return small.resize(picture.size, Image.Resampling.NEAREST)


# The first words of each row are what a sentence may say; the middle one is what the logs report.
def _blurred(picture: Image.Image, _: random.Random) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(min(picture.size) / 70))


def _sharpened(picture: Image.Image, _: random.Random) -> Image.Image:
    return picture.filter(ImageFilter.UnsharpMask(3, 160, 2))


def _brightness(factor: float) -> Edit:
    return lambda picture, _: ImageEnhance.Brightness(picture).enhance(factor)


def _contrast(factor: float) -> Edit:
    return lambda picture, _: ImageEnhance.Contrast(picture).enhance(factor)


def _colour(factor: float) -> Edit:
    return lambda picture, _: ImageEnhance.Color(picture).enhance(factor)


# What a sentence may say, the name that the logs report, and what is done.
EDITS: tuple[tuple[tuple[str, ...], str, Edit], ...] = (
    (("black and white", "monochrome", "greyscale", "grayscale"), "greyscale", _tinted((0, 0, 0), (255, 255, 255))),
    (("sepia", "vintage", "old photo"), "sepia", _tinted(rgb("20120a"), rgb("fbe9c6"))),
    (("night", "moonlit"), "night", _night),
    (("sketch", "pencil", "drawing"), "pencil sketch", _sketch),
    (("painting", "painted", "watercolor", "watercolour", "brush", "van gogh"), "brush strokes", _painted),
    (("pixel", "8-bit", "mosaic"), "pixels", _pixels),
    (("warm", "sunset", "golden", "autumn"), "warmer", _toned(rgb("ff8a2b"), 0.2)),
    (("cold", "cool", "winter", "snow"), "cooler", _toned(rgb("5fb2ff"), 0.2)),
    (("blur", "dreamy", "soft"), "blur", _blurred),
    (("sharp", "crisp"), "sharper", _sharpened),
    (("bright", "lighter"), "brighter", _brightness(1.35)),
    (("dark", "darker"), "darker", _brightness(0.65)),
    (("contrast", "dramatic"), "more contrast", _contrast(1.5)),
    (("colorful", "colourful", "vivid", "saturated"), "more colour", _colour(1.8)),
    (("mirror", "flip horizontally"), "mirrored", lambda picture, _: ImageOps.mirror(picture)),
    (("upside down", "flip vertically"), "upside down", lambda picture, _: ImageOps.flip(picture)),
    (("negative", "invert"), "inverted", lambda picture, _: ImageOps.invert(picture)),
    (("poster", "flat colors", "flat colours"), "posterised", lambda picture, _: ImageOps.posterize(picture, 2)),
)


def edits_in(sentence: str) -> list[tuple[str, Edit]]:
    """Return the named changes that a sentence asks for, in the order of the table."""
    lowered = sentence.lower()
    return [(name, edit) for words, name, edit in EDITS if any(word in lowered for word in words)]


def side_by_side(pictures: Sequence[Image.Image], height: int = 640, gap: int = 12) -> Image.Image:
    """Return pictures of one height in a row on white, at most 4,096 pixels wide."""
    height = min(height, *(picture.height for picture in pictures)) if len(pictures) > 1 else pictures[0].height
    scaled = [picture.resize((max(1, round(picture.width * height / picture.height)), height)) for picture in pictures]
    width = sum(picture.width for picture in scaled) + gap * (len(scaled) - 1)
    row = Image.new("RGB", (width, height), (255, 255, 255))
    left = 0
    for picture in scaled:
        row.paste(picture, (left, 0))
        left += picture.width + gap
    return row if width <= 4096 else row.resize((4096, max(1, round(height * 4096 / width))))
