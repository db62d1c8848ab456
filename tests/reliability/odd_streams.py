"""Streams that are no streams, events without end, odd framing and floods of logs."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from replicate_tui.demo.faults import FaultRule
from replicate_tui.demo.scripted_logs import LogScript
from replicate_tui.demo.scripts import RunScript, Step
from replicate_tui.services.connection import LinkState
from replicate_tui.ui.widgets.log_index import LogIndex
from tests.api.test_sse import CASES, decode
from tests.reliability.lanes import SPEED, Lane, as_in_life, in_lanes, is_stream
from tests.reliability.row import Row, Trial, Trials
from tests.services.proxy import PASS, Fault
from tests.support.raw_server import Exchange, raw_server

_STATUSES: Final = (204, 401, 403, 404, 408, 410)
_MEGABYTE: Final = 2**20
#: The most that the process may grow by a stream that never ends.
_MOST_GROWTH: Final = 100 * _MEGABYTE


async def _refusals(trials: Trials) -> None:
    async def record(exchange: Exchange) -> None:
        await exchange.events(b"event: output\ndata: from elsewhere\n\n")

    async with raw_server(record, host="127.0.0.2") as elsewhere:
        await in_lanes(trials, lambda trial, lane: _polls_instead(trial, lane, elsewhere.url))
        assert elsewhere.requests == []


async def _polls_instead(trial: Trial, lane: Lane, elsewhere: str) -> None:
    kinds = [*_STATUSES, "page", "redirect", "elsewhere"]
    kind = kinds[trial.number % len(kinds)]
    if kind == "elsewhere":
        change = ({"op": "replace", "path": "/urls/stream", "value": f"{elsewhere}/stream"},)
        lane.demo.faults.add(FaultRule(path="/v1/*predictions*", patch=change))
    elif kind == "page":
        lane.demo.faults.add(FaultRule(path="/stream/*", status=200, body="<html>Sign in</html>"))
    elif kind == "redirect":
        lane.demo.faults.add(FaultRule(path="/stream/*", status=302, headers={"Location": f"{elsewhere}/stream"}))
    else:
        lane.demo.faults.add(FaultRule(path="/stream/*", status=int(kind)))
    words = " ".join(f"word{number}" for number in range(20))
    opened = sum(map(is_stream, lane.proxy.seen))
    record = await lane.run("tests/streamer", text=words, pause=0.5)
    with as_in_life(trial):
        await lane.until(record, lambda it: it.text, "the poll to bring text")
    assert lane.services.connection.state is LinkState.ONLINE
    snapshot = await lane.until_saved(record)
    assert (snapshot.run.status, snapshot.text, lane.text_of(record)) == ("succeeded", f"{words} ", f"{words} ")
    assert sum(map(is_stream, lane.proxy.seen)) - opened == (kind != "elsewhere")


async def _huge_events(trials: Trials) -> None:
    await in_lanes(trials, _stays_small, lanes=1)


async def _stays_small(trial: Trial, lane: Lane) -> None:
    # One line without end, or one event of lines without end.
    piece = (b"A" * 65536, b"data: " + b"A" * 1000 + b"\n")[trial.number % 2]
    lane.proxy.fault = lambda seen: Fault(flood=piece * 16, flood_bytes=512 * _MEGABYTE) if is_stream(seen) else PASS
    record = await lane.run("tests/streamer", text="as small as it was", pause=5.0)
    before = _forget_peak()
    snapshot = await lane.until_saved(record)
    assert _peak() - before < _MOST_GROWTH
    assert snapshot.text == "as small as it was "


def _forget_peak() -> int:
    """Count the peak of this process's memory from now on, and return what it uses now, in bytes."""
    Path("/proc/self/clear_refs").write_text("5")
    return _peak()


def _peak() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def _no_proc() -> str | None:
    return None if Path("/proc/self/clear_refs").exists() else "no /proc, as Linux has it"


def _framing(trials: Trials) -> None:
    cases = list(CASES.values())
    for trial in trials:
        with trial:
            wire, expected = cases[trial.number % len(cases)]
            cuts = sorted(trial.random.randrange(len(wire) + 1) for _ in range(trial.random.randrange(1, 12)))
            assert decode([wire[start:end] for start, end in itertools.pairwise([0, *cuts, len(wire)])]) == expected
            assert decode([wire[place : place + 1] for place in range(len(wire))]) == expected


async def _logs(trials: Trials) -> None:
    await in_lanes(trials, _keeps_the_longest_log, lanes=1)


async def _keeps_the_longest_log(trial: Trial, lane: Lane) -> None:
    kind = trial.number % 3
    text = f"log {trial.number}"
    lines = 100_000
    if kind == 0:
        logs = LogScript(lines=lines, per_second=lines / SPEED)
    elif kind == 1:
        lines = trial.random.randint(100, 600)
        logs = LogScript(lines=lines, per_second=1000 / SPEED, progress=True)
    else:
        lines = trial.random.randint(100, 600)
        logs = LogScript(lines=lines, per_second=1000 / SPEED)
        shorter = ({"op": "replace", "path": "/logs", "value": "line 0"},)
        lane.demo.faults.add(FaultRule(method="GET", path="/v1/predictions/*", every=2, patch=shorter))
    script = RunScript(works=False, logs=logs, steps=(Step(after=(lines / 1000 + 1.0) * SPEED, status="succeeded"),))
    lane.script(text, script if kind else replace(script, steps=(Step(after=2.0 * SPEED, status="succeeded"),)))
    async with longest_gap(trial):
        record = await lane.run(text=text)
        snapshot = await lane.until_saved(record)
    assert snapshot.log_path is not None
    index = LogIndex(snapshot.log_path)
    while not (growth := index.scan()).complete:
        index.take(growth)
    index.take(growth)
    last = index.line(index.line_count - 1)
    assert (f" {lines}/{lines}" if kind == 1 else f"line {lines - 1} ") in last, last
    assert index.line_count == 1 if kind == 1 else index.line_count >= lines


@contextlib.asynccontextmanager
async def longest_gap(trial: Trial) -> AsyncIterator[None]:
    """Take as the trial's figure the longest time for which the event loop did nothing else."""

    async def beat() -> None:
        trial.took = 0.0
        while True:
            begun = time.monotonic()
            await asyncio.sleep(0.01)
            trial.took = max(trial.took, time.monotonic() - begun - 0.01)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()


ROWS = (
    Row(
        id="C6",
        fault="a stream is refused, a page, a redirect, elsewhere",
        goal="polled within 2 s; nothing is asked of another host",
        check=_refusals,
        short=9,
        long=72,
        limit=2.0,
    ),
    Row(
        id="C8",
        fault="an event or a line of 512 MB",
        goal="dropped at 8 MB, polled instead; 100 MB of memory at most",
        check=_huge_events,
        short=2,
        long=10,
        missing=_no_proc,
    ),
    Row(
        id="C9",
        fault="every framing of events, cut anywhere and everywhere",
        goal="as the standard says",
        check=_framing,
        short=len(CASES) * 4,
        long=len(CASES) * 100,
    ),
    Row(
        id="C10",
        fault="10^5 log lines in a second, redrawn lines, shrinking logs",
        goal="the longest log is kept; the loop is never held for 250 ms",
        check=_logs,
        short=3,
        long=30,
        limit=0.25,
    ),
)
