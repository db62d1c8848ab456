"""Where benchmarks work: how long they take, homes for the programs they start, and how those are started."""

import compileall
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.benchmarks.history import fill
from tests.benchmarks.link import Link
from tests.benchmarks.timed_terminal import TimedTerminal
from tests.support.command import COMMAND, environment_of

ROOT = Path(__file__).parents[2]
_APPS = "tests.benchmarks.apps"


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured: pairs of runs, keys pressed, rows of the large lists, megabytes, idle, keys held."""

    pairs: int = 9
    keys: int = 50
    rows: int = 100_000
    small_rows: int = 1_000
    tokens_before: int = 40_000
    tokens: int = 100
    small_log: int = 1
    large_log: int = 50
    sessions: int = 5
    idle_seconds: float = 5.0
    held_seconds: float = 2.0


TINY = Scale(
    pairs=1,
    keys=3,
    rows=2_000,
    small_rows=100,
    tokens_before=400,
    tokens=20,
    large_log=2,
    sessions=1,
    idle_seconds=0.3,
    held_seconds=0.2,
)


class Workshop:
    """One folder for all benchmarks of a run; `scale` says how much they measure."""

    def __init__(self, folder: Path, scale: Scale) -> None:
        self.folder = folder
        self.scale = scale
        self._launchers: dict[str, Path] = {}
        # As an installer does for everybody else's code: neither side is to be compiled while it is timed.
        for part in (ROOT / "replicate_tui", ROOT / "tests" / "benchmarks"):
            compileall.compile_dir(part, quiet=2)

    def home(self, name: str) -> Path:
        """Return the home of that name, empty when it is new."""
        home = self.folder / "homes" / name
        home.mkdir(parents=True, exist_ok=True)
        return home

    def environment(self, home: Path, **more: str) -> dict[str, str]:
        return {**environment_of(home, **more), "PYTHONPATH": str(ROOT)}

    def start(
        self,
        *arguments: str,
        home: Path,
        columns: int = 100,
        rows: int = 30,
        link: Link | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> TimedTerminal:
        """Start the installed command."""
        command = [str(COMMAND), *arguments]
        environment = self.environment(home, **(variables or {}))
        return TimedTerminal(command, columns=columns, rows=rows, environment=environment, link=link)

    def start_app(
        self, name: str, *arguments: str, columns: int = 100, rows: int = 30, link: Link | None = None
    ) -> TimedTerminal:
        """Start `main()` of a module of `tests.benchmarks.apps`, by a launcher that is the installed command's own."""
        command = [str(self._launcher(name)), *arguments]
        environment = self.environment(self.home("apps"))
        return TimedTerminal(command, columns=columns, rows=rows, environment=environment, link=link)

    def _launcher(self, name: str) -> Path:
        """Return a copy of the installed command's launcher that imports another `main`."""
        if name not in self._launchers:
            text = COMMAND.read_text()
            ours, other = "from replicate_tui.__main__ import", f"from {_APPS}.{name} import"
            if ours not in text:
                raise AssertionError(f"{COMMAND} does not look like a launcher:\n{text}")
            launcher = self.folder / f"{name}-launcher"
            launcher.write_text(text.replace(ours, other))
            launcher.chmod(0o755)
            self._launchers[name] = launcher
        return self._launchers[name]

    @cached_property
    def seen_home(self) -> Path:
        """A home in which the demo was opened before: its first words are read, its catalogue is known."""
        return self._open_once(self.home("seen"))

    @cached_property
    def long_history_home(self) -> Path:
        """The same with a history of `scale.rows` runs."""
        return self._with_history("long history", self.scale.rows)

    @cached_property
    def short_history_home(self) -> Path:
        """The same with a history of `scale.small_rows` runs."""
        return self._with_history("short history", self.scale.small_rows)

    def _with_history(self, name: str, runs: int) -> Path:
        home = self._open_once(self.home(name))
        fill(home, runs)
        return home

    def _open_once(self, home: Path) -> Path:
        with self.start("--demo", home=home) as terminal:
            terminal.until("Six keys")
            terminal.until(r"runs\b.*\n.*\bLocal stand-in")
            terminal.took("enter", lambda screen: "Six keys" not in screen)
            terminal.settle(0.3)
            terminal.press("ctrl+q")
            terminal.wait_for_exit()
        return home


@contextmanager
def workshop(scale: Scale) -> Iterator[Workshop]:
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        yield Workshop(Path(folder), scale)


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def bare_environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "HOME": "/nonexistent"}
