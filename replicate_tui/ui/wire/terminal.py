"""Textual's terminal driver with a quieter input thread: no polling, no stray replies, a quick and complete exit."""

import os
import re
import select
import signal
import sys
from codecs import getincrementaldecoder
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from typing import IO, TYPE_CHECKING, Any, Final, cast

from textual import events
from textual._xterm_parser import XTermParser
from textual.geometry import Size
from textual.message import Message

from replicate_tui.ui.wire.fence import QUESTION, Fence
from replicate_tui.ui.wire.key_order import KeyOrder
from replicate_tui.ui.wire.pastes import MOST_CHARACTERS, Pasted, PasteReader
from replicate_tui.ui.wire.replies import ReplyFilter

if TYPE_CHECKING or sys.platform != "win32":
    from textual.drivers.linux_driver import LinuxDriver
else:
    from textual.driver import Driver as LinuxDriver

#: alt and a digit, as terminals without kitty's key protocol send it.
_ALT_DIGIT: Final = re.compile("\x1b([1-8])")
_HELD_SECONDS: Final = 0.05
#: As a shell reports the end of a session: 128 and SIGHUP.
HANG_UP_CODE: Final = 129
#: No screen is larger; a terminal that says so is not believed, since painting it would take all memory.
MOST_COLUMNS: Final = 1000
MOST_ROWS: Final = 500


