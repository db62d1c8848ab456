"""How soon a form and a README are there, and whether keys wait meanwhile."""

import statistics

from tests.benchmarks import long_readme
from tests.benchmarks.figures import Figure, compared, milliseconds
from tests.benchmarks.timed_terminal import TimedTerminal
from tests.benchmarks.workshop import Workshop
from tests.support.demo import make_demo

_LARGE_FORM = "replicate-tui-demo/seventy-three"
_TABS = r"Inputs .*README"
#: The form's heading, and its first fields with their values and kinds.
_FIRST_FIELDS = r"Run +replicate-tui-demo/seventy-three(?s:.*)width +640 .*integer(?s:.*)height +640 .*integer"
_KEYS_MEANWHILE = 25
_TYPED = "a lighthouse in fog"


def form(workshop: Workshop) -> list[Figure]:
    """The form of 73 inputs: its first field, first and again in a session, what it writes, and a key typed there."""
    first, again, written, typed = [], [], [], []
    for _ in range(workshop.scale.sessions):
        with workshop.start("--demo", "open", _LARGE_FORM, home=workshop.seen_home) as terminal:
            terminal.until(_TABS)
            terminal.settle(0.5)
            before = len(terminal.raw)
            first.append(terminal.took("f", _FIRST_FIELDS))
            terminal.settle(0.3)
            written.append(len(terminal.raw) - before)
            terminal.took("esc", _TABS)
            terminal.settle(0.3)
            again.append(terminal.took("f", _FIRST_FIELDS))
            terminal.settle(0.3)
            for letter in _TYPED:
                typed.append(terminal.answers(letter))
                terminal.settle(0.05)
    return [
        Figure("form of 73 inputs, first field", statistics.median(first) * 1_000, "ms", most=100, goal=20),
        Figure("form of 73 inputs, opened again", statistics.median(again) * 1_000, "ms", most=100, goal=20),
        Figure("form of 73 inputs, written", statistics.median(written), "bytes", most=30_000, goal=20),
        Figure("form of 73 inputs, typed key", statistics.median(typed) * 1_000, "ms", most=10, goal=20),
    ]


def readme(workshop: Workshop) -> list[Figure]:
    """A README of 65 kB: its first lines, and the slowest key while the rest is made."""
    shown, slowest, afterwards = [], [], []
    with make_demo(models=[long_readme.model()]) as service:
        home = workshop.home("readme")
        more = {"REPLICATE_API_TOKEN": service.token, "REPLICATE_BASE_URL": service.origin}
        for _ in range(workshop.scale.sessions):
            with workshop.start("open", long_readme.NAME, home=home, variables=more) as terminal:
                terminal.until(_TABS)
                terminal.settle(0.5)
                shown.append(terminal.took("]", long_readme.FIRST_WORDS))
                slowest.append(_slowest_key(terminal))
                # Ends the session after everything was made: the last chapter is there.
                terminal.took("G", long_readme.LAST_WORDS)
                terminal.settle(0.1)
                terminal.press("g")
                terminal.until(long_readme.FIRST_WORDS)
                terminal.settle(0.1)
                afterwards.append(_slowest_key(terminal))
    return [
        Figure("README of 65 kB, first lines", statistics.median(shown) * 1_000, "ms", most=150, goal=21),
        compared(
            "README of 65 kB, slowest key",
            milliseconds(slowest),
            milliseconds(afterwards),
            "ms",
            held_against="the same keys afterwards",
            most=50,
            goal=21,
        ),
    ]


def _slowest_key(terminal: TimedTerminal) -> float:
    """Scroll on and on, a line at a time, and return the longest time to the first byte."""
    taken = []
    for _ in range(_KEYS_MEANWHILE):
        taken.append(terminal.answers("down"))
        terminal.settle(0.02)
    return max(taken)
