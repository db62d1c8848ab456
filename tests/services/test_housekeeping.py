"""Putting in order: by the settings, in one copy, when it is quiet, and never in the way of leaving."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from replicate_tui.config import Settings
from replicate_tui.paths import profile_paths
from replicate_tui.services import housekeeping
from replicate_tui.services.bundle import Services
from replicate_tui.services.checkup import Checkup
from replicate_tui.services.housekeeping import Housekeeping
from replicate_tui.store import opening
from replicate_tui.store.compaction import Compactor
from replicate_tui.store.records import RunRecord, SaveState
from tests.services.conftest import House
from tests.support.waiting import wait_for


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "QUIET_SECONDS", 0.01)


async def remember(services: Services, age_days: int, **changes: Any) -> RunRecord:
    """Put a run of `age_days` ago into the history."""
    values: dict[str, Any] = {
        "id": f"old{age_days}",
        "origin": services.connection.origin,
        "model": "tests/greeter",
        "status": "succeeded",
        "saved": SaveState.SAVED,
        "submitted_at": datetime.now(UTC) - timedelta(days=age_days),
    }
    record = RunRecord(**{**values, **changes})
    await services.tracker._tools.runs.insert_intent(record)
    return record


def keeper(services: Services, settings: Settings, is_busy: Callable[[], bool] = lambda: False) -> Housekeeping:
    return Housekeeping(
        Compactor(services.database),
        Checkup(services.database, services.memory),
        settings,
        profile_paths("demo").logs_aside,
        become_owner=services.database.become_owner,
        is_busy=is_busy,
    )


async def ids(services: Services) -> list[str]:
    return [row.id for row in await services.runs.rows()]


async def test_runs_that_are_too_old_go_and_tagged_and_unsaved_ones_stay(services: Services) -> None:
    for age in (1, 40):
        await remember(services, age)
    await remember(services, 50, tags=("keep",))
    await remember(services, 60, saved=SaveState.FAILED)
    await remember(services, 70, saved=SaveState.NOT_YET, source="api")
    keeping = keeper(services, Settings(history_days=30))
    keeping.begin()
    await wait_for(lambda: keeping.last, "the compaction")
    assert await ids(services) == ["old1", "old50", "old60"]
    await keeping.stop()


async def test_nothing_goes_by_default(services: Services) -> None:
    await remember(services, 4_000)
    keeping = keeper(services, Settings())
    keeping.begin()
    await wait_for(lambda: keeping.last, "the compaction")
    assert await ids(services) == ["old4000"]


async def test_it_waits_until_no_run_is_going(services: Services) -> None:
    await remember(services, 40)
    asked = 0

    def is_busy() -> bool:
        nonlocal asked
        asked += 1
        return asked < 3

    keeping = keeper(services, Settings(history_days=30), is_busy)
    keeping.begin()
    await wait_for(lambda: keeping.last, "the compaction")
    assert asked == 3
    assert await ids(services) == []


async def test_another_copy_leaves_it_to_the_owner(demo: Any, house_on: Callable[[Any], House]) -> None:
    house = house_on(demo)
    owner, other = await house.open(), await house.open()
    assert await owner.database.become_owner()
    await remember(owner, 40)
    keeping = keeper(other, Settings(history_days=30))
    keeping.begin()
    await wait_for(lambda: keeping._task is not None and keeping._task.done(), "the verdict")
    assert (keeping.last, await ids(owner)) == (None, ["old40"])


async def test_a_large_history_is_read_for_damage(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "CHECKED_BYTES", 0)
    keeping = keeper(services, Settings())
    keeping.begin()
    await wait_for(lambda: keeping._task is not None and keeping._task.done(), "the end of it")
    assert await services.memory.get("history_checked_at") is not None


async def test_logs_held_aside_go_after_a_week(services: Services) -> None:
    folder = profile_paths("demo").logs_aside
    for day, age in (("2026-01-01", 8), ("2026-01-07", 1)):
        (folder / day / "run").mkdir(parents=True)
        stamp = time.time() - age * 24 * 3600
        os.utime(folder / day, (stamp, stamp))
    keeping = keeper(services, Settings())
    keeping.begin()
    await wait_for(lambda: keeping.last, "the sweep")
    assert [path.name for path in folder.iterdir()] == ["2026-01-07"]


async def test_a_start_reads_resumes_and_keeps_house_and_an_end_ends_all(services: Services) -> None:
    await services.begin()
    await wait_for(lambda: services.housekeeping.last and services.pull.state.last_complete_at, "all of it")
    await services.close()
    await services.housekeeping.stop()
