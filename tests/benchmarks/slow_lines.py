"""The Runs place at the far end of a slow line: what a held key, a first paint and quitting take there."""

import statistics

from tests.benchmarks.apps import one_table
from tests.benchmarks.figures import Figure, milliseconds
from tests.benchmarks.link import SLOW
from tests.benchmarks.lists import RUN_ROW
from tests.benchmarks.starting import MODEL_ROW
from tests.benchmarks.timed_terminal import TimedTerminal
from tests.benchmarks.workshop import Workshop

#: As an SSH server tells it; the app is frugal then.
OVER_SSH = {"SSH_CONNECTION": "192.0.2.1 40000 192.0.2.2 22"}
_PER_SECOND = 30.0
_TABLE_ROWS = 3_000
#: Longer than the line is ever silent while something is under way.
_QUIET = 0.6


def held_key(workshop: Workshop) -> list[Figure]:
    """`down` held for two seconds at 20 kB/s: how long the list still moves once the key is let go."""
    with workshop.start("--demo", home=workshop.long_history_home, link=SLOW, variables=OVER_SSH) as terminal:
        terminal.until("1 Search")
        terminal.settle(_QUIET)
        terminal.press("4")
        terminal.until(RUN_ROW)
        ours = [_lag(terminal, workshop.scale.held_seconds) for _ in range(min(3, workshop.scale.pairs))]
    with workshop.start_app("one_table", str(_TABLE_ROWS), link=SLOW) as terminal:
        terminal.until(one_table.READY)
        table = _lag(terminal, workshop.scale.held_seconds)
    return [
        Figure(
            f"down held for {workshop.scale.held_seconds:g} s on 20 kB/s, moves on for",
            statistics.median(ours) * 1_000,
            "ms",
            baseline=table * 1_000,
            ratio=statistics.median(ours) / table,
            most=SLOW.round_trip * 1_000 + 150,
            held_against="stock DataTable",
            goal=8,
        )
    ]


def _lag(terminal: TimedTerminal, seconds: float) -> float:
    terminal.settle(_QUIET)
    released = terminal.hold("down", times=round(seconds * _PER_SECOND), per_second=_PER_SECOND)
    terminal.settle(_QUIET, seconds=60)
    return max(0.0, terminal.last_arrival - released)


def first_paint_far_away(workshop: Workshop) -> list[Figure]:
    """Everything of the first screen, at 20 kB/s."""

    def painted() -> float:
        with workshop.start("--demo", home=workshop.seen_home, link=SLOW, variables=OVER_SSH) as terminal:
            terminal.until(MODEL_ROW)
            terminal.settle(_QUIET)
            return terminal.last_arrival

    found = [painted() for _ in range(min(5, workshop.scale.pairs))]
    return [
        Figure("all of the first screen on 20 kB/s", statistics.median(milliseconds(found)), "ms", most=1_000, goal=17)
    ]
