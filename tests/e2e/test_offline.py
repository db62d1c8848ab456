"""The service goes away and comes back: what was known stays with its age, and nothing has to be pressed."""

from pathlib import Path

import pytest

from replicate_tui.demo.server import DemoServer
from tests.e2e.walking import open_form, past_first_start, quit_in_order, start_on, wait_until_said
from tests.support.demo import make_demo

pytestmark = pytest.mark.pty

OFFLINE = "offline"


def serve(folder: Path, port: int = 0) -> DemoServer:
    return make_demo(folder=folder, port=port)


def port_of(service: DemoServer) -> int:
    return int(service.origin.rpartition(":")[2])


def test_it_recovers_by_itself(tmp_path: Path, private_home: Path) -> None:
    folder = tmp_path / "service"
    with serve(folder) as service:
        port = port_of(service)
        terminal = start_on(service, "open", "tests/endless", home=private_home, columns=110)
        with terminal:
            open_form(terminal)
            terminal.send("ctrl+g")
            terminal.wait_for(r"● processing +tests/endless")
            service.stop()
            terminal.wait_for(r"offline, trying again in \d+ s")
            terminal.wait_for("● processing +tests/endless")
            with serve(folder, port):
                terminal.wait_until_gone(OFFLINE, seconds=30)
                terminal.wait_for(r"(●|◌) (processing|starting) +tests/endless")
                terminal.send("x")
                terminal.wait_for("Keep running")
                terminal.send("y")
                terminal.wait_for("⊘ canceled")
                quit_in_order(terminal)


def test_offline_from_the_start_shows_what_was_known(tmp_path: Path, private_home: Path) -> None:
    with make_demo() as service:
        with start_on(service, home=private_home, columns=110) as terminal:
            past_first_start(terminal)
            terminal.wait_for("nano-banana")
            quit_in_order(terminal)
        with start_on(service, "open", "tests/greeter", home=private_home, columns=110) as terminal:
            open_form(terminal)
            terminal.send("known", "ctrl+g")
            terminal.wait_for("hello known")
            quit_in_order(terminal)
    with start_on(service, home=private_home, columns=110) as terminal:
        terminal.wait_for("nano-banana")
        terminal.wait_for("(?i)offline")
        terminal.send("4")
        terminal.wait_for("✓ succeeded +(tests/)?greeter")
        terminal.send("enter")
        terminal.wait_for("hello known")
        quit_in_order(terminal)
    with start_on(service, "open", "tests/greeter", home=private_home, columns=110) as terminal:
        terminal.wait_for("Greets whoever is named")
        terminal.wait_for("(?i)offline")
        open_form(terminal)
        wait_until_said(terminal, "The form is as last seen, just now.")
        terminal.send("never sent", "ctrl+g")
        wait_until_said(terminal, "form is kept")
        assert "never sent" in terminal.screen
        quit_in_order(terminal)
