"""Runs: live ones on top, the history below, a filter that says its mistakes, and nothing lost by a slip."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from replicate_tui.demo.server import DemoServer
from replicate_tui.services.bundle import Services
from replicate_tui.ui.screens.monitor import MonitorScreen
from replicate_tui.ui.screens.run_form import RunFormScreen
from replicate_tui.ui.screens.runs import RunsScreen
from tests.ui.driver import SMALL, Driver, open_app
from tests.ui.histories import insert, old_runs

GREETER = "tests/greeter"
FOREVER = "tests/endless"


@pytest.fixture
def demo(own_demo: Callable[..., DemoServer]) -> DemoServer:
    """A service of the test's own: opening the place reads all runs of the account."""
    return own_demo()


def titles(driver: Driver) -> list[str]:
    return [row.title for row in driver.find("#runs").rows]


async def at_runs(driver: Driver, words: str) -> None:
    await driver.press("4")
    await driver.until(words)


async def test_live_runs_stand_on_top_and_cancel_keeps_by_default(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        going = await driver.run(FOREVER, {"text": "on and on"}, to_its_end=False)
        await driver.run(GREETER, {"text": "Alice"})
        await at_runs(driver, "2 runs")
        await driver.until("● processing")
        assert titles(driver) == ["on and on", "Alice"]
        assert "1 running" in driver.lines[0]
        await driver.press("x")
        await driver.until("Keep running")
        await driver.press("enter")
        await driver.gone("Keep running")
        assert not driver.is_over(going.id)
        await driver.press("d")
        await driver.until("cannot be removed")
        # The cancel goes on when its screen is left at once.
        await driver.press("x")
        await driver.until("Keep running")
        await driver.pilot.press("y", "1")
        await driver.until(lambda: driver.is_over(going.id), "the cancel")
        await driver.press("4")
        await driver.until("⊘ canceled")
        assert titles(driver) == ["Alice", "on and on"], "the newest first among those that are over"


async def test_the_filter_narrows_says_its_mistakes_and_goes_with_escape(demo: DemoServer) -> None:
    async with open_app(demo, size=SMALL) as driver:
        await driver.run(GREETER, {"text": "Alice in winter"})
        await driver.run(GREETER, {"text": "Bob"})
        await driver.run("tests/failer", {"text": "no luck"})
        await at_runs(driver, "3 runs")
        await driver.press("slash")
        await driver.type("winter")
        await driver.until(lambda: titles(driver) == ["Alice in winter"], "the run with this word")
        await driver.press("down")
        assert driver.focused == "runs"
        await driver.press("escape")
        await driver.until("3 runs")
        await driver.press("slash")
        await driver.type("status:failed")
        await driver.until(lambda: titles(driver) == ["no luck"], "the failed run")
        await driver.write("#filter", "stats:failed")
        await driver.until("did you mean")
        await driver.write("#filter", "since:sometime")
        await driver.until("is not a time")
        await driver.write("#filter", "nowhere at all")
        await driver.until("Nothing matches the filter")
        await driver.press("enter")
        assert driver.focused == "runs"
        await driver.press("escape")
        await driver.until("3 runs")


async def test_more_than_a_page_is_read_to_its_end(demo: DemoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    page = 60
    monkeypatch.setattr("replicate_tui.ui.history.pages.PAGE_ROWS", page)
    number = 2 * page - 1

    async def history(services: Services) -> None:
        await insert(services, old_runs(number))

    async with open_app(demo, before=history) as driver:
        await at_runs(driver, f"{number} runs")
        assert len(titles(driver)) == page
        for _ in range(2):
            await driver.press("G")
            await driver.workers_done()
            await driver.pilot.pause()
        assert len(titles(driver)) == number
        await driver.press("G")
        assert driver.find("#runs").cursor_row.title == "old 0"
        # A new run moves neither the cursor nor the oldest row away.
        await driver.run(GREETER, {"text": "new"})
        await driver.until(f"{number + 1} runs")
        assert driver.find("#runs").cursor_row.title == "old 0"
        assert len(titles(driver)) == number + 1
        assert len(set(titles(driver))) == number + 1


async def test_the_next_order_is_said_and_the_cursor_stays_on_its_run(demo: DemoServer) -> None:
    async def history(services: Services) -> None:
        runs = old_runs(4)
        costs = (None, 0.5, 0.25, None)
        models = ("b/one", "a/two", "b/one", "a/two")
        await insert(
            services,
            [
                replace(run, cost=cost, model=model, metrics={"predict_time": 9.0 - index})
                for index, (run, cost, model) in enumerate(zip(runs, costs, models, strict=True))
            ],
        )

    async with open_app(demo, before=history) as driver:
        await at_runs(driver, "newest first · 4 runs")
        await driver.press("j")
        assert driver.find("#runs").cursor_row.title == "old 2"
        for words, order in {
            "oldest first": [0, 1, 2, 3],
            "longest first": [0, 1, 2, 3],
            "dearest first": [1, 2, 3, 0],
            "by model": [3, 1, 2, 0],
            "by status": [3, 2, 1, 0],
            "newest first": [3, 2, 1, 0],
        }.items():
            await driver.press("S")
            await driver.until(f"{words} · 4 runs")
            await driver.until(lambda order=order: titles(driver) == [f"old {number}" for number in order], words)
            assert driver.find("#runs").cursor_row.title == "old 2"


async def test_what_is_going_stands_on_top_in_every_order_and_under_a_filter(
    demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("replicate_tui.ui.history.pages.PAGE_ROWS", 3)

    async def history(services: Services) -> None:
        await insert(services, old_runs(6, metrics={"predict_time": 9.0}))

    async with open_app(demo, before=history, size=SMALL) as driver:
        await driver.run(FOREVER, {"text": "on and on"}, to_its_end=False)
        await at_runs(driver, "7 runs")
        await driver.press("S")
        await driver.until(lambda: titles(driver)[:2] == ["on and on", "old 0"], "the one that goes, then the oldest")
        await driver.press("slash")
        await driver.write("#filter", "kind:prediction")
        await driver.press("enter", "S")
        await driver.until("longest first")
        await driver.until(lambda: titles(driver)[:2] == ["on and on", "old 5"], "the one that goes, then the longest")
        # The pages that follow bring each run once.
        await driver.press("G")
        await driver.workers_done()
        await driver.press("G")
        await driver.until(lambda: len(titles(driver)) == 7, "all of them")
        assert len(set(titles(driver))) == 7


async def test_marked_runs_are_removed_and_brought_back(demo: DemoServer) -> None:
    async def history(services: Services) -> None:
        await insert(services, old_runs(5))

    async with open_app(demo, before=history) as driver:
        await at_runs(driver, "5 runs")
        await driver.press("space", "space", "d")
        await driver.until("Remove 2 runs")
        # The default keeps them.
        await driver.press("enter")
        await driver.until(lambda: driver.shows(RunsScreen), "the list")
        assert len(titles(driver)) == 5
        await driver.press("d")
        await driver.until("Remove 2 runs")
        await driver.press("y")
        await driver.until(lambda: titles(driver) == ["old 2", "old 1", "old 0"], "the runs that are left")
        await driver.press("u")
        all_of_them = [f"old {index}" for index in (4, 3, 2, 1, 0)]
        await driver.until(lambda: titles(driver) == all_of_them, "all of them")


async def test_open_tweak_and_copy_a_run(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        record = await driver.run(GREETER, {"text": "Alice"})
        await at_runs(driver, "1 run")
        await driver.press("e")
        await driver.until(lambda: driver.shows(RunFormScreen), "the form")
        await driver.until(lambda: driver.screen.form.is_loaded, "its fields")
        assert driver.screen.form.state.input() == {"text": "Alice"}
        await driver.press("escape")
        await driver.until(lambda: driver.shows(RunsScreen), "the list")
        await driver.press("y")
        await driver.until(str(record.remote_id))
        for label in ("id", "web page", "output", "input JSON", "model", "curl", "Python", "JavaScript", "CLI"):
            assert any(line.strip(" ▌").startswith(label) for line in driver.lines), f"{label} in\n{driver.text}"
        assert demo.token not in driver.text
        await driver.press("escape", "enter")
        await driver.until(lambda: driver.shows(MonitorScreen), "the run")
        await driver.until("hello Alice")


async def test_a_history_that_cannot_be_read_is_said(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.until("Popular")
        await driver.services.database.close()
        await driver.press("4")
        await driver.until("r tries again")
        await driver.press("x", "e", "y", "d", "u", "enter")
        assert driver.shows(RunsScreen)


async def test_where_files_should_be_is_said_while_they_are_not_there(demo: DemoServer) -> None:
    async with open_app(demo, size=SMALL) as driver:
        run = await driver.run("tests/painter", {"text": "Alice"})
        snapshot = await driver.services.tracker.load(run.id)
        assert snapshot.folder is not None
        ended = driver.services.tracker._ended
        await driver.until(lambda: run.id in ended, "the end of the watch")
        snapshot.folder.rename(snapshot.folder.with_name("thrown away"))
        ended.clear()
        await at_runs(driver, "1 run")
        await driver.press("O")
        await driver.until("is no longer in")
        await driver.press("enter")
        await driver.until("What was saved of this run is no longer in")
        assert "O open" not in driver.lines[-1]
