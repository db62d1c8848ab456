"""Log lines in the manner of model code: the seed, and tqdm bars that keep time with the run."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from replicate_tui.demo.model import Job

_BAR_CELLS = 10
_EIGHTHS = " ▏▎▍▌▋▊▉"


def use_seed(job: Job, values: Mapping[str, Any], name: str = "seed") -> int:
    """Return the seed that was asked for, or the job's own for none, negative or unreadable ones, and log it."""
    wanted = values.get(name)
    given = isinstance(wanted, int) and not isinstance(wanted, bool) and wanted >= 0
    seed = int(wanted) if given and wanted is not None else job.seed
    job.log(f"Using seed: {seed}")
    return seed


def clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes:02d}:{rest:02d}"


def bar(done: int, total: int, elapsed: float, *, unit: str = "it") -> str:
    """Return one line as tqdm draws it after `done` of `total` steps and `elapsed` seconds."""
    share = done / total if total else 1.0
    eighths = int(share * _BAR_CELLS * 8)
    cells = "█" * (eighths // 8)
    if eighths % 8:
        cells += _EIGHTHS[eighths % 8]
    head = f"{int(share * 100):3d}%|{cells:<{_BAR_CELLS}}| {done}/{total}"
    if not done or elapsed <= 0:
        return f"{head} [{clock(0)}<?, ?{unit}/s]"
    rate = done / elapsed
    pace = f"{rate:5.2f}{unit}/s" if rate >= 1 else f"{1 / rate:5.2f}s/{unit}"
    return f"{head} [{clock(elapsed)}<{clock((total - done) / rate)}, {pace}]"


async def steps(job: Job, total: int, seconds: float, *, unit: str = "it") -> AsyncIterator[int]:
    """Yield 1..total over `seconds` at speed 1, logging a bar before the first step and after each."""
    job.log(bar(0, total, 0.0, unit=unit))
    for done in range(1, total + 1):
        await job.sleep(seconds / total)
        job.log(bar(done, total, seconds * done / total, unit=unit))
        yield done


async def walk(job: Job, total: int, seconds: float, *, unit: str = "it") -> None:
    """Run such a bar to its end where nothing happens at its steps."""
    async for _ in steps(job, total, seconds, unit=unit):
        pass
