"""Plain HTTP to this machine: what the service sends by itself never leaves it."""

import asyncio
import contextlib
import ssl
from collections.abc import Iterable, Mapping
from urllib.parse import SplitResult

HOSTS = frozenset({"127.0.0.1", "localhost"})
_HEAD_LIMIT = 65_536
_PORTION_SECONDS = 0.02


class NotLoopback(ValueError):
    """The address is not on this machine."""


async def exchange(
    method: str,
    url: SplitResult,
    *,
    headers: Mapping[str, str] | None = None,
    without: Iterable[str] = (),
    body: bytes = b"",
    bytes_per_second: float | None = None,
    limit: int = 0,
) -> tuple[int, bytes]:
    """Return the status and at most `limit` bytes of the answer; redirects are not followed.

    `headers` take the place of our own, those named in `without` are left out.

    Raises NotLoopback, OSError when there is no connection, ValueError for an answer that is not HTTP or too long.
    """
    if url.hostname not in HOSTS or url.scheme not in ("http", "https"):
        raise NotLoopback(f"{url.hostname} is not on this machine")
    secure = ssl.create_default_context() if url.scheme == "https" else None
    port = url.port or (443 if secure else 80)
    # Not by name: what "localhost" resolves to is the machine's business, loopback is ours.
    name = url.hostname if secure else None
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=secure, server_hostname=name)
    try:
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        sent = {"Host": url.netloc.rpartition("@")[2], "Content-Length": str(len(body)), **(headers or {})}
        left_out = {name.lower() for name in without}
        head = "".join(f"{field}: {value}\r\n" for field, value in sent.items() if field.lower() not in left_out)
        # HTTP/1.0: the answer ends with the connection, and is never chunked.
        writer.write(f"{method} {target} HTTP/1.0\r\n{head}\r\n".encode())
        await _write_body(writer, body, bytes_per_second)
        return await _read_answer(reader, limit)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _write_body(writer: asyncio.StreamWriter, body: bytes, bytes_per_second: float | None) -> None:
    size = max(1, round(bytes_per_second * _PORTION_SECONDS)) if bytes_per_second else len(body) or 1
    for start in range(0, len(body), size):
        if start:
            await asyncio.sleep(_PORTION_SECONDS)
        writer.write(body[start : start + size])
    await writer.drain()


async def _read_answer(reader: asyncio.StreamReader, limit: int) -> tuple[int, bytes]:
    words = (await reader.readline()).split()
    if len(words) < 2 or not words[1].isdigit():
        raise ValueError("the answer is not HTTP")
    seen = 0
    while (line := await reader.readline()).strip():
        seen += len(line)
        if seen > _HEAD_LIMIT:
            raise ValueError("the answer's headers are too long")
    content = bytearray()
    while limit and (part := await reader.read(65_536)):
        content += part
        if len(content) > limit:
            raise ValueError(f"the answer is longer than {limit:,} bytes")
    return int(words[1]), bytes(content)
