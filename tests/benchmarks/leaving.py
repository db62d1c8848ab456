"""How soon the program has gone after the key, and what it leaves to the terminal."""

import os
import select
import time
from typing import NamedTuple

from tests.benchmarks.apps import hello
from tests.benchmarks.figures import Figure, compared, in_turn, milliseconds
from tests.benchmarks.serving import served
from tests.benchmarks.starting import BARE, MODEL_ROW, SEARCH_PLACE
from tests.benchmarks.timed_terminal import TimedTerminal
from tests.benchmarks.workshop import Workshop
from tests.support.sequences import modes_left_on

_PATIENCE = 20.0
#: Until the start is over, with the imports in its wake.
_QUIET = 0.5


class Exit(NamedTuple):
    """Seconds from the key to the end of the process, and the modes of the terminal that were left on."""

    seconds: float
    modes_left: int


def leaving(workshop: Workshop) -> list[Figure]:
    """`ctrl+q` with nothing to be saved, on a service of its own and on the demo, against a bare app."""
    home = workshop.home("leaving")
    with served() as service:

        def start() -> TimedTerminal:
            return workshop.start(home=home, variables=service.account)

        def ours() -> Exit:
            with start() as terminal:
                terminal.until(SEARCH_PLACE)
                return _left(terminal)

        def bare() -> Exit:
            with workshop.start_app("hello") as terminal:
                terminal.until(hello.WORDS)
                return _left(terminal)

        def demo() -> Exit:
            with workshop.start("--demo", home=workshop.seen_home) as terminal:
                terminal.until(MODEL_ROW)
                return _left(terminal)

        with start() as terminal:
            terminal.until("Six keys")
            terminal.press("enter")
            terminal.until(lambda screen: "Six keys" not in screen)
            _left(terminal)
        exits, bares = in_turn(workshop.scale.pairs, ours, bare)
        demos, other_bares = in_turn(workshop.scale.pairs, demo, bare)

    def seconds(found: list[Exit]) -> list[float]:
        return milliseconds(each.seconds for each in found)

    return [
        compared("leaving", seconds(exits), seconds(bares), "ms", held_against=BARE, most_ratio=0.35, goal=5),
        compared("leaving the demo", seconds(demos), seconds(other_bares), "ms", held_against=BARE),
        Figure("modes left on", max(each.modes_left for each in (*exits, *demos)), "rows", most=0, goal=5),
    ]


def _left(terminal: TimedTerminal) -> Exit:
    terminal.settle(_QUIET, seconds=5)
    # Waiting for a process with a time limit looks twenty times a second only.
    watched = os.pidfd_open(terminal.process.pid)
    begun = time.perf_counter()
    terminal.press("ctrl+q")
    is_gone = select.select([watched], [], [], _PATIENCE)[0]
    seconds = time.perf_counter() - begun
    os.close(watched)
    if not is_gone:
        raise AssertionError(f"still there after {_PATIENCE:g} s\n{terminal.screen}")
    terminal.wait_for_exit()
    return Exit(seconds, len(modes_left_on(terminal.raw)))
