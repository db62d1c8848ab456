"""`watch`: each change a line, and an exit code that says how it ended."""

import json
import re
import signal
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from replicate_tui.demo.server import DemoServer
from tests.support.command import COMMAND, environment_of
from tests.support.terminal import Terminal

PICTURES = "data:application/zip;base64,UEs="


def post(demo: DemoServer, path: str, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{demo.base_url}{path}",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {demo.token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        made = json.load(answer)
    assert isinstance(made, dict)
    return made


def start_training(demo: DemoServer, name: str, **input: Any) -> str:
    """Start a training at the service as another program would; returns its id."""
    post(demo, "/models", {"owner": "demo", "name": name, "visibility": "private", "hardware": "cpu"})
    body = {"destination": f"demo/{name}", "input": {"input_images": PICTURES, **input}}
    return str(post(demo, f"/models/tests/trainer/versions/{'3' * 64}/trainings", body)["id"])


def environment(demo: DemoServer, home: Path) -> dict[str, str]:
    return environment_of(home, REPLICATE_BASE_URL=demo.base_url, REPLICATE_API_TOKEN=demo.token)


def watch(demo: DemoServer, home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(COMMAND), "watch", *arguments],
        env=environment(demo, home) | more,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_training_is_told_line_by_line_to_its_new_version(demo: DemoServer, private_home: Path) -> None:
    training = start_training(demo, "lines", steps=400)
    answer = watch(demo, private_home, training)
    assert (answer.returncode, answer.stderr) == (0, "")
    lines = answer.stdout.splitlines()
    assert all(re.match(rf"\d\d:\d\d:\d\d {training} \S", line) for line in lines)
    assert re.search(r"succeeded in .* new version demo/lines:[0-9a-f]{64}", lines[-2])
    assert "saved in " in lines[-1]
    assert not any(0x2800 <= ord(character) < 0x2900 or character in "●✓━" for character in answer.stdout)


def test_the_lines_of_the_log_come_as_they_are_written(demo: DemoServer, private_home: Path) -> None:
    training = start_training(demo, "logged", steps=60)
    answer = watch(demo, private_home, training)
    told = [line.split(f"{training} | ")[1] for line in answer.stdout.splitlines() if " | " in line]
    there = demo.service.state.run(training)
    assert there is not None
    assert told == [line.rstrip() for line in str(there.logs).splitlines() if line.strip()]
    assert answer.stdout.index("step=60 loss=") < answer.stdout.index("succeeded in")
    # The log is known by now, and is told all the same: each watch tells the whole run.
    assert f"{training} | {told[0]}" in watch(demo, private_home, training).stdout
    quiet = watch(demo, private_home, "--no-logs", training)
    assert (quiet.returncode, " | " in quiet.stdout) == (0, False)


def test_how_it_ends_is_the_exit_code(demo: DemoServer, private_home: Path) -> None:
    failed = start_training(demo, "hot", steps=10, learning_rate=0.9)
    fine = start_training(demo, "fine", steps=10)
    answer = watch(demo, private_home, "--plain", fine, failed)
    assert answer.returncode == 1
    assert re.search(rf"{failed} failed: .*learning rate 0.9 is too high", answer.stdout)
    assert f"{fine} succeeded" in answer.stdout
    canceled = start_training(demo, "stopped", steps=4000)
    post(demo, f"/trainings/{canceled}/cancel", {})
    answer = watch(demo, private_home, canceled)
    assert answer.returncode == 3
    assert f"{canceled} canceled" in answer.stdout


def test_what_cannot_be_watched_is_said(demo: DemoServer, private_home: Path) -> None:
    training = start_training(demo, "unseen", steps=10)
    assert watch(demo, private_home, "owner/name").returncode == 2
    assert watch(demo, private_home, training, REPLICATE_API_TOKEN="r8_wrong").returncode == 4
    refused = watch(demo, private_home, training, REPLICATE_BASE_URL="http://127.0.0.1:9")
    assert refused.returncode == 6
    assert "Offline" in refused.stderr
    unknown = watch(demo, private_home, "z" * 26)
    assert unknown.returncode == 1
    assert "no such thing" in unknown.stderr


def test_ctrl_c_leaves_the_training_going(own_demo: Callable[..., DemoServer], private_home: Path) -> None:
    demo = own_demo(speed=20.0)
    training = start_training(demo, "long", steps=4000)
    command = [str(COMMAND), "watch", "--plain", training]
    process = subprocess.Popen(
        command, env=environment(demo, private_home), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    assert f"{training} " in first
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "canceled" not in rest
    there = demo.service.state.run(training)
    assert there is not None
    assert there.status in ("starting", "processing")


@pytest.mark.pty
def test_on_a_terminal_the_monitors_open_one_above_the_other(
    own_demo: Callable[..., DemoServer], private_home: Path
) -> None:
    demo = own_demo(speed=20.0)
    first, second = start_training(demo, "first", steps=4000), start_training(demo, "second", steps=4000)
    with Terminal(
        [str(COMMAND), "watch", first, second],
        columns=100,
        rows=30,
        environment=environment(demo, private_home),
        folder=private_home,
    ) as terminal:
        # Of a training made elsewhere the destination is not told before its end.
        terminal.wait_for(r"(●|◌) (processing|starting) +tests/trainer")
        terminal.wait_for(r"\d+/4000")
        terminal.send("esc")
        terminal.wait_for(r"(●|◌) (processing|starting) +tests/trainer")
        terminal.send("esc")
        terminal.wait_for("Search")
        terminal.send("ctrl+q")
        assert terminal.wait_for_exit() == 0
