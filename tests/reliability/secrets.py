"""What must stay secret, looked for in every byte that is left behind: on disk, on the terminal, with children."""

import itertools
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from replicate_tui.demo.model import DemoModel, Job, ModelFailure
from replicate_tui.demo.server import DemoServer
from replicate_tui.services.export import ExportService
from replicate_tui.store.database import Database
from replicate_tui.store.runs import RunRepository
from tests.demo.models import PICTURES, STREAMED_TEXT
from tests.e2e.crashing_app import KINDS
from tests.e2e.walking import HISTORY, database_of, past_first_start
from tests.reliability.endings import CRASHING
from tests.reliability.row import Row, Trial, Trials
from tests.reliability.sessions import START, home_of, no_command
from tests.support.command import COMMAND, environment_of, start
from tests.support.demo import make_demo
from tests.support.processes import children, no_proc
from tests.support.terminal import Terminal
from tests.support.waiting import wait_for_blocking

SECRET: Final = "canary-Secret-input-4711"
SIGNATURE: Final = "canarySignature0815"
#: What a search of the same kind must find, or it proves nothing.
SEEN: Final = "canary-to-be-seen"
_ENDINGS: Final = (
    "telling-the-token",
    "kill",
    "quit",
    "in tmux",
    *(kind for kind in KINDS if kind != "telling-the-token"),
)

#: Stands for the editor and the desktop's opener, and writes down what it was given.
_CHILD: Final = """#!/bin/sh
{ env; cat /proc/$$/cmdline; echo; } >> "$HOME/told-to-children"
"""


async def _keep(job: Job, given: Mapping[str, Any]) -> None:
    job.log(f"working on {given['text']} with a key of {len(given['api_key'])}")
    for number in range(5):
        await job.emit(f"word {number} ")
        await job.sleep(0.02)
    if "fail" in given["text"]:
        raise ModelFailure("it went wrong")


async def _sign(job: Job, given: Mapping[str, Any]) -> list[str]:
    return [f"{job.publish(b'words of a file', f'out-{index}.txt')}?signature={SIGNATURE}" for index in range(2)]


_FIELDS: Final = {
    "text": {"type": "string", "x-order": 0},
    "api_key": {"type": "string", "format": "password", "x-cog-secret": True, "x-order": 1},
}
KEEPER: Final = DemoModel(
    owner="tests",
    name="keeper",
    description="Wants a key.",
    readme="",
    input_schema={"type": "object", "required": ["text", "api_key"], "properties": _FIELDS},
    output_schema=STREAMED_TEXT,
    run=_keep,
    version="7" * 64,
    queue=0.0,
)
SIGNER: Final = DemoModel(
    owner="tests",
    name="signer",
    description="Hands out signed addresses.",
    readme="",
    input_schema={"type": "object", "properties": {}},
    output_schema=PICTURES,
    run=_sign,
    version="6" * 64,
    queue=0.0,
)


async def _ended(trials: Trials) -> None:
    await _sessions(trials, _ENDINGS)


async def _killed(trials: Trials) -> None:
    await _sessions(trials, ("kill",))


async def _sessions(trials: Trials, endings: Sequence[str]) -> None:
    for trial in trials:
        home = home_of(trials, f"{trial.number}")
        with trial, make_demo(models=[KEEPER]) as service:
            await _tells_nobody(endings[trial.number % len(endings)], service, home)


