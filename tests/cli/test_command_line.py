"""The command without a terminal: its version, its refusals, and how little it loads for them."""

import subprocess
import sys
from pathlib import Path

import pytest

from replicate_tui import __version__
from replicate_tui.cli.arguments import parse
from tests.support.command import COMMAND, environment_of

HEAVY = {"textual", "rich", "httpx", "pydantic", "PIL", "starlette", "uvicorn", "sqlite3"}
USAGE = 2


def run(*arguments: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command without a terminal."""
    return subprocess.run(
        [str(COMMAND), *arguments],
        env=environment_of(home, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def modules_after(code: str) -> set[str]:
    """Return the top-level modules a fresh interpreter has loaded after `code`."""
    tail = "\nimport sys; sys.stderr.write(' '.join({name.partition('.')[0] for name in sys.modules}))"
    found = subprocess.run([sys.executable, "-c", code + tail], capture_output=True, text=True, timeout=60, check=True)
    return set(found.stderr.split())


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_version(option: str, private_home: Path) -> None:
    answer = run(option, home=private_home)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, f"replicate-tui {__version__}\n", "")


def test_the_version_is_answered_before_anything_is_imported() -> None:
    loaded = modules_after("import sys; sys.argv = ['x', '--version']\nimport replicate_tui.__main__ as m; m.main()")
    assert not loaded & {*HEAVY, "argparse", "asyncio", "platformdirs"}


@pytest.mark.parametrize(
    "module",
    [
        "replicate_tui.cli.main",
        "replicate_tui.cli.arguments",
        "replicate_tui.cli.completion",
        "replicate_tui.cli.launch",
        "replicate_tui.cli.watch",
        "replicate_tui.cli.plain_watch",
        "replicate_tui.cli.composition",
        "replicate_tui.services.bundle",
        "replicate_tui.demo.host",
        "replicate_tui.demo.child",
    ],
)
def test_no_textual_below_the_screens(module: str) -> None:
    assert not modules_after(f"import {module}") & {"textual", "rich"}


@pytest.mark.parametrize("module", ["replicate_tui.cli.main", "replicate_tui.cli.launch"])
def test_the_command_line_alone_loads_nothing_heavy(module: str) -> None:
    assert not modules_after(f"import {module}") & HEAVY


@pytest.mark.parametrize("arguments", [[], ["--demo"], ["open", "replicate/hello-world"]])
def test_without_a_terminal_it_says_so_in_one_line(arguments: list[str], private_home: Path) -> None:
    answer = run(*arguments, home=private_home)
    assert answer.returncode == USAGE
    assert answer.stdout == ""
    assert answer.stderr.startswith("replicate-tui: The app needs a terminal")
    assert answer.stderr.count("\n") == 1
    assert "\x1b" not in answer.stderr
    assert list(private_home.iterdir()) == [], "it wrote files on the way"


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".", "..", ".hidden", "x" * 65, "a\nb"])
def test_a_profile_cannot_leave_its_folder(name: str, private_home: Path) -> None:
    answer = run("--profile", name, home=private_home)
    assert answer.returncode == USAGE
    assert "profile" in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    "target",
    [
        "a b",
        "../..",
        "owner/",
        "https://example.com/owner/name",
        "https://replicate.com",
        "https://[broken/x",
        "",
        "🦙",
    ],
)
def test_a_target_that_names_nothing(target: str, private_home: Path) -> None:
    answer = run("open", target, home=private_home)
    assert answer.returncode == USAGE
    assert answer.stderr.startswith("replicate-tui: ")
    assert answer.stderr.count("\n") == 1


def test_a_target_cannot_speak_to_the_terminal(private_home: Path) -> None:
    answer = run("open", "\x1b]52;c;aGk=\x07", home=private_home)
    assert answer.returncode == USAGE
    assert "\x1b" not in answer.stderr
    assert "\x07" not in answer.stderr


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://api.example.com", "in the clear"),
        ("ftp://api.example.com", "is not an http"),
        ("nonsense", "is not an http"),
        ("https://user:pass@api.example.com", "is not an http"),
        ("http://[::1", "is not an http"),
        ("https://api.example.com:notaport", "is not an http"),
    ],
)
def test_an_unsafe_base_url_is_refused(url: str, words: str, private_home: Path) -> None:
    answer = run(home=private_home, REPLICATE_BASE_URL=url)
    assert answer.returncode == USAGE
    assert words in answer.stderr
    assert answer.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--demo-speed", "0"], "above 0"),
        (["--demo-speed", "nan"], "above 0"),
        (["--images", "ascii"], "invalid choice"),
        (["--frugal", "maybe"], "invalid choice"),
        (["open"], "required: TARGET"),
        (["opne", "x"], "invalid choice"),
        (["completion", "csh"], "invalid choice"),
    ],
)
def test_mistakes_on_the_command_line(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        parse(arguments)
    assert left.value.code == USAGE
    assert words in capsys.readouterr().err


def test_help_names_every_verb_and_variable(private_home: Path) -> None:
    answer = run("--help", home=private_home)
    assert answer.returncode == 0
    for word in ("--demo", "--profile", "--config", "open", "completion", "REPLICATE_API_TOKEN", "REPLICATE_BASE_URL"):
        assert word in answer.stdout
