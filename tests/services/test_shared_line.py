"""The pace is shared by all copies of the app on one history."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from replicate_tui.services import shared_line
from replicate_tui.services.bundle import Services
from replicate_tui.services.shared_line import SharedLine
from replicate_tui.store.records import RunRecord
from replicate_tui.store.runs import RunRepository
from tests.services.conftest import House


async def remember(services: Services, name: str, **changes: Any) -> None:
    values: dict[str, Any] = {
        "id": name,
        "origin": services.connection.origin,
        "model": "tests/greeter",
        "status": "processing",
        "submitted_at": datetime.now(UTC),
    }
    await RunRepository(services.database).insert_intent(RunRecord(**{**values, **changes}))


async def test_runs_of_other_copies_count_and_those_of_nobody_do_not(
    demo: Any, house_on: Callable[[Any], House], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_line, "RECOUNT", 0.0)
    house = house_on(demo)
    one, other = await house.open(), await house.open()
    line = SharedLine(RunRepository(one.database))
    assert await line.followed(0) == 0
    await remember(other, "started in the other copy")
    await remember(other, "watched there", source="web", folder="day/run")
    await remember(other, "only listed", source="web")
    await remember(other, "over", status="succeeded")
    assert await line.followed(0) == 2
    assert await line.followed(3) == 3


async def test_the_history_is_asked_seldom_and_may_fail(services: Services) -> None:
    await remember(services, "one")
    line = SharedLine(RunRepository(services.database))
    assert await line.followed(0) == 1
    await remember(services, "two")
    assert await line.followed(0) == 1
    await services.database.close()
    assert await SharedLine(RunRepository(services.database)).followed(4) == 4