async def _tells_nobody(ending: str, service: DemoServer, home: Path) -> None:
    """Run with a secret once well and once not, hand a field to the editor, copy another, leave, export; then look."""
    environment = _environment(service, home)
    kind = ending if ending in KINDS else "by-key"
    command = [str(COMMAND)] if ending == "quit" else [sys.executable, str(CRASHING), kind]
    tmux = _tmux(home) if ending == "in tmux" and shutil.which("tmux") else []
    around = [*tmux, "new-session"] if tmux else []
    everything = [*around, *command, "open", "tests/keeper"]
    with Terminal(everything, columns=100, rows=30, environment=environment, folder=home) as terminal:
        for text in (SEEN, f"{SEEN} fail"):
            _run_with_the_secret(terminal, text, edits=not tmux)
        _copy_the_signing_secret(terminal)
        for pid in [terminal.process.pid, *children(terminal.process.pid)]:
            (home / f"cmdline-{pid}").write_bytes(Path(f"/proc/{pid}/cmdline").read_bytes())
        if tmux:
            (home / "scrollback").write_bytes(_output_of([*tmux, "capture-pane", "-p", "-S", "-"], environment))
            _output_of([*tmux, "kill-server"], environment)
        elif ending == "kill":
            terminal.process.kill()
        else:
            terminal.send("ctrl+q")
        terminal.wait_for_exit()
        wait_for_blocking(lambda: len(terminal.raw) == (home / "terminal").write_bytes(terminal.raw), "all it said")
    heard = [str(run.logs) for run in service.service.state._runs.values()]
    assert len(heard) == 2
    assert all(f"with a key of {len(SECRET)}" in log for log in heard), heard
    for option in ((), ("--json",)):
        (home / f"doctor{len(option)}").write_bytes(_output_of([str(COMMAND), "doctor", *option], environment))
    await _export(home)
    signing = service.service.state.identity.webhook_secret
    _look_for(home, found=[SEEN], absent=[service.token, service.token[::-1], SECRET, signing])
    assert (home / "told-to-children").exists()


def _tmux(home: Path) -> list[str]:
    return ["tmux", "-S", str(home.parent / "tmux"), "-f", "/dev/null"]


def _output_of(command: list[str], environment: Mapping[str, str]) -> bytes:
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False
    )
    return done.stdout


