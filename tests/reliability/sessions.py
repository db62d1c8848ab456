"""A session of the installed command that a fault can strike at any moment, and how the command must leave."""

import itertools
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.server import DemoServer
from tests.demo.models import GREETER, STREAMED_TEXT
from tests.e2e.walking import database_of
from tests.reliability.row import Trials
from tests.support.command import COMMAND
from tests.support.demo import make_demo
from tests.support.sequences import modes_left_on
from tests.support.terminal import Terminal
from tests.support.waiting import wait_for_blocking

#: The first and the last thing an app says that takes a terminal over.
START: Final = b"\x1b[?1049h"
END: Final = b"\x1b[?1049l"


async def _talk(job: Job, given: Mapping[str, Any]) -> None:
    for number in itertools.count():
        await job.emit(f"word {number} ")
        job.log(f"said {number}")
        await job.sleep(0.05)


TALKER: Final = DemoModel(
    owner="tests",
    name="talker",
    description="Talks for ever.",
    readme="# Talker",
    input_schema={"type": "object", "properties": {}},
    output_schema=STREAMED_TEXT,
    run=_talk,
    version="8" * 64,
    queue=0.0,
)

#: The keys of each step, and what is on the screen once it is made.
STEPS: Final = (
    ((), r"Inputs .*README"),
    (("f",), r"options: version"),
    (("ctrl+g",), r"(●|◌) (processing|starting) +tests/talker"),
    ((), r"word \d\d"),
    (("4",), r"● processing +(tests/)?talker"),
    (("?",), r"Everywhere|This screen"),
)
IN_STREAM: Final = 4


def no_command() -> str | None:
    return None if COMMAND.exists() else "the command is not installed"


def talking_service() -> DemoServer:
    """Return a service (not started) of `tests/talker`, whose runs stream until they are cancelled."""
    return make_demo(models=[TALKER, GREETER], speed=1.0)


def home_of(trials: Trials, name: str) -> Path:
    home = trials.folder / "homes" / name
    home.mkdir(mode=0o700, parents=True)
    return home


def walk(terminal: Terminal, steps: int) -> None:
    """Make the first `steps` of a session that was opened at the talker; none: the terminal is just being taken."""
    wait_for_blocking(lambda: START in terminal.raw, "the app to take the terminal", seconds=20)
    for keys, shown in STEPS[:steps]:
        terminal.send(*keys)
        terminal.wait_for(shown)


def check_terminal(terminal: Terminal) -> str:
    """Check that the terminal is as it was, once the program has left, and return what was said last."""
    wait_for_blocking(lambda: not modes_left_on(terminal.raw), f"modes unset: {modes_left_on(terminal.raw)}")
    assert terminal.termios_now == terminal.termios_before
    return terminal.raw.rpartition(END)[2].decode("utf-8", "replace")


def check_history(home: Path, profile: str = "default") -> int:
    """Check that the database is whole by itself, without what a WAL may hold; return how many runs were made here."""
    path = database_of(home, profile)
    wal = Path(f"{path}-wal")
    assert not wal.exists() or wal.stat().st_size == 0
    assert not Path(f"{path}-journal").exists()
    database = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
        return int(database.execute("select count(*) from runs where source = 'here'").fetchone()[0])
    finally:
        database.close()
