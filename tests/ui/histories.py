"""Histories for tests of lists, written without running anything."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from replicate_tui.services.bundle import Services
from replicate_tui.store.records import RunRecord
from replicate_tui.store.runs import RunRepository

MODEL = "tests/greeter"


def old_runs(number: int, **changes: Any) -> list[RunRecord]:
    """Return runs "old 0", "old 1" and so on, each a minute after the one before."""
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    one = RunRecord(id="", origin="demo", model=MODEL, status="succeeded", submitted_at=begin)
    return [
        replace(one, id=f"old{index}", title=f"old {index}", submitted_at=begin + timedelta(minutes=index), **changes)
        for index in range(number)
    ]


async def insert(services: Services, records: list[RunRecord]) -> None:
    repository = RunRepository(services.database)
    for record in records:
        await repository.insert_intent(record)
