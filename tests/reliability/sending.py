"""The installed command in a terminal: keys pressed too often, two copies at once, and leaving while it sends."""

import contextlib
import sqlite3
import time
from pathlib import Path

from replicate_tui.demo.faults import FaultRule
from replicate_tui.demo.front import RequestRecord
from replicate_tui.demo.records import Run
from replicate_tui.demo.server import DemoServer
from tests.e2e.walking import database_of, open_form, quit_in_order, start_on
from tests.reliability.row import Row, Trial, Trials
from tests.support.command import COMMAND
from tests.support.demo import make_demo
from tests.support.terminal import Terminal
from tests.support.waiting import wait_for_blocking

_CREATE = {"method": "POST", "path": "/v1/*predictions"}
_SUCCEEDED = r"✓ succeeded +(tests/)?greeter +{}\b"


def _no_command() -> str | None:
    return None if COMMAND.exists() else "the command is not installed"


def _made(service: DemoServer, text: str) -> list[Run]:
    made = tuple(service.service.state._runs.values())
    return sorted((run for run in made if run.input.get("text") == text), key=lambda run: run.created)


def _creates(service: DemoServer) -> list[RequestRecord]:
    return [seen for seen in service.requests if seen.method == "POST" and seen.path.endswith("/predictions")]


def _home(trials: Trials, name: str) -> Path:
    home = trials.folder / name
    home.mkdir(mode=0o700)
    return home


def _opened(service: DemoServer, home: Path) -> Terminal:
    return start_on(service, "open", "tests/greeter", home=home)


def _presses(trials: Trials) -> None:
    with make_demo() as service, _opened(service, _home(trials, "presses")) as terminal:
        terminal.wait_for(r"Inputs .*README")
        for trial in trials:
            with trial:
                _runs_once(trial, service, terminal)
            service.faults.clear()
            terminal.send("esc")
            terminal.wait_for(r"Inputs .*README")
        quit_in_order(terminal)


def _runs_once(trial: Trial, service: DemoServer, terminal: Terminal) -> None:
    dice = trial.random
    text = f"press{trial.number}"
    before = len(_creates(service))
    if dice.random() < 0.7:
        service.faults.add(FaultRule(**_CREATE, delay=dice.uniform(0.01, 0.3)))
    terminal.send("f")
    terminal.wait_for("options: version")
    terminal.send("ctrl+u", text)
    terminal.wait_for(text)
    _KINDS[trial.number % len(_KINDS)](trial, terminal)
    terminal.wait_for(_SUCCEEDED.format(text))
    assert len(_made(service, text)) == 1
    assert len(_creates(service)) == before + 1


def _burst(trial: Trial, terminal: Terminal) -> None:
    terminal.send("\x07" * trial.random.choice([2, 10]))


def _repeat(trial: Trial, terminal: Terminal) -> None:
    for _ in range(10):
        terminal.send("ctrl+g")
        time.sleep(0.002 + trial.random.random() * 0.03)


def _both_keys(trial: Trial, terminal: Terminal) -> None:
    terminal.send(*trial.random.sample(["ctrl+g", "ctrl+g", "f5", "f5"], 4))


def _click(trial: Trial, terminal: Terminal) -> None:
    """A double click on the key in the footer, and the key itself."""
    row = next(place for place, line in enumerate(terminal.lines) if "ctrl+g run" in line)
    column = terminal.lines[row].index("ctrl+g") + 3
    click = f"\x1b[<0;{column + 1};{row + 1}M\x1b[<0;{column + 1};{row + 1}m"
    terminal.send(click * 2, "ctrl+g")


_KINDS = (_burst, _repeat, _both_keys, _click)


def _two_copies(trials: Trials) -> None:
    for trial in trials:
        with trial, make_demo() as service:
            _each_has_its_own(trial, service, _home(trials, f"{trial.number}"))


