"""A large history is read whole once a week, in peace; what is found is mended and told."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from replicate_tui.paths import profile_paths
from replicate_tui.services import checkup
from replicate_tui.services.bundle import Services
from replicate_tui.services.checkup import Checkup
from replicate_tui.store import opening
from tests.services.conftest import House
from tests.support.waiting import wait_for
from tests.ui.histories import insert, old_runs

RUNS = 40


@pytest.fixture
def as_if_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "CHECKED_BYTES", 0)


def lose_from_index(path: Path) -> None:
    """Have an index lack the rows that it should hold: only a look at all of the file finds that."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("pragma writable_schema = on")
        changed = connection.execute(
            "update sqlite_master set sql = replace(sql, 'hidden > 0', 'hidden = 0') where name = 'runs_hidden'"
        ).rowcount
        assert changed == 1


async def test_a_small_history_is_left_to_the_start(services: Services) -> None:
    assert not await Checkup(services.database, services.memory).run_when_due()


@pytest.mark.usefixtures("as_if_large")
async def test_a_large_one_is_read_once_a_week(services: Services) -> None:
    check = Checkup(services.database, services.memory)
    assert await check.run_when_due()
    assert not await check.run_when_due()
    for wrong in (time.time() - checkup.INTERVAL - 1, time.time() + 3600.0, "nonsense"):
        await services.memory.set("history_checked_at", wrong)
        assert await check.run_when_due()


@pytest.mark.usefixtures("as_if_large")
async def test_where_readers_hold_up_writers_it_is_not_read(
    demo: Any, house_on: Callable[[Any], House], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "is_local", lambda _: False)
    services = await house_on(demo).open()
    assert not await Checkup(services.database, services.memory).run_when_due()


@pytest.mark.usefixtures("as_if_large")
async def test_damage_is_mended_and_told(demo: Any, house_on: Callable[[Any], House]) -> None:
    house = house_on(demo)
    services = await house.open()
    await insert(services, old_runs(RUNS))
    await services.close()
    history = profile_paths("demo").database
    lose_from_index(history)
    services = await house.open()
    assert services.database.notices == ()
    told: list[str] = []
    services.history.subscribe_findings(told.append)
    assert await Checkup(services.database, services.memory).run_when_due()
    await wait_for(lambda: told, "the words about it")
    assert told == list(services.database.notices)
    assert told[0].startswith(
        f"The history was damaged. All that was in it ({RUNS} runs) was carried over into a new one."
    )
    assert len(await services.runs.rows()) == RUNS
    assert list(history.parent.glob("history.db.corrupt-*"))
