"""Trainings watched for hours, and five hundred of them or of deployments in a list."""

import asyncio
import itertools
import json
import os
import statistics
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from replicate_tui.store.database import Database
from replicate_tui.store.records import RunRecord
from tests.benchmarks.figures import Figure
from tests.benchmarks.long_history import made_runs, write
from tests.benchmarks.timed_terminal import TimedTerminal
from tests.benchmarks.workshop import Workshop, bare_environment
from tests.support.command import COMMAND

WATCHED = 5
LISTED = 500
TRAINER = "ostris/flux-dev-lora-trainer"
#: Of so many steps a stand-in logs sixty, one every four seconds.
_STEPS = 600
#: A key that is held repeats so often in a second.
_PER_SECOND = 30
_GOING = r"● processing .*/600"
_DATA = "data:application/zip;base64,UEs="


@dataclass(frozen=True)
class _Service:
    """A demo service in a process of its own; `log` has a line for each request."""

    base_url: str
    token: str
    log: Path

    @property
    def account(self) -> dict[str, str]:
        return {"REPLICATE_BASE_URL": self.base_url, "REPLICATE_API_TOKEN": self.token}

    def ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.base_url}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            told: dict[str, Any] = json.load(answer)
        return told

    def train(self, steps: int) -> str:
        owner, _, name = TRAINER.partition("/")
        version = self.ask(f"/models/{owner}/{name}")["latest_version"]["id"]
        body = {"destination": "demo/watched", "input": {"input_images": _DATA, "steps": steps}}
        return str(self.ask(f"/models/{owner}/{name}/versions/{version}/trainings", body)["id"])

    def asked(self, path: str, begun: float, ended: float) -> int:
        """Return how often `path` was asked for between two moments of the clock."""
        lines = map(json.loads, self.log.read_text().splitlines())
        return sum(line["path"].endswith(path) and begun <= line["time"] <= ended for line in lines)


