"""Long histories: the same runs for the same count, written fast and with all that a filter can ask for.

`python -m tests.benchmarks.long_history PATH COUNT` writes one for experiments.
"""

import asyncio
import itertools
import random
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from replicate_tui.store.codec import to_micros
from replicate_tui.store.database import Database
from replicate_tui.store.records import RunRecord, SaveState
from replicate_tui.store.run_codec import record_values

BEGINNING: Final = datetime(2024, 1, 1, tzinfo=UTC)
_VOCABULARY: Final = 20_000
_MODELS: Final = 300
_BATCH: Final = 20_000
#: Without the z, with which the planted titles of `history` begin.
_FIRST: Final = "bdfgklmnprstv"
_VOWELS: Final = "aeiou"
#: Each half of the time has its own words, so that two common words may never meet.
_ERAS: Final = ("old", "new")


def word(rank: int) -> str:
    """Return the word of a rank, 0 the most common; words of near ranks share no beginning."""
    syllables = len(_FIRST) * len(_VOWELS)
    number = rank * 7_919 % syllables**3
    parts = []
    for _ in range(3):
        number, part = divmod(number, syllables)
        parts.append(_FIRST[part // len(_VOWELS)] + _VOWELS[part % len(_VOWELS)])
    return "".join(parts)


def made_runs(count: int) -> Iterator[RunRecord]:
    """Yield `count` runs, oldest first: 300 models of 40 owners, 600 versions, words as common as in prose."""
    chance = random.Random(count)
    vocabulary = [word(rank) for rank in range(_VOCABULARY)]
    commonness = list(itertools.accumulate(1 / (rank + 2) for rank in range(_VOCABULARY)))
    for number in range(count):
        words = chance.choices(vocabulary, cum_weights=commonness, k=24)
        words.append(f"{_ERAS[number * 2 // count]}era")
        model = int(chance.random() ** 2 * _MODELS)
        status = chance.choices(("succeeded", "failed", "canceled", "aborted"), (9_000, 800, 199, 1))[0]
        yield RunRecord(
            id=f"run-{number}",
            remote_id=f"remote-{number}",
            origin="https://api.replicate.com",
            model=f"owner{model % 40}/model{model}" if number > count // 20 else "ancient/model",
            version=f"{model:03}{chance.randrange(2)}".ljust(64, "e"),
            source=chance.choices(("here", "api", "web"), (60, 30, 10))[0],
            status=status,
            submitted_at=BEGINNING + timedelta(seconds=40 * number),
            created_at=BEGINNING + timedelta(seconds=40 * number),
            started_at=BEGINNING + timedelta(seconds=40 * number + chance.randrange(1, 20)),
            title=" ".join(words[:8]),
            input={"prompt": " ".join(words), "steps": 4},
            output=[f"https://replicate.delivery/{number:040}/out-0.png"],
            urls={"get": f"https://api.replicate.com/v1/predictions/remote-{number}"},
            metrics={"predict_time": round(chance.expovariate(0.3), 3)},
            cost=round(chance.expovariate(100), 6) if number % 3 else None,
            saved=SaveState.SAVED,
            note="for the exhibition" if number % 997 == 0 else "",
            tags=(*(("often",) if number % 4 == 0 else ()), *(("seldom",) if number % 9_973 == 0 else ())),
        )


def write(connection: sqlite3.Connection, records: Iterable[RunRecord]) -> None:
    """Write runs of different moments within the transaction there is, without asking what is there."""
    tags: list[tuple[str, int]] = []
    for record in records:
        columns = {"seq": to_micros(record.submitted_at), **record_values(record)}
        marks = ", ".join("?" * len(columns))
        connection.execute(f"insert into runs ({', '.join(columns)}) values ({marks})", list(columns.values()))
        tags += [(tag, int(columns["seq"])) for tag in record.tags]
    connection.executemany("insert into run_tags (tag, seq) values (?, ?)", tags)


async def filled(path: Path, count: int) -> Database:
    """Return a new, open history of `count` runs at `path`."""
    database = Database(path)
    runs = made_runs(count)
    for _ in range(0, count, _BATCH):
        await database.write(lambda connection: write(connection, itertools.islice(runs, _BATCH)))
        await database.checkpoint()
    return database


async def _main(path: Path, count: int) -> None:
    await (await filled(path, count)).close()


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), int(sys.argv[2])))
