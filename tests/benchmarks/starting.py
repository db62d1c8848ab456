"""How long until something is to be seen, against the smallest app there is."""

import subprocess
import time
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.apps import hello
from tests.benchmarks.figures import Figure, compared, in_turn, milliseconds
from tests.benchmarks.serving import served
from tests.benchmarks.timed_terminal import TimedTerminal
from tests.benchmarks.workshop import Workshop, bare_environment, python
from tests.support.command import COMMAND

#: The place bar above, the field, and the keys below: the Search place as it stands before anything is known.
SEARCH_PLACE = r"1 Search(?s:.*)Search models, collections and docs(?s:.*)enter open"
#: Two lines of a model of the demo: its name and runs, and its description.
MODEL_ROW = r"\w/[\w-]+ .*\d\b.* runs\b.*\n.*\bLocal stand-in for"

BARE = "bare Textual app"
#: A model of the service that has only the models of the tests.
_SERVED_ROW = r"tests/\w"


class Start(NamedTuple):
    """Seconds: to the first paint, of the processor by then, and to the first row of a list."""

    paint: float
    cpu: float
    row: float


def first_paint(workshop: Workshop) -> list[Figure]:
    """The Search place and its first model, against a line of a bare app; and the same with a long history."""
    seen, long_history = workshop.seen_home, workshop.long_history_home

    def ours(home: Path = seen) -> Start:
        with workshop.start("--demo", home=home) as terminal:
            place, cpu = terminal.until(SEARCH_PLACE), terminal.cpu
            row = terminal.until(MODEL_ROW)
            leave(terminal)
        return Start(place, cpu, row)

    def bare() -> Start:
        with workshop.start_app("hello") as terminal:
            shown, cpu = terminal.until(hello.WORDS), terminal.cpu
            leave(terminal)
        return Start(shown, cpu, shown)

    def held(name: str, part: str, goal: int, most_ratio: float) -> Figure:
        found, bares = (milliseconds(getattr(start, part) for start in side) for side in (starts, hellos))
        return compared(name, found, bares, "ms", held_against=BARE, most_ratio=most_ratio, goal=goal)

    pairs = workshop.scale.pairs
    starts, hellos = in_turn(pairs, ours, bare)
    of_long, of_short = in_turn(pairs, lambda: ours(long_history).paint, lambda: ours(seen).paint)
    return [
        held("first paint", "paint", 1, 1.35),
        # Of the two this is the one that other work on the machine disturbs less.
        held("first paint, processor", "cpu", 2, 1.35),
        held("first model row of the service", "row", 2, 2.3),
        compared(
            f"first paint, {workshop.scale.rows:,} runs kept",
            milliseconds(of_long),
            milliseconds(of_short),
            "ms",
            held_against="no runs kept",
            most_ratio=1.3,
            goal=1,
        ),
    ]


def leave(terminal: TimedTerminal) -> None:
    """Quit, so that the next start finds a quiet machine and a closed history."""
    terminal.press("ctrl+q")
    terminal.wait_for_exit()


def version(workshop: Workshop) -> list[Figure]:
    """`--version` and `--help`, against an interpreter that does nothing."""
    environment = bare_environment()

    def timed(command: list[str], answer: str) -> float:
        begun = time.perf_counter()
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        taken = time.perf_counter() - begun
        if not done.stdout.startswith(answer):
            raise AssertionError(f"{command} wrote {done.stdout!r}")
        return taken

    figures = []
    for option, answer in (("--version", "replicate-tui "), ("--help", "usage: replicate-tui")):
        ours, bare = in_turn(
            2 * workshop.scale.pairs,
            partial(timed, [str(COMMAND), option], answer),
            partial(timed, python("-c", "pass"), ""),
        )
        figures.append(
            compared(
                option,
                milliseconds(ours),
                milliseconds(bare),
                "ms",
                held_against="python -c pass",
                most_ratio=3.0,
                goal=3,
            )
        )
    return figures


def memory(workshop: Workshop) -> list[Figure]:
    """What the app keeps while nothing runs, with its client imported, against a bare app."""

    def ours() -> float:
        # The service in a process of its own: the one inside belongs to --demo.
        with (
            served() as service,
            workshop.start(home=workshop.home("served"), variables=service.account) as terminal,
        ):
            terminal.until(_SERVED_ROW)
            terminal.settle(1.0)
            return terminal.memory

    def bare() -> float:
        with workshop.start_app("hello") as terminal:
            terminal.until(hello.WORDS)
            terminal.settle(0.3)
            return terminal.memory

    found, hellos = in_turn(min(3, workshop.scale.pairs), ours, bare)
    return [compared("memory, nothing running", found, hellos, "MB", held_against=BARE, most_ratio=1.6, goal=4)]
