"""Small pictures to give to models, and their answers opened again."""

import io

from PIL import Image, ImageDraw, ImageFont

RED = (220, 24, 24)


def png(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def flat(colour: tuple[int, int, int] = RED, size: tuple[int, int] = (64, 32)) -> bytes:
    return png(Image.new("RGB", size, colour))


def halves(size: tuple[int, int] = (64, 32)) -> bytes:
    """A picture that is black on the left and white on the right."""
    picture = Image.new("RGB", size)
    picture.paste((255, 255, 255), (size[0] // 2, 0, *size))
    return png(picture)


def page(*lines: str) -> bytes:
    picture = Image.new("RGB", (600, 60 + 60 * len(lines)), (255, 255, 255))
    pen = ImageDraw.Draw(picture)
    for row, line in enumerate(lines):
        pen.text((20, 30 + 60 * row), line, fill=(0, 0, 0), font=ImageFont.load_default(28))
    return png(picture)


def opened(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture
