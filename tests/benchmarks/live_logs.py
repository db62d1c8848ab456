"""Logs that grow while one looks: a single line, a steady stream, a burst, a bar that is redrawn."""

import statistics

from tests.benchmarks.apps import live_log
from tests.benchmarks.figures import Figure, milliseconds
from tests.benchmarks.workshop import Workshop

_FIRST_LINE = "the log begins"


def live_logs(workshop: Workshop) -> list[Figure]:
    """Processor time and bytes of 200 lines a second, and how soon a line or a burst is to be seen."""
    scale = workshop.scale
    steady = round(live_log.PER_SECOND * scale.idle_seconds)
    file = workshop.folder / "live.log"
    file.write_text(f"{_FIRST_LINE}\n")
    with workshop.start_app("live_log", str(file), str(steady), columns=120, rows=36) as terminal:
        terminal.until(_FIRST_LINE)
        parts = iter(range(1, 10_000))

        def took(key: str) -> float:
            terminal.settle(0.3)
            return terminal.took(key, live_log.end_mark(next(parts)))

        single = [took("o") for _ in range(scale.pairs)]
        terminal.settle(0.3)
        cpu, written = terminal.cpu, len(terminal.raw)
        seconds = took("s")
        cpu, written = terminal.cpu - cpu, len(terminal.raw) - written
        burst = [took("b") for _ in range(min(3, scale.pairs))]
        took("p")
        kept = sum(live_log.BAR in row for row in terminal.lines)
    own = sum(len(live_log.line(number)) for number in range(steady))
    return [
        Figure("single log line shown", statistics.median(milliseconds(single)), "ms", most=50, goal=11),
        Figure("log at 200 lines/s, processor in a second", cpu / seconds * 1_000, "ms", most=120, goal=11),
        Figure(
            "log at 200 lines/s, written for a line",
            written / steady,
            "bytes",
            baseline=own / steady,
            ratio=written / own,
            most_ratio=2.0,
            held_against="the line itself",
            goal=11,
        ),
        Figure(
            f"burst of {live_log.BURST:,} lines shown", statistics.median(milliseconds(burst)), "ms", most=150, goal=10
        ),
        Figure(f"rows left of {live_log.BAR_UPDATES:,} redraws of a bar", kept, "rows", most=10, goal=11),
    ]
