"""The app's own ways out, and the demo service that ends with it; deadly signals and crashes are in the rows."""

import signal
import sqlite3
from pathlib import Path

import pytest

from replicate_tui.demo.server import DemoServer
from tests.e2e.walking import database_of, past_first_start, start_on
from tests.support.command import start
from tests.support.processes import children, is_alive, no_proc
from tests.support.sequences import modes_left_on
from tests.support.waiting import wait_for_blocking

pytestmark = pytest.mark.pty

CHILD_SECONDS = 3.0


@pytest.mark.skipif(bool(no_proc()), reason="finding a process's children needs /proc")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGKILL, -9)], ids=["term", "kill"])
def test_the_demo_service_ends_with_the_app(number: int, code: int, private_home: Path) -> None:
    with start("--demo", "open", "replicate/hello-world", home=private_home) as terminal:
        terminal.wait_for(r"Inputs .*README")
        wait_for_blocking(lambda: children(terminal.process.pid), "the demo service's process")
        services = children(terminal.process.pid)
        terminal.process.send_signal(number)
        assert terminal.wait_for_exit() == code
        wait_for_blocking(lambda: not any(map(is_alive, services)), "the demo service is gone", seconds=CHILD_SECONDS)
    database = sqlite3.connect(database_of(private_home, "demo"))
    assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
    database.close()


def test_ctrl_c_twice_quits(demo: DemoServer, private_home: Path) -> None:
    with start_on(demo, home=private_home) as terminal:
        past_first_start(terminal)
        terminal.send("ctrl+c")
        terminal.wait_for(r"ctrl\+c again quits")
        terminal.send("ctrl+c")
        assert terminal.wait_for_exit() == 0
        assert modes_left_on(terminal.raw) == set()
