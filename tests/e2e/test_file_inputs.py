"""A file input that cannot be sent: a line at the field, and nothing leaves this machine."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from replicate_tui.demo.server import DemoServer
from tests.e2e.walking import creates, facts, open_form, quit_in_order, start_on, wait_until_said
from tests.support.demo import make_demo

pytestmark = pytest.mark.pty

TOO_LARGE = 100_000_001


@pytest.fixture(scope="module")
def service() -> Iterator[DemoServer]:
    with make_demo() as serving:
        yield serving


def posts(service: DemoServer) -> int:
    return sum(1 for seen in service.requests if seen.method == "POST")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing", "no such file"),
        ("folder", "is a folder"),
        ("huge", "100 MB"),
        ("pipe", "not a regular file"),
        ("dangling", "no such file"),
    ],
)
def test_a_file_that_cannot_be_sent(kind: str, words: str, service: DemoServer, private_home: Path) -> None:
    path = private_home / "input.png"
    if kind == "folder":
        path.mkdir()
    elif kind == "huge":
        with path.open("wb") as sparse:
            sparse.truncate(TOO_LARGE)
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "dangling":
        path.symlink_to(private_home / "nowhere")
    before = posts(service)
    with start_on(service, "open", "tests/reader", home=private_home, columns=120) as terminal:
        open_form(terminal, "file")
        terminal.send(str(path))
        terminal.wait_for("input.png")
        terminal.send("ctrl+g")
        wait_until_said(terminal, "Nothing was sent")
        screen = wait_until_said(terminal, words)
        assert "input.png" in screen
        # Mended, it goes.
        good = private_home / "good.txt"
        good.write_text("twelve bytes")
        assert posts(service) == before, facts(service)
        terminal.send("ctrl+u", str(good))
        terminal.wait_for("good.txt")
        terminal.send("ctrl+g")
        terminal.wait_for(r"✓ succeeded +tests/reader")
        wait_until_said(terminal, "12")
        quit_in_order(terminal)


def test_what_is_called_a_picture_and_is_none_is_said_and_sent_when_wished(
    service: DemoServer, private_home: Path
) -> None:
    """The model decides what it takes; the form only says what it sees."""
    path = private_home / "input.png"
    path.write_text("these are words")
    before = creates(service)
    with start_on(service, "open", "tests/reader", home=private_home, columns=120) as terminal:
        open_form(terminal, "file")
        terminal.send(str(path))
        terminal.wait_for("input.png")
        terminal.send("tab")
        wait_until_said(terminal, "15 B that are not a picture")
        terminal.send("ctrl+g")
        wait_until_said(terminal, "ctrl+g again sends it all the same")
        assert creates(service) == before
        quit_in_order(terminal)