def _each_has_its_own(trial: Trial, service: DemoServer, home: Path) -> None:
    text = f"both{trial.number}"
    if trial.random.random() < 0.5:
        service.faults.add(FaultRule(**_CREATE, when="after", drop=True, times=1))
    with _opened(service, home) as first, _opened(service, home) as second:
        for terminal in (first, second):
            open_form(terminal)
            # The copy that opens it later may find the draft that the other one has kept by then.
            terminal.send("ctrl+u", text)
            terminal.wait_for(rf"(?<!{text}){text}(?!{text})")
        first.send("ctrl+g")
        time.sleep(trial.random.random() * 0.2)
        second.send("ctrl+g")
        for terminal in (first, second):
            terminal.wait_for(_SUCCEEDED.format(text), seconds=60)
        for terminal in (first, second):
            terminal.send("4")
            terminal.wait_for("4 Runs")
            terminal.send("r", "/", text, "enter")
            terminal.wait_for("2 runs")
            quit_in_order(terminal)
    made = _made(service, text)
    assert len(made) == 2
    assert len(_creates(service)) == 2
    assert sorted(_remote_ids(home)) == sorted(run.id for run in made)


def _remote_ids(home: Path) -> list[str]:
    """Return the runs that the service has named, as far as the history knows."""
    with contextlib.closing(sqlite3.connect(database_of(home))) as database:
        rows = database.execute("select remote_id from runs where not hidden and remote_id is not null")
        return [remote_id for (remote_id,) in rows]


def _leavings(trials: Trials) -> None:
    for trial in trials:
        with trial, make_demo() as service:
            _is_found_after_leaving(trial, service, _home(trials, f"{trial.number}"))


def _is_found_after_leaving(trial: Trial, service: DemoServer, home: Path) -> None:
    dice = trial.random
    text = f"left{trial.number}"
    # Longer than leaving waits for an answer, or shorter; before the run is made, or after.
    seconds = dice.choice([0.2, 1.0, 4.0])
    after = {"when": "after", "drop": True} if dice.random() < 0.5 else {}
    service.faults.add(FaultRule(**_CREATE, delay=seconds, times=1, **after))
    with _opened(service, home) as terminal:
        open_form(terminal)
        terminal.send(text)
        terminal.wait_for(text)
        terminal.send("ctrl+g")
        time.sleep(dice.uniform(0, 0.5))
        _leave(terminal, trial)
    wait_for_blocking(lambda: all(seen.is_over for seen in _creates(service)), "the service")
    made = _made(service, text)
    with _opened(service, home) as terminal:
        terminal.wait_for(r"Inputs .*README")
        terminal.send("4")
        terminal.wait_for("4 Runs")
        if made:
            terminal.wait_for(_SUCCEEDED.format(text), seconds=60)
        _leave(terminal)
    assert len(made) <= len(_creates(service)) <= 1
    assert _remote_ids(home) == [run.id for run in made]


def _leave(terminal: Terminal, trial: Trial | None = None) -> None:
    """Leave, also when it asks because a run is going; the time it takes is the figure of `trial`."""
    terminal.send("ctrl+q")
    terminal.wait_for(lambda screen: terminal.process.poll() is not None or "Quit; " in screen)
    begun = time.monotonic()
    if terminal.process.poll() is None:
        terminal.send("q")
    assert terminal.wait_for_exit() == 0
    if trial is not None:
        trial.took = time.monotonic() - begun


ROWS = (
    Row(
        id="B6",
        fault="the run key 10 times in 20 ms, held, clicked and pressed",
        goal="one create",
        check=_presses,
        short=8,
        long=200,
        missing=_no_command,
    ),
    Row(
        id="B7",
        fault="two copies send the same, perhaps one answer lost",
        goal="two creates, two rows, each with its own run, in both",
        check=_two_copies,
        short=1,
        long=20,
        missing=_no_command,
    ),
    Row(
        id="B9",
        fault="leaving 0 to 500 ms after the run key",
        goal="left within 3 s; one create at most; the next start finds it",
        check=_leavings,
        short=2,
        long=50,
        limit=3.0,
        missing=_no_command,
    ),
)
