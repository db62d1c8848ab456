"""What is read anew when a run changes: the newest rows, however many older ones a person has scrolled through."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from replicate_tui.demo.server import DemoServer
from replicate_tui.services.bundle import Services
from replicate_tui.ui.history import pages
from replicate_tui.ui.history.pages import HistoryPages
from tests.demo.models import MODELS
from tests.ui.form_app import make_services
from tests.ui.histories import insert, old_runs

PAGE = 10


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGE_ROWS", PAGE)


@pytest.fixture
async def services(own_demo: Callable[..., DemoServer]) -> AsyncIterator[Services]:
    opened = make_services(own_demo(models=MODELS))
    await opened.open()
    yield opened
    await opened.close()


def limits_of(services: Services, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the list that gets how many rows are asked for from now on."""
    limits: list[int] = []
    rows = services.runs.rows

    async def spy(*arguments: Any, limit: int = 200, **options: Any) -> Any:
        limits.append(limit)
        return await rows(*arguments, limit=limit, **options)

    monkeypatch.setattr(services.runs, "rows", spy)
    return limits


async def three_pages(services: Services) -> HistoryPages:
    read = HistoryPages(services)
    await read.read()
    while await read.read_older():
        pass
    return read


async def test_news_read_one_page_and_keep_the_rest(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = old_runs(3 * PAGE)
    await insert(services, runs[:-1])
    read = await three_pages(services)
    assert len(read.rows) == 3 * PAGE - 1
    limits = limits_of(services, monkeypatch)
    await insert(services, runs[-1:])
    await read.read_newest()
    assert [row.id for row in read.rows] == [run.id for run in reversed(runs)]
    assert limits == [PAGE]


async def test_an_older_run_that_may_have_ended_has_all_read_anew(services: Services) -> None:
    going, *others = old_runs(3 * PAGE)
    await insert(services, [replace(going, status="processing", remote_id="elsewhere", source="api"), *others])
    read = await three_pages(services)
    assert read.rows[-1].status == "processing"
    await services.tracker._tools.runs.update(going.id, status="failed")
    await read.read_newest()
    assert read.rows[-1].id == going.id
    assert read.rows[-1].status == "failed"


async def test_a_page_of_another_filter_is_not_mixed_in(services: Services) -> None:
    await insert(services, old_runs(3 * PAGE))
    read = await three_pages(services)
    read.use_filter("old 3")
    await read.read_newest()
    assert {row.title for row in read.rows} == {"old 3"}
