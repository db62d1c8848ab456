"""A training watched over a line that drops: the same screen comes back, with nothing missing and nothing twice."""

import json
import os
import re
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.e2e.walking import HISTORY, quit_in_order
from tests.support.command import COMMAND, environment_of, start
from tests.support.terminal import Terminal

pytestmark = pytest.mark.pty

TRAINER = "ostris/flux-dev-lora-trainer"
STEPS = 2000


class Service(NamedTuple):
    """A `demo-server` of its own process."""

    base_url: str
    token: str

    def ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.base_url}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            told = json.load(answer)
        assert isinstance(told, dict)
        return told


@pytest.fixture
def service(private_home: Path) -> Iterator[Service]:
    process = subprocess.Popen(
        [str(COMMAND), "demo-server", "--speed", "60", "--no-rate-limits"],
        env=environment_of(private_home, PATH=os.environ["PATH"]),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        lines = process.stdout.readline() + process.stdout.readline()
        found = re.search(r"BASE_URL=(\S+)\n.*TOKEN=(\S+)\n", lines)
        assert found, lines
        yield Service(found[1], found[2])
    finally:
        process.terminate()
        process.communicate()


def start_training(service: Service) -> str:
    service.ask("/models", {"owner": "demo", "name": "fog-style", "visibility": "private", "hardware": "cpu"})
    owner, _, name = TRAINER.partition("/")
    version = service.ask(f"/models/{owner}/{name}")["latest_version"]["id"]
    given = {"input_images": "data:application/zip;base64,UEs=", "steps": STEPS}
    made = service.ask(
        f"/models/{owner}/{name}/versions/{version}/trainings", {"destination": "demo/fog-style", "input": given}
    )
    return str(made["id"])


def watching(service: Service, training: str, home: Path) -> Terminal:
    known = {"REPLICATE_BASE_URL": service.base_url, "REPLICATE_API_TOKEN": service.token}
    return start("watch", training, home=home, environment=known)


def step_shown(terminal: Terminal) -> int:
    """Return the last step that the screen shows, once it has the curve; on a slow machine the training may be over."""
    screen = terminal.wait_for(lambda shown: "┤" in shown and re.search(rf"\d+/{STEPS}|✓ succeeded", shown))
    assert re.search(rf"(● processing|◌ starting|✓ succeeded) +{TRAINER} → ", screen), screen
    assert re.search(r"^ +loss +0\.\d+", screen, re.MULTILINE), screen
    found = re.search(rf"(\d+)/{STEPS}", screen)
    return int(found[1]) if found else STEPS


def test_a_training_outlives_a_hang_up_and_a_kill(service: Service, private_home: Path) -> None:
    training = start_training(service)
    with watching(service, training, private_home) as terminal:
        seen = step_shown(terminal)
        terminal.hang_up()
        assert terminal.wait_for_exit() == 128 + signal.SIGHUP
    with watching(service, training, private_home) as terminal:
        # At once as it was, and then from where the training is by now.
        assert step_shown(terminal) >= seen
        terminal.process.kill()
        terminal.wait_for_exit()
    with watching(service, training, private_home) as terminal:
        screen = terminal.wait_for(r"new version demo/fog-style:[0-9a-f]{12}", seconds=60)
        assert re.search(rf"✓ succeeded +{TRAINER} → demo/fog-style", screen)
        terminal.wait_for("● saved")
        # The curve begins with the first step and ends with the last.
        terminal.wait_for(rf"step +\d\d?\b.* {STEPS:,}$")
        terminal.wait_for(rf"step={STEPS} loss=")
        quit_in_order(terminal)
    told = service.ask(f"/trainings/{training}")["logs"]
    (kept,) = (private_home / HISTORY).glob("default/runs/**/logs.txt")
    assert kept.read_text() == told
