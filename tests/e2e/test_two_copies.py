"""Two copies of the app on one profile: both work, and each finds what the other did."""

import sqlite3
from pathlib import Path

import pytest

from tests.e2e.walking import creates, database_of, open_form, quit_in_order, start_on
from tests.support.command import start
from tests.support.demo import make_demo

pytestmark = pytest.mark.pty


def test_each_finds_what_the_other_did(private_home: Path) -> None:
    with (
        make_demo() as service,
        start_on(service, "open", "tests/greeter", home=private_home, columns=110) as first,
        start_on(service, "open", "tests/greeter", home=private_home, columns=110) as second,
    ):
        for terminal, text in ((first, "from one"), (second, "from two")):
            open_form(terminal)
            terminal.send(text, "ctrl+g")
            terminal.wait_for(r"✓ succeeded +tests/greeter")
            terminal.wait_for(f"hello {text}")
        for terminal, others in ((first, "from two"), (second, "from one")):
            terminal.send("4")
            terminal.wait_for("4 Runs")
            terminal.send("r")
            terminal.wait_for(f"✓ succeeded +greeter.*{others}")
            terminal.send("/", others, "enter")
            terminal.wait_for("1 run")
            terminal.send("enter")
            terminal.wait_for(f"hello {others}")
        assert creates(service) == 2
        quit_in_order(first)
        # The other goes on alone.
        second.send("1")
        second.wait_for("1 Search")
        quit_in_order(second)
    database = sqlite3.connect(database_of(private_home))
    assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
    assert database.execute("select count(*) from runs").fetchone() == (2,)
    database.close()


def test_two_copies_of_the_demo_share_one_service(private_home: Path) -> None:
    with (
        start("--demo", "open", "replicate/hello-world", home=private_home) as first,
        start("--demo", "open", "replicate/hello-world", home=private_home) as second,
    ):
        open_form(first)
        first.send("both", "ctrl+g")
        first.wait_for("✓ succeeded")
        second.wait_for(r"Inputs .*README")
        # The one that serves leaves first; the other is served on.
        quit_in_order(first)
        open_form(second)
        second.send("alone", "ctrl+g")
        second.wait_for("✓ succeeded", seconds=30)
        quit_in_order(second)
