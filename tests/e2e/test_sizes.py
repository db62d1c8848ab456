"""A small terminal is enough; storms of sizes are in the rows."""

from pathlib import Path

import pytest

from replicate_tui.demo.server import DemoServer
from tests.e2e.walking import past_first_start, quit_in_order, start_on

pytestmark = pytest.mark.pty


def test_forty_by_ten_is_enough(demo: DemoServer, private_home: Path) -> None:
    with start_on(demo, home=private_home, columns=40, rows=10) as terminal:
        past_first_start(terminal)
        terminal.send("/", "greeter")
        terminal.wait_for("tests/greeter")
        terminal.send("enter")
        terminal.wait_for("Greets whoever")
        terminal.send("f")
        terminal.wait_for("text")
        terminal.send("tiny", "ctrl+g")
        terminal.wait_for("succeeded")
        terminal.wait_for("hello tiny")
        terminal.send("4")
        terminal.wait_for("✓ succeeded")
        quit_in_order(terminal)
