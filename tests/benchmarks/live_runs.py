"""Runs that are going while one looks: a hundred streams at once, and a line that takes almost nothing."""

import asyncio
import json
import math
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from replicate_tui.demo.model import DemoModel
from replicate_tui.store.database import Database
from replicate_tui.store.records import RunRecord
from replicate_tui.store.runs import RunRepository
from tests.benchmarks.figures import Figure
from tests.benchmarks.link import THIN
from tests.benchmarks.serving import Served, served
from tests.benchmarks.slow_lines import OVER_SSH
from tests.benchmarks.timed_terminal import TimedTerminal
from tests.benchmarks.workshop import Workshop
from tests.demo.models import ENDLESS, STREAMER

CROWD = 100
_PAUSE = 0.2
_WORDS = " ".join(["word"] * 20_000)
_ROW = r"processing +streamer"
#: Pages down and up, as fast as a keyboard repeats both.
_PER_SECOND = 15
_LONGEST_POLL = 1.5
_CURSOR = "▌"
#: The question before quitting while a run is going.
_STILL_GOING = r"q +Quit"


def crowd_of_streams(workshop: Workshop) -> list[Figure]:
    """100 predictions stream five words a second each, in the Runs place: processor time, bytes, keys, memory."""
    home, scale = workshop.home("crowd"), workshop.scale
    with served() as service:
        created = asyncio.run(create_runs(service, STREAMER, {"text": _WORDS, "pause": _PAUSE}, CROWD))
        asyncio.run(keep_runs(home, service, created, has_stream=True))
        with workshop.start(home=home, variables=service.account) as terminal:
            open_live_runs(terminal, _ROW)
            # Long enough for every stream to be open and for the imports to be over.
            time.sleep(min(5.0, 5 * scale.idle_seconds))
            early = terminal.memory
            cpu, written, begun = terminal.cpu, len(terminal.raw), terminal.now
            time.sleep(2 * scale.idle_seconds)
            seconds = terminal.now - begun
            cpu, written = terminal.cpu - cpu, len(terminal.raw) - written
            keys = sorted(_cursor_moves(terminal) for _ in range(scale.keys))
            late = terminal.memory
    return [
        Figure(f"{CROWD} live streams, processor in a second", cpu / seconds * 1_000, "ms", most=100, goal=15),
        Figure(f"{CROWD} live streams, written", written / seconds, "bytes/s", most=2_000, goal=15),
        Figure(
            f"{CROWD} live streams, key (p95)", keys[math.ceil(len(keys) * 0.95) - 1] * 1_000, "ms", most=33, goal=15
        ),
        Figure(
            f"{CROWD} live streams, memory later",
            late,
            "MB",
            baseline=early,
            ratio=late / early,
            most_ratio=1.10,
            held_against="when they had begun",
            goal=4,
        ),
    ]


def thin_line(workshop: Workshop) -> list[Figure]:
    """A page key held on 5 kB/s: what the service sees meanwhile, and how soon quitting ends the program."""
    home, log = workshop.home("thin line"), workshop.folder / "thin-line.jsonl"
    with served(log) as service:
        created = asyncio.run(create_runs(service, ENDLESS, {}, 1))
        asyncio.run(keep_runs(home, service, created, has_stream=False))
        with workshop.start(home=home, link=THIN, variables={**service.account, **OVER_SSH}) as terminal:
            open_live_runs(terminal, r"processing +endless")
            begun = time.time()
            for key in ("pagedown", "pageup") * round(workshop.scale.held_seconds * _PER_SECOND):
                terminal.press(key)
                time.sleep(1 / _PER_SECOND / 2)
            ended = time.time()
            terminal.press("ctrl+q")
            terminal.until(_STILL_GOING)
            at = terminal.press("q")
            terminal.wait_for_exit(seconds=30)
            left = terminal.now - at
    path = f"/v1/predictions/{created[0]['id']}"
    polls = [
        request["time"]
        for request in map(json.loads, log.read_text().splitlines())
        if request["path"] == path and begun <= request["time"] <= ended
    ]
    gaps = [later - earlier for earlier, later in zip([begun, *polls], [*polls, ended], strict=True)]
    return [
        Figure(
            "longest silence of polls on 5 kB/s", max(gaps) * 1_000, "ms", most=(_LONGEST_POLL + 0.5) * 1_000, goal=16
        ),
        Figure("quitting on 5 kB/s", left * 1_000, "ms", most=1_000, goal=16),
    ]


async def create_runs(service: Served, model: DemoModel, given: dict[str, Any], count: int) -> list[dict[str, Any]]:
    body = json.dumps({"version": model.version, "input": given}).encode()
    request = service.request("POST", "/v1/predictions", body)
    line = await service.connect()
    return [await line.ask(request) for _ in range(count)]


async def keep_runs(home: Path, service: Served, created: list[dict[str, Any]], *, has_stream: bool) -> None:
    """Write them into the history as runs that this machine has started."""
    database = Database(home / ".local/share/replicate-tui/profiles/default/history.db")
    await database.open()
    repository = RunRepository(database)
    for number, run in enumerate(created):
        urls = {name: url for name, url in run["urls"].items() if has_stream or name != "stream"}
        await repository.save(
            RunRecord(
                id=f"run-{number}",
                remote_id=run["id"],
                origin=service.origin,
                model=run["model"],
                version=run["version"],
                status="processing",
                title=f"run number {number}",
                urls=urls,
                submitted_at=datetime.now(UTC),
                started_at=datetime.now(UTC),
            )
        )
    await database.close()


def open_live_runs(terminal: TimedTerminal, row: str) -> None:
    terminal.until("Six keys")
    terminal.press("enter")
    terminal.until(lambda screen: "1 Search" in screen and "Six keys" not in screen)
    terminal.press("4")
    terminal.until(row)
    terminal.settle(0.5, seconds=3)


def _cursor_moves(terminal: TimedTerminal) -> float:
    """Press `down` and return the seconds until the cursor stands elsewhere, whatever else is drawn meanwhile."""
    before = _cursor_row(terminal.catch_up())
    key = "down" if before < 20 else "g"
    at = terminal.press(key)
    return terminal.until(lambda screen: _cursor_row(screen) != before) - at


def _cursor_row(screen: str) -> int:
    return next((number for number, line in enumerate(screen.splitlines()) if line.startswith(_CURSOR)), -1)
