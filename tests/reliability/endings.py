"""The installed command is ended: by signals, by a crash, by its terminal going away."""

import re
import signal
import sys
import time
from pathlib import Path
from typing import Final

from replicate_tui.demo.server import DemoServer
from tests.e2e.walking import past_first_start, start_on
from tests.reliability.row import Row, Trial, Trials
from tests.reliability.sessions import (
    IN_STREAM,
    STEPS,
    check_history,
    check_terminal,
    home_of,
    no_command,
    talking_service,
    walk,
)
from tests.support.command import COMMAND, environment_of
from tests.support.processes import cpu_seconds, no_proc
from tests.support.terminal import Terminal

CRASHING: Final = Path(__file__).parents[1] / "e2e/crashing_app.py"
#: The shell's code for each signal.
SIGNALS: Final = {
    signal.SIGINT: 130,
    signal.SIGTERM: 143,
    signal.SIGHUP: 129,
    signal.SIGQUIT: 131,
    signal.SIGABRT: 134,
}
_CRASHES: Final = ("by-key", "in-worker", "in-compose", "out-of-memory")
_FAULTS: Final[tuple[signal.Signals | str, ...]] = (*SIGNALS, *_CRASHES)


def crashing(kind: str, service: DemoServer, home: Path, *arguments: str) -> Terminal:
    """Start the app with that defect (see `crashing_app.KINDS`)."""
    environment = environment_of(
        home, REPLICATE_BASE_URL=service.base_url, REPLICATE_API_TOKEN=service.token, PYTHONPATH=str(Path.cwd())
    )
    command = [sys.executable, str(CRASHING), kind, *arguments]
    return Terminal(command, columns=100, rows=30, environment=environment, folder=home)


def _deadly(trials: Trials) -> None:
    for trial in trials:
        fault = _FAULTS[trial.number % len(_FAULTS)]
        home = home_of(trials, f"{trial.number}")
        with trial, talking_service() as service:
            if isinstance(fault, str):
                _crashes(trial, fault, service, home)
            else:
                _is_ended(trial, fault, service, home)


def _is_ended(trial: Trial, number: signal.Signals, service: DemoServer, home: Path) -> None:
    with start_on(service, "open", "tests/talker", home=home) as terminal:
        # Every other one while words stream.
        steps = IN_STREAM if trial.random.random() < 0.5 else trial.random.randint(0, len(STEPS))
        walk(terminal, steps)
        time.sleep(trial.random.uniform(0, 0.25))
        terminal.process.send_signal(number)
        with trial.timed():
            code = terminal.wait_for_exit()
        said = check_terminal(terminal)
    assert code == SIGNALS[number], (steps, said)
    assert re.findall(rf"Ended by {number.name}\..*", said), said
    assert "Traceback" not in said
    if steps >= IN_STREAM:
        assert check_history(home) == 1


def _crashes(trial: Trial, kind: str, service: DemoServer, home: Path) -> None:
    with crashing(kind, service, home, "open", "tests/talker") as terminal:
        walk(terminal, trial.random.randint(1, IN_STREAM))
        time.sleep(trial.random.uniform(0, 0.25))
        terminal.send("ctrl+q")
        with trial.timed():
            code = terminal.wait_for_exit()
        said = check_terminal(terminal)
    assert code == 1
    assert "a defect of this test" in said, said
    assert "Nothing is lost" in said, said
    check_history(home)


def _closed_terminals(trials: Trials) -> None:
    for trial in trials:
        with trial, talking_service() as service:
            _goes_on_at_the_service(trial, service, home_of(trials, f"{trial.number}"))


def _goes_on_at_the_service(trial: Trial, service: DemoServer, home: Path) -> None:
    with start_on(service, "open", "tests/talker", home=home) as terminal:
        walk(terminal, trial.random.randint(IN_STREAM, len(STEPS)))
        time.sleep(trial.random.uniform(0, 0.25))
        terminal.hang_up()
        with trial.timed():
            assert terminal.wait_for_exit() == 129
    assert check_history(home) == 1
    (run,) = service.service.state._runs.values()
    assert not run.is_terminal
    with start_on(service, home=home) as terminal:
        past_first_start(terminal)
        terminal.wait_for("1 running")
        terminal.send("4")
        terminal.wait_for(r"● processing +(tests/)?talker")
        terminal.send("enter")
        terminal.wait_for(r"word \d\d")
        terminal.process.send_signal(signal.SIGTERM)
        terminal.wait_for_exit()


def _deaf_to_hang_ups(trials: Trials) -> None:
    deaf = "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    for trial in trials:
        home = home_of(trials, f"{trial.number}")
        with trial, talking_service() as service:
            environment = environment_of(home, REPLICATE_BASE_URL=service.base_url, REPLICATE_API_TOKEN=service.token)
            command = [sys.executable, "-c", deaf, str(COMMAND)]
            with Terminal(command, environment=environment, folder=home) as terminal:
                past_first_start(terminal)
                time.sleep(trial.random.uniform(0, 0.25))
                before = cpu_seconds(terminal.process.pid)
                terminal.hang_up()
                with trial.timed():
                    code = _exit_and_its_cost(terminal, before)
            assert code == 129
            check_history(home)


def _exit_and_its_cost(terminal: Terminal, before: float) -> int:
    """Return the exit code; fail when the process was busy for as long as one that spins on the end of its input."""
    used = before
    while terminal.process.poll() is None:
        used = max(used, _used(terminal.process.pid))
        assert used - before < 1.0, f"{used - before:.1f} s of computing after the terminal has gone"
        time.sleep(0.02)
    return terminal.process.wait()


def _used(pid: int) -> float:
    try:
        return cpu_seconds(pid)
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


ROWS = (
    Row(
        id="E1",
        fault="five deadly signals and four kinds of crash, at any moment",
        goal="modes and termios as before, one line why, the right code",
        check=_deadly,
        short=len(_FAULTS),
        long=20 * len(_FAULTS),
        limit=2.0,
        missing=no_command,
    ),
    Row(
        id="E3",
        fault="the terminal closes while a run streams",
        goal="gone in 2 s, history closed; the run goes on and is followed at the next start",
        check=_closed_terminals,
        short=1,
        long=20,
        limit=2.0,
        missing=no_command,
    ),
    Row(
        id="E4",
        fault="the terminal closes, and hang-ups are ignored",
        goal="left in order by the end of its input, without spinning",
        check=_deaf_to_hang_ups,
        short=1,
        long=20,
        limit=2.0,
        missing=lambda: no_command() or no_proc(),
    ),
)
