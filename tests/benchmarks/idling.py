"""What the app does while nobody does anything."""

import asyncio
import time
from typing import NamedTuple

from tests.benchmarks.apps import hello
from tests.benchmarks.figures import Figure
from tests.benchmarks.live_runs import create_runs, keep_runs, open_live_runs
from tests.benchmarks.serving import served
from tests.benchmarks.starting import BARE, SEARCH_PLACE
from tests.benchmarks.timed_terminal import TimedTerminal
from tests.benchmarks.workshop import Workshop
from tests.demo.models import STREAMER

#: What the goal lets us compute more than a bare app, in milliseconds a second: a tenth of a percent.
_CPU_SPARE = 1.0
_RUNS = 20


class Rates(NamedTuple):
    """Bytes to the terminal, threads that woke up, and milliseconds of the processor, each in a second."""

    written: float
    wake_ups: float
    cpu: float


def idle(workshop: Workshop) -> list[Figure]:
    """The Search place with nothing running, its service a process of its own."""
    seconds = workshop.scale.idle_seconds
    with served() as service, workshop.start(home=workshop.home("idle"), variables=service.account) as terminal:
        terminal.until("Six keys")
        terminal.press("enter")
        terminal.until(SEARCH_PLACE)
        ours = _rates(terminal, 2 * seconds)
    with workshop.start_app("hello") as terminal:
        terminal.until(hello.WORDS)
        bare = _rates(terminal, seconds)
    return [
        Figure("idle, written", ours.written, "bytes/s", baseline=bare.written, most=0, held_against=BARE, goal=13),
        Figure("idle, wake-ups", ours.wake_ups, "1/s", baseline=bare.wake_ups, most=2, held_against=BARE, goal=13),
        Figure(
            "idle, processor in a second",
            ours.cpu,
            "ms",
            baseline=bare.cpu,
            most=round(bare.cpu + _CPU_SPARE, 2),
            held_against=BARE,
            goal=13,
        ),
    ]


def clocks(workshop: Workshop) -> list[Figure]:
    """Twenty runs whose streams are silent, in the Runs place: what clocks cost, and what asking after runs costs."""
    home, seconds = workshop.home("clocks"), 2 * workshop.scale.idle_seconds
    with served() as service:
        created = asyncio.run(create_runs(service, STREAMER, {"text": "once again", "pause": 3_600.0}, _RUNS))
        asyncio.run(keep_runs(home, service, created, has_stream=True))
        with workshop.start(home=home, variables=service.account) as terminal:
            open_live_runs(terminal, r"processing +streamer")
            shown = _rates(terminal, seconds)
            terminal.press("1")
            terminal.until(SEARCH_PLACE)
            hidden = _rates(terminal, seconds)
    name = f"{_RUNS} clocks"
    return [
        Figure(f"{name}, written for a row and second", shown.written / _RUNS, "bytes/s", most=25, goal=14),
        Figure(
            f"{name}, processor in a second",
            shown.cpu,
            "ms",
            baseline=hidden.cpu,
            ratio=shown.cpu / hidden.cpu if hidden.cpu else None,
            most=15,
            held_against="the same runs unseen",
            goal=14,
        ),
    ]


def _rates(terminal: TimedTerminal, seconds: float) -> Rates:
    terminal.settle(1.0, seconds=min(3.0, 10 * seconds))
    written, wakes, cpu = len(terminal.raw), terminal.wake_ups, terminal.cpu
    begun = time.perf_counter()
    time.sleep(seconds)
    taken = time.perf_counter() - begun
    return Rates(
        (len(terminal.raw) - written) / taken,
        (terminal.wake_ups - wakes) / taken,
        (terminal.cpu - cpu) / taken * 1_000,
    )
