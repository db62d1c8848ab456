"""What moves while runs are going: clocks, once a second; a sign of life of the service moves nothing."""

import re
from typing import Any

import pytest

from replicate_tui.demo.server import DemoServer
from replicate_tui.services.events import RunChanged
from tests.ui.driver import WIDE, open_app


async def test_the_preview_s_clock_goes_with_the_rows(demo: DemoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_app(demo, size=WIDE) as driver:
        run = await driver.run("tests/endless", {}, to_its_end=False)
        await driver.press("4")
        await driver.until(r"● processing")
        await driver.until(lambda: re.search(r"│ .*ran +\d", driver.text), "the clock in the preview")
        # From now on nothing is read: only the clock moves it.
        monkeypatch.setattr(driver.screen._previewed, "want", lambda: None)
        await driver.until(lambda: driver.screen._previewed._worker is None, "the reading to end")
        first = driver.line("  ran ")
        await driver.until(lambda: driver.line("  ran ") != first, "the next second")
        await driver.services.runs.cancel(run.id)


async def test_a_sign_of_life_reads_nothing_again(demo: DemoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_app(demo, size=WIDE) as driver:
        run = await driver.run("tests/endless", {}, to_its_end=False)
        await driver.press("4")
        await driver.until(r"● processing")
        screen = driver.screen
        reads: list[None] = []
        read_newest = screen._pages.read_newest

        async def counted() -> Any:
            reads.append(None)
            return await read_newest()

        monkeypatch.setattr(screen._pages, "read_newest", counted)
        snapshot = driver.services.tracker.snapshot(run.id)
        assert snapshot is not None
        screen.on_run_event(RunChanged(run.id, snapshot.seq + 1))
        await driver.until(lambda: not screen._rows._is_wanted and screen._rows._worker is None, "the reading to end")
        reads.clear()
        for seq in range(2, 5):
            screen.on_run_event(RunChanged(run.id, snapshot.seq + seq))
        assert not screen._rows._is_wanted
        assert not reads
        await driver.services.runs.cancel(run.id)
        await driver.until(lambda: reads, "the end, which is news")
