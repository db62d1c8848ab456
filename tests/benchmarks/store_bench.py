"""What a long history costs: the same questions of 1,000 and of 100,000 or a million runs, as a table with ratios.

`python -m tests.benchmarks.store_bench [RUNS] [--keep FOLDER]`: a history made once is asked again in later runs. Each
figure is a median of calls through the whole store, threads included, the two histories asked in turn.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from replicate_tui.store.database import Database
from replicate_tui.store.filters import parse_filter
from replicate_tui.store.models import ModelRepository
from replicate_tui.store.records import SeenModel
from replicate_tui.store.runs import RunRepository
from tests.benchmarks.long_history import filled
from tests.benchmarks.questions import QUESTIONS

SMALL = 1_000
ROUNDS = 9


async def in_turn(*questions: Callable[[], Awaitable[object]], rounds: int = ROUNDS) -> list[float]:
    """Return the median of each question in milliseconds."""
    taken: list[list[float]] = [[] for _ in questions]
    for _ in range(rounds):
        for question, times in zip(questions, taken, strict=True):
            begun = time.perf_counter()
            await question()
            times.append((time.perf_counter() - begun) * 1_000)
    return [statistics.median(times) for times in taken]


async def main(runs: int, folder: Path) -> int:
    slow: list[str] = []
    small_database = await _made(folder, SMALL)
    large_database = await _made(folder, runs)
    small, large = RunRepository(small_database), RunRepository(large_database)
    print(f"\n{'':28}{SMALL:>10,}{runs:>12,}   ratio{'sums':>13}")
    for question in QUESTIONS:
        asked = parse_filter(question.line)
        one, many = await in_turn(
            lambda: question.ask(small),  # noqa: B023  (awaited within the round)
            lambda: question.ask(large),  # noqa: B023
        )
        (sums,) = await in_turn(lambda: large.totals(asked), rounds=1)  # noqa: B023
        is_slow = many > question.most(runs)
        print(f"{question.name:28}{one:>7.2f} ms{many:>9.2f} ms{many / one:>8.1f}{sums:>10.1f} ms{'  SLOW' * is_slow}")
        if is_slow:
            slow.append(question.name)
    one, many = await in_turn(small.unfinished, large.unfinished)
    print(f"{'unfinished':28}{one:>7.2f} ms{many:>9.2f} ms{many / one:>8.1f}")
    one, many = await in_turn(lambda: small.usual("owner7/model7"), lambda: large.usual("owner7/model7"))
    print(f"{'usual times':28}{one:>7.2f} ms{many:>9.2f} ms{many / one:>8.1f}")
    slow += await models(small_database)
    await small_database.close()
    await large_database.close()
    print(f"\nslower than they should be: {', '.join(slow)}" if slow else "\nall within their bounds")
    return bool(slow)


async def _made(folder: Path, runs: int) -> Database:
    path = folder / str(runs) / "history.db"
    if path.exists():
        database = Database(path)
        await database.open()
        return database
    begun = time.perf_counter()
    database = await filled(path, runs)
    print(f"{runs:>9,} runs written in {time.perf_counter() - begun:.1f} s, {path.stat().st_size / 1e6:.0f} MB")
    return database


async def models(database: Database) -> list[str]:
    repository = ModelRepository(database)
    chance = random.Random(1)
    await repository.upsert_models(
        SeenModel(
            name=f"owner{number % 700}/model-{number}",
            description=" ".join(f"word{int(chance.paretovariate(0.7))}" for _ in range(15)),
            run_count=int(chance.paretovariate(0.5)),
        )
        for number in range(10_000)
    )
    slow: list[str] = []
    for query in ("m", "mod", "model-12", "owner5", "word3 model", "none"):
        (taken,) = await in_turn(lambda: repository.local_search(query, 50))  # noqa: B023  (awaited within the round)
        print(f"{'10,000 models: ' + query:34}{taken:>9.2f} ms")
        if taken > 10:
            slow.append(f"models: {query}")
    return slow


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.store_bench", description=__doc__)
    parser.add_argument("runs", nargs="?", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where the histories are made and stay")
    return parser.parse_args()


if __name__ == "__main__":
    asked_for = _parse()
    with tempfile.TemporaryDirectory() as scratch:
        raise SystemExit(asyncio.run(main(asked_for.runs, asked_for.keep or Path(scratch))))
