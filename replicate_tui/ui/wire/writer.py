"""The thread that writes to the terminal: it tells when it is busy, and nobody ever waits for it."""

import os
import select
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any, Final, cast

if sys.platform != "win32":
    import termios

from replicate_tui.ui.wire.terminal import TerminalDriver

#: How long leaving waits for a terminal that takes what is written; one that does not is told the last words only.
LEAVING_SECONDS: Final = 0.3
#: At once, so that what is left of a frame can be dropped soon.
_PIECE: Final = 4096
_FULL_SECONDS: Final = 0.1
#: Ends whatever sequence or string was cut in two.
_BREAK_OFF: Final = "\x18\x1b\\"
#: What Textual turns on; harmless when already off.
_MODES_OFF: Final = (
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l\x1b[?2004l\x1b[?1004l\x1b[?2048l\x1b[?2026l"
    "\x1b[<u\x1b[?7h\x1b[0m\x1b[?1049l\x1b[?25h"
)


class Writer(threading.Thread):
    """Stands where Textual's `WriterThread` stands, with a queue that never fills.

    `write` is for what must arrive in any case; a frame is not worth waiting for when the app leaves. The terminal is
    opened anew where it can be, so that a write that would block returns: what others have open stays as it is.
    """

    def __init__(self, file: IO[str]) -> None:
        super().__init__(daemon=True, name="terminal-output")
        self._descriptor = file.fileno()
        self._changed = threading.Condition()
        self._queue: deque[tuple[str, bool]] = deque()
        self._is_writing = False
        self._is_over = False
        self._is_hurried = False
        self._idle: Callable[[], None] | None = None
        self._wake_reader, self._wake_writer = os.pipe()

    # -- what Textual's has -------------------------------------------------------------------------------------

    def write(self, text: str) -> None:
        self._add(text, is_frame=False)

    def flush(self) -> None:
        """Nothing waits here."""

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def stop(self) -> None:
        """Return when all is written, or soon: a terminal that reads no more gets what restores it as far as it can."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        if self.ident is None:
            return
        self.join(LEAVING_SECONDS)
        if self.is_alive():
            self._hurry()
            self.join(LEAVING_SECONDS)
        if not self.is_alive() and self._wake_writer >= 0:
            os.close(self._wake_reader)
            os.close(self._wake_writer)
            self._wake_writer = -1

    # -- what ours has besides ----------------------------------------------------------------------------------

    @property
    def is_busy(self) -> bool:
        """Whether something is being written, or waits for it."""
        with self._changed:
            return self._is_writing or bool(self._queue)

    def write_frame(self, text: str) -> None:
        self._add(text, is_frame=True)

    def when_idle(self, call: Callable[[], None]) -> None:
        """Call once, from whatever thread, as soon as nothing is being written and nothing waits."""
        with self._changed:
            if self.is_busy:
                self._idle = call
                return
        call()

    # -- the thread ---------------------------------------------------------------------------------------------

    def _add(self, text: str, *, is_frame: bool) -> None:
        with self._changed:
            if text and not self._is_over:
                self._queue.append((text, is_frame))
                self._changed.notify_all()

    def run(self) -> None:
        terminal = _opened_anew(self._descriptor)
        try:
            while (batch := self._next()) is not None:
                with suppress(OSError):  # the terminal is gone, and what was meant for it too
                    self._put(terminal, *batch)
                self._done()
        finally:
            if terminal != self._descriptor:
                os.close(terminal)

    def _next(self) -> tuple[bytes, bool] | None:
        """Wait for something to write, and return it; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._is_over)
            if not self._queue:
                return None
            text, is_frame = self._queue.popleft()
            parts = [text]
            while self._queue and self._queue[0][1] == is_frame:
                parts.append(self._queue.popleft()[0])
            self._is_writing = True
        return "".join(parts).encode("utf-8", "replace"), is_frame

    def _done(self) -> None:
        with self._changed:
            self._is_writing = False
            idle = None
            if not self._queue:
                idle, self._idle = self._idle, None
        if idle is not None:
            idle()

    def _put(self, terminal: int, content: bytes, is_frame: bool) -> None:
        at, was_ready = 0, False
        while at < len(content) and not (is_frame and self._is_hurried):
            try:
                at += os.write(terminal, content[at : at + _PIECE])
                was_ready = False
            except BlockingIOError:
                # A terminal at the brim may say that it takes more and take nothing, or forget to say so.
                waited_for = [] if was_ready else [terminal]
                woken, ready, _ = select.select([self._wake_reader], waited_for, [], _FULL_SECONDS)
                if woken:
                    return
                was_ready = bool(ready)

    def _hurry(self) -> None:
        """Forget what was to be shown, and what the terminal has not read yet; then only say how to leave it."""
        with self._changed:
            self._is_hurried = True
            self._queue.clear()
            self._queue.append((_BREAK_OFF + _MODES_OFF, False))
        with suppress(OSError, termios.error):
            termios.tcflush(self._descriptor, termios.TCOFLUSH)
        os.write(self._wake_writer, b"x")


def _opened_anew(descriptor: int) -> int:
    try:
        return os.open(os.ttyname(descriptor), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return descriptor


class UnblockedDriver(TerminalDriver):
    """Our driver with `Writer` for its thread; `on_take_over` is called whenever it begins to own the terminal."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._writer: Writer | None = None
        self.on_take_over: Callable[[], None] = lambda: None
        super().__init__(*arguments, **options)

    @property
    def writer(self) -> Writer | None:
        """The thread of now; None before the terminal is taken over."""
        return self._writer

    # Textual makes its own thread by a name we cannot give it, keeps it in this attribute and starts it from there.
    @property
    def _writer_thread(self) -> Any:
        return self._writer

    @_writer_thread.setter
    def _writer_thread(self, thread: Any) -> None:
        self._writer = None if thread is None else Writer(cast("IO[str]", self._file))

    def start_application_mode(self) -> None:
        self.on_take_over()
        super().start_application_mode()
