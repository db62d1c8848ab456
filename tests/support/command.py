"""The installed command, as a person starts it, with a home of its own."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.terminal import Terminal

COMMAND = Path(sys.executable).with_name("replicate-tui")


def environment_of(home: Path, **more: str) -> dict[str, str]:
    """Return variables that keep the command inside `home`."""
    return {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local/share"),
        "XDG_STATE_HOME": str(home / ".local/state"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "DISPLAY": "",
        "WAYLAND_DISPLAY": "",
        "TZ": "UTC",
        **more,
    }


def start(
    *arguments: str,
    home: Path,
    columns: int = 100,
    rows: int = 30,
    environment: Mapping[str, str] | None = None,
) -> Terminal:
    """Start the installed command on a terminal of its own."""
    if not COMMAND.exists():
        raise AssertionError(f"{COMMAND} is not there: run pip install -e '.[dev]' first")
    path = os.environ.get("PATH", "")
    return Terminal(
        [str(COMMAND), *arguments],
        columns=columns,
        rows=rows,
        environment={**environment_of(home), "PATH": path, **(environment or {})},
        folder=home,
    )
