"""Event streams: what a run says while it works, kept so that a cut connection can go on where it stopped."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import NamedTuple

from replicate_tui.demo.clock import NANOSECONDS
from replicate_tui.demo.records import Run

GREETING = b": hi\n\n"
TIMED_OUT = b":408: 408 Request Timeout\n\n"


class _Event(NamedTuple):
    """`told` is when, in monotonic seconds."""

    id: str | None
    content: bytes
    told: float


class EventStream:
    """The events of one run, numbered `<unix seconds>:<n>` from 0 in each second."""

    def __init__(self) -> None:
        self._events: list[_Event] = []
        self._second = -1
        self._in_second = 0
        self._changed = asyncio.Event()
        self.is_done = False

    def output(self, text: str, now: int) -> None:
        second = now // NANOSECONDS
        self._in_second = self._in_second + 1 if second == self._second else 0
        self._second = second
        self._add("output", text, f"{second}:{self._in_second}")

    def finish(self, status: str, error: str | None) -> None:
        """Say how the run ended; `done` is the last event."""
        if status == "failed":
            self._add("error", json.dumps({"detail": error}, ensure_ascii=False))
        reason = {"succeeded": None, "failed": "error"}.get(status, "canceled")
        self.is_done = True
        self._add("done", json.dumps({"reason": reason} if reason else {}))

    async def follow(
        self, after: str | None, idle_seconds: float, *, late: float = 0.0, only_new: bool = False
    ) -> AsyncIterator[bytes]:
        """Yield what follows the event `after` (everything when it is unknown) until done or idle for too long.

        A fault may have each event told `late` by so many seconds, or `only_new` ones.
        """
        yield GREETING
        position = len(self._events) if only_new else self._position_after(after)
        while True:
            changed = self._changed
            due = time.monotonic() - late
            pending = [event for event in self._events[position:] if not late or event.told <= due]
            if pending:
                position += len(pending)
                yield b"".join(event.content for event in pending)
            elif position < len(self._events):
                await asyncio.sleep(self._events[position].told - due)
            elif self.is_done:
                return
            else:
                try:
                    await asyncio.wait_for(changed.wait(), idle_seconds)
                except TimeoutError:
                    yield TIMED_OUT
                    return

    def _position_after(self, after: str | None) -> int:
        if not after:
            return 0
        return next((index + 1 for index, event in enumerate(self._events) if event.id == after), 0)

    def _add(self, event: str, data: str, id: str | None = None) -> None:
        lines = [f"event: {event}"]
        if id:
            lines.append(f"id: {id}")
        lines += [f"data: {line}" if line else "data:" for line in _split_lines(data)]
        content = ("\n".join(lines) + "\n\n").encode("utf-8", "replace")
        self._events.append(_Event(id, content, time.monotonic()))
        self._changed.set()
        self._changed = asyncio.Event()


def replayed(run: Run) -> EventStream:
    """Return the stream of a finished run whose events are no longer in memory, told from its output."""
    stream = EventStream()
    output = run.output if isinstance(run.output, list) else [run.output]
    for element in output:
        if element is not None:
            stream.output(event_text(element), run.completed or run.created)
    stream.finish(run.status, run.error)
    return stream


def event_text(element: object) -> str:
    return element if isinstance(element, str) else json.dumps(element, ensure_ascii=False)


def _split_lines(data: str) -> list[str]:
    # Only the three line ends of the format; other separators belong to the text.
    return data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
