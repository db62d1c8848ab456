"""Foreign text on every surface of the running app: the terminal hears nothing that a benign run does not say."""

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.e2e.hostile_service import service_of
from tests.support.command import COMMAND, environment_of
from tests.support.hostile import MARKUP, TERMINAL, UNICODE
from tests.support.sequences import control_tokens
from tests.support.terminal import Terminal

pytestmark = pytest.mark.pty

HOSTILE = [text for _, text in (*TERMINAL, *UNICODE, *MARKUP)]
BENIGN = [f"plain words {number}" for number in range(len(HOSTILE))]
UNWALLED = Path(__file__).with_name("unwalled_app.py")

#: A sign that stands for a control character that was shown instead of sent.
PICTURE = re.compile("[\u2400-\u2426]")


class Spoke(Exception):
    """The terminal was told what no benign run tells it."""


class ListeningTerminal(Terminal):
    """Ends a walk with `Spoke` as soon as the program says something that is not among `benign`."""

    benign: set[bytes]

    def wait_for(self, pattern: str | Callable[[str], object], *, seconds: float = 20.0) -> str:
        matches = pattern if callable(pattern) else re.compile(pattern, re.MULTILINE).search
        screen = super().wait_for(lambda screen: matches(screen) or self._has_spoken, seconds=seconds)
        if self._has_spoken:
            raise Spoke
        return screen

    @property
    def _has_spoken(self) -> bool:
        return not control_tokens(self.raw) <= self.benign


def visit_everything(terminal: Terminal) -> str:
    """Walk through every surface by keys; returns all that was on the screen on the way."""
    seen: list[str] = []

    def look(pattern: str = ".") -> None:
        seen.append(terminal.wait_for(pattern))

    def close(pattern: str) -> None:
        # An escape and a key right behind it are one key to a terminal.
        terminal.send("esc")
        terminal.wait_until_gone(pattern)

    terminal.wait_for("Six keys")
    terminal.send("enter")
    terminal.wait_for("acme/")
    terminal.send("p")
    look()
    for _ in range(4):
        terminal.send("pagedown")
        look()
    # The field echoes what is found.
    terminal.send("/", "named", "down")
    look("named-1")
    terminal.send("y")
    look("Copy")
    close("Copy")
    terminal.send("3")
    look("Spoken")
    for _ in range(3):
        terminal.send("pagedown")
        look()
    terminal.send("g", "tab")
    look("acme/speaker")
    terminal.send("pagedown", "pagedown", "g", "enter")
    look(r"Inputs .*README")
    terminal.send("G")
    look()
    for tab in ("readme", "examples", "versions", "code", "runs"):
        terminal.send("]")
        look()
        terminal.send("pagedown" if tab != "code" else "c")
        look()
    terminal.send("f")
    look(r"0 of \d+ changed")
    terminal.send("down", "down", "down")
    look()
    terminal.send("ctrl+t")
    look(r"\{")
    terminal.send("ctrl+t", "ctrl+g")
    look(r"(starting|processing|succeeded) +acme/speaker")
    look("succeeded")
    terminal.send("l")
    look("said")
    terminal.send("pageup")
    look()
    terminal.send("l", "v", "v", "y")
    look("Copy")
    close("Copy")
    terminal.send("1")
    terminal.wait_for("/ search")
    terminal.send("/", "ctrl+u", "failing")
    terminal.wait_for("acme/failing")
    terminal.send("enter")
    look(r"Inputs .*README")
    terminal.send("f")
    look(r"0 of \d+ changed")
    terminal.send("ctrl+g")
    look(r"✗ failed +acme/failing")
    terminal.send("4")
    look(r"▌ ✗ failed +failing")
    terminal.send("?")
    look("Keys")
    close("Everywhere|This screen")
    terminal.send("ctrl+p")
    look("Search for commands")
    close("Search for commands")
    terminal.send("ctrl+q")
    terminal.wait_for_exit()
    return "\n".join(seen)


def run_with(
    texts: Sequence[str], home: Path, *walls_off: str, benign: set[bytes] | None = None, wire: str = "diff"
) -> tuple[set[bytes], str]:
    """Return what the terminal was told and what was shown; with `benign`, raise Spoke at the first other thing."""
    home.mkdir(parents=True)
    make = Terminal if benign is None else ListeningTerminal
    command = [sys.executable, str(UNWALLED), *walls_off] if walls_off else [str(COMMAND)]
    with service_of(texts) as service:
        environment = environment_of(
            home,
            REPLICATE_BASE_URL=service.base_url,
            REPLICATE_API_TOKEN=service.token,
            PYTHONPATH=str(Path.cwd()),
            REPLICATE_TUI_WIRE=wire,
        )
        with make([*command], columns=110, rows=34, environment=environment, folder=home) as terminal:
            if isinstance(terminal, ListeningTerminal):
                terminal.benign = benign or set()
            screens = visit_everything(terminal)
            return control_tokens(terminal.raw), screens


@pytest.fixture(scope="module")
def benign_tokens(tmp_path_factory: pytest.TempPathFactory) -> set[bytes]:
    tokens, _ = run_with(BENIGN, tmp_path_factory.mktemp("benign") / "home")
    return tokens


@pytest.mark.xdist_group("hostile")
def test_no_surface_lets_foreign_text_speak_to_the_terminal(benign_tokens: set[bytes], tmp_path: Path) -> None:
    tokens, screens = run_with(HOSTILE, tmp_path / "hostile")
    assert tokens <= benign_tokens, f"said to the terminal: {sorted(tokens - benign_tokens)}"
    assert PICTURE.search(screens), "the hostile texts were never shown, so nothing was tested"


@pytest.mark.xdist_group("hostile")
def test_the_last_filter_holds_alone(benign_tokens: set[bytes], tmp_path: Path) -> None:
    tokens, _ = run_with(HOSTILE, tmp_path / "uncleaned", "--no-cleaning")
    assert tokens <= benign_tokens, f"said to the terminal: {sorted(tokens - benign_tokens)}"


@pytest.mark.xdist_group("hostile")
def test_without_the_last_filter_this_test_would_fail(tmp_path: Path) -> None:
    # As Textual writes it: what goes out cell by cell may be torn by itself, which is nothing to count on.
    benign, _ = run_with(BENIGN, tmp_path / "benign", wire="stock")
    with pytest.raises(Spoke):
        run_with(HOSTILE, tmp_path / "bare", "--no-cleaning", "--no-filter", benign=benign, wire="stock")
