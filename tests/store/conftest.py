"""A history of its own for each test, opened and closed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from replicate_tui.store.database import Database
from replicate_tui.store.runs import RunRepository


@pytest.fixture
def history(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.db"


@pytest.fixture
async def database(history: Path) -> AsyncIterator[Database]:
    async with Database(history) as opened:
        yield opened


@pytest.fixture
def runs(database: Database) -> RunRepository:
    return RunRepository(database)
