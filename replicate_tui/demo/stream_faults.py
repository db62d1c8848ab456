"""Faults of event streams: what is said twice, in another order, under odd ids, or not at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

#: Under this name a stream's request carries the fault that strikes it.
STREAM_FAULT = "replicate_tui.stream_fault"

_END = b"\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFault:
    """How a stream differs; events are counted from 0 as the service tells them.

    `ids` leaves them out or makes them odd text. `skip`, `repeat` and `swap` name events that are lost, told twice,
    or told after the one that follows. `drop_after` closes the connection after so many events. `no_done` leaves the
    end out, `done` replaces its data, `error` puts an error event before it. `retry` (milliseconds), `comments` (how
    many) and `raw` (any text; lone surrogates stand for bytes) come first. `forget_ids` tells everything again to
    whoever comes back, `only_new` nothing that was said before it came.

    Seconds are real ones: at most `rate` events leave in each, `silence` so long comes once after `silence_after`
    events, and each event comes `late` by so much, behind what a GET of the run shows.
    """

    ids: Literal["off", "odd"] | None = None
    skip: tuple[int, ...] = ()
    repeat: tuple[int, ...] = ()
    swap: tuple[int, ...] = ()
    drop_after: int | None = None
    no_done: bool = False
    done: str | None = None
    error: str | None = None
    retry: int | None = None
    comments: int = 0
    raw: str = ""
    forget_ids: bool = False
    only_new: bool = False
    rate: float | None = None
    silence_after: int = 0
    silence: float = 0.0
    late: float = 0.0


class ChangedStream:
    """Rewrites the bytes of one event stream as `fault` says."""

    def __init__(self, fault: StreamFault) -> None:
        self._fault = fault
        self._rest = b""
        self._told = 0
        self._held: bytes | None = None
        self._has_begun = False
        self._was_silent = False
        self.is_cut = False

    def feed(self, content: bytes) -> Iterator[tuple[float, bytes]]:
        """Yield what is told instead of `content`, each part after so many seconds; nothing more once `is_cut`."""
        *whole, self._rest = (self._rest + content).split(_END)
        if not self._has_begun:
            self._has_begun = True
            yield 0.0, self._preamble()
        for event in whole:
            for each in self._changed(event):
                if self.is_cut:
                    return
                yield self._pause(), each + _END

    def _pause(self) -> float:
        seconds = 1 / self._fault.rate if self._fault.rate else 0.0
        if self._fault.silence and not self._was_silent and self._told > self._fault.silence_after:
            self._was_silent = True
            seconds += self._fault.silence
        return seconds

    def _preamble(self) -> bytes:
        fault = self._fault
        told = b"" if fault.retry is None else f"retry: {fault.retry}\n\n".encode()
        return told + b": still here\n\n" * fault.comments + fault.raw.encode("utf-8", "surrogateescape")

    def _changed(self, event: bytes) -> Iterator[bytes]:
        fault = self._fault
        if event.startswith(b":"):
            yield event
            return
        index, self._told = self._told, self._told + 1
        if event.startswith(b"event: done"):
            yield from self._last(event)
            return
        if fault.drop_after is not None and index >= fault.drop_after:
            self.is_cut = True
        if index in fault.skip:
            return
        event = self._with_id(event, index)
        if index in fault.swap:
            self._held = event
            return
        yield event
        if index in fault.repeat:
            yield event
        if self._held is not None:
            yield self._held
            self._held = None

    def _last(self, event: bytes) -> Iterator[bytes]:
        if self._held is not None:
            yield self._held
        if self._fault.error is not None:
            yield b"event: error\ndata: " + self._fault.error.encode()
        if self._fault.done is not None:
            yield b"event: done\ndata: " + self._fault.done.encode()
        elif not self._fault.no_done:
            yield event

    def _with_id(self, event: bytes, index: int) -> bytes:
        if self._fault.ids is None:
            return event
        lines = [line for line in event.split(b"\n") if not line.startswith(b"id:")]
        if self._fault.ids == "odd":
            lines.insert(1, f"id: \u00e9 {index % 2}".encode())
        return b"\n".join(lines)
