"""The first start without a token: one is checked with one request and kept as it should be, or the demo opens."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from replicate_tui.demo.server import DemoServer
from tests.e2e.walking import facts, past_first_start, quit_in_order
from tests.support.command import start
from tests.support.terminal import Terminal

pytestmark = pytest.mark.pty

WRONG = "r8_" + "x" * 37
TOKEN_FILE = Path(".config/replicate-tui/profiles/default/token")


def welcome(service: DemoServer, home: Path) -> Terminal:
    return start(home=home, environment={"REPLICATE_BASE_URL": service.base_url})


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def no_umask() -> Iterator[None]:
    previous = os.umask(0)
    yield
    os.umask(previous)


def test_a_wrong_token_is_one_message_and_one_request(own_demo: Callable[..., DemoServer], private_home: Path) -> None:
    service = own_demo()
    with welcome(service, private_home) as terminal:
        terminal.wait_for("API token")
        terminal.send("enter")
        terminal.wait_for("The token is empty")
        terminal.send("r8 with blanks", "enter")
        terminal.wait_for("a blank or a character that no token has")
        assert facts(service) == []
        terminal.send("ctrl+u", WRONG, "enter", "enter", "enter")
        screen = terminal.wait_for(r"does not accept the token \(401\)")
        assert screen.count("401") == 1
        assert WRONG not in terminal.raw.decode(errors="replace")
        assert len(service.requests) == 1, facts(service)
        assert not (private_home / TOKEN_FILE).exists()
        # The mended token goes on from there.
        terminal.send("ctrl+u", service.token, "enter")
        past_first_start(terminal)
        quit_in_order(terminal)


@pytest.mark.usefixtures("no_umask")
def test_a_right_token_is_kept_for_its_owner_only(own_demo: Callable[..., DemoServer], private_home: Path) -> None:
    service = own_demo()
    with welcome(service, private_home) as terminal:
        terminal.wait_for("API token")
        terminal.send(service.token, "enter")
        past_first_start(terminal)
        terminal.wait_for("nano-banana")
        quit_in_order(terminal)
    kept = private_home / TOKEN_FILE
    assert kept.read_text().strip() == service.token
    assert mode(kept) == 0o600
    assert mode(kept.parent) == 0o700
    for path in private_home.rglob("*"):
        assert not mode(path) & 0o077, f"{path} is open to others: {mode(path):o}"
    # It is asked for once.
    with welcome(service, private_home) as terminal:
        terminal.wait_for("nano-banana")
        quit_in_order(terminal)


def test_an_unticked_token_is_for_this_session_only(own_demo: Callable[..., DemoServer], private_home: Path) -> None:
    service = own_demo()
    with welcome(service, private_home) as terminal:
        terminal.wait_for("API token")
        terminal.send("ctrl+t", service.token, "enter")
        past_first_start(terminal)
        terminal.wait_for("nano-banana")
        quit_in_order(terminal)
    assert not (private_home / TOKEN_FILE).exists()
    token = service.token.encode()
    assert [path for path in private_home.rglob("*") if path.is_file() and token in path.read_bytes()] == []
    with welcome(service, private_home) as terminal:
        terminal.wait_for("API token")
        terminal.send("esc")
        assert terminal.wait_for_exit() == 0


def test_the_demo_opens_from_there(private_home: Path) -> None:
    with start(home=private_home) as terminal:
        terminal.wait_for("API token")
        terminal.send("ctrl+d")
        past_first_start(terminal)
        terminal.wait_for(r"DEMO")
        terminal.wait_for("nano-banana")
        quit_in_order(terminal)
    with start(home=private_home) as terminal:
        terminal.wait_for("API token")
        terminal.send("esc")
        assert terminal.wait_for_exit() == 0


def test_an_offline_service_leaves_the_token_in_the_field(private_home: Path) -> None:
    with start(home=private_home, environment={"REPLICATE_BASE_URL": "http://127.0.0.1:9/v1"}) as terminal:
        terminal.wait_for("API token")
        terminal.send(WRONG, "enter")
        terminal.wait_for("(?i)offline|did not answer")
        assert "•••" in terminal.screen
        terminal.send("ctrl+d")
        past_first_start(terminal)
        quit_in_order(terminal)
