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
from textual.message import Message

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

    Late answers of the terminal are dropped (see `ReplyFilter`), and a terminal that is gone ends the app instead of
    spinning on the end of its input. Made for the pinned Textual; `driver_class` gives None elsewhere.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._file = cast("Any", _OutputWhileThere(cast("IO[str]", self._file)))
        self._is_on = False
        self._wake_reader, self._wake_writer = os.pipe()
        os.set_blocking(self._wake_reader, False)
        self._leaving = False
        self._key_order = KeyOrder(self._app, self._loop)

    def disable_input(self) -> None:
        self._leaving = True
        os.write(self._wake_writer, b"x")
        super().disable_input()
        self._leaving = False

    def _get_terminal_size(self) -> tuple[int, int]:
        # Textual believes COLUMNS and LINES first, which may be left over from another terminal.
        with suppress(OSError):
            columns, rows = os.get_terminal_size(self.fileno)
            if columns and rows:
                return columns, rows
        return super()._get_terminal_size()

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._is_on = self._writer_thread is not None
        tell_size = signal.getsignal(signal.SIGWINCH)
        if callable(tell_size):
            # On the loop, one after the other: a handler that the next signal interrupts tells the older size last.
            self._loop.add_signal_handler(signal.SIGWINCH, tell_size, signal.SIGWINCH, None)

    def stop_application_mode(self) -> None:
        self._is_on = False
        super().stop_application_mode()
        if self._mouse_pixels:
            # Textual turns pixel mouse reports on with in-band resizes, and never off.
            self.write("\x1b[?1016l")

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

    def _process(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self._key_order.wait()
            self.process_message(message)
            if isinstance(message, events.Key):
                self._key_order.sent()

    def _hang_up(self) -> None:
        self._app.exit(return_code=HANG_UP_CODE)


def _told_as_alt(text: str) -> str:
    """Spell alt and a digit as kitty does: Textual takes the old spelling for a sign that macOS has on that key."""
    return _ALT_DIGIT.sub(lambda match: f"\x1b[{ord(match[1])};3u", text)


def driver_class() -> type[LinuxDriver] | None:
    """Return what to give to `App(driver_class=...)`: ours on a real terminal, None (Textual's choice) elsewhere."""
    if sys.platform == "win32" or os.environ.get("TEXTUAL_DRIVER"):
        return None
    return TerminalDriver
