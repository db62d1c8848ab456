"""Signals that would end the program with the terminal in disorder end it in order instead."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from textual.app import App

ENDING_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGABRT)

# What Textual turns on, and pixel mouse reports, which it forgets to turn off: harmless when already off.
_MODES_OFF: Final = (
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
    "\x1b[?2004l\x1b[?1004l\x1b[?2048l\x1b[?2026l\x1b[<u\x1b[?7h\x1b[?1049l\x1b[?25h\x1b[0m"
)


def end_on_signals() -> None:
    """Until the app has a loop: the ending signals raise SystemExit, so that what is begun is also cleaned up."""
    for ending in _heeded():
        signal.signal(ending, _end)


def leave_on_signals(app: "App[Any]", leave: Callable[[int], None] | None = None) -> None:
    """From now on each ending signal calls `leave(128 + number)`, by default `app.exit` with that code and a reason.

    Exit codes are as shells report them. Call it on the app's event loop. A signal that the parent told us to ignore
    (nohup) stays ignored.
    """

    def exit_in_order(code: int) -> None:
        name = signal.Signals(code - 128).name
        reason = f"Ended by {name}. Nothing is lost: runs go on at the service."
        # In its turn: Textual fails to mount an app that has left already.
        app.call_later(app.exit, return_code=code, message=reason)

    loop = asyncio.get_running_loop()
    for ending in _heeded():
        loop.add_signal_handler(ending, leave or exit_in_order, 128 + ending)


@contextlib.contextmanager
def deaf_to_interrupts(app: "App[Any]") -> Iterator[None]:
    """Leave ctrl+c to the program that has the terminal; a handler, unlike SIG_IGN, is not passed on to it."""
    # The loop hears a signal past any handler but its own.
    was_heard = asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
    previous = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
        if was_heard:
            leave_on_signals(app)


def restore_terminal(descriptor: int = 2) -> None:
    """Turn off every mode the app may have turned on; for the very end, after Textual's own cleanup.

    Does nothing when `descriptor` is no terminal, and never raises: the terminal may be gone.
    """
    with suppress(OSError):
        if os.isatty(descriptor):
            os.write(descriptor, _MODES_OFF.encode("ascii"))


def _heeded() -> list[signal.Signals]:
    return [ending for ending in ENDING_SIGNALS if signal.getsignal(ending) is not signal.SIG_IGN]


def _end(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)
