"""Terminals that can do little: one line that says so, or the app as plain as they are."""

import re
from pathlib import Path

import pytest

from replicate_tui.demo.server import DemoServer
from tests.e2e.walking import past_first_start, quit_in_order
from tests.support.command import COMMAND, environment_of, start
from tests.support.sequences import modes_left_on
from tests.support.terminal import Terminal

pytestmark = pytest.mark.pty


def test_a_terminal_that_cannot_move_its_cursor_gets_one_line(private_home: Path) -> None:
    with start("--demo", home=private_home, environment={"TERM": "dumb"}) as terminal:
        assert terminal.wait_for_exit() == 2
        terminal.wait_for("TERM is dumb")
        assert terminal.raw.count(b"\n") == 1
        assert b"\x1b" not in terminal.raw


@pytest.mark.parametrize(
    ("unset", "variables"),
    [
        (["TERM", "COLORTERM"], {"NO_COLOR": "1"}),
        (["COLORTERM"], {"TERM": "linux"}),
    ],
    ids=["no-term-no-colour", "console"],
)
def test_a_plain_terminal_gets_the_whole_app(
    unset: list[str], variables: dict[str, str], demo: DemoServer, private_home: Path
) -> None:
    environment = environment_of(
        private_home, REPLICATE_BASE_URL=demo.base_url, REPLICATE_API_TOKEN=demo.token, **variables
    )
    command = ["env", *(f"--unset={name}" for name in unset), str(COMMAND)]
    with Terminal(command, environment=environment, folder=private_home) as terminal:
        past_first_start(terminal)
        terminal.send("4")
        terminal.wait_for("4 Runs")
        terminal.send("ctrl+p")
        terminal.wait_for("Search for commands")
        terminal.send("esc")
        terminal.wait_until_gone("Search for commands")
        quit_in_order(terminal)
        assert modes_left_on(terminal.raw) == set()
        coloured = re.search(rb"\x1b\[[\d;]*\b[34]8;", terminal.raw)
        assert not coloured or not variables.get("NO_COLOR")
