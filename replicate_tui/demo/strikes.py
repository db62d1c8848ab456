"""What a fault does to an answer: other headers, another body, other framing, another pace, an end before its end."""

import asyncio
import gzip
import json
import random
import zlib
from collections.abc import Callable
from email.utils import formatdate
from functools import lru_cache
from typing import Any, Protocol

from starlette.types import Message

from replicate_tui.demo.faults import End, FaultRule
from replicate_tui.demo.framing import framed
from replicate_tui.demo.hostile import HostileTexts
from replicate_tui.demo.json_pointer import as_bytes, patched_bytes
from replicate_tui.demo.pace import Pace
from replicate_tui.demo.stream_faults import ChangedStream

_BOMB_MEGABYTES = 256
_HEAD_END = b"\r\n\r\n"
_LENGTHS = (b"content-length", b"transfer-encoding")

Headers = list[tuple[bytes, bytes]]


class Wire(Protocol):
    """Where an answer leaves: as messages of the application, or as bytes past the HTTP library."""

    async def deliver(self, message: Message) -> None: ...
    def write(self, content: bytes) -> None: ...
    async def write_body(self, content: bytes) -> None: ...
    def answer_raw(self, status: int) -> None: ...
    async def hang_up(self, how: End) -> None: ...


class ChangedAnswer:
    """The real answer, changed as `rule` says.

    `hostile` knows which of its strings is next; it begins `late` seconds after it is there; `now` returns the unix
    seconds from which its dated headers count.
    """

    def __init__(
        self,
        rule: FaultRule,
        wire: Wire,
        hostile: HostileTexts,
        dice: random.Random,
        *,
        late: float,
        now: Callable[[], float],
    ) -> None:
        self._rule = rule
        self._wire = wire
        self._hostile = hostile
        self._late = late
        self._now = now
        self._pace = Pace(rule, dice)
        self._stream = ChangedStream(rule.stream) if rule.stream else None
        self._start: Message = {}
        self._whole = bytearray()
        self.is_cut = False

    async def send(self, message: Message) -> None:
        if self.is_cut:
            return
        if message["type"] == "http.response.start":
            await self.be_late()
            self._start = {**message, "headers": self._changed_headers(message["headers"])}
            if not self._rule.changes_whole:
                await self._send_start()
        elif message["type"] == "http.response.body":
            await self._take(message.get("body", b""), more=message.get("more_body", False))

    async def be_late(self) -> None:
        """Wait, the first time, for as long as the answer is to be late."""
        late, self._late = self._late, 0.0
        await asyncio.sleep(late)

    async def _take(self, content: bytes, *, more: bool) -> None:
        if self._rule.changes_whole:
            self._whole += content
            if not more:
                await self._send_whole(bytes(self._whole))
            return
        if self._stream is None:
            await self._let_go(content)
        else:
            await self._tell(self._stream, content)
        if not more and not self.is_cut:
            await self._wire.deliver({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tell(self, stream: ChangedStream, content: bytes) -> None:
        together = b""
        for pause, part in stream.feed(content):
            if pause:
                await self._let_go(together)
                await asyncio.sleep(pause)
                together = b""
            together += part
        await self._let_go(together)
        if stream.is_cut:
            await self._end()

    def _changed_headers(self, headers: Headers) -> Headers:
        rule, now = self._rule, self._now()
        dated = {name: formatdate(now + seconds, usegmt=True) for name, seconds in rule.dated_headers.items()}
        given = {**rule.headers, **dated}
        replaced = {name.lower().encode() for name in (*given, *rule.drop_headers)}
        kept = [(name, value) for name, value in headers if name.lower() not in replaced]
        lines = (line.partition(":") for line in rule.add_headers)
        added = [*given.items(), *((name, value.strip()) for name, _, value in lines)]
        kept += [(name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in added]
        return kept + ([(b"x-padding", b"x" * rule.header_bytes)] if rule.header_bytes else [])

    async def _send_start(self) -> None:
        self._wire.write(b"HTTP/1.1 102 Processing\r\n\r\n" * self._rule.informational)
        await self._wire.deliver(self._start)

    async def _send_whole(self, body: bytes) -> None:
        rule, headers = self._rule, self._start["headers"]
        body = self._changed_body(body)
        if rule.encoding is not None:
            body = await asyncio.to_thread(_encoded, rule.encoding, body)
            headers = [*headers, (b"content-encoding", b"gzip")]
        headers = [(name, value) for name, value in headers if name.lower() not in _LENGTHS]
        if rule.is_raw:
            await self._send_raw(framed(rule.framing, self._start["status"], headers, body))
            return
        # Without a length, the HTTP library sends each piece as a chunk.
        length = [] if rule.framing == "chunked" else [(b"content-length", str(len(body)).encode())]
        self._start["headers"] = [*headers, *length]
        await self._send_start()
        await self._let_go(body)
        if not self.is_cut:
            await self._wire.deliver({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_raw(self, answer: bytes) -> None:
        self._wire.answer_raw(self._start["status"])
        self._wire.write(b"HTTP/1.1 102 Processing\r\n\r\n" * self._rule.informational)
        head = b"" if self._rule.from_head else answer[: answer.index(_HEAD_END) + len(_HEAD_END)]
        self._wire.write(head)
        await self._pace.let_go(answer[len(head) :], self._wire.write_body)
        await self._end()

    def _changed_body(self, body: bytes) -> bytes:
        rule = self._rule
        body = (given_body(rule) or (body, ""))[0]
        if not (rule.patch or rule.hostile):
            return body
        try:
            document = json.loads(body)
        except ValueError:
            return self._hostile.whole().encode("utf-8", "replace") if rule.hostile and body else body
        if rule.hostile:
            return patched_bytes(document, rule.patch, self._hostile.put_into)
        return patched_bytes(document, rule.patch)

    async def _let_go(self, content: bytes) -> None:
        if await self._pace.let_go(content, self._deliver):
            await self._end()

    async def _deliver(self, content: bytes) -> None:
        await self._wire.deliver({"type": "http.response.body", "body": content, "more_body": True})

    async def _end(self) -> None:
        self.is_cut = True
        await self._wire.hang_up(self._rule.cut_by)


def given_body(rule: FaultRule) -> tuple[bytes, str] | None:
    """Return the body that `rule` puts in the place of the answer's with its media type, None without one."""
    if rule.raw_body is not None:
        return as_bytes(rule.raw_body), "application/octet-stream"
    body: Any = rule.body
    if body is None:
        return None
    if isinstance(body, bytes):
        return body, "application/octet-stream"
    if isinstance(body, str):
        return body.encode(), "text/html"
    return json.dumps(body).encode(), "application/problem+json"


def _encoded(encoding: str, body: bytes) -> bytes:
    if encoding == "gzip-bomb":
        return _bomb()
    if encoding == "gzip-false":
        return body
    packed = gzip.compress(body)
    return packed if encoding == "gzip" else packed[: len(packed) // 2]


@lru_cache(maxsize=1)
def _bomb() -> bytes:
    packer = zlib.compressobj(wbits=31)
    megabyte = b" " * 1_000_000
    return b"".join(packer.compress(megabyte) for _ in range(_BOMB_MEGABYTES)) + packer.flush()
