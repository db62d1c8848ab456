"""Ways through the installed command that many walks share."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from replicate_tui.demo.server import DemoServer
from tests.support.command import start
from tests.support.terminal import Terminal

HISTORY = Path(".local/share/replicate-tui/profiles")


def start_on(
    service: DemoServer, *arguments: str, home: Path, environment: Mapping[str, str] | None = None, **size: int
) -> Terminal:
    """Start the command as on the real service: `service` by its address, its token in the environment."""
    known = {"REPLICATE_BASE_URL": service.base_url, "REPLICATE_API_TOKEN": service.token}
    return start(*arguments, home=home, environment=known | dict(environment or {}), **size)


def open_form(terminal: Terminal, field: str = r"options: version") -> None:
    """From the model page that `open owner/name` shows, go to its form."""
    terminal.wait_for(r"Inputs .*README")
    terminal.send("f")
    terminal.wait_for(field)


def past_first_start(terminal: Terminal) -> None:
    terminal.wait_for("Six keys")
    terminal.send("enter")
    terminal.wait_until_gone("Six keys")


def quit_in_order(terminal: Terminal) -> None:
    """Leave with ctrl+q, also where runs still go; fail unless the terminal is as it was."""
    terminal.send("ctrl+q")
    assert terminal.wait_for_exit() == 0, terminal.screen
    assert terminal.termios_now == terminal.termios_before


def wait_until_said(terminal: Terminal, words: str) -> str:
    """Wait for words that may be broken over lines, also in a toast; returns the screen as one line."""
    return flat(terminal.wait_for(lambda screen: words in flat(screen)))


def flat(screen: str) -> str:
    """Return the screen as one line, and then once more what stands in toasts, without what is beside them."""
    toasts = " ".join(line.rpartition("▌")[2] for line in screen.splitlines() if "▌" in line)
    return re.sub(r"[\s▌]+", " ", f"{screen}\n{toasts}")


def creates(service: DemoServer) -> int:
    """Return how many predictions were asked for."""
    return sum(1 for seen in service.requests if seen.method == "POST" and seen.path.endswith("/predictions"))


def database_of(home: Path, profile: str = "default") -> Path:
    return home / HISTORY / profile / "history.db"


def facts(service: DemoServer) -> list[Any]:
    """Return what was asked, for messages of failing tests."""
    return [(seen.method, seen.path, seen.status) for seen in service.requests]
