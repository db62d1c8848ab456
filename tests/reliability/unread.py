"""A terminal that stops reading: flow control, a laptop that sleeps, a line that hangs. The app lives on behind it."""

import os
import select
import sqlite3
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.server import DemoServer
from tests.demo.models import STREAMED_TEXT
from tests.e2e.walking import database_of, open_form, quit_in_order
from tests.reliability.row import Row, Trial, Trials
from tests.reliability.sessions import check_history, check_terminal, home_of, no_command
from tests.support.command import COMMAND, environment_of
from tests.support.demo import make_demo
from tests.support.terminal import Terminal
from tests.support.waiting import wait_for_blocking

#: Told one after the other, for some seconds.
_WORDS: Final = [f"w{number}" for number in range(50)]
#: More than any terminal takes unread, whole screens at a time.
_REDRAWS: Final = 60
_REDRAW_SECONDS: Final = 0.03
#: What a terminal that reads again may get: what was on its way (64 kB), and less than three whole screens.
_MOST_BYTES: Final = 120_000


async def _tell(job: Job, given: Mapping[str, Any]) -> None:
    for word in _WORDS:
        await job.emit(f"{word} ")
        await job.sleep(0.1)


TELLER: Final = DemoModel(
    owner="tests",
    name="teller",
    description="Tells some words.",
    readme="# Teller",
    input_schema={"type": "object", "properties": {}},
    output_schema=STREAMED_TEXT,
    run=_tell,
    version="6" * 64,
    queue=0.0,
)


class UnreadTerminal(Terminal):
    """A terminal that can stop reading."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._is_read = threading.Event()
        self._is_read.set()
        super().__init__(*arguments, **options)

    def stop_reading(self) -> None:
        self._is_read.clear()

    def read_on(self) -> None:
        self._is_read.set()

    def _read(self) -> None:
        while not self._closed:
            if not self._is_read.wait(0.05):
                continue
            if not select.select([self._master], [], [], 0.05)[0]:
                if self.process.poll() is not None:
                    return
                continue
            try:
                data = os.read(self._master, 4096)
            except OSError:
                return
            if not data:
                return
            with self._changed:
                self._raw += data
                self._changed.notify_all()


def _start(service: DemoServer, home: Path) -> UnreadTerminal:
    known = environment_of(home, REPLICATE_BASE_URL=service.base_url, REPLICATE_API_TOKEN=service.token)
    command = [str(COMMAND), "open", "tests/teller"]
    return UnreadTerminal(command, columns=100, rows=30, environment=known, folder=home)


def _unread(trials: Trials) -> None:
    for trial in trials:
        home = home_of(trials, f"{trial.number}")
        with trial, make_demo(models=[TELLER], speed=1.0) as service, _start(service, home) as terminal:
            open_form(terminal)
            terminal.send("ctrl+g")
            terminal.wait_for(r"● processing(?s:.)*w3")
            terminal.stop_reading()
            _fill(terminal)
            if trial.number % 2:
                _is_left_unread(trial, terminal, home)
            else:
                _is_caught_up(trial, service, terminal, home)


def _fill(terminal: UnreadTerminal) -> None:
    """Have more drawn than the terminal takes."""
    for _ in range(_REDRAWS):
        terminal.send("ctrl+l")
        time.sleep(_REDRAW_SECONDS)


def _is_caught_up(trial: Trial, service: DemoServer, terminal: UnreadTerminal, home: Path) -> None:
    """The run comes to its end, on disk too, while nobody reads; then one painting shows all of it."""
    before = len(terminal.raw)
    (run,) = service.service.state._runs.values()
    wait_for_blocking(lambda: run.is_terminal, "the run's end")
    wait_for_blocking(lambda: _status(home) == "succeeded", "the end in the history")
    assert len(terminal.raw) - before < 4096
    terminal.read_on()
    with trial.timed():
        terminal.wait_for(lambda screen: "✓ succeeded" in screen and all(word in screen for word in _WORDS))
    assert len(terminal.raw) - before < _MOST_BYTES
    quit_in_order(terminal)


def _is_left_unread(trial: Trial, terminal: UnreadTerminal, home: Path) -> None:
    """Quitting does not wait for the terminal, which is as it was as soon as it reads."""
    with trial.timed():
        terminal.send("ctrl+q", "q")
        assert terminal.wait_for_exit() == 0
    terminal.read_on()
    check_terminal(terminal)
    check_history(home)


def _status(home: Path) -> str:
    with closing(sqlite3.connect(f"file:{database_of(home)}?mode=ro", uri=True)) as database:
        return str(database.execute("select status from runs where source = 'here'").fetchone()[0])


ROWS = (
    Row(
        id="E5",
        fault="the terminal stops reading while a run streams",
        goal="the run is followed and kept; one painting catches up; leaving does not wait",
        check=_unread,
        short=2,
        long=20,
        limit=2.0,
        missing=no_command,
    ),
)
