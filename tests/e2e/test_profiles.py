"""Two profiles in the installed command: switched in one process, left in order, and each found again by its name."""

from collections.abc import Callable
from pathlib import Path

import pytest

from replicate_tui import config
from replicate_tui.config import KeptProfile
from replicate_tui.demo.server import DemoServer
from replicate_tui.paths import profile_paths
from tests.e2e.walking import open_form, past_first_start, quit_in_order, wait_until_said
from tests.support.command import start

pytestmark = pytest.mark.pty


def keep(name: str, service: DemoServer) -> None:
    config.keep_profile(profile_paths(name), KeptProfile(service.base_url))
    config.save_token(profile_paths(name), service.token)


def test_one_leaves_a_run_behind_and_finds_it_again(own_demo: Callable[..., DemoServer], private_home: Path) -> None:
    first, second = own_demo(seed=1), own_demo(seed=2)
    keep("default", first)
    keep("work", second)
    with start("open", "tests/endless", home=private_home) as terminal:
        open_form(terminal)
        terminal.send("on and on", "ctrl+g")
        terminal.wait_for("1 running")
        terminal.send("8")
        terminal.wait_for("profiles")
        terminal.send("P")
        terminal.wait_for("in use: default")
        terminal.send("G")
        terminal.wait_for(r"^▌ +work")
        terminal.send("enter")
        terminal.wait_for(r"1 Search.* work +default: 1 going")
        assert "Six keys" not in terminal.screen
        terminal.send("4")
        terminal.wait_for("4 Runs")
        terminal.send("q")
        wait_until_said(terminal, "Profile default: 1 run; a start with --profile default fetches what they make.")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0, terminal.screen
        assert terminal.termios_now == terminal.termios_before
        said = terminal.raw
    with start("--profile", "work", home=private_home) as terminal:
        terminal.wait_for(r"1 Search.* work")
        terminal.wait_for("nano-banana")
        assert "Six keys" not in terminal.screen
        quit_in_order(terminal)
    with start("--profile", "default", "open", "tests/endless", home=private_home) as terminal:
        terminal.wait_for("1 running")
        terminal.send("ctrl+q")
        terminal.wait_for("1 run is still going")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0, terminal.screen
    for service, other in ((first, second), (second, first)):
        asked = {seen.headers.get("authorization", "") for seen in service.requests}
        assert f"Bearer {service.token}" in asked
        assert f"Bearer {other.token}" not in asked
        assert service.token.encode() not in said


def test_a_first_profile_is_made_from_the_keyboard(own_demo: Callable[..., DemoServer], private_home: Path) -> None:
    first, second = own_demo(seed=1), own_demo(seed=2)
    with start(home=private_home, environment={"REPLICATE_BASE_URL": first.base_url}) as terminal:
        terminal.wait_for("API token")
        terminal.send(first.token, "enter")
        past_first_start(terminal)
        terminal.send("8")
        terminal.wait_for("profiles")
        terminal.send("P")
        terminal.wait_for("in use: default")
        terminal.send("n")
        terminal.wait_for("New profile")
        terminal.send("work", "tab", second.token, "tab", second.base_url, "enter")
        wait_until_said(terminal, "Made work: its token is of demo")
        terminal.wait_for(r"^▌ +work")
        terminal.send("enter")
        terminal.wait_for(r"1 Search.* work")
        quit_in_order(terminal)
    # The environment named the address then; the token stays with it.
    assert config.base_url_for("default", config.Settings()) == first.base_url
    with start("--profile", "work", home=private_home) as terminal:
        terminal.wait_for(r"1 Search.* work")
        quit_in_order(terminal)
