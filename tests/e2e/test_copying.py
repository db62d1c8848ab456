"""Copying: by the terminal's own sequence, once and exact, and inside tmux into its buffer."""

import base64
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from replicate_tui.demo.server import DemoServer
from tests.e2e.walking import quit_in_order, start_on
from tests.support.command import COMMAND, environment_of
from tests.support.waiting import wait_for_blocking

pytestmark = pytest.mark.pty

CLIPBOARD = re.compile(rb"\x1b\]52;([^;\x07\x1b]*);([^\x07\x1b]*)(?:\x07|\x1b\\)")
MODEL = "tests/greeter"


def test_the_clipboard_gets_it_once(demo: DemoServer, private_home: Path) -> None:
    with start_on(demo, "open", MODEL, home=private_home) as terminal:
        terminal.wait_for(r"Inputs .*README")
        assert CLIPBOARD.findall(terminal.raw) == []
        terminal.send("y")
        terminal.wait_for("Copy")
        terminal.send("enter")
        terminal.wait_for("Copied name")
        ((target, payload),) = CLIPBOARD.findall(terminal.raw)
        assert target in (b"c", b"")
        assert base64.b64decode(payload) == MODEL.encode()
        terminal.send("y")
        terminal.wait_for("Copy")
        terminal.send("down", "enter")
        terminal.wait_for("Copied URL")
        assert len(CLIPBOARD.findall(terminal.raw)) == 2
        assert base64.b64decode(CLIPBOARD.findall(terminal.raw)[1][1]) == f"https://replicate.com/{MODEL}".encode()
        # Closing the menu copies nothing.
        terminal.send("y")
        terminal.wait_for("Copy")
        terminal.send("esc")
        terminal.wait_until_gone("esc closes|Close")
        quit_in_order(terminal)
        assert len(CLIPBOARD.findall(terminal.raw)) == 2


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_inside_tmux_its_buffer_gets_it(demo: DemoServer, private_home: Path, tmp_path: Path) -> None:
    environment = {**os.environ, **environment_of(private_home), "TMUX_TMPDIR": str(tmp_path)}
    environment |= {"REPLICATE_BASE_URL": demo.base_url, "REPLICATE_API_TOKEN": demo.token}
    environment.pop("TMUX", None)

    def tmux(*arguments: str) -> str:
        answer = subprocess.run(
            ["tmux", "-f", "/dev/null", *arguments], env=environment, capture_output=True, text=True, timeout=20
        )
        return answer.stdout

    def shows(words: str) -> Callable[[], bool]:
        return lambda: words in tmux("capture-pane", "-p")

    tmux("new-session", "-d", "-x", "100", "-y", "30", str(COMMAND), "open", MODEL)
    try:
        wait_for_blocking(shows("README"), "the model's page", seconds=20)
        tmux("send-keys", "y")
        wait_for_blocking(shows("Copy"), "the menu")
        tmux("send-keys", "Enter")
        wait_for_blocking(shows("and to tmux"), "the answer")
        assert tmux("show-buffer") == MODEL
        tmux("send-keys", "C-q")
        wait_for_blocking(lambda: not tmux("list-sessions"), "the end of the app")
    finally:
        tmux("kill-server")