@contextmanager
def _served(log: Path, speed: float = 1.0) -> Iterator[_Service]:
    command = [str(COMMAND), "demo-server", "--no-rate-limits", "--print-json", "--log", str(log)]
    command += ["--speed", f"{speed:g}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, **bare_environment()})
    try:
        if process.stdout is None:
            raise AssertionError("no pipe")
        told = json.loads(process.stdout.readline())
        service = _Service(told["base_url"], told["token"], log)
        service.ask("/models", {"owner": "demo", "name": "watched", "visibility": "private", "hardware": "cpu"})
        yield service
    finally:
        process.terminate()
        process.communicate()


def _open(terminal: TimedTerminal, place: str, row: str, *, is_first: bool = False) -> float:
    """Go to a place, and return the seconds until its first row was there."""
    if is_first:
        terminal.until("Six keys")
        terminal.press("enter")
    terminal.until(lambda screen: "1 Search" in screen and "Six keys" not in screen)
    terminal.settle(0.5, seconds=5)
    return terminal.took(place, row)


def watched(workshop: Workshop) -> list[Figure]:
    """Five live trainings in the list, and then one monitor: processor time, questions, bytes; how late an end is."""
    seconds = 6 * workshop.scale.idle_seconds
    # At the pace of real ones, but where it only has to run.
    with _served(workshop.folder / "trainings.jsonl", 1.0 if workshop.scale.pairs > 1 else 10.0) as service:
        ids = [service.train(_STEPS) for _ in range(WATCHED)]
        with workshop.start(
            home=workshop.home("trainings"), columns=120, rows=36, variables=service.account
        ) as terminal:
            _open(terminal, "5", _GOING, is_first=True)
            terminal.until(lambda screen: screen.count(f"/{_STEPS}") >= WATCHED)
            figures = _costs("five trainings in the list", terminal, service, ids, seconds)
            terminal.press("enter")
            terminal.until("it/s")
            figures += _costs("five trainings, one monitor", terminal, service, ids, seconds)
            terminal.press("esc")
            terminal.until(_GOING)
            figures.append(_lateness(terminal, service, 5 if workshop.scale.pairs > 1 else 1))
    return figures


def _costs(name: str, terminal: TimedTerminal, service: _Service, ids: list[str], seconds: float) -> list[Figure]:
    terminal.settle(0.3, seconds=2)
    cpu, written, begun, since = terminal.cpu, len(terminal.raw), terminal.now, time.time()
    time.sleep(seconds)
    passed = terminal.now - begun
    cpu, written, until = terminal.cpu - cpu, len(terminal.raw) - written, time.time()
    asked = max(service.asked(f"/trainings/{training}", since, until) for training in ids)
    return [
        Figure(f"{name}, processor in a second", cpu / passed * 1_000, "ms", most=10),
        # One question more than the rate has room for may fall into a short time.
        Figure(f"{name}, questions in a minute each", max(0, asked - 1) * 60 / passed, "1/min", most=15),
        Figure(f"{name}, written", written / passed, "bytes/s", most=2_000),
    ]


def _lateness(terminal: TimedTerminal, service: _Service, times: int) -> Figure:
    """Return how long after the end of a training, by the service's clock, its row says that it is over."""
    late = []
    for number in range(times):
        training = service.train(3 + number)
        terminal.press("r")
        terminal.until(rf"✓ succeeded(.*\n)*?(.*✓ succeeded.*\n?){{{number}}}" if number else "✓ succeeded", seconds=60)
        shown = time.time()
        ended = datetime.fromisoformat(service.ask(f"/trainings/{training}")["completed_at"])
        late.append((shown - ended.timestamp()) * 1_000)
    return Figure("the end of a training is shown after", statistics.median(late), "ms", most=5_000)


def long_lists(workshop: Workshop) -> list[Figure]:
    """500 trainings and 500 deployments: the first row of each, and the longest stand-still while a key is held."""
    home = workshop.home("500 trainings and deployments")
    with _served(workshop.folder / "lists.jsonl") as service:
        count = min(LISTED, workshop.scale.rows // 100)
        version = service.ask("/models/replicate/hello-world")["latest_version"]["id"]
        for number in range(count):
            body = {"name": f"d-{number}", "model": "replicate/hello-world", "version": version}
            service.ask("/deployments", {**body, "hardware": "cpu", "min_instances": 0, "max_instances": 1})
        figures = []
        with workshop.start(home=home, variables=service.account) as terminal:
            paint = _open(terminal, "6", r"demo/d-\d+", is_first=True)
            figures.append(Figure(f"first page of {count} deployments, never read before", paint * 1_000, "ms"))
            terminal.until(rf"{count} · newest first")
            terminal.press("ctrl+q")
            terminal.wait_for_exit()
        asyncio.run(_fill(home, service, count))
        for place, name, row in (("5", "trainings", r"✓ succeeded|✗ failed"), ("6", "deployments", r"demo/d-\d+")):
            paints, gaps = [], []
            for _ in range(min(5, workshop.scale.pairs)):
                with workshop.start(home=home, variables=service.account) as terminal:
                    paints.append(_open(terminal, place, row) * 1_000)
                    terminal.settle(0.5, seconds=3)
                    gaps.append(_longest_gap(terminal, workshop.scale.held_seconds) * 1_000)
            figures += [
                Figure(f"{count} {name}, first rows", statistics.median(paints), "ms", most=200),
                Figure(f"{count} {name}, longest gap at 30 rows/s", statistics.median(gaps), "ms", most=100),
            ]
        return figures


def _longest_gap(terminal: TimedTerminal, seconds: float) -> float:
    """Hold `down` and return the longest time without output from the first key to the last."""
    begun = terminal.now
    let_go = terminal.hold("down", times=round(seconds * _PER_SECOND), per_second=_PER_SECOND)
    terminal.settle(0.2, seconds=3)
    times = [begun, *(at for at in terminal.arrivals_since(begun) if at <= let_go), let_go]
    return max(later - earlier for earlier, later in itertools.pairwise(times))


async def _fill(home: Path, service: _Service, count: int) -> None:
    """Write trainings into the history, as those of this account."""
    database = Database(home / ".local/share/replicate-tui/profiles/default/history.db")
    await database.open()
    origin = service.base_url.removesuffix("/v1")
    await database.write(lambda connection: write(connection, _trainings(origin, count)))
    await database.close()


def _trainings(origin: str, count: int) -> Iterator[RunRecord]:
    now = datetime.now(UTC)
    for number, record in enumerate(made_runs(count)):
        begun = now - timedelta(hours=2 * (count - number))
        yield replace(record, kind="training", origin=origin, submitted_at=begun, created_at=begun, started_at=begun)
