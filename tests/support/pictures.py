"""Picture files for tests, made here: good ones, huge ones, broken ones and liars."""

import io
import random
import struct
import zlib

from PIL import Image


def picture(size: tuple[int, int] = (64, 48), file_format: str = "PNG", mode: str = "RGB") -> bytes:
    """A gradient from red (left) to blue (right)."""
    image = Image.new(mode, size)
    pixels = image.load()
    for x in range(size[0]):
        share = x * 255 // max(1, size[0] - 1)
        colour = (255 - share, 0, share) + ((share,) if mode == "RGBA" else ())
        for y in range(size[1]):
            pixels[x, y] = colour
    buffer = io.BytesIO()
    image.save(buffer, format=file_format)
    return buffer.getvalue()


def noise(size: tuple[int, int] = (300, 300)) -> bytes:
    """A picture that no format makes small."""
    pixels = random.Random(1).randbytes(size[0] * size[1] * 3)
    buffer = io.BytesIO()
    Image.frombytes("RGB", size, pixels).save(buffer, format="PNG")
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def text_bomb(megabytes: int) -> bytes:
    """A PNG whose compressed comment unpacks to that many megabytes."""
    whole = picture((4, 4))
    data = b"Comment\0\0" + zlib.compress(b"\0" * (megabytes << 20), 9)
    chunk = struct.pack(">I", len(data)) + b"zTXt" + data + struct.pack(">I", zlib.crc32(b"zTXt" + data))
    header_end = 8 + 25
    return whole[:header_end] + chunk + whole[header_end:]


def long_gif(frames: int) -> bytes:
    first, *rest = [Image.new("P", (2, 2), colour % 256) for colour in range(frames)]
    buffer = io.BytesIO()
    first.save(buffer, format="GIF", save_all=True, append_images=rest, duration=0)
    return buffer.getvalue()
