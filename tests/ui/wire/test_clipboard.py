"""What is copied is what was shown, and what is said about it is what is known."""

import os
import stat
from pathlib import Path

import pytest
from textual.app import App

from replicate_tui.ui.wire import clipboard
from replicate_tui.ui.wire.clipboard import copy_text


def fake_tmux(folder: Path, script: str) -> None:
    tmux = folder / "tmux"
    tmux.write_text(f"#!/bin/sh\n{script}\n")
    tmux.chmod(tmux.stat().st_mode | stat.S_IXUSR)


async def test_controls_are_cleaned_before_copying() -> None:
    app: App[None] = App()
    async with app.run_test():
        assert await copy_text(app, "ls\x1b[31m; \x1b]0;x\x07\n") == "sent to your terminal"
        assert app.clipboard == "ls; \u241b]0;x\u2407\n"
        assert "may refuse" in await copy_text(app, "x" * 100_000)


async def test_tmux_takes_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = tmp_path / "taken"
    fake_tmux(tmp_path, f'echo "$@" > "{taken}.arguments"; cat > "{taken}"')
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
    app: App[None] = App()
    async with app.run_test():
        assert await copy_text(app, "é text") == "sent to your terminal and to tmux"
    assert taken.read_text() == "é text"
    assert Path(f"{taken}.arguments").read_text() == "load-buffer -w -\n"


@pytest.mark.parametrize("script", ["exit 1", "sleep 60"])
async def test_a_tmux_that_fails_or_hangs_is_not_claimed(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_tmux(tmp_path, f"exec {script}" if script.startswith("sleep") else script)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("TMUX", "x")
    monkeypatch.setattr(clipboard, "TMUX_SECONDS", 0.2)
    app: App[None] = App()
    async with app.run_test():
        assert await copy_text(app, "text") == "sent to your terminal"
