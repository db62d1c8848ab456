"""Completion scripts: valid for their shells, and in bash they complete what the parser knows."""

import shutil
import subprocess
from pathlib import Path

import pytest

from replicate_tui.cli.completion import completion_script

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_valid_for_its_shell(shell: str, tmp_path: Path) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "completion"
    script.write_text(completion_script(shell))
    checked = subprocess.run([program, "-n", str(script)], capture_output=True, text=True, timeout=30)
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_script_knows_the_verbs_and_options(shell: str) -> None:
    script = completion_script(shell)
    for word in ("open", "completion", "demo", "profile", "config", "images", "sixel", "bash", "zsh", "fish"):
        assert word in script


def complete(*words: str, folder: Path) -> set[str]:
    """Return what bash offers for the last of `words`."""
    script = folder / "completion"
    script.write_text(completion_script("bash"))
    quoted = " ".join(f"'{word}'" for word in ("replicate-tui", *words))
    asked = f"""
        source '{script}'
        COMP_WORDS=({quoted}); COMP_CWORD={len(words)}
        _replicate_tui
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    answer = subprocess.run(
        ["bash", "--norc", "-c", asked], capture_output=True, text=True, timeout=30, check=True, cwd=folder
    )
    assert answer.stderr == ""
    return set(answer.stdout.split("\n")) - {""}


@needs_bash
def test_bash_completes_words(tmp_path: Path) -> None:
    (tmp_path / "my settings.toml").touch()
    assert complete("op", folder=tmp_path) == {"open"}
    assert complete("comp", folder=tmp_path) == {"completion"}
    assert complete("--de", folder=tmp_path) == {"--demo", "--demo-speed"}
    assert complete("completion", "f", folder=tmp_path) == {"fish"}
    assert complete("--images", "s", folder=tmp_path) == {"sixel"}
    assert complete("demo-server", "--p", folder=tmp_path) == {"--port", "--print-json"}
    assert complete("--config", "my", folder=tmp_path) == {"my settings.toml"}
    assert complete("--demo", "o", folder=tmp_path) == {"open"}


@needs_bash
def test_bash_offers_no_choice_where_a_free_word_stands(tmp_path: Path) -> None:
    assert complete("--profile", "", folder=tmp_path) == set()
    assert complete("open", "c", folder=tmp_path) == set()
