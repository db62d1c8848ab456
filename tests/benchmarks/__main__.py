"""`python -m tests.benchmarks [NAME ...]`: all benchmarks, or those named, as one table."""

import argparse
import os
import sys
import time
from collections.abc import Callable

from tests.benchmarks import (
    client,
    growing,
    idling,
    leaving,
    lists,
    live_logs,
    live_runs,
    opening,
    pictures,
    serving,
    slow_lines,
    starting,
    storing,
    trainings,
)
from tests.benchmarks.figures import Figure, table
from tests.benchmarks.workshop import Scale, Workshop, workshop

BENCHMARKS: dict[str, Callable[[Workshop], list[Figure]]] = {
    "version": starting.version,
    "start": starting.first_paint,
    "memory": starting.memory,
    "runs-memory": lists.memory_at_runs,
    "keys": lists.keys,
    "key-bytes": lists.key_bytes,
    "filter": lists.filtering,
    "stream": growing.streaming,
    "log": growing.logs,
    "live-log": live_logs.live_logs,
    "live-runs": live_runs.crowd_of_streams,
    "trainings": trainings.watched,
    "long-lists": trainings.long_lists,
    "slow-key": slow_lines.held_key,
    "slow-paint": slow_lines.first_paint_far_away,
    "thin-line": live_runs.thin_line,
    "idle": idling.idle,
    "clocks": idling.clocks,
    "exit": leaving.leaving,
    "picture": pictures.pictures,
    "form": opening.form,
    "readme": opening.readme,
    "store": storing.store,
    "client-import": client.client_import,
    "client-page": client.page_of_models,
    "client-watch": client.watching,
    "demo-ready": serving.ready,
    "demo-get": serving.requests,
    "demo-streams": serving.streams,
    "demo-crowd": serving.crowd,
}


def main(arguments: list[str]) -> int:
    """Measure, print the table, and return 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    names = parser.parse_args(arguments).names or list(BENCHMARKS)
    if unknown := [name for name in names if name not in BENCHMARKS]:
        parser.error(f"there is no {unknown[0]}; there are {', '.join(BENCHMARKS)}")
    figures: list[Figure] = []
    with workshop(Scale()) as place:
        for name in names:
            begun = time.perf_counter()
            figures += BENCHMARKS[name](place)
            sys.stderr.write(f"{name}: {time.perf_counter() - begun:.0f} s\n")
    print(table(figures))
    print(
        f"\nload {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors; only ratios mean much above {os.cpu_count()}"
    )
    return int(any(figure.is_met is False for figure in figures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
