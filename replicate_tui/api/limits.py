"""How long and how much: every bound of the client in one place, in seconds and bytes."""

from dataclasses import dataclass, replace
from typing import Final, Protocol

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 30.0
CALL_SECONDS: Final = 60.0

#: `Prefer: wait=n` keeps a create open on purpose: this much longer than n for one read, and for the whole call.
WAIT_READ_MARGIN: Final = 10.0
WAIT_CALL_MARGIN: Final = 30.0
LONGEST_WAIT: Final = 60

#: A wait longer than this is not made silently: the caller is told how long it would be.
LONGEST_SILENT_WAIT: Final = 60.0

#: A transfer slower than this many bytes in this many seconds has stalled.
STALL_BYTES: Final = 1_000
STALL_SECONDS: Final = 30.0
STREAM_IDLE_SECONDS: Final = 45.0

BODY_BYTES: Final = 64 * 1024 * 1024
ERROR_BODY_BYTES: Final = 8 * 1024 * 1024
#: Files go to disk piece by piece; this only bounds what a lying server can fill.
FILE_BYTES: Final = 8 * 1024 * 1024 * 1024
#: What is read into memory whole is bounded lower; uploads are at most 100 MB, so is what comes back of them.
READ_BYTES: Final = 512 * 1024 * 1024
DOWNLOAD_BYTES: Final = 128 * 1024 * 1024
EVENT_BYTES: Final = 8 * 1024 * 1024
EVENT_ID_BYTES: Final = 1_000

#: Inputs up to this size travel inside the request as a data URI (API document, prediction input files).
INLINE_FILE_BYTES: Final = 256 * 1000
FILE_NAME_BYTES: Final = 255
CHUNK_BYTES: Final = 64 * 1024

#: Short requests share one pool; one slot is kept for cancels and final reads.
REQUEST_SLOTS: Final = 16
FILE_REDIRECTS: Final = 5
PAGES: Final = 10_000


class StepTimeouts(Protocol):
    """Timeouts of single steps, such as `httpx.Timeout`."""

    connect: float | None
    read: float | None
    write: float | None


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to connect, for one read, for one write, and for the whole call; None means no limit.

    `idle` is for uploads without a `total`: the seconds in which a piece must have moved, or the answer come.
    """

    connect: float | None = CONNECT_SECONDS
    read: float | None = READ_SECONDS
    write: float | None = READ_SECONDS
    total: float | None = CALL_SECONDS
    idle: float | None = None

    @classmethod
    def of(cls, chosen: "Timeouts | StepTimeouts | float") -> "Timeouts":
        """Read what a caller may choose: seconds for the whole call, `Timeouts`, or the timeouts of httpx."""
        if isinstance(chosen, Timeouts):
            return chosen
        if isinstance(chosen, int | float):
            return cls.within(chosen)
        total = None if chosen.read is None else max(CALL_SECONDS, chosen.read)
        return cls(chosen.connect, chosen.read, chosen.write, total)

    @classmethod
    def within(cls, seconds: float) -> "Timeouts":
        """Allow `seconds` for the whole call, and as much for any part of it."""
        return cls(connect=min(CONNECT_SECONDS, seconds), read=seconds, write=seconds, total=seconds)

    def stretched(self, wait: float) -> "Timeouts":
        """Leave room for a service that was asked to hold its answer for `wait` seconds."""
        read = None if self.read is None else max(self.read, wait + WAIT_READ_MARGIN)
        total = None if self.total is None else max(self.total, wait + WAIT_CALL_MARGIN)
        return replace(self, read=read, total=total)


#: An upload may take as long as it moves.
UPLOAD_TIMEOUTS: Final = Timeouts(read=CALL_SECONDS, write=STALL_SECONDS, total=None, idle=CALL_SECONDS)
#: A signed download of an uploaded file, up to 100 MB over a slow line.
DOWNLOAD_TIMEOUTS: Final = Timeouts(total=600.0)
