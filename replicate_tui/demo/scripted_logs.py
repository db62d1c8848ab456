"""Logs as a fault rule wants them: as long, as fast and as wide, redrawn in place, or shorter than they were."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from replicate_tui.demo.clock import Clock
from replicate_tui.demo.records import Run

# Lines told at once; between two portions the service does other work.
_MOST_AT_ONCE = 2_000
_BAR = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class LogScript:
    """So many `lines`, or as many as come to `size` characters, each `length` wide; `per_second` at speed 1.

    Without `per_second` they come at once. `progress` makes them a bar that a carriage return redraws. When all is
    said the log shrinks to its last `shrink_to` characters.
    """

    lines: int = 0
    size: int | None = None
    length: int = 80
    per_second: float | None = None
    progress: bool = False
    shrink_to: int | None = None

    @property
    def count(self) -> int:
        return self.lines if self.size is None else -(-self.size // (max(1, self.length) + 1))

    def line(self, number: int) -> str:
        """Return the line `number`, from 0, with what parts it from the one before."""
        if self.progress:
            done = (number + 1) / self.count
            bar = f"{done:4.0%}|{'█' * round(_BAR * done):{_BAR}}| {number + 1}/{self.count}"
            return f"\r{bar:{self.length}}"
        return f"\nline {number} ".ljust(self.length + 1, ".")[: self.length + 1]


async def tell_log(run: Run, script: LogScript, clock: Clock, tell: Callable[[Run], None]) -> None:
    """Write the log of `run`, and `tell` of each portion, until all is said or the run has ended."""
    loop = asyncio.get_running_loop()
    rate = script.per_second and script.per_second * clock.speed
    began, told = loop.time(), 0
    while told < script.count and not run.is_terminal:
        due = script.count if not rate else min(script.count, int((loop.time() - began) * rate) + 1)
        portion = range(told, min(due, told + _MOST_AT_ONCE))
        if portion:
            run.logs.write("".join(map(script.line, portion)))
            told = portion.stop
            tell(run)
        await asyncio.sleep(max(0.0, began + told / rate - loop.time()) if rate and told == due else 0)
    if script.shrink_to is not None and not run.is_terminal:
        left = str(run.logs)[-script.shrink_to :] if script.shrink_to else ""
        run.logs.clear()
        run.logs.write(left)
        tell(run)
