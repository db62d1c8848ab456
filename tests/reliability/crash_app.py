"""Kills of the installed app in the middle of a session, judged from outside: by the service, the files, SQLite."""

import contextlib
import hashlib
import json
import shutil
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.e2e.walking import database_of, open_form
from tests.reliability.promises import look_into
from tests.reliability.row import Row, Trial, Trials
from tests.support.command import COMMAND, environment_of, start
from tests.support.terminal import Terminal
from tests.support.waiting import wait_for_blocking

_SPEED: Final = "8"
_PATIENCE: Final = 30.0
#: What is run, and the words at its form's first field.
_MODELS: Final = (
    ("replicate/hello-world", "options: version"),
    ("anthropic/claude-sonnet-4", "Input prompt"),
    ("black-forest-labs/flux-schnell", "Prompt for generated image"),
)
#: The moment of the kill is chance, in seconds after the form was sent; every so many sessions it is while it quits.
_LONGEST_LIFE: Final = 1.5
_LONGEST_QUIT: Final = 0.5
_KILLED_QUITTING: Final = 5
_NO_PROXIES: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class _Service:
    """The demo service as a process of its own, which outlives the app."""

    base_url: str
    token: str
    control_url: str
    control_token: str

    def runs(self) -> list[dict[str, Any]]:
        """Return what it really made."""
        headers = {"Authorization": f"Bearer {self.control_token}"}
        request = urllib.request.Request(f"{self.control_url}/runs", headers=headers)
        with _NO_PROXIES.open(request, timeout=_PATIENCE) as answer:
            found: list[dict[str, Any]] = json.load(answer)
        return found


@contextlib.contextmanager
def _serving(home: Path) -> Iterator[_Service]:
    command = [str(COMMAND), "demo-server", "--print-json", "--speed", _SPEED, "--no-rate-limits"]
    with subprocess.Popen(command, env=environment_of(home), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            told = json.loads(process.stdout.readline())
            del told["foreign_url"]
            yield _Service(**told)
        finally:
            process.terminate()


def _kills(trials: Trials) -> None:
    home, other_home = trials.folder / "person", trials.folder / "service"
    home.mkdir(mode=0o700)
    other_home.mkdir(mode=0o700)
    submits = 0
    with _serving(other_home) as service:
        for trial in trials:
            with trial:
                model, field = _MODELS[trial.number % len(_MODELS)]
                text = f"session number {trial.number}"
                with _app(service, home, model) as terminal:
                    open_form(terminal, field)
                    _type(terminal, text)
                    submits += 1
                    terminal.send("ctrl+g")
                    _end(trial, terminal)
                    shown = terminal.screen
                _is_as_shown(home, text, shown)
                with _app(service, home, model, trial) as terminal:
                    _has_all(home, service)
                    _quit(terminal)
                assert len(service.runs()) <= submits
                _is_sound(home, service)


def _app(service: _Service, home: Path, model: str, timed: Trial | None = None) -> Terminal:
    """Start the app; what it takes until it can be used is the trial's figure."""
    begun = time.monotonic()
    known = {"REPLICATE_BASE_URL": service.base_url, "REPLICATE_API_TOKEN": service.token}
    terminal = start("open", model, home=home, environment=known)
    try:
        terminal.wait_for(r"Inputs .*README", seconds=_PATIENCE)
    except BaseException:
        terminal.__exit__()
        raise
    if timed is not None:
        timed.took = time.monotonic() - begun
    return terminal


def _type(terminal: Terminal, text: str) -> None:
    """Fill the first field; a form that is just being painted may not have taken the first keys."""
    for _ in range(10):
        terminal.send("ctrl+u", text)
        with contextlib.suppress(AssertionError):
            terminal.wait_for(rf"(^|\s){text}\s", seconds=2.0)
            return
    raise AssertionError(f"{text} cannot be typed\n{terminal.screen}")


def _end(trial: Trial, terminal: Terminal) -> None:
    if trial.number % _KILLED_QUITTING == _KILLED_QUITTING - 1:
        terminal.wait_for(r"starting|processing|succeeded", seconds=_PATIENCE)
        terminal.send("ctrl+q")
        time.sleep(trial.random.uniform(0, _LONGEST_QUIT))
    else:
        time.sleep(trial.random.uniform(0, _LONGEST_LIFE))
    terminal.process.kill()
    terminal.wait_for_exit()


def _quit(terminal: Terminal) -> None:
    """Leave, also while a run is looked for that the service never made."""
    terminal.send("ctrl+q")
    with contextlib.suppress(AssertionError):
        terminal.wait_for(r"q +Quit", seconds=2.0)
        terminal.send("q")
    assert terminal.wait_for_exit() == 0, terminal.screen


def _is_as_shown(home: Path, text: str, screen: str) -> None:
    """What the screen told of is in the history as the kill left it (in a copy, as looking changes what lies there)."""
    is_shown = "● processing" in screen or "✓ succeeded" in screen
    history = database_of(home)
    copy = home.parent / "copy"
    shutil.copytree(history.parent, copy, ignore=shutil.ignore_patterns("runs", "*-shm"))
    try:
        with closing(sqlite3.connect(copy / history.name)) as connection:
            found = connection.execute("select remote_id, status from runs where input like ?", (f"%{text}%",))
            rows = found.fetchall()
    finally:
        shutil.rmtree(copy)
    assert len(rows) == 1 or not (rows or is_shown), rows
    assert not is_shown or rows[0][0] is not None, f"{rows} is there; shown was\n{screen}"
    assert "✓ succeeded" not in screen or rows[0][1] == "succeeded", f"{rows} is there; shown was\n{screen}"


def _rows(home: Path) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(f"{database_of(home).as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("select * from runs where hidden = 0")]


def _has_all(home: Path, service: _Service) -> None:
    """Wait until every run of the service is in the history, and over and saved there."""

    def is_complete() -> bool:
        rows = {row["remote_id"]: row for row in _rows(home)}
        made = service.runs()
        return all(run["id"] in rows and _is_kept(rows[run["id"]], run["status"]) for run in made)

    wait_for_blocking(is_complete, "every run of the service to be in the history", seconds=_PATIENCE)


def _is_kept(row: dict[str, Any], status: str) -> bool:
    return row["status"] == status and (status != "succeeded" or row["saved"] == "saved")


def _is_sound(home: Path, service: _Service) -> None:
    history = database_of(home)
    look_into(history)
    at_server = {run["id"]: run for run in service.runs()}
    for row in _rows(home):
        if row["saved"] != "saved":
            continue
        folder = history.parent / "runs" / row["folder"]
        files = {file["name"]: file["sha256"] for file in json.loads(row["files"])}
        assert set(files.values()) <= set(at_server[row["remote_id"]]["files_sha256"].values())
        for name, expected in files.items():
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == expected
        left = {path.name for path in folder.iterdir() if not path.name.endswith(".part")}
        assert left <= {*files, "input.json", "run.json", "logs.txt", "output.txt", "output.json"}, left
        assert {"input.json", "run.json"} <= left
    for path in home.rglob("*"):
        assert not path.is_file() or service.token.encode() not in path.read_bytes(), f"{path} holds the token"


def _not_installed() -> str | None:
    return None if COMMAND.exists() else "the command is not installed"


ROWS = (
    Row(
        id="T1",
        fault="the app is killed at any moment of a session (D10, E2)",
        goal="every run is known and paid once, files are whole, usable within 2 s",
        check=_kills,
        short=5,
        long=200,
        limit=2.0,
        missing=_not_installed,
    ),
)
