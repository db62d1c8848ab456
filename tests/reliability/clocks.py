"""Clocks that jump and machines that sleep: polls keep their pace, and nothing storms."""

import asyncio
import contextlib
import itertools
import shutil
import signal
import statistics
import struct
import subprocess
import time
from pathlib import Path
from typing import Final

from tests.reliability.child import end, start_child, until_kept
from tests.reliability.lanes import PATIENCE, SPEED, Lane, as_in_life, in_lanes, is_poll, is_stream, services_on
from tests.reliability.row import Row, Trial, Trials
from tests.services.proxy import PASS, Fault, Seen
from tests.support.waiting import wait_for

#: Tells a program another wall time: the real one and as many seconds as a file says, at each question anew.
_SHIM: Final = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int64_t *ahead;

__attribute__((constructor)) static void open_file(void) {
    int file = open(getenv("CLOCK_AHEAD"), O_RDONLY | O_CLOEXEC);
    ahead = mmap(0, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
    close(file);
}

int clock_gettime(clockid_t which, struct timespec *told) {
    int failed = syscall(SYS_clock_gettime, which, told);
    if (!failed && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) told->tv_sec += *ahead;
    return failed;
}

int gettimeofday(struct timeval *restrict told, void *restrict zone) {
    int failed = syscall(SYS_gettimeofday, told, zone);
    if (!failed) told->tv_sec += *ahead;
    return failed;
}

time_t time(time_t *told) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (told) *told = now.tv_sec;
    return now.tv_sec;
}
"""
_HOUR: Final = 3600
_JUMPS: Final = (_HOUR, -_HOUR, 24 * _HOUR, -24 * _HOUR, 90, -90)
_QUESTIONS: Final = 5

#: How long a process stands still, in real seconds; at its pace that is far longer than any answer takes.
_ASLEEP: Final = 1.5


def _no_compiler() -> str | None:
    return None if shutil.which("cc") and Path("/proc").exists() else "no C compiler for a shim of the clock"


class WallClock:
    """The wall clock of the programs that run with `environment`, as far `ahead` of the real one as is set."""

    def __init__(self, folder: Path) -> None:
        source, library, self._file = folder / "clock.c", folder / "clock.so", folder / "ahead"
        source.write_text(_SHIM)
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
        self.set(0)
        self.environment = {"LD_PRELOAD": str(library), "CLOCK_AHEAD": str(self._file)}

    def set(self, ahead: int) -> None:
        # In place, since the programs have the file before them as memory.
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(struct.pack("q", ahead))


async def _jumps(trials: Trials) -> None:
    clock = WallClock(trials.folder)

    async def keep_pace(trial: Trial, lane: Lane) -> None:
        if not trial.number:
            wish = ("tests/endless", {})
            child = await start_child(lane.proxy.origin, lane.demo.token, trials.folder, *wish, **clock.environment)
            stack.push_async_callback(end, child)
            await wait_for(lambda: len(_questions(lane, 0)) > _QUESTIONS * 3, "the pace", seconds=PATIENCE)
        await _keeps_its_pace(trial, lane, clock)

    async with contextlib.AsyncExitStack() as stack:
        await in_lanes(trials, keep_pace, lanes=1)


async def _keeps_its_pace(trial: Trial, lane: Lane, clock: WallClock) -> None:
    """Compare the usual pause after the jump with that before it; either holds the way there and back."""
    before = await _usual_pause(lane)
    clock.set(trial.random.choice(_JUMPS))
    after = await _usual_pause(lane)
    trial.took = abs(after - before)
    assert before / 2 < after < before * 2, (before, after)


async def _usual_pause(lane: Lane) -> float:
    """Return the median pause between the next questions, in seconds of life."""
    asked: list[float] = []

    def note(seen: Seen) -> Fault:
        if is_poll(seen):
            asked.append(time.monotonic())
        return PASS

    lane.proxy.fault = note
    await wait_for(lambda: len(asked) > _QUESTIONS, "questions", seconds=PATIENCE)
    return statistics.median(later - earlier for earlier, later in itertools.pairwise(asked)) * SPEED


async def _sleeps(trials: Trials) -> None:
    await in_lanes(trials, _is_right_when_it_wakes, lanes=2, data_lifetime=8 * _HOUR)


async def _is_right_when_it_wakes(trial: Trial, lane: Lane) -> None:
    """A run ends while the process stands still, perhaps in the midst of a question, or soon after it has woken."""
    is_asking, ends_later = ((False, False), (True, False), (True, True))[trial.number % 3]
    folder = lane.folder / f"{trial.number}"
    before = len(lane.proxy.seen)
    lane.proxy.fault = lambda seen: Fault(status=404) if is_stream(seen) else PASS
    child = await start_child(lane.proxy.origin, lane.demo.token, folder, "tests/endless", {})
    other = services_on(lane.proxy.origin, lane.demo.token, folder)
    try:
        await wait_for(lambda: len(_questions(lane, before)) > 1, "the run to be followed", seconds=PATIENCE)
        if is_asking:
            lane.proxy.hold, lane.proxy.held = asyncio.Event(), is_poll
            asked = len(_questions(lane, before))
            await wait_for(lambda: len(_questions(lane, before)) > asked, "a question under way", seconds=PATIENCE)
        child.send_signal(signal.SIGSTOP)
        await asyncio.sleep(_ASLEEP)
        lane.demo.service.clock.advance(8 * _HOUR)
        await other.open()
        (row,) = await other.runs.rows()
        run_id = (await other.runs.get(row.id)).remote_id or ""
        client = await lane.services.connection.client()
        if not ends_later:
            await client.predictions.cancel(run_id)
        asked = len(_questions(lane, before))
        if lane.proxy.hold is not None:
            lane.proxy.hold.set()
        child.send_signal(signal.SIGCONT)
        woken = time.monotonic()
        if ends_later:
            await asyncio.sleep(10 / SPEED)
            await client.predictions.cancel(run_id)
        with as_in_life(trial):
            await until_kept(other, lambda it: it.status == "canceled")
        assert (trial.took or 0.0) < 100, "it waits as if the line were slow"
        # One may have been under way, and one tells the end; until then they come at their pace, two seconds or more.
        awake = (time.monotonic() - woken) * SPEED if ends_later else 0
        assert len(_questions(lane, before)) - asked <= 2 + awake / 2
    finally:
        await end(child)
        await other.close()


def _questions(lane: Lane, since: int) -> list[Seen]:
    return [seen for seen in lane.proxy.seen[since:] if is_poll(seen)]


ROWS = (
    Row(
        id="F1",
        fault="the wall clock jumps by minutes, hours and days",
        goal="the pause between two questions stays within 20 %",
        check=_jumps,
        short=2,
        long=30,
        limit=0.3,
        missing=_no_compiler,
    ),
    Row(
        id="F2",
        fault="the process stands still while its run ends",
        goal="one question when it wakes; right within 10 s",
        check=_sleeps,
        short=3,
        long=21,
        limit=10.0,
    ),
)
