"""How fast the bytes of an answer leave, in which pieces, and where they stop; how fast those of a request come in."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator

from starlette.types import Message, Receive

from replicate_tui.demo.faults import FaultRule

_PORTION_SECONDS = 0.02

Out = Callable[[bytes], Awaitable[None]]


class Pace:
    """Counts the bytes of one answer, and lets them go as `rule` says; `dice` choose the slices of a random size."""

    def __init__(self, rule: FaultRule, dice: random.Random) -> None:
        self._rule = rule
        self._dice = dice
        self._sent = 0

    async def let_go(self, content: bytes, out: Out) -> bool:
        """Hand `content` to `out` piece by piece; return whether the answer ends here, before its end."""
        rule = self._rule
        for piece in self._pieces(content):
            if rule.stall_at is not None and self._sent <= rule.stall_at < self._sent + len(piece):
                await asyncio.sleep(rule.stall_for)
            if rule.cut_at is not None and self._sent + len(piece) >= rule.cut_at:
                await out(piece[: rule.cut_at - self._sent])
                return True
            self._sent += len(piece)
            await out(piece)
            await self._pause(len(piece))
        return False

    async def _pause(self, size: int) -> None:
        rate = self._rule.bytes_per_second
        seconds = self._rule.slice_pause + (size / rate if rate is not None else 0.0)
        if seconds:
            await asyncio.sleep(seconds)

    def _pieces(self, content: bytes) -> Iterator[bytes]:
        if self._rule.stall_at is not None and self._sent < self._rule.stall_at:
            # Cut where it stalls, so that what comes before has left by then.
            before = self._rule.stall_at - self._sent
            yield from self._cut(content[:before])
            content = content[before:]
        yield from self._cut(content)

    def _cut(self, content: bytes) -> Iterator[bytes]:
        start = 0
        while start < len(content):
            size = self._size(len(content))
            yield content[start : start + size]
            start += size

    def _size(self, whole: int) -> int:
        rate, size = self._rule.bytes_per_second, whole
        if rate is not None:
            size = max(1, round(rate * _PORTION_SECONDS))
        if self._rule.slice_bytes is not None:
            size = min(size, max(1, self._rule.slice_bytes))
        return self._dice.randint(1, size) if self._rule.slice_random else size


def slowly(receive: Receive, rule: FaultRule) -> Receive:
    """Return a `receive` that takes a body in at the pace of `rule`; the client slows when the buffers are full."""
    taken = 0

    async def slow() -> Message:
        nonlocal taken
        message = await receive()
        size = len(message.get("body", b""))
        if rule.upload_bytes_per_second is not None and size:
            await asyncio.sleep(size / rule.upload_bytes_per_second)
        if rule.upload_stall_at is not None and taken <= rule.upload_stall_at < taken + size:
            await asyncio.sleep(rule.upload_stall_for)
        taken += size
        return message

    return slow
