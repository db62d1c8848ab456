"""Whatever lies where the history should be: the app starts, says what it found, and nothing is deleted."""

import hashlib
import sqlite3
from pathlib import Path

import pytest

from replicate_tui.demo.server import DemoServer
from tests.e2e.walking import HISTORY, creates, database_of, open_form, quit_in_order, start_on, wait_until_said
from tests.support.demo import make_demo

pytestmark = pytest.mark.pty

MODEL = "tests/greeter"


def run_once(service: DemoServer, home: Path, text: str) -> None:
    """Make a run in a session of its own, so that there is a history."""
    with start_on(service, "open", MODEL, home=home, columns=120) as terminal:
        open_form(terminal)
        terminal.send(text, "ctrl+g")
        terminal.wait_for(r"✓ succeeded +tests/greeter")
        terminal.wait_for(f"hello {text}")
        quit_in_order(terminal)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def set_aside(home: Path) -> list[Path]:
    return [path for path in database_of(home).parent.glob("history.db.corrupt-*") if path.name[-4] not in "-."]


@pytest.mark.parametrize("damage", ["garbage", "empty pages", "cut short"])
def test_a_damaged_history_is_moved_aside_and_said(damage: str, demo: DemoServer, private_home: Path) -> None:
    path = database_of(private_home)
    if damage == "garbage":
        path.parent.mkdir(parents=True, mode=0o700)
        path.write_bytes(b"this is no database " * 5000)
    else:
        run_once(demo, private_home, "before")
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2] if damage == "cut short" else whole[:100] + bytes(len(whole) - 100))
    was = digest(path)
    with start_on(demo, home=private_home, columns=120) as terminal:
        wait_until_said(terminal, "The history was damaged")
        wait_until_said(terminal, "The damaged file is kept as")
        (aside,) = set_aside(private_home)
        assert digest(aside) == was
        terminal.wait_for("Six keys|Search models")
        quit_in_order(terminal)
    # The new one works.
    run_once(demo, private_home, "after")
    assert set_aside(private_home) == [aside]
    assert digest(aside) == was


def test_a_history_of_a_later_version_is_left_alone(demo: DemoServer, private_home: Path) -> None:
    run_once(demo, private_home, "kept")
    path = database_of(private_home)
    database = sqlite3.connect(path)
    database.execute("pragma user_version = 99")
    database.commit()
    database.close()
    was = digest(path)
    with start_on(demo, "open", MODEL, home=private_home, columns=120) as terminal:
        wait_until_said(terminal, "written by a newer replicate-tui")
        open_form(terminal)
        terminal.send("in memory", "ctrl+g")
        terminal.wait_for("hello in memory")
        quit_in_order(terminal)
    assert digest(path) == was
    assert set_aside(private_home) == []


@pytest.mark.parametrize("where", ["profile", "all"])
def test_a_file_where_the_folder_should_be(where: str, private_home: Path) -> None:
    folder = private_home / HISTORY / "default" if where == "profile" else private_home / HISTORY.parts[0]
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("mine")
    with make_demo() as service, start_on(service, "open", MODEL, home=private_home, columns=120) as terminal:
        wait_until_said(terminal, "History is off")
        open_form(terminal)
        terminal.send("anyway", "ctrl+g")
        terminal.wait_for(r"✓ succeeded +tests/greeter")
        terminal.wait_for("hello anyway")
        terminal.send("4")
        terminal.wait_for("✓ succeeded +(tests/)?greeter")
        quit_in_order(terminal)
        assert creates(service) == 1
    assert folder.read_text() == "mine"
