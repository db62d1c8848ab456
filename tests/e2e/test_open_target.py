"""`replicate-tui open TARGET`, and settings with mistakes in them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from replicate_tui.demo.server import DemoServer
from tests.e2e.test_odd_service import answer
from tests.e2e.walking import open_form, past_first_start, quit_in_order, start_on, wait_until_said
from tests.support.demo import make_demo

pytestmark = pytest.mark.pty

MODEL_PAGE = r"(?s)tests/greeter.*Inputs .*README"


@pytest.fixture(scope="module")
def service() -> Iterator[DemoServer]:
    with make_demo() as serving:
        yield serving


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("tests/greeter", MODEL_PAGE),
        (f"tests/greeter:{'a' * 64}", MODEL_PAGE),
        ("https://replicate.com/tests/greeter?prediction=1", MODEL_PAGE),
        ("talking", "(?s)Talking.*tests/streamer"),
        ("https://replicate.com/collections/talking", "(?s)Talking.*tests/streamer"),
    ],
)
def test_models_and_collections(target: str, shown: str, service: DemoServer, private_home: Path) -> None:
    with start_on(service, "open", target, home=private_home, columns=110) as terminal:
        terminal.wait_for(shown)
        # What it was opened from is Search.
        terminal.send("q")
        terminal.wait_for("Search models, collections and docs")
        quit_in_order(terminal)


def test_runs_of_this_machine_and_of_others(service: DemoServer, private_home: Path, tmp_path: Path) -> None:
    with start_on(service, "open", "tests/greeter", home=private_home, columns=110) as terminal:
        open_form(terminal)
        terminal.send("again", "ctrl+g")
        terminal.wait_for("hello again")
        quit_in_order(terminal)
    run_id = answer(service, "/predictions")["results"][0]["id"]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for home, target in ((private_home, run_id), (elsewhere, f"https://replicate.com/p/{run_id}")):
        with start_on(service, "open", target, home=home, columns=110) as terminal:
            terminal.wait_for(r"✓ succeeded +tests/greeter")
            terminal.wait_for("hello again")
            quit_in_order(terminal)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("nobody/nothing", "404"),
        ("no-such-collection", "There is no collection no-such-collection."),
        ("abcdefghijklmnopqrstuvwxyz", "404"),
    ],
)
def test_what_the_service_does_not_have(target: str, words: str, service: DemoServer, private_home: Path) -> None:
    with start_on(service, "open", target, home=private_home, columns=110) as terminal:
        wait_until_said(terminal, words)
        terminal.send("alt+1")
        terminal.wait_for("Search models, collections and docs")
        quit_in_order(terminal)


def test_mistakes_in_the_settings_are_named_and_the_app_starts(service: DemoServer, private_home: Path) -> None:
    settings = private_home / "mine.toml"
    settings.write_text(
        'theem = "replicate-light"\ntheme = "no-such-theme"\n[keys]\n"form.rum" = "f6"\n"palette" = "f7"\n'
    )
    with start_on(service, "--config", str(settings), home=private_home, columns=120, rows=40) as terminal:
        wait_until_said(terminal, "theem: is not a setting. Did you mean theme?")
        wait_until_said(terminal, "no theme no-such-theme")
        wait_until_said(terminal, "form.run")
        past_first_start(terminal)
        terminal.send("\x1b[18~")
        terminal.wait_for("Search for commands")
        terminal.send("esc")
        terminal.wait_until_gone("Search for commands")
        quit_in_order(terminal)
    with start_on(service, "--config", str(private_home / "none.toml"), home=private_home, columns=120) as terminal:
        wait_until_said(terminal, "there is no such file")
        quit_in_order(terminal)