def _environment(service: DemoServer, home: Path, **more: str) -> dict[str, str]:
    programs = home / "bin"
    programs.mkdir(exist_ok=True)
    for name in ("editor", "xdg-open"):
        (programs / name).write_text(_CHILD)
        (programs / name).chmod(0o700)
    path = {"PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(Path.cwd()), "EDITOR": "editor", "VISUAL": ""}
    known = {"REPLICATE_BASE_URL": service.base_url, "REPLICATE_API_TOKEN": service.token}
    return {**environment_of(home), **path, **known, "DISPLAY": ":0", **more}


def _run_with_the_secret(terminal: Terminal, text: str, *, edits: bool) -> None:
    terminal.wait_for(r"Inputs .*README")
    terminal.send("o", "f")
    terminal.wait_for("options: version")
    terminal.send("ctrl+u", text)
    terminal.wait_for(text)
    if edits:
        starts = terminal.raw.count(START)
        terminal.send("ctrl+o")
        wait_for_blocking(lambda: terminal.raw.count(START) > starts, "the editor's end")
    terminal.send("tab", "ctrl+u", SECRET)
    terminal.wait_for("•{8}|\\*{8}|●{8}")
    terminal.send("ctrl+g")
    terminal.wait_for(r"✗ failed +(tests/)?keeper" if "fail" in text else r"✓ succeeded +(tests/)?keeper")
    terminal.wait_for("word 4")
    terminal.send("l", "esc")


def _copy_the_signing_secret(terminal: Terminal) -> None:
    """Copy it from the Account place, where it is never shown."""
    # An escape and a key right behind it are one key to a terminal: first the page of the model is to be back.
    terminal.wait_for(r"Inputs .*README")
    terminal.send("8")
    terminal.wait_for("signing secret +hidden")
    terminal.send("/", "signing", "enter", "y")
    terminal.wait_for("Copied the signing secret")


async def _export(home: Path) -> None:
    async with Database(database_of(home)) as database:
        exports = ExportService(RunRepository(database))
        await exports.export_runs("", home / "runs.jsonl")
        await exports.export_runs("", home / "runs.csv", format="csv")


def _look_for(home: Path, *, found: list[str], absent: list[str], but: tuple[str, ...] = ()) -> None:
    """Fail for a file that holds, as it is or broken over lines and colours, what should be absent."""
    everything = {path: path.read_bytes() for path in home.rglob("*") if path.is_file() and path.name not in but}
    for canary in found:
        where = {path.name for path, content in everything.items() if _holds(content, canary)}
        assert {"terminal", "history.db", "runs.jsonl", "runs.csv", "run.json"} <= where, where
    told = [(path.name, canary) for canary in absent for path in everything if _holds(everything[path], canary)]
    assert not told, told


def _holds(content: bytes, canary: str) -> bool:
    plain = re.sub(rb"\x1b\[[0-9;:?]*[a-zA-Z]|[\s|]|\xe2\x94\x82", b"", content)
    return canary.encode() in content or canary.encode() in plain


async def _signed(trials: Trials) -> None:
    for trial in trials:
        home = home_of(trials, f"{trial.number}")
        with trial, make_demo(models=[SIGNER]) as service:
            _save_what_is_signed(service, home)
            assert any(SIGNATURE in seen.query for seen in service.requests), "the signatures were never used"
            await _export(home)
            _look_for(home, found=[], absent=[SIGNATURE], but=("history.db", "history.db-wal"))


def _save_what_is_signed(service: DemoServer, home: Path) -> None:
    with start("open", "tests/signer", home=home, environment=_environment(service, home)) as terminal:
        terminal.wait_for(r"Inputs .*README")
        terminal.send("f")
        terminal.wait_for("options: version")
        terminal.send("ctrl+g")
        terminal.wait_for(r"✓ succeeded +(tests/)?signer")
        wait_for_blocking(lambda: list((home / HISTORY).rglob("out-1.txt")), "the saved files")
        terminal.send("4")
        terminal.wait_for(r"succeeded +(tests/)?signer")
        terminal.process.send_signal(signal.SIGTERM)
        terminal.wait_for_exit()
        (home / "terminal").write_bytes(terminal.raw)


def _at_rest(trials: Trials) -> None:
    for trial in trials:
        home = home_of(trials, f"{trial.number}")
        with trial, make_demo() as service:
            _is_kept_for_its_owner(trial, service, home)


def _is_kept_for_its_owner(trial: Trial, service: DemoServer, home: Path) -> None:
    """Give the token on the welcome screen under an umask of 000; every other time a readable file was there."""
    place = home / ".config/replicate-tui/profiles/default"
    if trial.number % 2:
        for folder in reversed([place, *place.parents[:3]]):
            folder.mkdir(mode=0o700)
        (place / "token").write_text("\n")
        (place / "token").chmod(0o644)
    environment = _environment(service, home, REPLICATE_API_TOKEN="")
    command = [sys.executable, "-c", _OPEN_HANDED, str(COMMAND)]
    with Terminal(command, columns=100, rows=30, environment=environment, folder=home) as terminal:
        terminal.wait_for("API token")
        terminal.wait_for("Keep it on this machine, readable by you only")
        terminal.send(service.token)
        terminal.wait_for("•{8}")
        terminal.send("enter")
        past_first_start(terminal)
        terminal.process.send_signal(signal.SIGTERM)
        terminal.wait_for_exit()
        said = terminal.raw
    assert (place / "token").read_text().strip() == service.token
    assert service.token.encode() not in said
    for path in itertools.chain(home.glob(".*/**/*"), home.glob(".*")):
        mode = stat.S_IMODE(path.lstat().st_mode)
        assert mode & 0o077 == 0, f"{path}: {mode:04o}"
    leaks = [path for path in home.rglob("*") if path.is_file() and service.token.encode() in path.read_bytes()]
    assert leaks == [place / "token"]


_OPEN_HANDED: Final = "import os, sys; os.umask(0); os.execv(sys.argv[1], sys.argv[1:])"

ROWS = (
    Row(
        id="S20",
        fault="a token is kept under umask 000, beside a readable file",
        goal="0600 in 0700, and nothing else that others can read",
        check=_at_rest,
        short=2,
        long=10,
        missing=no_command,
    ),
    Row(
        id="S21",
        fault="token, secret inputs, signing secret: runs, 14 crashes, exports",
        goal="no byte of them on disk, on the terminal, with children, in tmux",
        check=_ended,
        short=3,
        long=2 * len(_ENDINGS),
        missing=lambda: no_command() or no_proc(),
    ),
    Row(
        id="S22",
        fault="the same, and then kill -9",
        goal="no byte of them in the database, its WAL and its free pages",
        check=_killed,
        short=1,
        long=10,
        missing=lambda: no_command() or no_proc(),
    ),
    Row(
        id="S23",
        fault="outputs at signed addresses",
        goal="no signature in exports, run folders, on the terminal",
        check=_signed,
        short=1,
        long=10,
        missing=no_command,
    ),
)
