"""Keys that arrive in one piece, as over a slow line, mean what they mean one by one."""

from pathlib import Path

import pytest

from replicate_tui.demo.server import DemoServer
from tests.e2e.walking import creates, open_form, past_first_start, quit_in_order, start_on
from tests.support.demo import make_demo

pytestmark = pytest.mark.pty

PRESSES = 10
ROUNDS = 5


def test_keys_in_one_write_are_handled_in_order(demo: DemoServer, private_home: Path) -> None:
    with start_on(demo, home=private_home) as terminal:
        past_first_start(terminal)
        terminal.wait_for("nano-banana")
        # Had the f overtaken the slash, it would have opened a form.
        terminal.send("/fog")
        terminal.wait_for(r"^ *fog\b")
        terminal.send("\x15abc\x7fd")
        terminal.wait_for(r"^ *abd\b")
        terminal.send("\x15/hello-world\r")
        terminal.wait_for(r"replicate/hello-world")
        quit_in_order(terminal)


def test_impatient_presses_make_one_prediction(private_home: Path) -> None:
    with make_demo() as service, start_on(service, "open", "tests/greeter", home=private_home) as terminal:
        for made in range(1, ROUNDS + 1):
            open_form(terminal)
            terminal.send(f"number {made}")
            terminal.wait_for(f"number {made}")
            terminal.send("\x07" * PRESSES)
            terminal.wait_for(r"✓ succeeded +tests/greeter")
            terminal.wait_for(f"hello number {made}")
            assert creates(service) == made
            terminal.send("esc")
        quit_in_order(terminal)
        assert creates(service) == ROUNDS


def test_alt_and_a_digit_go_to_a_place_from_anywhere(private_home: Path) -> None:
    # A service of its own: the shared one knows the runs of other tests.
    with make_demo() as service, start_on(service, "open", "tests/greeter", home=private_home) as terminal:
        open_form(terminal)
        terminal.send("half a word")
        for key, words in (("alt+4", "No runs yet"), ("alt+3", r"Collections +\d"), ("alt+1", "half a word")):
            terminal.send(key)
            terminal.wait_for(words)
        quit_in_order(terminal)
