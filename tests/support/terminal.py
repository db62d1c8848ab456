"""A program in a pseudo-terminal, driven by keys and read as a person reads it: the screen, and the raw bytes."""

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

import pyte

KEYS = {
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "esc": "\x1b",
    "space": " ",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "f5": "\x1b[15~",
    **{f"ctrl+{letter}": chr(ord(letter) & 0x1F) for letter in "abcdefghijklmnopqrstuvwxyz"},
    **{f"alt+{digit}": f"\x1b{digit}" for digit in "12345678"},
}

#: Sequences pyte would print: private CSI (kitty keys), requests with an intermediate byte, and APC/DCS strings.
_NOT_FOR_PYTE = re.compile(rb"\x1b\[[<>=][0-9;:]*[a-zA-Z]|\x1b\[\??[0-9;]*\$[a-z]|\x1b[_P].*?\x1b\\", re.DOTALL)


def _take_terminal() -> None:
    """Make the terminal the child's own, with the signals as a login shell has them (a job may start with some off)."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    for ending in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(ending, signal.SIG_DFL)


class Terminal:
    """Starts `command` on a terminal of `columns` by `rows`; use it as a context manager, so that nothing stays behind.

    `screen` is what is shown, line by line; `raw` every byte the program wrote. Nothing answers its queries.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._raw = bytearray()
        self._fed = 0
        self._closed = False
        master, slave = os.openpty()
        self._master = master
        self._resize(slave, columns, rows)
        self.termios_before = termios.tcgetattr(slave)
        self._slave = slave
        self.process = subprocess.Popen(
            list(command),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(environment or {})},
            cwd=folder,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.hang_up()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)

    @staticmethod
    def _resize(descriptor: int, columns: int, rows: int) -> None:
        fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, columns * 10, rows * 20))

    def _read(self) -> None:
        while not self._closed:
            ready, _, _ = select.select([self._master], [], [], 0.05)
            if not ready:
                if self.process.poll() is not None:
                    break
                continue
            try:
                data = os.read(self._master, 65536)
            except OSError:
                break
            if not data:
                break
            with self._changed:
                self._raw += data
                self._changed.notify_all()

    @property
    def raw(self) -> bytes:
        with self._lock:
            return bytes(self._raw)

    @property
    def lines(self) -> list[str]:
        """The screen's lines, right-stripped."""
        with self._lock:
            self._feed(len(self._raw))
            return [line.rstrip() for line in self._screen.display]

    def _feed(self, end: int) -> None:
        """Let the emulator take in the bytes before `end`, but for a sequence that is cut there."""
        tail = self._raw.rfind(b"\x1b", max(0, end - 64), end)
        if tail >= 0 and not re.search(rb"[A-Za-z\\]", self._raw[tail + 2 : end]):
            end = tail
        self._stream.feed(_NOT_FOR_PYTE.sub(b"", bytes(self._raw[self._fed : end])))
        self._fed = max(self._fed, end)

    @property
    def screen(self) -> str:
        return "\n".join(self.lines)

    def send(self, *keys: str) -> None:
        """Send keys by name ("enter", "ctrl+g") or as text."""
        for key in keys:
            self.write(KEYS.get(key, key).encode())

    def write(self, content: bytes) -> None:
        """Send all bytes, however long the program takes to read them."""
        while content:
            content = content[os.write(self._master, content) :]

    def wait_for(self, pattern: str | Callable[[str], object], *, seconds: float = 20.0) -> str:
        """Return the screen as soon as it matches; fail showing it otherwise."""
        test = pattern if callable(pattern) else re.compile(pattern, re.MULTILINE).search
        deadline = time.monotonic() + seconds
        while True:
            screen = self.screen
            if test(screen):
                return screen
            left = deadline - time.monotonic()
            if left <= 0 or (self.process.poll() is not None and not self._reader.is_alive()):
                raise AssertionError(f"not within {seconds:g} s: {pattern!r}\n{screen}")
            with self._changed:
                self._changed.wait(min(left, 0.05))

    def wait_until_gone(self, pattern: str, *, seconds: float = 20.0) -> str:
        return self.wait_for(lambda screen: not re.search(pattern, screen, re.MULTILINE), seconds=seconds)

    def resize(self, columns: int, rows: int) -> None:
        with self._lock:
            self._screen.resize(max(1, rows), max(1, columns))
        self._resize(self._master, columns, rows)
        os.killpg(self.process.pid, signal.SIGWINCH)

    def hang_up(self) -> None:
        """Close the terminal, as a dropped SSH line does."""
        if not self._closed:
            self._closed = True
            self._reader.join(2)
            os.close(self._slave)
            os.close(self._master)

    def wait_for_exit(self, *, seconds: float = 15.0) -> int:
        """Return the exit code; fail when the program is still there after `seconds`."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {seconds:g} s\n{self.screen}") from None

    @property
    def termios_now(self) -> list[object]:
        return termios.tcgetattr(self._slave)
