"""Answers as bytes, past the HTTP library, for what it would not send: wrong lengths, broken chunks, slow heads."""

from collections.abc import Sequence

Headers = Sequence[tuple[bytes, bytes]]


def framed(framing: str | None, status: int, headers: Headers, body: bytes) -> bytes:
    """Return the bytes of an answer after which the connection closes; without `framing` its length is right.

    Lengths among `headers` must have been left out.
    """
    size = len(body)
    chunked = (b"transfer-encoding: chunked",)
    told = {
        None: ((b"content-length: %d" % size,), body),
        "short": ((b"content-length: %d" % (size + 100),), body),
        "long": ((b"content-length: %d" % max(0, size - 5),), body),
        "none": ((), body),
        "chunked": (chunked, b"%x\r\n%b\r\n0\r\n\r\n" % (size, body)),
        "bad-chunk": (chunked, b"%x\r\n%b\r\nnot-hex\r\n" % (size, body)),
        "cut-chunk": (chunked, b"%x\r\n%b" % (size + 100, body)),
    }
    length, content = told[framing]
    closing = () if any(name == b"connection" for name, _ in headers) else (b"connection: close",)
    lines = (*(b"%b: %b" % header for header in headers), *length, *closing)
    head = [b"HTTP/1.1 %d Changed" % status, *lines]
    return b"\r\n".join(head) + b"\r\n\r\n" + content
