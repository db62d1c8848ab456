"""Runs that were made elsewhere, and the pane that shows the run under the cursor."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from replicate_tui.cli.composition import make_client
from replicate_tui.demo.faults import FaultRule
from replicate_tui.demo.server import DemoServer
from replicate_tui.services import pull
from replicate_tui.services.bundle import Services
from replicate_tui.store.records import SaveState
from replicate_tui.ui.widgets.run_list import COUNTDOWN_SECONDS
from tests.demo.models import MODELS
from tests.ui.driver import SMALL, Driver, open_app
from tests.ui.histories import insert, old_runs
from tests.ui.test_runs import at_runs, titles

GREETER = "tests/greeter"
PAINTER = "tests/painter"
FLUX = "black-forest-labs/flux-schnell"


@pytest.fixture(autouse=True)
def quick_pull(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PAGE_SECONDS": 0.0, "SOONEST": 0.05, "LATEST": 0.1, "FIRST_PAUSE": 0.01}.items():
        monkeypatch.setattr(pull, name, value)


@pytest.fixture
def demo(own_demo: Callable[..., DemoServer]) -> DemoServer:
    """A service of the test's own: opening the place reads all runs of the account."""
    return own_demo(models=MODELS)


@asynccontextmanager
async def another_program(demo: DemoServer) -> AsyncIterator[Callable[[str, Mapping[str, Any]], Any]]:
    """Give a way to run models as a script of the same account does, to the end."""
    async with await make_client(demo.token, demo.base_url) as client:

        async def run(model: str, values: Mapping[str, Any]) -> None:
            await client.predictions.create(model=model, input=values, prefer="wait")

        yield run


def facts(driver: Driver) -> str:
    """The text of the preview."""
    pane = driver.find("#preview").region
    return "\n".join(line[pane.x :] for line in driver.lines[pane.y : pane.bottom])


async def test_runs_of_other_programs_come_without_moving_the_cursor(demo: DemoServer) -> None:
    async with another_program(demo) as run, open_app(demo) as driver:
        await run(GREETER, {"text": "from a script"})
        await driver.run(GREETER, {"text": "from here"})
        await at_runs(driver, "2 runs")
        await driver.until("account read ")
        line = driver.line("from a script")
        assert "kept 59" in line or "kept 1 h" in line, "nobody saves it before someone asks"
        await driver.press("G")
        assert driver.find("#runs").cursor_row.title == "from a script"
        for name in ("one more", "and another"):
            await run(GREETER, {"text": name})
        await driver.press("r")
        await driver.until("4 runs")
        await driver.until(lambda: titles(driver)[:2] == ["and another", "one more"], "the new rows on top")
        assert driver.find("#runs").cursor_row.title == "from a script"
        # Looking at it is not asking for it; s is.
        assert driver.find("#runs").cursor_row.saved is SaveState.NOT_YET
        await driver.press("s")
        await driver.until(lambda: driver.find("#runs").cursor_row.saved is SaveState.SAVED, "the outputs on this disk")
        await driver.press("s")
        await driver.until("What these runs made is saved")


async def test_offline_is_said_and_r_reads_again(demo: DemoServer) -> None:
    async with another_program(demo) as run:
        await run(GREETER, {"text": "from a script"})
    demo.faults.add(
        FaultRule(name="broken", method="GET", path="/v1/predictions", status=503, body={"detail": "Later."})
    )

    async def history(services: Services) -> None:
        await insert(services, old_runs(2))

    async with open_app(demo, before=history, max_retries=0) as driver:
        await driver.press("4")
        await driver.until(lambda: driver.services.pull.state.problem, "the problem")
        await driver.until("503")
        assert titles(driver) == ["old 1", "old 0"], "what is known here stays"
        demo.faults.clear()
        await driver.press("r")
        await driver.until(lambda: titles(driver)[0] == "from a script", "the run of the script")
        await driver.gone("503")


async def test_a_refused_token_is_said_in_place(demo: DemoServer) -> None:
    demo.faults.add(FaultRule(path="/v1/predictions", status=401, body={"detail": "Unauthenticated"}))
    async with open_app(demo) as driver:
        await driver.press("4")
        await driver.until(lambda: driver.services.pull.state.problem, "the problem")
        await driver.until(lambda: "401" in driver.lines[4], "the words below the filter")


async def test_the_preview_shows_text_facts_and_pictures(own_demo: Callable[..., DemoServer]) -> None:
    async with open_app(own_demo()) as driver:
        await driver.run(FLUX, {"prompt": "a lighthouse"})
        await driver.run(PAINTER, {"text": "a lighthouse"})
        await driver.run(GREETER, {"text": "Alice"})
        await at_runs(driver, "3 runs")
        await driver.until("hello Alice")
        for words in ("✓ succeeded", GREETER, "ran ", "usually", "cost ", "Input", "text  Alice"):
            assert words in facts(driver), words
        assert not driver.find("#made").display
        # Not every file of that name is a picture.
        await driver.press("j")
        await driver.until(lambda: driver.find("#made").problem, "the word on the file")
        await driver.until(lambda: not driver.find("#made").display, "no place for it")
        assert "out-0.png" in facts(driver)
        await driver.press("j")
        await driver.until(lambda: driver.find("#made").picture_size, "the picture")
        assert driver.find("#made").display
        assert "a lighthouse" in facts(driver)
        await driver.press("p")
        assert not driver.find("#preview").display
        assert driver.focused == "runs"
        await driver.press("g", "p")
        await driver.until("hello Alice")


async def test_below_120_columns_the_preview_comes_below_the_list(demo: DemoServer) -> None:
    async def history(services: Services) -> None:
        await insert(services, old_runs(1, status="failed", error="no luck"))

    async with open_app(demo, size=SMALL, before=history) as driver:
        await driver.run(GREETER, {"text": "Alice"})
        await at_runs(driver, "2 runs")
        assert "hello Alice" not in driver.text
        await driver.press("p")
        await driver.until("hello Alice")
        assert driver.find("#preview").region.y > driver.find("#runs").region.y
        await driver.press("j")
        await driver.until("✗ failed\n tests/greeter")
        await driver.press("p")
        await driver.gone(" tests/greeter")


async def test_the_clock_runs_while_a_run_does_and_not_without(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.run(GREETER, {"text": "Alice"})
        await at_runs(driver, "1 run")
        rows = driver.find("#runs")
        await driver.until(lambda: rows.rows and rows.rows[0].saved is SaveState.SAVED, "the saved run")
        assert rows._clock is None, "nothing moves when nothing runs"
        going = await driver.run("tests/endless", {}, to_its_end=False)
        await driver.until("● processing")
        await driver.until(lambda: rows._clock is not None, "the clock")
        await driver.press("1")
        assert rows._clock is None, "a place that is not shown does not draw"
        await driver.services.runs.cancel(going.id)
        await driver.until(lambda: driver.is_over(going.id), "the cancel")
        await driver.press("4")
        await driver.until("⊘ canceled")
        await driver.until(lambda: rows._clock is None or rows._clock_seconds == COUNTDOWN_SECONDS, "no clock")
