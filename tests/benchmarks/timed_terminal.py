"""A terminal with a watch: when each piece of output came, and what the program cost by then."""

import contextlib
import os
import re
import select
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.benchmarks.link import Direction, Link
from tests.support.terminal import KEYS, Terminal

#: Starts a frame, on terminals that say they take whole frames; this one does, as modern ones do.
FRAME = b"\x1b[?2026h"
_FRAME_QUESTION = b"\x1b[?2026$p"
_FRAME_ANSWER = b"\x1b[?2026;2$y"
_ROOT = Path(__file__).parents[2]
_NANOSECONDS = 1_000_000_000


#: What is read at once from a program at the end of a link: small beside what one second carries.
_SMALL_PIECE = 512


class TimedTerminal(Terminal):
    """Notes when each piece of output comes, before anything looks at it; times are seconds since the start.

    With a `link` they are those of the far end: keys arrive half the round trip later, output at the link's rate.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 100,
        rows: int = 30,
        environment: Mapping[str, str] | None = None,
        link: Link | None = None,
    ) -> None:
        self._towards: Direction | None = None
        self._back: Direction | None = None
        if link:
            self._towards = Direction(self._arrive, rate=link.rate, delay=link.round_trip / 2, buffer=link.buffer)
            self._back = Direction(self._give, rate=None, delay=link.round_trip / 2)
        # The reader must not wait for the emulator, or its times are the emulator's.
        sys.setswitchinterval(0.0005)
        self._arrivals: list[tuple[float, int]] = []
        self._shown_pieces = 0
        self._begun = time.perf_counter()
        super().__init__(command, columns=columns, rows=rows, environment=environment, folder=_ROOT)

    def _read(self) -> None:
        take, most = (self._towards.put, _SMALL_PIECE) if self._towards else (self._arrive, 65536)
        while not self._closed:
            if not select.select([self._master], [], [], 0.05)[0]:
                if self.process.poll() is not None:
                    return
                continue
            try:
                data = os.read(self._master, most)
            except OSError:
                return
            if not data:
                return
            take(data)

    def _arrive(self, data: bytes) -> None:
        now = self.now
        if _FRAME_QUESTION in data:
            self._send_back(_FRAME_ANSWER)
        with self._changed:
            self._raw += data
            self._arrivals.append((now, len(self._raw)))
            self._changed.notify_all()

    def _send_back(self, data: bytes) -> None:
        if self._back:
            self._back.put(data)
        else:
            self._give(data)

    def _give(self, data: bytes) -> None:
        # A program that has gone takes no keys.
        with contextlib.suppress(OSError):
            os.write(self._master, data)

    def hang_up(self) -> None:
        for direction in (self._towards, self._back):
            if direction:
                direction.close()
        super().hang_up()

    @property
    def now(self) -> float:
        return time.perf_counter() - self._begun

    # -- what the person does and sees --------------------------------------------------------------------------

    def press(self, key: str) -> float:
        """Send one key, by name or as text, and return when."""
        at = self.now
        self._send_back(KEYS.get(key, key).encode())
        return at

    def hold(self, key: str, *, times: int, per_second: float) -> float:
        """Hold a key down; returns when it was let go."""
        begun = self.now
        for number in range(times):
            self.press(key)
            time.sleep(max(0.0, begun + (number + 1) / per_second - self.now))
        return self.now

    def arrivals_since(self, moment: float) -> list[float]:
        """Return when each piece of output came since then."""
        with self._lock:
            return [at for at, _ in self._arrivals if at >= moment]

    @property
    def last_arrival(self) -> float:
        """When the last piece of output came."""
        with self._lock:
            return self._arrivals[-1][0] if self._arrivals else 0.0

    def until(self, pattern: str | Callable[[str], object], *, seconds: float = 30.0) -> float:
        """Return when the piece of output came that made the screen match; fail showing the screen otherwise.

        The emulator takes in piece after piece, so that a match belongs to its moment.
        """
        test = pattern if callable(pattern) else re.compile(pattern, re.MULTILINE).search
        deadline = self.now + seconds
        while True:
            screen = self.screen if not self._arrivals else self._next_screen()
            if test(screen):
                return self._arrivals[self._shown_pieces - 1][0] if self._shown_pieces else 0.0
            with self._changed:
                if self._shown_pieces < len(self._arrivals):
                    continue
                left = deadline - self.now
                if left <= 0 or not self._reader.is_alive():
                    raise AssertionError(f"not within {seconds:g} s: {pattern!r}\n{screen}")
                self._changed.wait(min(left, 0.5))

    def _next_screen(self) -> str:
        with self._lock:
            if self._shown_pieces < len(self._arrivals):
                self._feed(self._arrivals[self._shown_pieces][1])
                self._shown_pieces += 1
            return "\n".join(line.rstrip() for line in self._screen.display)

    def took(self, key: str, pattern: str | Callable[[str], object]) -> float:
        """Press `key` and return the seconds until the screen matches; it must not match before."""
        test = pattern if callable(pattern) else re.compile(pattern, re.MULTILINE).search
        before = self.catch_up()
        if test(before):
            raise AssertionError(f"there before the key {key}: {pattern!r}\n{before}")
        at = self.press(key)
        return self.until(pattern) - at

    def catch_up(self) -> str:
        """Let the emulator take in all that has come, and return the screen."""
        with self._lock:
            self._shown_pieces = len(self._arrivals)
        return self.screen

    def answers(self, key: str, *, seconds: float = 5.0) -> float:
        """Press `key` and return the seconds until the first byte of what it changes."""
        with self._lock:
            known = len(self._arrivals)
        at = self.press(key)
        deadline = at + seconds
        with self._changed:
            while len(self._arrivals) == known:
                left = deadline - self.now
                if left <= 0:
                    raise AssertionError(f"no output within {seconds:g} s of {key}")
                self._changed.wait(left)
            return self._arrivals[known][0] - at

    def settle(self, quiet: float = 0.1, *, seconds: float = 20.0) -> None:
        """Wait until nothing has come for `quiet` seconds, at most `seconds`."""
        deadline = self.now + seconds
        with self._changed:
            while True:
                last = self._arrivals[-1][0] if self._arrivals else 0.0
                left = min(last + quiet, deadline) - self.now
                if left <= 0:
                    return
                self._changed.wait(left)

    # -- what the program costs ---------------------------------------------------------------------------------

    @property
    def cpu(self) -> float:
        """Seconds of processor time of the program itself, without children."""
        # The clock of a process as Linux numbers them: the complement of its id, and 2 for "process".
        return time.clock_gettime_ns((~self.process.pid << 3) | 2) / _NANOSECONDS

    @property
    def peak_memory(self) -> float:
        """The most megabytes the program itself has had."""
        return self._status("VmHWM") / 1024

    @property
    def memory(self) -> float:
        """The megabytes the program itself has now."""
        return self._status("VmRSS") / 1024

    @property
    def wake_ups(self) -> int:
        """How often a thread of the program slept and went on."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(_status_number(task / "status", "voluntary_ctxt_switches") for task in tasks)

    def _status(self, name: str) -> int:
        return _status_number(Path(f"/proc/{self.process.pid}/status"), name)


def _status_number(file: Path, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+)", file.read_text(), re.MULTILINE)
    return int(found[1]) if found else 0
