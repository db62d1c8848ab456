"""What a key costs in a long list, against a short one; and how soon a filter shows what it finds."""

import statistics

from tests.benchmarks.apps import one_list, one_table
from tests.benchmarks.figures import Figure, compared, milliseconds
from tests.benchmarks.history import TYPED
from tests.benchmarks.timed_terminal import TimedTerminal
from tests.benchmarks.workshop import Workshop

RUN_ROW = r"(succeeded|failed|canceled) +model\d"
NO_RUNS = "No runs yet"
_QUIET = 0.04
#: Fewer than there are on the screen, so that the list does not scroll.
_ROWS_IN_VIEW = 12


def keys(workshop: Workshop) -> list[Figure]:
    """`down` in lists of both lengths: of plain rows, of run rows, and in the Runs place itself."""
    scale = workshop.scale
    figures = []
    for kind in ("plain", "run"):
        with (
            workshop.start_app("one_list", str(scale.rows), kind) as long,
            workshop.start_app("one_list", str(scale.small_rows), kind) as short,
        ):
            for terminal in (long, short):
                terminal.until(one_list.READY)
            figures.append(_downs(f"down, {scale.rows:,} {kind} rows", workshop, long, short))
    with (
        workshop.start("--demo", home=workshop.long_history_home) as long,
        workshop.start("--demo", home=workshop.short_history_home) as short,
    ):
        for terminal in (long, short):
            open_runs(terminal)
        figures.append(_downs(f"down, Runs place of {scale.rows:,}", workshop, long, short))
    return figures


def _downs(name: str, workshop: Workshop, long: TimedTerminal, short: TimedTerminal) -> Figure:
    """Press `down` in both by turns, each when the other is quiet; first the cursor moves, then the list scrolls."""
    ours, others = [], []
    for terminal in (long, short):
        terminal.settle(0.3)
    for _ in range(workshop.scale.keys):
        ours.append(long.answers("down"))
        long.settle(_QUIET)
        others.append(short.answers("down"))
        short.settle(_QUIET)
    against = f"{workshop.scale.small_rows:,} rows"
    return compared(
        name, milliseconds(ours), milliseconds(others), "ms", held_against=against, most_ratio=1.2, most=10, goal=6
    )


def open_runs(terminal: TimedTerminal, shown: str = RUN_ROW) -> None:
    terminal.until("1 Search")
    terminal.settle(0.5)
    terminal.press("4")
    terminal.until(shown)
    terminal.settle(0.3)


def memory_at_runs(workshop: Workshop) -> list[Figure]:
    """What the app keeps at Runs with a long history, above what it keeps there without a run; also at the last row."""
    none, opened, at_end = [], [], []
    for _ in range(min(3, workshop.scale.pairs)):
        with workshop.start("--demo", home=workshop.seen_home) as terminal:
            open_runs(terminal, NO_RUNS)
            none.append(_settled_memory(terminal))
        with workshop.start("--demo", home=workshop.long_history_home) as terminal:
            open_runs(terminal)
            opened.append(_settled_memory(terminal))
            terminal.press("G")
            at_end.append(_settled_memory(terminal))
    runs = f"memory above no runs, {workshop.scale.rows:,} kept"
    least = statistics.median(none)
    return [
        Figure(f"{runs}, at Runs", statistics.median(opened) - least, "MB", most=40),
        Figure(f"{runs}, at the last row", statistics.median(at_end) - least, "MB", most=40),
    ]


def _settled_memory(terminal: TimedTerminal) -> float:
    terminal.settle(0.7)
    return terminal.memory


def key_bytes(workshop: Workshop) -> list[Figure]:
    """What `down` writes in the Runs place: while the cursor moves in the view, and while the list scrolls."""
    keys = workshop.scale.keys
    with (
        workshop.start("--demo", home=workshop.long_history_home) as ours,
        workshop.start_app("one_table", str(workshop.scale.small_rows)) as table,
    ):
        open_runs(ours)
        table.until(one_table.READY)
        table.settle(0.3)
        inside = _written_by(ours, min(keys, _ROWS_IN_VIEW)), _written_by(table, min(keys, _ROWS_IN_VIEW))
        for terminal in (ours, table):
            for _ in range(2 * _ROWS_IN_VIEW):
                terminal.press("down")
            terminal.settle(0.3)
        scrolling = _written_by(ours, keys), _written_by(table, keys)
    against = "stock DataTable"
    return [
        compared("down inside the view, written", *inside, "bytes", held_against=against, most=400, goal=7),
        compared(
            "down that scrolls, written",
            *scrolling,
            "bytes",
            held_against=against,
            most_ratio=0.2,
            most=1_500,
            goal=7,
        ),
    ]


def _written_by(terminal: TimedTerminal, keys: int) -> list[float]:
    """Return the bytes of each of so many `down`, pressed when the terminal is quiet."""
    written = []
    for _ in range(keys):
        before = len(terminal.raw)
        terminal.answers("down")
        terminal.settle(_QUIET)
        written.append(float(len(terminal.raw) - before))
    return written


def filtering(workshop: Workshop) -> list[Figure]:
    """The time from each letter of a filter to the rows it leaves, in the Runs place."""
    taken: list[list[float]] = [[] for _ in TYPED]
    with workshop.start("--demo", home=workshop.long_history_home) as terminal:
        open_runs(terminal)
        for _ in range(workshop.scale.pairs):
            terminal.press("/")
            terminal.settle(0.15)
            for times, step in zip(taken, TYPED, strict=True):
                times.append(terminal.took(step.letter, step.is_done))
                terminal.settle(0.15)
            # The list keeps its cursor's row when the filter goes: back to the top with it.
            terminal.press("esc")
            terminal.until(f"{workshop.scale.rows:,} runs")
            terminal.press("g")
            terminal.until(lambda screen: TYPED[-1].shown not in screen)
            terminal.settle(0.15)
    name = f"filter {workshop.scale.rows:,} runs, letter"
    return [
        Figure(f"{name} {number}", statistics.median(times) * 1_000, "ms", most=100, goal=9)
        for number, times in enumerate(taken, 1)
    ]
