"""What a terminal does to the installed command while it lives: stops, sizes, tmux, pastes."""

import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyte

from replicate_tui.demo.faults import FaultRule
from replicate_tui.demo.server import DemoServer
from replicate_tui.demo.stream_faults import StreamFault
from tests.e2e.walking import creates, open_form, quit_in_order, start_on, wait_until_said
from tests.reliability.row import Row, Trial, Trials
from tests.reliability.sessions import IN_STREAM, START, home_of, no_command, talking_service, walk
from tests.support.command import COMMAND, environment_of
from tests.support.demo import make_demo
from tests.support.processes import no_proc, state_of
from tests.support.sequences import modes_left_on
from tests.support.terminal import Terminal
from tests.support.waiting import wait_for_blocking

_COLUMNS: Final = 100
_ROWS: Final = 30
#: Keys that go to a surface of a session from the one before, and what is on it.
_SURFACES: Final = (
    ("1", r"word \d"),
    ("3", "Collections"),
    ("4", "Runs"),
    ("2", "Models"),
    ("5", "Trainings"),
    ("?", "Everywhere|This screen"),
)


def _leave(terminal: Terminal) -> None:
    terminal.send("ctrl+q")
    terminal.wait_for("Quit; ")
    terminal.send("q")
    assert terminal.wait_for_exit() == 0
    assert terminal.termios_now == terminal.termios_before
    wait_for_blocking(lambda: not modes_left_on(terminal.raw), "modes unset")


def _stops(trials: Trials) -> None:
    with talking_service() as service, start_on(service, "open", "tests/talker", home=home_of(trials, "home")) as it:
        walk(it, IN_STREAM)
        it.send("4")
        for trial in trials:
            with trial:
                it.send("1" if trial.number % 2 else "3")
                it.wait_for(r"word \d" if trial.number % 2 else r"Collections +\d")
                _is_stopped_and_goes_on(trial, it)
        _leave(it)


