"""Server-sent events: bytes to events, by the rules of the WHATWG HTML standard, section 9.2.6.

Works on bytes, so that UTF-8 may be cut anywhere and only CR, LF and CRLF end a line: U+2028 and form feeds are text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from replicate_tui.api.errors import ResponseNotUnderstoodError
from replicate_tui.api.limits import EVENT_BYTES

_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One event; `id` is its own id, None when it had none. `str()` is the text of an output event, else ""."""

    event: str
    data: str
    id: str | None = None

    def __str__(self) -> str:
        return self.data if self.event == "output" else ""


class EventDecoder:
    """Feed it bytes, get events. `last_id` and `retry` (milliseconds) are what a reconnect needs.

    An event that the stream ends in the middle of is never given out.
    """

    def __init__(self, limit: int = EVENT_BYTES) -> None:
        self.last_id: str | None = None
        self.retry: int | None = None
        self._limit = limit
        self._line = bytearray()
        self._after_cr = False
        self._at_start = True
        self._name = ""
        self._own_id: str | None = None
        self._data: list[str] = []
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[ServerSentEvent]:
        """Yield the events that `chunk` completes; raises ResponseNotUnderstoodError for an event above the limit."""
        start = 0
        if self._after_cr and chunk:
            self._after_cr = False
            start = 1 if chunk[:1] == b"\n" else 0
        while True:
            end = _line_end(chunk, start)
            if end < 0:
                break
            self._line += chunk[start:end]
            start = end + 1
            if chunk[end] == 0x0D:
                if start == len(chunk):
                    self._after_cr = True
                elif chunk[start] == 0x0A:
                    start += 1
            event = self._take_line()
            if event is not None:
                yield event
        self._line += chunk[start:]
        self._check_size(len(self._line))

    def _take_line(self) -> ServerSentEvent | None:
        line = bytes(self._line)
        self._line.clear()
        if self._at_start:
            self._at_start = False
            line = line.removeprefix(_BOM)
        if not line:
            return self._dispatch()
        name, _, value = line.partition(b":")
        self._field(name, value.removeprefix(b" "))
        return None

    def _field(self, name: bytes, value: bytes) -> None:
        match name:
            case b"event":
                self._name = value.decode("utf-8", "replace")
            case b"data":
                self._size += len(value) + 1
                self._check_size(self._size)
                self._data.append(value.decode("utf-8", "replace"))
            case b"id" if b"\x00" not in value:
                self._own_id = self.last_id = value.decode("utf-8", "replace")
            case b"retry" if value.isdigit() and len(value) < 10:
                self.retry = int(value)

    def _dispatch(self) -> ServerSentEvent | None:
        name, own_id, data = self._name, self._own_id, self._data
        self._name, self._own_id, self._data, self._size = "", None, [], 0
        if not data:
            return None
        return ServerSentEvent(name or "message", "\n".join(data), own_id)

    def _check_size(self, size: int) -> None:
        if size > self._limit:
            raise ResponseNotUnderstoodError(f"an event of the stream is larger than {self._limit // 1_048_576} MB")


def _line_end(chunk: bytes, start: int) -> int:
    """The place of the next CR or LF, or -1."""
    lf = chunk.find(b"\n", start)
    cr = chunk.find(b"\r", start, lf if lf >= 0 else len(chunk))
    return cr if cr >= 0 else lf
