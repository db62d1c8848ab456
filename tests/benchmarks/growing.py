"""What grows: streamed text and saved logs cost the same at any length."""

from pathlib import Path

from tests.benchmarks.apps import one_stream
from tests.benchmarks.figures import Figure, compared, in_turn
from tests.benchmarks.timed_terminal import FRAME, TimedTerminal
from tests.benchmarks.workshop import Workshop

_MEGABYTE = 1_000_000
LAST_LINE = "the last line of this log"


def streaming(workshop: Workshop) -> list[Figure]:
    """A token after many, against one at the start: processor time, bytes to the terminal, repaints."""
    scale = workshop.scale
    tokens = scale.tokens

    with (
        workshop.start_app("one_stream", str(scale.tokens_before), str(tokens)) as late,
        workshop.start_app("one_stream", "0", str(tokens)) as early,
    ):
        streams = {late: 0, early: 0}

        def stream(terminal: TimedTerminal) -> tuple[float, float, float]:
            """Return microseconds and bytes for each token, and repaints in a second."""
            terminal.settle(0.2)
            cpu, begun = terminal.cpu, len(terminal.raw)
            streams[terminal] += 1
            took = terminal.took("s", one_stream.end_mark(streams[terminal]))
            terminal.settle(0.2)
            written = terminal.raw[begun:]
            return (terminal.cpu - cpu) / tokens * 1e6, len(written) / tokens, written.count(FRAME) / took

        for terminal in streams:
            terminal.until(one_stream.end_mark(0))
        after, at_start = in_turn(scale.pairs, lambda: stream(late), lambda: stream(early))
    name = f"token after {scale.tokens_before:,}"
    against = "at the start"
    cpu, written, frames = ([each[part] for each in after] for part in range(3))
    cpu_before, written_before, frames_before = ([each[part] for each in at_start] for part in range(3))
    return [
        compared(f"{name}, processor", cpu, cpu_before, "us", held_against=against, most_ratio=1.3, goal=12),
        compared(
            f"{name}, bytes", written, written_before, "bytes", held_against=against, most_ratio=1.3, most=70, goal=12
        ),
        # The first repaint comes at once and the last one when the stream is over: one more than ten in a second.
        compared(f"{name}, repaints", frames, frames_before, "1/s", held_against=against, most=11),
    ]


def logs(workshop: Workshop) -> list[Figure]:
    """Opening a large saved log and looking at both its ends, against a small one: memory and time."""
    scale = workshop.scale
    large = _log(workshop.folder / "large.log", scale.large_log)
    small = _log(workshop.folder / "small.log", scale.small_log)

    def opened(file: Path) -> tuple[float, float]:
        with workshop.start_app("one_log", str(file)) as terminal:
            shown = terminal.until(LAST_LINE)
            terminal.settle(0.3)
            terminal.took("home", r"^line 0 ")
            terminal.settle(0.1)
            terminal.took("end", LAST_LINE)
            return terminal.peak_memory, shown * 1_000

    ours, others = in_turn(min(3, scale.pairs), lambda: opened(large), lambda: opened(small))
    memory, times = zip(*ours, strict=True)
    other_memory, other_times = zip(*others, strict=True)
    name, against = f"log of {scale.large_log} MB", f"log of {scale.small_log} MB"
    return [
        compared(f"{name}, memory", memory, other_memory, "MB", held_against=against, most_ratio=1.15, goal=10),
        compared(f"{name}, start and end shown", times, other_times, "ms", held_against=against, most=1_000, goal=10),
    ]


def _log(file: Path, megabytes: int) -> Path:
    with file.open("w") as log:
        number = 0
        while log.tell() < megabytes * _MEGABYTE:
            log.writelines(
                f"line {index} of what a model says about its work{index % 7 * ' and on'}\n"
                for index in range(number, number + 1_000)
            )
            number += 1_000
        log.write(f"{LAST_LINE}\n")
    return file
