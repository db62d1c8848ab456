"""What the app does while nobody does anything."""

import time

from tests.benchmarks.figures import Figure
from tests.benchmarks.starting import MODEL_ROW
from tests.benchmarks.workshop import Workshop


def idle(workshop: Workshop) -> list[Figure]:
    """Bytes to the terminal, wake-ups and processor time of the Search place with nothing running."""
    with workshop.start("--demo", home=workshop.seen_home) as terminal:
        terminal.until(MODEL_ROW)
        terminal.settle(1.5)
        written, wakes, cpu = len(terminal.raw), terminal.wake_ups, terminal.cpu
        begun = time.perf_counter()
        time.sleep(workshop.scale.idle_seconds)
        seconds = time.perf_counter() - begun
        return [
            Figure(f"idle {workshop.scale.idle_seconds:g} s, written", len(terminal.raw) - written, "bytes", most=0),
            Figure("idle, wake-ups", (terminal.wake_ups - wakes) / seconds, "1/s"),
            Figure("idle, processor in a second", (terminal.cpu - cpu) / seconds * 1_000, "ms"),
        ]
