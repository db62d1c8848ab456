"""A long history, written by the store into the demo's profile of a home."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from replicate_tui.store.database import Database
from replicate_tui.store.records import RunRecord
from tests.benchmarks.long_history import made_runs, write


class Letter(NamedTuple):
    """A letter of a filter as it is typed: the run that comes into view or stays, and the one that goes."""

    letter: str
    shown: str
    gone: str | None = None

    def is_done(self, screen: str) -> bool:
        return self.shown in screen and (self.gone is None or self.gone not in screen)


#: Runs that are found by more and more letters, newest first.
PLANTED = ("zonk on top", "zero on top", "zebu on top", "zebra on top")
TYPED = (
    Letter("z", "zonk on top"),
    Letter("e", "zero on top", gone="zonk on top"),
    Letter("b", "zebu on top", gone="zero on top"),
    Letter("r", "zebra on top", gone="zebu on top"),
)
#: So many newer runs stand above them, and one older run in so many is found by all the letters.
_NEWER = 100
_EVERY = 5


def fill(home: Path, count: int) -> None:
    """Write `count` runs; the newest have no word that begins with the letters typed."""
    asyncio.run(_fill(home / ".local/share/replicate-tui/profiles/demo/history.db", count))


async def _fill(path: Path, count: int) -> None:
    database = Database(path)
    await database.open()
    await database.write(lambda connection: write(connection, _planted(count)))
    await database.checkpoint()
    await database.close()


def _planted(count: int) -> Iterator[RunRecord]:
    for number, record in enumerate(made_runs(count)):
        place = count - _NEWER - 1 - number
        title = record.title
        if 0 <= place < len(PLANTED):
            title = PLANTED[place]
        elif place > 0 and number % _EVERY == 0:
            title = f"zebra {title}"
        yield replace(record, origin="demo", title=title)
