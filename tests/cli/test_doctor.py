"""`replicate-tui doctor` tells where things lie and what is wrong, and never a secret."""

import asyncio
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from replicate_tui import config
from replicate_tui.paths import ProfilePaths, profile_paths
from replicate_tui.store.database import Database
from replicate_tui.store.inspection import inspect_history
from replicate_tui.store.runs import RunRepository
from replicate_tui.ui.wire.stock_check import keep_fall
from tests.store.making import make_run
from tests.support.command import COMMAND, environment_of
from tests.support.terminal import Terminal

TOKEN = "r8_" + "d" * 37


def doctor(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(COMMAND), *arguments, "doctor"],
        env=environment_of(home, **environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def problems(home: Path, *arguments: str) -> dict[str, str]:
    """Return what the doctor finds wrong, by name."""
    answer = subprocess.run(
        [str(COMMAND), *arguments, "doctor", "--json"],
        env=environment_of(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
    )
    found: list[dict[str, Any]] = json.loads(answer.stdout)
    wrong = {finding["name"]: finding["problem"] for finding in found if finding["problem"]}
    assert answer.returncode == (1 if wrong else 0)
    return wrong


@pytest.fixture
def paths(private_home: Path) -> ProfilePaths:
    """The folders of the default profile, with a history of three runs, two of them not finished."""
    found = profile_paths("default")

    async def fill() -> None:
        async with Database(found.database) as database:
            runs = RunRepository(database)
            for number, status in enumerate(("succeeded", "processing", "submitting")):
                await runs.insert_intent(make_run(number, status=status))

    asyncio.run(fill())
    assert found.database.is_relative_to(private_home)
    return found


def test_before_the_first_start_nothing_is_wrong(private_home: Path) -> None:
    answer = doctor(private_home)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "made at the first start" in answer.stdout
    assert "Nothing is wrong." in answer.stdout
    assert "\x1b" not in answer.stdout
    assert not list(private_home.rglob("history.db"))


def test_a_sound_history_is_told_and_not_touched(paths: ProfilePaths, private_home: Path) -> None:
    before = paths.database.read_bytes()
    answer = doctor(private_home)
    assert answer.returncode == 0, answer.stdout
    assert "3, 2 of them not finished" in answer.stdout
    assert f"{paths.data} (0700," in answer.stdout
    assert paths.database.read_bytes() == before


def test_what_is_wrong_is_named_with_what_helps(paths: ProfilePaths, private_home: Path) -> None:
    paths.config.mkdir(parents=True, mode=0o700)
    paths.token_file.write_text(TOKEN)
    paths.token_file.chmod(0o644)
    paths.data.chmod(0o755)
    wrong = problems(private_home)
    assert wrong["token"] == f"others may read it; chmod 600 {paths.token_file}"
    assert wrong["history"] == f"others may look into it; chmod 700 {paths.data}"
    assert len(wrong) == 2


def test_a_damaged_history_and_what_was_recovered_of_an_older_one_are_told(
    paths: ProfilePaths, private_home: Path
) -> None:
    older = paths.database.with_name("history.db.corrupt-20260101-000000")
    older.write_bytes(b"once a history")
    Path(f"{older}.txt").write_text("What could be read (2 runs) was carried over.\x07")
    content = bytearray(paths.database.read_bytes())
    content[4096:8192] = b"\xff" * 4096
    paths.database.write_bytes(content)
    assert problems(private_home)["database"].startswith("damaged: ")
    answer = doctor(private_home)
    assert "1 of these needs a look" in answer.stdout
    assert "corrupt-20260101-000000  What could be read (2 runs) was carried over.\u2407" in answer.stdout


def test_a_newer_history_is_told(paths: ProfilePaths, private_home: Path) -> None:
    import sqlite3

    connection = sqlite3.connect(paths.database)
    connection.execute("pragma user_version = 999")
    connection.close()
    assert "newer replicate-tui" in problems(private_home)["database"]
    assert inspect_history(paths.database).version == 999


def test_mistakes_in_the_settings_are_told(private_home: Path, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("thme = 1\n")
    assert "Did you mean theme?" in problems(private_home, "--config", str(settings))["thme"]
    answer = doctor(private_home, REPLICATE_BASE_URL="http://example.com/v1")
    assert answer.returncode == 1
    assert "would send the token in the clear" in answer.stdout


def test_a_token_is_never_told(private_home: Path) -> None:
    answer = doctor(private_home, REPLICATE_API_TOKEN=TOKEN)
    assert "from REPLICATE_API_TOKEN" in answer.stdout
    assert TOKEN not in answer.stdout
    assert "not usable" in doctor(private_home, REPLICATE_API_TOKEN="two words").stdout


def test_all_profiles_are_told_with_no_token(paths: ProfilePaths, private_home: Path) -> None:
    config.save_token(profile_paths("work"), TOKEN)
    config.keep_profile(profile_paths("work"), config.KeptProfile("https://work.example/v1", "alice"))
    config.save_token(profile_paths("broken"), TOKEN)
    profile_paths("broken").profile_file.write_text("{")
    answer = doctor(private_home)
    assert "3 runs, 2 of them not finished; no token" in answer.stdout
    assert "alice at https://work.example/v1; no history yet; token kept on this machine" in answer.stdout
    assert TOKEN not in answer.stdout
    assert list(problems(private_home)) == ["broken"]
    assert "alice" not in doctor(private_home, "--demo").stdout


def test_a_profile_that_is_no_name_is_a_mistake_of_usage(private_home: Path) -> None:
    answer = doctor(private_home, "--profile", "../up")
    assert (answer.returncode, answer.stdout) == (2, "")


def test_in_a_terminal_it_tells_of_the_terminal(private_home: Path) -> None:
    command = [str(COMMAND), "--demo", "doctor"]
    with Terminal(command, columns=100, rows=60, environment=environment_of(private_home)) as terminal:
        screen = terminal.wait_for("Nothing is wrong.")
    assert "100 columns, 60 rows" in screen
    assert "half (set to auto)" in screen
    assert "the embedded demo service" in screen
    assert "what changed only" in screen


def test_it_tells_of_stock_output_and_of_the_fall_that_led_to_it(private_home: Path) -> None:
    keep_fall(private_home / ".cache/replicate-tui/profiles/demo", "ValueError: a defect of this test")
    command = [str(COMMAND), "--demo", "doctor"]
    known = environment_of(private_home, REPLICATE_TUI_WIRE="stock")
    with Terminal(command, columns=220, rows=60, environment=known) as terminal:
        screen = terminal.wait_for("Nothing is wrong.")
    assert "as Textual writes them: REPLICATE_TUI_WIRE is stock" in screen
    assert "ValueError: a defect of this test" in screen


def _a_folder_as_token(home: Path) -> None:
    (config_of(home) / "token").mkdir(parents=True)


def _a_token_with_a_blank(home: Path) -> None:
    config_of(home).mkdir(parents=True)
    (config_of(home) / "token").write_text("r8 x")


def _a_folder_as_database(home: Path) -> None:
    (data_of(home) / "history.db").mkdir(parents=True)


def _a_link_as_history(home: Path) -> None:
    data_of(home).parent.mkdir(parents=True)
    (home / "elsewhere").mkdir()
    data_of(home).symlink_to(home / "elsewhere")


def _a_file_in_the_way(home: Path) -> None:
    (home / ".cache").write_text("")


@pytest.mark.parametrize(
    ("make", "name", "words"),
    [
        (_a_folder_as_token, "token", "cannot be read: Is a directory"),
        (_a_token_with_a_blank, "token", "not usable: The token has a blank"),
        (_a_folder_as_database, "database", "something else stands there"),
        (_a_link_as_history, "history", "a link; only a folder of its own is used"),
        (_a_file_in_the_way, "cache", "it cannot be made"),
    ],
)
def test_what_stands_in_the_way_is_named(
    make: Callable[[Path], None], name: str, words: str, private_home: Path
) -> None:
    make(private_home)
    assert words in problems(private_home)[name]


def test_an_empty_database_is_not_damaged(private_home: Path) -> None:
    data_of(private_home).mkdir(parents=True, mode=0o700)
    (data_of(private_home) / "history.db").write_bytes(b"")
    assert "database" not in problems(private_home)


def config_of(home: Path) -> Path:
    return home / ".config/replicate-tui/profiles/default"


def data_of(home: Path) -> Path:
    return home / ".local/share/replicate-tui/profiles/default"
