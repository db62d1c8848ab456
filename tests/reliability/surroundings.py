"""Where the installed command is started: without a terminal, with little of everything, beside broken programs."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from replicate_tui.demo.server import DemoServer
from tests.e2e.walking import flat, quit_in_order, start_on, wait_until_said
from tests.reliability.row import Row, Trial, Trials
from tests.reliability.sessions import START, home_of, no_command
from tests.support.command import COMMAND, environment_of
from tests.support.demo import make_demo
from tests.support.terminal import Terminal
from tests.support.waiting import wait_for_blocking

_USAGE: Final = 2

# -- E10 ------------------------------------------------------------------------------------------------------------

#: How each of the three files of the command is set, as a shell writes it.
_REDIRECTIONS: Final = (
    "< /dev/null",
    "> out",
    "2> err",
    "> out 2> err",
    "> out 2>&1 < /dev/null",
    "< /dev/null | cat > out",
    "<&-",
    ">&-",
    "2>&-",
    ">&- 2>&-",
    "<&- >&- 2>&-",
)
_APPS: Final = ("", "--demo", "open tests/greeter")
_PLAIN: Final = ("--version", "--help", "doctor", "doctor --json", "completion bash", "open ../..", "nonsense")


def _redirected(trials: Trials) -> None:
    for trial in trials:
        home = home_of(trials, f"{trial.number}")
        how = _REDIRECTIONS[trial.number % len(_REDIRECTIONS)]
        with trial:
            what = trial.random.choice(_PLAIN)
            said = _in_shell(f"{COMMAND} {what} {how}", home)
            assert b"\x1b" not in said, (what, how)
            assert b"Traceback" not in said, (what, how, said)
            if how not in _STILL_A_TERMINAL:
                what = trial.random.choice(_APPS)
                said = _in_shell(f"{COMMAND} {what} {how}", home)
                assert b"\x1b" not in said, (what, how)
                assert b"Traceback" not in said, (what, how, said)


#: With these the app has a terminal to read from and one to paint on.
_STILL_A_TERMINAL: Final = ("> out", ">&-")


def _in_shell(line: str, home: Path) -> bytes:
    """Run a line of shell on a terminal of its own; returns all it said, there and in its files."""
    environment = environment_of(home, PATH=os.environ["PATH"])
    with Terminal(["sh", "-c", f"{line}\necho code $?"], environment=environment, folder=home) as terminal:
        terminal.wait_for(r"code \d+", seconds=30)
        terminal.wait_for_exit()
        files = [home / "out", home / "err"]
        return terminal.raw + b"".join(file.read_bytes() for file in files if file.exists())


# -- E11 ------------------------------------------------------------------------------------------------------------


def _short_of(trials: Trials) -> None:
    for trial in trials:
        home = home_of(trials, f"{trial.number}")
        with trial, make_demo() as service:
            _LIMITS[trial.number % len(_LIMITS)](trial, service, home)


def _few_descriptors(trial: Trial, service: DemoServer, home: Path) -> None:
    _runs_with(service, home, f"resource.RLIMIT_NOFILE, ({trial.random.choice([48, 64])},) * 2")


def _little_memory(trial: Trial, service: DemoServer, home: Path) -> None:
    """300 MB of data: the heap and private mappings, which is what a process itself asks for."""
    _runs_with(service, home, f"resource.RLIMIT_DATA, ({300 * 2**20},) * 2")


def _small_files(trial: Trial, service: DemoServer, home: Path) -> None:
    """No file above 8 MB: the history fits, and what does not is told of."""
    _runs_with(service, home, f"resource.RLIMIT_FSIZE, ({8 * 2**20},) * 2")


def _no_core(trial: Trial, service: DemoServer, home: Path) -> None:
    _runs_with(service, home, "resource.RLIMIT_STACK, (1 << 20, resource.RLIM_INFINITY)")


_LIMITS: Final = (_few_descriptors, _little_memory, _small_files, _no_core)


def _runs_with(service: DemoServer, home: Path, limit: str) -> None:
    """Make eight runs at once under the limit: all succeed, and the app leaves in order."""
    limited = f"import os, resource, sys; resource.setrlimit({limit}); os.execv(sys.argv[1], sys.argv[1:])"
    environment = environment_of(home, REPLICATE_BASE_URL=service.base_url, REPLICATE_API_TOKEN=service.token)
    command = [sys.executable, "-c", limited, str(COMMAND), "open", "tests/streamer"]
    with Terminal(command, columns=100, rows=30, environment=environment, folder=home) as terminal:
        terminal.wait_for(r"Inputs .*README")
        for number in range(8):
            terminal.send("f")
            terminal.wait_for("options: version")
            terminal.send("ctrl+u", f"number {number}")
            terminal.wait_for(f"number {number}")
            terminal.send("ctrl+g")
            terminal.wait_for(r"(●|◌|✓) (processing|starting|succeeded) +tests/streamer")
            terminal.send("esc")
            terminal.wait_for(r"Inputs .*README")
        terminal.send("4")
        terminal.wait_for(lambda screen: len(re.findall(r"✓ succeeded +(?:tests/)?streamer", screen)) == 8)
        quit_in_order(terminal)


# -- E12 ------------------------------------------------------------------------------------------------------------

_PROGRAMS: Final[Mapping[str, str | None]] = {
    "not a program": "\x7fELF nonsense",
    "hangs": '#!/bin/sh\necho $$ > "$HOME/hanging-${0##*/}"\nexec sleep 1000\n',
    "missing": None,
    "exits 1": "#!/bin/sh\nexit 1\n",
    "killed": "#!/bin/sh\nkill -9 $$\n",
    "talks": "#!/bin/sh\nprintf '\\033]52;c;eA==\\007\\033[2J' >&2\nexit 1\n",
}


def _broken_programs(trials: Trials) -> None:
    for trial in trials:
        home = home_of(trials, f"{trial.number}")
        kind = tuple(_PROGRAMS)[trial.number % len(_PROGRAMS)]
        with trial, make_demo() as service, _none_left_hanging(home):
            _is_told(trial, kind, service, home)


@contextmanager
def _none_left_hanging(home: Path) -> Iterator[None]:
    """End the programs that outlive the app, as a browser may."""
    try:
        yield
    finally:
        for told in home.glob("hanging-*"):
            with suppress(ProcessLookupError, ValueError):
                os.kill(int(told.read_text()), signal.SIGKILL)


def _is_told(trial: Trial, kind: str, service: DemoServer, home: Path) -> None:
    """Open a web page, then the editor, with programs that are broken; the app says so and goes on."""
    programs = home / "bin"
    programs.mkdir()
    content = _PROGRAMS[kind]
    for name in ("xdg-open", "editor"):
        if content is not None:
            (programs / name).write_text(content)
            (programs / name).chmod(0o755)
    around = {"PATH": f"{programs}:/bin", "EDITOR": str(programs / "editor"), "VISUAL": "", "DISPLAY": ":0"}
    with start_on(service, "open", "tests/greeter", home=home, environment=around) as terminal:
        terminal.wait_for(r"Inputs .*README")
        terminal.send("o")
        with trial.timed():
            if kind == "hangs":
                # A browser that stays is a browser: what counts is that nothing waits for it.
                terminal.send("]")
                terminal.wait_for("Sayshello|Says hello")
                _is_hanging("xdg-open", home)
            else:
                terminal.wait_for("The address:")
                terminal.wait_for("https://replicate.com/tests/greeter|/tests/greeter")
        if kind != "hangs":
            terminal.send("esc")
            terminal.wait_until_gone("The address:")
        terminal.send("f")
        terminal.wait_for("options: version")
        terminal.send("kept words", "ctrl+o")
        _editor_is_told(kind, terminal, home)
        terminal.wait_for("kept words")
        quit_in_order(terminal)


def _editor_is_told(kind: str, terminal: Terminal, home: Path) -> None:
    if kind == "missing":
        wait_until_said(terminal, "There is no editor")
    elif kind == "hangs":
        starts = terminal.raw.count(START)
        _is_hanging("editor", home)
        # It has the terminal, and ctrl+c is for it.
        time.sleep(0.2)
        terminal.send("ctrl+c")
        wait_for_blocking(lambda: terminal.raw.count(START) > starts, "the app to take the terminal back")
        wait_until_said(terminal, "The editor ended with an error")
    else:
        wait_until_said(terminal, "editor")
        terminal.wait_for(lambda screen: re.search("ended with an error|could not be used", flat(screen)))


def _is_hanging(name: str, home: Path) -> None:
    told = home / f"hanging-{name}"
    wait_for_blocking(lambda: told.exists() and told.read_text().strip(), f"{name} to hang")


# -- E14 ------------------------------------------------------------------------------------------------------------


def _write(home: Path, name: str, text: str) -> str:
    (home / name).write_text(text)
    return str(home / name)


#: Name: arguments, more of the environment, the code.
_CODES: Final[tuple[tuple[Callable[[Path], list[str]], dict[str, str], int], ...]] = (
    (lambda home: ["--version"], {}, 0),
    (lambda home: ["--help"], {}, 0),
    (lambda home: ["doctor"], {}, 0),
    (lambda home: ["doctor", "--json"], {}, 0),
    (lambda home: ["completion", "zsh"], {}, 0),
    (lambda home: ["--config", _write(home, "bad.toml", "theme = 3\n"), "doctor"], {}, 1),
    (lambda home: ["doctor"], {"REPLICATE_BASE_URL": "http://api.example.com"}, 1),
    (lambda home: ["doctor"], {"REPLICATE_API_TOKEN": "a b"}, 1),
    (lambda home: [], {}, _USAGE),
    (lambda home: ["--demo"], {}, _USAGE),
    (lambda home: ["--profile", "../x"], {}, _USAGE),
    (lambda home: ["--profile", "../x", "doctor"], {}, _USAGE),
    (lambda home: ["open", "a b"], {}, _USAGE),
    (lambda home: ["open"], {}, _USAGE),
    (lambda home: ["nonsense"], {}, _USAGE),
    (lambda home: ["--images", "ascii"], {}, _USAGE),
    (lambda home: ["completion", "csh"], {}, _USAGE),
    (lambda home: ["--demo-speed", "0"], {}, _USAGE),
    (lambda home: [], {"REPLICATE_BASE_URL": "nonsense"}, _USAGE),
    (lambda home: ["demo-server", "--port", "x"], {}, _USAGE),
    (lambda home: ["demo-server", "--fault", str(home / "none.json")], {}, _USAGE),
    (lambda home: ["demo-server", "--", "false"], {}, 1),
    (lambda home: ["demo-server", "--", "sh", "-c", "exit 7"], {}, 7),
    (lambda home: ["demo-server", "--", "no-such-command"], {}, 127),
)


def _codes(trials: Trials) -> None:
    for trial in trials:
        home = home_of(trials, f"{trial.number}")
        arguments, more, code = _CODES[trial.number % len(_CODES)]
        with trial:
            done = _run(arguments(home), home, **more)
            assert done.returncode == code, (done.args, done.returncode, done.stderr)
            assert "Traceback" not in done.stderr
            assert "\x1b" not in done.stdout + done.stderr
            assert bool(done.stderr.strip()) == (code == _USAGE or code == 127), done.stderr


def _run(arguments: list[str], home: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    environment: dict[str, Any] = environment_of(home, PATH=os.environ["PATH"], **more)
    return subprocess.run(
        [str(COMMAND), *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


ROWS = (
    Row(
        id="E10",
        fault="in, out and err closed, piped, files",
        goal="plain text or one line why not; no escape where no terminal is",
        check=_redirected,
        short=len(_REDIRECTIONS),
        long=10 * len(_REDIRECTIONS),
        missing=no_command,
    ),
    Row(
        id="E11",
        fault="64 descriptors, 300 MB of data, files of 8 MB, a small stack",
        goal="eight runs at once succeed",
        check=_short_of,
        short=2,
        long=5 * len(_LIMITS),
        missing=no_command,
    ),
    Row(
        id="E12",
        fault="browser and editor missing, broken, hanging",
        goal="said, with the address to copy; the form is as it was",
        check=_broken_programs,
        short=3,
        long=5 * len(_PROGRAMS),
        limit=1.5,
        missing=no_command,
    ),
    Row(
        id="E14",
        fault="every failure of the plain commands",
        goal="the same code each time, one line why, no traceback",
        check=_codes,
        short=len(_CODES),
        long=4 * len(_CODES),
        missing=no_command,
    ),
)