def _is_stopped_and_goes_on(trial: Trial, terminal: Terminal) -> None:
    time.sleep(trial.random.uniform(0, 0.2))
    # Each in a stream and beside one.
    how = (signal.SIGTSTP, "ctrl+z", signal.SIGSTOP)[trial.number // 2 % 3]
    if isinstance(how, str):
        terminal.send(how)
    else:
        terminal.process.send_signal(how)
    wait_for_blocking(lambda: state_of(terminal.process.pid) == "T", "the app is stopped")
    if how != signal.SIGSTOP:
        wait_for_blocking(lambda: not modes_left_on(terminal.raw), "the terminal is the shell's")
        assert terminal.termios_now == terminal.termios_before
    starts = terminal.raw.count(START)
    terminal.process.send_signal(signal.SIGCONT)
    with trial.timed():
        wait_for_blocking(lambda: _is_painted_since(terminal, starts), "a whole painting")


def _is_painted_since(terminal: Terminal, starts: int) -> bool:
    """Whether the app has taken the terminal over again, and painted it from the first line to the last."""
    raw = terminal.raw
    if raw.count(START) <= starts:
        return False
    screen = pyte.Screen(_COLUMNS, _ROWS)
    plain = re.sub(rb"\x1b\[[<>=][0-9;:]*[a-zA-Z]|\x1b\[\??[0-9;]*\$[a-z]", b"", raw.rpartition(START)[2])
    pyte.ByteStream(screen).feed(plain)
    first, *_, last = [line.strip() for line in screen.display]
    whole = "\n".join(screen.display)
    return first.startswith("1") and bool(last) and bool(re.search(r"word \d|Collections +\d", whole))


def _sleeps(trials: Trials) -> None:
    for trial in trials:
        with trial, make_demo(speed=1.0) as service:
            _sleeps_over_the_end(trial, service, home_of(trials, f"{trial.number}"))


def _sleeps_over_the_end(trial: Trial, service: DemoServer, home: Path) -> None:
    """Stop the process as soon as words come; the stream is cut and the run ends while nobody looks."""
    words = [f"w{number}" for number in range(60)]
    service.faults.add(FaultRule(path="/stream/*", stream=StreamFault(drop_after=20), times=1))
    with start_on(service, "open", "tests/streamer", home=home) as terminal:
        open_form(terminal)
        terminal.send(" ".join(words), "ctrl+g")
        terminal.wait_for(r"● processing(?s:.)*w3")
        time.sleep(trial.random.uniform(0, 0.1))
        terminal.process.send_signal(signal.SIGSTOP)
        (run,) = service.service.state._runs.values()
        wait_for_blocking(lambda: run.is_terminal, "the run's end")
        terminal.process.send_signal(signal.SIGCONT)
        with trial.timed():
            terminal.wait_for(r"✓ succeeded +(tests/)?streamer")
            terminal.wait_for(lambda screen: all(re.search(rf"\b{word}\b", screen) for word in words))
        quit_in_order(terminal)


def _sizes(trials: Trials) -> None:
    with talking_service() as service, start_on(service, "open", "tests/talker", home=home_of(trials, "home")) as it:
        walk(it, IN_STREAM)
        it.send("4")
        for trial in trials:
            keys, shown = _SURFACES[trial.number % len(_SURFACES)]
            with trial:
                it.send(keys)
                it.wait_for(shown)
                _storm(trial.random, it)
                columns, rows = trial.random.choice([(80, 24), (60, 20), (120, 40)])
                it.resize(columns, rows)
                with trial.timed():
                    it.wait_for(shown)
                    it.wait_for("^ 1 ")
                if keys == "?":
                    it.send("esc")
                    it.wait_until_gone(shown)
        _leave(it)


def _storm(dice: random.Random, terminal: Terminal) -> None:
    edges = [(1, 1), (2, 1), (500, 200), (0, 0), (1, 200), (500, 1)]
    sizes = [*edges, *((dice.randrange(1, 250), dice.randrange(1, 80)) for _ in range(24))]
    for columns, rows in dice.sample(sizes, len(sizes)):
        terminal.resize(columns, rows)
        time.sleep(dice.choice([0.0, 0.0, 0.0, 0.03]))


def _no_tmux() -> str | None:
    return no_command() or (None if shutil.which("tmux") else "there is no tmux")


@contextmanager
def tmux_session(folder: Path, *command: str, environment: dict[str, str]) -> Iterator[Callable[..., str]]:
    """Run `command` in a tmux of its own; gives a function that runs tmux commands and returns what they print."""
    program = ["tmux", "-S", str(folder / "tmux"), "-f", "/dev/null"]
    around = {name: value for name, value in os.environ.items() if name != "TMUX"} | environment

    def tmux(*arguments: str) -> str:
        call = [*program, *arguments]
        return subprocess.run(call, env=around, capture_output=True, text=True, timeout=20, check=True).stdout

    tmux("new-session", "-d", "-x", str(_COLUMNS), "-y", str(_ROWS), *command, ";", "set", "-g", "status", "off")
    try:
        yield tmux
    finally:
        subprocess.run([*program, "kill-server"], capture_output=True, timeout=20, check=False)


def _attaches(trials: Trials) -> None:
    home = home_of(trials, "home")
    with make_demo() as service:
        environment = environment_of(home, REPLICATE_BASE_URL=service.base_url, REPLICATE_API_TOKEN=service.token)
        with tmux_session(home, str(COMMAND), "open", "tests/greeter", environment=environment) as tmux:

            def shows(text: str | None) -> bool:
                now = tmux("capture-pane", "-p")
                return now == text if text else bool(re.search(r"(?s)Greets whoever.*Output", now))

            wait_for_blocking(lambda: shows(None), "the page", seconds=20)
            before = tmux("capture-pane", "-p")
            for trial in trials:
                with trial:
                    _detach_and_attach(trial, home, lambda: shows(before), lambda: shows(None))
            tmux("send-keys", "C-q")


def _detach_and_attach(trial: Trial, home: Path, is_the_same: Callable[[], bool], is_there: Callable[[], bool]) -> None:
    """Attach from a terminal of another kind and size, then from one of the first size."""
    kind = trial.random.choice(["xterm-256color", "screen-256color", "vt100", "linux", "xterm"])
    sizes = [(trial.random.randint(60, 160), trial.random.randint(20, 50)), (_COLUMNS, _ROWS)]
    for columns, rows in sizes:
        attach = ["tmux", "-S", str(home / "tmux"), "attach"]
        with Terminal(attach, columns=columns, rows=rows, environment={"TERM": kind, "TMUX": ""}) as outside:
            outside.wait_for("Greets whoever")
            if (columns, rows) == (_COLUMNS, _ROWS):
                with trial.timed():
                    wait_for_blocking(is_the_same, "the screen as it was")
            else:
                wait_for_blocking(is_there, "the screen at another size")
            outside.send("ctrl+b", "d")
            outside.wait_for_exit()


#: Keys that would do something: up, run, quit, delete, a click, and an escape that begins nothing.
_PASTED_KEYS: Final = "words \x1b[A\x07\x11q\x1b[3~\x1b[<0;5;5M\x1b \x1b[999;999;999;999;999;999;999;999X\r\n"
_PASTE_BYTES: Final = 10_000_000


def _pastes(trials: Trials) -> None:
    home = home_of(trials, "home")
    with make_demo() as service, start_on(service, "open", "tests/greeter", home=home) as terminal:
        terminal.wait_for(r"Inputs .*README")
        for trial in trials:
            with trial:
                _PASTES[trial.number % len(_PASTES)](trial, terminal)
                assert creates(service) == 0
        terminal.send("ctrl+q")
        assert terminal.wait_for_exit() == 0


def _a_huge_one(trial: Trial, terminal: Terminal) -> None:
    """Into a field of the form: cut with a note, and the form still answers."""
    terminal.send("f")
    terminal.wait_for("options: version")
    _paste(terminal, _PASTED_KEYS * (_PASTE_BYTES // len(_PASTED_KEYS)))
    with trial.timed():
        wait_until_said(terminal, "Only the first 1,000,000 characters were pasted.")
        terminal.send("ctrl+p")
        terminal.wait_for("Search for commands")
    terminal.send("esc")
    terminal.wait_until_gone("Search for commands")
    terminal.send("ctrl+r", "esc")
    terminal.wait_for(r"Inputs .*README")


def _where_no_field_is(trial: Trial, terminal: Terminal) -> None:
    _paste(terminal, f"{trial.number} {_PASTED_KEYS * trial.random.randint(1, 200)}")
    terminal.send("?")
    terminal.wait_for("Everywhere|This screen")
    terminal.send("esc")
    terminal.wait_until_gone("Everywhere|This screen")
    assert re.search(r"Inputs .*README", terminal.screen)


def _one_that_never_ends(trial: Trial, terminal: Terminal) -> None:
    """Its keys are never run, and after a silence the person's own are heard again."""
    terminal.send("f")
    terminal.wait_for("options: version")
    terminal.send(f"\x1b[200~unclosed{trial.number} {_PASTED_KEYS}")
    with trial.timed():
        terminal.wait_for(f"unclosed{trial.number}")
    time.sleep(0.1)
    terminal.send("ctrl+p")
    terminal.wait_for("Search for commands")
    terminal.send("esc")
    terminal.wait_until_gone("Search for commands")
    terminal.send("ctrl+r", "esc")
    terminal.wait_for(r"Inputs .*README")


_PASTES: Final = (_a_huge_one, _where_no_field_is, _one_that_never_ends)


def _paste(terminal: Terminal, text: str) -> None:
    content = text.encode()
    terminal.send("\x1b[200~")
    for start in range(0, len(content), 65536):
        terminal.write(content[start : start + 65536])
    terminal.send("\x1b[201~")


ROWS = (
    Row(
        id="E6",
        fault="stopped by SIGTSTP, ctrl+z or SIGSTOP, also in a stream",
        goal="the shell has its terminal; then everything is painted again",
        check=_stops,
        short=6,
        long=60,
        limit=0.5,
        missing=lambda: no_command() or no_proc(),
    ),
    Row(
        id="E7",
        fault="SIGSTOP while a run streams, until it is over, then SIGCONT",
        goal="the right end and the whole text",
        check=_sleeps,
        short=1,
        long=20,
        limit=10.0,
        missing=no_command,
    ),
    Row(
        id="E8",
        fault="30 sizes in a row, 1x1 to 500x200 and 0x0",
        goal="no exception; usable at 60x20 after",
        check=_sizes,
        short=len(_SURFACES),
        long=36,
        limit=2.0,
        missing=no_command,
    ),
    Row(
        id="E9",
        fault="tmux detached and attached, of other kind and size",
        goal="the same text",
        check=_attaches,
        short=2,
        long=50,
        limit=2.0,
        missing=_no_tmux,
    ),
    Row(
        id="E13",
        fault="pastes of 10 MB, with escapes, never ended",
        goal="cut with a note; no key runs",
        check=_pastes,
        short=len(_PASTES),
        long=30,
        limit=5.0,
        missing=no_command,
    ),
)
