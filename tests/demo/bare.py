"""HTTP without a client library, for what a library would not send."""

import asyncio
import contextlib

from replicate_tui.demo.server import DemoServer


async def raw(demo: DemoServer, request: bytes, *, ends: bool = True) -> bytes:
    """Send bytes over a bare socket and return all that comes back; without `ends` our side stays open."""
    port = int(demo.origin.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = b""
    with contextlib.suppress(OSError):
        writer.write(request)
        if ends:
            writer.write_eof()
        answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answer