class _OutputWhileThere:
    """The terminal's file; once the terminal is gone, what is written is dropped.

    An error would end Textual's writing thread, and the event loop would then wait for ever for its full queue.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()


class TerminalDriver(LinuxDriver):
    """Waits for input without waking up ten times a second, so an idle app sleeps and a leaving one need not wait.

    Late answers of the terminal are dropped (see `ReplyFilter`), those that come while the app leaves too (see
    `Fence`), and a terminal that is gone ends the app instead of spinning on the end of its input. Made for the
    pinned Textual; `driver_class` gives None elsewhere.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._file = cast("Any", _OutputWhileThere(cast("IO[str]", self._file)))
        self._is_on = False
        self._wake_reader, self._wake_writer = os.pipe()
        os.set_blocking(self._wake_reader, False)
        self._leaving = False
        self._key_order = KeyOrder(self._app, self._loop)
        self._fence = Fence()
        self._is_drained = False

    def disable_input(self) -> None:
        self._leaving = True
        self._key_order.let_go()
        os.write(self._wake_writer, b"x")
        super().disable_input()
        # Textual calls this at the end of the app, and once more when it gives the terminal back.
        if self._is_on and not self._is_drained:
            self._is_drained = True
            self._drain()
        self._leaving = False

    def _drain(self) -> None:
        """Read and drop what the terminal still sends, so that none of it is left for the shell."""
        if self._fence.is_answered:
            # After what makes it send anything unasked: focus and mouse reports, sizes.
            self.write("\x1b[?1004l\x1b[?1016l" + QUESTION)
            self._fence.asked()
        with suppress(OSError, ValueError):
            while (seconds := self._fence.patience) and select.select([self.fileno], [], [], seconds)[0]:
                if not (data := os.read(self.fileno, 4096)):
                    return
                self._fence.feed(data)

    def _get_terminal_size(self) -> tuple[int, int]:
        # Textual believes COLUMNS and LINES first, which may be left over from another terminal.
        columns, rows = super()._get_terminal_size()
        with suppress(OSError):
            told = os.get_terminal_size(self.fileno)
            if all(told):
                columns, rows = told
        return min(columns, MOST_COLUMNS), min(rows, MOST_ROWS)

    def start_application_mode(self) -> None:
        self._fence.begin()
        self._is_drained = False
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._is_on = self._writer_thread is not None
        tell_size = signal.getsignal(signal.SIGWINCH)
        if callable(tell_size):
            # On the loop, one after the other: a handler that the next signal interrupts tells the older size last.
            self._loop.add_signal_handler(signal.SIGWINCH, tell_size, signal.SIGWINCH, None)

    def _request_terminal_sync_mode_support(self) -> None:
        super()._request_terminal_sync_mode_support()
        # Where Textual does not ask, nobody answers, and nothing is waited for that did not come.
        self._fence.asked()

    def stop_application_mode(self) -> None:
        super().stop_application_mode()
        self._is_on = False
        # Textual turns pixel mouse reports on with in-band resizes, and never off. Colours may be left of a frame.
        self.write("\x1b[?1016l\x1b[0m" if self._mouse_pixels else "\x1b[0m")

    def _sigcont_application(self, *_: Any) -> None:
        # Later, on the loop: the signal may have come in the middle of a write.
        self._loop.call_soon_threadsafe(self._go_on)

    def _go_on(self) -> None:
        """Take the terminal over again after a stop, whoever stopped us, or whoever only told us to go on.

        Textual would start its modes a second time, and then take what it set itself for how the terminal was.
        """
        if self._is_on:
            self.suspend_application_mode()
        elif not self._must_signal_resume:
            return  # the editor has the terminal, or the app is leaving
        self.resume_application_mode()
        self._app.refresh(layout=True)

    def run_input_thread(self) -> None:
        parser = XTermParser(self._debug)
        replies = ReplyFilter()
        pastes = PasteReader()
        decode = getincrementaldecoder("utf-8")("replace").decode
        while not (self.exit_event.is_set() or self._leaving):
            ready = self._wait(parser, replies, pastes)
            if self._wake_reader in ready:
                os.read(self._wake_reader, 64)
                continue
            if self.fileno in ready:
                data = self._read()
                if not data:
                    self._loop.call_soon_threadsafe(self._hang_up)
                    return
                self._fence.feed(data)
                parts = pastes.feed(replies.feed(decode(data)))
            elif replies.is_holding:
                parts = pastes.feed(replies.release())
            elif pastes.is_waiting and parser._timeout_time is None:  # noqa: SLF001 (see `_wait`)
                parts = pastes.release()
            else:
                parts = iter(())
            for part in parts:
                if isinstance(part, Pasted):
                    self._paste(part)
                elif part:
                    self._process(parser.feed(_told_as_alt(part)))
            self._process(parser.tick())

    def _wait(self, parser: XTermParser, replies: ReplyFilter, pastes: PasteReader) -> list[int]:
        seconds = None
        if replies.is_holding:
            seconds = _HELD_SECONDS
        elif parser._timeout_time is not None:  # noqa: SLF001 (an escape may be a key: the parser wants to be asked)
            seconds = 0.02
        elif pastes.is_waiting:
            seconds = pastes.patience
        return select.select([self.fileno, self._wake_reader], [], [], seconds)[0]

    def _paste(self, pasted: Pasted) -> None:
        self._process([events.Paste(pasted.text)])
        if pasted.is_cut:
            words = f"Only the first {MOST_CHARACTERS:,} characters were pasted. A file holds more than a field."
            note = partial(self._app.notify, words, severity="warning", timeout=12, markup=False)
            self._loop.call_soon_threadsafe(note)

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""

    def process_message(self, message: Message) -> None:
        if isinstance(message, events.Resize):
            message = _believable(message)
        super().process_message(message)

    def _process(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self._key_order.wait()
            self.process_message(message)
            if isinstance(message, events.Key):
                self._key_order.sent()

    def _hang_up(self) -> None:
        self._app.exit(return_code=HANG_UP_CODE)


def _believable(resize: events.Resize) -> events.Resize:
    """Return the event, or one of the largest size that is taken for true."""
    size = Size(min(resize.size.width, MOST_COLUMNS), min(resize.size.height, MOST_ROWS))
    return resize if size == resize.size else events.Resize(size, size, pixel_size=resize.pixel_size)


def _told_as_alt(text: str) -> str:
    """Spell alt and a digit as kitty does: Textual takes the old spelling for a sign that macOS has on that key."""
    return _ALT_DIGIT.sub(lambda match: f"\x1b[{ord(match[1])};3u", text)


def driver_class() -> type[LinuxDriver] | None:
    """Return what to give to `App(driver_class=...)`: ours on a real terminal, None (Textual's choice) elsewhere."""
    if sys.platform == "win32" or os.environ.get("TEXTUAL_DRIVER"):
        return None
    return TerminalDriver
