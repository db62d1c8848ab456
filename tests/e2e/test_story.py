"""The whole story with keys only: browse, run, watch, see, cancel, fail, quit, start again, find it all."""

import re
from pathlib import Path

import pytest

from tests.support.command import start
from tests.support.terminal import Terminal

pytestmark = pytest.mark.pty

PROMPT = "zeppelins above a quiet harbour"


def open_from_search(terminal: Terminal, words: str, full_name: str) -> None:
    """Go to Search, type, and open the model that comes first."""
    terminal.send("1")
    terminal.wait_for(r"/ search")
    terminal.send("/")
    terminal.send("ctrl+u", words)
    terminal.wait_for(rf"{re.escape(full_name)}")
    terminal.send("enter")
    terminal.wait_for(r"Inputs .*README")


def test_from_launch_to_history(private_home: Path) -> None:
    with start("--demo", "--demo-speed", "8", home=private_home) as terminal:
        terminal.wait_for("Six keys")
        terminal.send("enter")
        terminal.wait_until_gone("Six keys")

        # A collection, a model, its form, and streamed text.
        terminal.send("3")
        terminal.wait_for("Large language models")
        terminal.send("down")
        terminal.wait_for(r"claude-sonnet-4")
        terminal.send("enter", "enter")
        terminal.wait_for(r"anthropic/claude-sonnet-4.*official")
        terminal.send("f")
        terminal.wait_for(r"Input prompt")
        terminal.send(PROMPT)
        terminal.wait_for("zeppelins")
        terminal.send("ctrl+g")
        terminal.wait_for(r"(starting|processing|succeeded) +anthropic/claude-sonnet-4")
        terminal.wait_for(r"✓ succeeded", seconds=60)
        terminal.wait_for(r"(?i)zeppelin")

        # A picture.
        open_from_search(terminal, "flux-schnell", "black-forest-labs/flux-schnell")
        terminal.send("f")
        terminal.wait_for(r"Prompt for generated image")
        terminal.send("a lighthouse in fog", "ctrl+g")
        terminal.wait_for(r"✓ succeeded", seconds=60)
        terminal.wait_for(lambda screen: screen.count("▀") > 200)

        # One is canceled, with the safe answer offered first.
        open_from_search(terminal, "slow-boot", "slow-boot")
        terminal.send("f")
        terminal.wait_for(r"options: version")
        terminal.send("ctrl+g")
        terminal.wait_for(r"◌ starting")
        terminal.send("x")
        terminal.wait_for("Keep running")
        terminal.send("y")
        terminal.wait_for(r"⊘ canceled")

        # One fails, and says why.
        open_from_search(terminal, "always-fails", "always-fails")
        terminal.send("f")
        terminal.wait_for(r"options: version")
        terminal.send("ctrl+g")
        terminal.wait_for(r"✗ failed", seconds=60)

        terminal.send("1")
        terminal.wait_for(r"/ search")
        terminal.send("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.termios_now == terminal.termios_before

    with start("--demo", home=private_home) as terminal:
        terminal.wait_for(r"1 Search")
        terminal.send("4")
        screen = terminal.wait_for(r"✓ succeeded.*claude-sonnet-4")
        for row in (r"✓ succeeded.*flux-schnell", r"⊘ canceled.*slow-boot", r"✗ failed.*always-fails"):
            assert re.search(row, screen), f"{row} is missing from\n{screen}"
        assert "zeppelins" in screen

        # Its text is still there, from this disk.
        terminal.send("/", "zeppelins", "enter")
        terminal.wait_until_gone("flux-schnell")
        terminal.send("enter")
        terminal.wait_for(r"✓ succeeded.*claude-sonnet-4")
        terminal.wait_for(r"(?i)zeppelin")
        terminal.send("esc", "ctrl+q")
        assert terminal.wait_for_exit() == 0
