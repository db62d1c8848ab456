"""The driver on a real terminal: late answers are no keys, and every way out leaves the terminal as it was."""

import fcntl
import os
import re
import signal
import struct
import sys
import termios
import threading
import time
from pathlib import Path

import pytest

from tests.support.terminal import Terminal
from tests.support.waiting import wait_for_blocking

PROGRAM = """
from textual.app import App
from textual.widgets import Input
from replicate_tui.ui.wire.signals import leave_on_signals, restore_terminal
from replicate_tui.ui.wire.terminal import driver_class

class Field(App):
    BINDINGS = [("ctrl+q", "exit_now", "quit")]
    def compose(self):
        field = Input()
        field.cursor_blink = False
        yield field
    def on_mount(self):
        leave_on_signals(self)
    def action_exit_now(self):
        self.exit(return_code=0)

app = Field(driver_class=driver_class())
app.run()
restore_terminal()
raise SystemExit(app.return_code)
"""

pytestmark = pytest.mark.pty


@pytest.fixture
def program(tmp_path: Path) -> list[str]:
    script = tmp_path / "field.py"
    script.write_text(PROGRAM)
    return [sys.executable, str(script)]


def environment() -> dict[str, str]:
    return {"PYTHONPATH": str(Path(__file__).parents[3])}


def ready(terminal: Terminal) -> None:
    terminal.wait_for("\u2594")  # the field's border
    terminal.send("x")
    terminal.wait_for(r"\bx")


def modes_left(raw: bytes) -> set[bytes]:
    """Private modes that were turned on and never off."""
    state = {}
    for modes, letter in re.findall(rb"\x1b\[\?([\d;]+)([hl])", raw):
        for mode in modes.split(b";"):
            state[mode] = letter
    # Line wrap (7) and the cursor (25) are on in a shell.
    return {mode for mode, letter in state.items() if (letter == b"h") != (mode in (b"7", b"25"))}


def test_late_answers_never_reach_a_field(program: list[str]) -> None:
    with Terminal(program, environment=environment()) as terminal:
        ready(terminal)
        terminal.send("\x1b_Gi=31;OK\x1b\\\x1b[6;20;10t\x1b[?62;4;22c", "abc")
        terminal.send("\x1b_Gi=31;O")
        terminal.send("K\x1b\\\x1b[6;20")
        terminal.send(";10t\x1b[?62;4c", "def")
        terminal.wait_for(r"xabcdef")
        assert re.search(r"^\W*xabcdef\s", terminal.screen + " ", re.MULTILINE)


@pytest.mark.parametrize(
    ("way", "code"),
    [("key", 0), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGQUIT, 131)],
)
def test_every_way_out_restores_the_terminal(program: list[str], way: str | signal.Signals, code: int) -> None:
    with Terminal(program, environment=environment()) as terminal:
        ready(terminal)
        started = time.monotonic()
        if isinstance(way, signal.Signals):
            terminal.process.send_signal(way)
        else:
            terminal.send("ctrl+q")
        assert terminal.wait_for_exit() == code
        assert time.monotonic() - started < 5
        assert termios.tcgetattr(terminal._slave) == terminal.termios_before
        assert modes_left(terminal.raw) == set()
        assert terminal.raw.count(b"\x1b[<u") >= 1


def test_a_terminal_that_goes_away_ends_the_program(program: list[str]) -> None:
    with Terminal(program, environment=environment()) as terminal:
        ready(terminal)
        terminal.hang_up()
        assert terminal.wait_for_exit(seconds=5) in (129, 1)


def test_a_program_told_to_ignore_hang_ups_ends_with_its_terminal(program: list[str]) -> None:
    ignoring = ["/bin/sh", "-c", 'trap "" HUP; exec "$@"', "sh", *program]
    with Terminal(ignoring, environment=environment()) as terminal:
        ready(terminal)
        os.kill(terminal.process.pid, signal.SIGHUP)
        terminal.send("y")
        terminal.wait_for("xy")
        terminal.hang_up()
        assert terminal.wait_for_exit(seconds=5) in (129, 1)


def test_an_idle_program_sleeps(program: list[str]) -> None:
    with Terminal(program, environment=environment()) as terminal:
        ready(terminal)
        terminal.wait_for("x")
        statistics = Path(f"/proc/{terminal.process.pid}/task")
        if not statistics.exists():
            pytest.skip("needs /proc to count what a thread does")

        def switches() -> int:
            total = 0
            for task in statistics.iterdir():
                found = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", (task / "status").read_text(), re.MULTILINE)
                total += int(found[1]) if found else 0
            return total

        time.sleep(0.3)  # what the last key set off
        before = switches()
        time.sleep(1.0)
        assert switches() - before <= 6


class Far(Terminal):
    """A terminal at the end of a long line: it answers late, and a mouse that moves is reported until then."""

    DELAY = 0.15
    _QUESTION = b"\x1b[?2026$p"
    _MOUSE_OFF = b"\x1b[?1000l"

    def play(self, stopped: threading.Event) -> None:
        """Send what such a terminal sends, in order, until `stopped`."""
        answers = 0
        due: list[float] = []
        still_until: float | None = None
        while not stopped.wait(0.005):
            now, raw = time.monotonic(), self.raw
            asked = raw.count(self._QUESTION)
            due += [now + self.DELAY] * (asked - answers - len(due))
            if still_until is None and self._MOUSE_OFF in raw:
                still_until = now + self.DELAY
            if still_until is not None and now < still_until:
                os.write(self._master, b"\x1b[<35;3;3M")
            if due and due[0] <= now:
                due.pop(0)
                answers += 1
                os.write(self._master, b"\x1b[?2026;2$y")


def test_answers_that_are_under_way_do_not_land_on_the_shells_line(program: list[str]) -> None:
    shell = ["/bin/sh", "-c", '"$@"; echo left; sleep 0.6; echo end', "sh", *program]
    with Far(shell, environment=environment()) as terminal:
        stopped = threading.Event()
        playing = threading.Thread(target=terminal.play, args=(stopped,))
        playing.start()
        try:
            ready(terminal)
            begun = time.monotonic()
            wait_for_blocking(lambda: time.monotonic() > begun + 2 * terminal.DELAY, "the first answer")
            terminal.send("ctrl+q")
            terminal.wait_for(r"^end")
        finally:
            stopped.set()
            playing.join()
        # The shell's terminal echoes what it is sent: nothing stands between the two words, nor before them.
        assert re.search(rb"left\s+end\s*$", terminal.raw), terminal.raw[-300:]
        assert b"35;3;3M" not in terminal.raw


@pytest.mark.parametrize(("columns", "rows"), [(0, 0), (1, 1), (10_000, 10_000), (65_535, 65_535)])
def test_a_terminal_that_lies_about_its_size_is_survived(program: list[str], columns: int, rows: int) -> None:
    with Terminal(program, environment=environment()) as terminal:
        ready(terminal)
        fcntl.ioctl(terminal._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.killpg(terminal.process.pid, signal.SIGWINCH)
        terminal.send("y")
        time.sleep(0.3)
        terminal.send(f"\x1b[48;{rows};{columns};{rows};{columns}t")
        time.sleep(0.3)
        terminal.send("ctrl+q")
        assert terminal.wait_for_exit() == 0
        assert modes_left(terminal.raw) == set()
        # A screen of the largest size that is believed is painted twice at most.
        assert len(terminal.raw) < 4_000_000
