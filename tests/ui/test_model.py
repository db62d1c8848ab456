"""A model's page: six tabs, and what opens from them."""

import asyncio
from collections.abc import Callable

import pytest

from replicate_tui.demo.server import DemoServer
from replicate_tui.ui import messages
from replicate_tui.ui.modals.copy_menu import CopyMenu
from replicate_tui.ui.screens import model_reading
from replicate_tui.ui.screens.model import ModelScreen
from replicate_tui.ui.screens.model_reading import TABS
from replicate_tui.ui.screens.monitor import MonitorScreen
from replicate_tui.ui.screens.run_form import RunFormScreen
from replicate_tui.ui.widgets.tab_line import TabLine
from tests.ui.driver import SMALL, Driver, open_app

GREETER = "tests/greeter"
CLAUDE = "anthropic/claude-sonnet-4"


def open_tab(driver: Driver) -> str:
    return driver.app.screen.query_one(TabLine).active


async def back_from_form(driver: Driver) -> None:
    await driver.press("escape")
    await driver.until(lambda: driver.shows(ModelScreen), "the model again")


async def test_tabs_are_read_when_opened_and_open_what_they_list(demo: DemoServer) -> None:
    async with open_app(demo, size=SMALL) as driver:
        await driver.open(messages.OpenModel(GREETER))
        await driver.until("text")
        assert "required" in driver.line("text ")
        assert "Says hello" not in driver.text
        await driver.press("right_square_bracket")
        await driver.until("Says hello")

        await driver.press("right_square_bracket")
        await driver.until("Examples 2")
        await driver.until("moon")
        await driver.press("down")
        title = driver.find("#examples").cursor_row.title
        await driver.press("enter")
        await driver.until(lambda: driver.shows(RunFormScreen), "a form")
        await driver.until(lambda: driver.screen.form.is_loaded, "its fields")
        assert driver.screen.form.state.input()["text"] in title
        await back_from_form(driver)

        await driver.press("right_square_bracket")
        await driver.until("Versions 2")
        await driver.press("G", "enter")
        await driver.until(lambda: driver.shows(RunFormScreen), "a form")
        await driver.until(lambda: driver.screen.form.is_loaded, "its fields")
        assert driver.screen.form.request().options.version == "b" * 64
        await back_from_form(driver)
        assert open_tab(driver) == "versions"

        # Around the ends, both ways.
        for _ in TABS:
            await driver.press("left_square_bracket")
        assert open_tab(driver) == "versions"


async def test_code_in_four_languages_never_holds_the_token(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.open(messages.OpenModel(CLAUDE, "code"))
        seen = set()
        for words in ("curl", "import replicate", "new Replicate", "replicate run"):
            await driver.until(words)
            code = driver.screen.query_one("#code").text
            assert demo.token not in code
            assert CLAUDE in code
            seen.add(code)
            await driver.press("c")
        assert len(seen) == 4
        await driver.until("REPLICATE_API_TOKEN")
        await driver.press("y")
        await driver.until(lambda: driver.shows(CopyMenu), "the copy menu")
        assert "code  " in driver.text
        await driver.press("escape", "left_square_bracket")
        # Without a list of versions the page says why.
        await driver.until("hidden")


async def test_a_filter_narrows_the_list_that_is_open_and_each_keeps_its_own(demo: DemoServer) -> None:
    async with open_app(demo, size=SMALL) as driver:
        for number in range(3):
            await driver.run(GREETER, {"text": f"moon {number}"})
        await driver.run(GREETER, {"text": "sun"})
        await driver.open(messages.OpenModel("replicate-tui-demo/seventy-three"))
        await driver.until("jitter")
        await driver.press("slash")
        await driver.type("layer_8 opacity")
        await driver.press("enter")
        inputs = driver.find("#inputs")
        await driver.until(lambda: [row.name for row in inputs.rows] == ["layer_8_opacity"], "one input")
        await driver.press("right_square_bracket", "left_square_bracket")
        assert len(inputs.rows) == 1
        await driver.press("escape")
        assert len(inputs.rows) > 70
        await driver.press("escape")
        await driver.until(lambda: not driver.shows(ModelScreen), "back")
        # Of your runs the filter of the history looks at all there are.
        await driver.open(messages.OpenModel(GREETER, "your-runs"))
        runs = driver.find("#your-runs")
        await driver.until(lambda: len(runs.rows) == 4, "the runs")
        await driver.press("slash")
        await driver.type("moon")
        await driver.until(lambda: len(runs.rows) == 3, "some of the runs")
        await driver.type(" nowhere")
        await driver.until("matches the filter; esc takes it off")
        await driver.press("escape")
        await driver.until(lambda: len(runs.rows) == 4, "the runs again")


async def test_more_of_your_runs_come_as_one_scrolls(demo: DemoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_reading, "RUNS_AT_A_TIME", 12)
    async with open_app(demo, size=SMALL) as driver:
        for number in range(30):
            await driver.run(GREETER, {"text": f"run {number}"})
        await driver.open(messages.OpenModel(GREETER, "your-runs"))
        runs = driver.find("#your-runs")
        await driver.until(lambda: len({row.id for row in runs.rows}) == 30, "all of them")


async def test_all_of_a_row_is_shown_beside_it(demo: DemoServer) -> None:
    async with open_app(demo, size=SMALL) as driver:
        await driver.open(messages.OpenModel("black-forest-labs/flux-schnell"))
        await driver.until("aspect_ratio")
        assert "21:9" not in driver.text
        await driver.press("down", "p")
        # Every value, which the row has no room for.
        await driver.until("Aspect ratio for the generated image")
        for value in ("21:9", "9:21", "4:5"):
            assert value in driver.text, value
        await driver.press("p")
        await driver.gone("21:9")
        await driver.press("p", "right_square_bracket")
        await driver.until(lambda: not driver.find("#preview").display, "a README has none")
        await driver.press("right_square_bracket")
        await driver.until("megapixels   0.25")
        # What is below is reached by going there.
        await driver.press("tab", "end")
        await driver.until("Output")
        await driver.press("p")
        assert driver.focused == "examples"
    async with open_app(demo) as driver:
        await driver.open(messages.OpenModel(GREETER, "versions"))
        # In a wide terminal it is there unasked; the older version had other inputs.
        await driver.until("Inputs since the version before")
        await driver.press("G")
        await driver.gone("since the version before")
        await driver.until("b" * 64)


async def test_offline_each_tab_says_how_old_it_is(own_demo: Callable[..., DemoServer]) -> None:
    server = own_demo()
    async with open_app(server, max_retries=0) as driver:
        for tab, words in (("examples", "moon"), ("versions", "Versions 2")):
            await driver.open(messages.OpenModel(GREETER, tab))
            await driver.until(words)
            await driver.press("escape")
        await asyncio.to_thread(server.stop)
        await driver.open(messages.OpenModel(GREETER, "versions"))
        await driver.until("Versions 2")
        await driver.until("age now")


async def test_your_runs_and_the_form(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.run(GREETER, {"text": "first"})
        await driver.open(messages.OpenModel(GREETER, "your-runs"))
        await driver.until("first")
        assert "Your runs 1" in driver.text
        # A run that ends elsewhere comes in by itself.
        await driver.run(GREETER, {"text": "second"})
        await driver.until("Your runs 2")
        await driver.press("enter")
        await driver.until(lambda: driver.shows(MonitorScreen), "the run")
        await driver.press("escape")
        await driver.until(lambda: driver.shows(ModelScreen), "the model")
        await driver.press("f")
        await driver.until(lambda: driver.shows(RunFormScreen), "the form")


async def test_a_pin_counts_each_press_and_shows(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.open(messages.OpenModel(GREETER))
        await driver.until("required")
        await driver.press("asterisk")
        await driver.until("pinned")
        await driver.press("asterisk", "asterisk", "asterisk")
        await driver.workers_done()
        await driver.gone("pinned")
        assert not await driver.services.search.pinned()


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("replicate-tui-demo/no-schema", "enter opens a JSON editor instead"),
        ("nobody/nothing", "r tries again"),
    ],
)
async def test_a_model_without_fields_says_why_and_still_opens_its_form(
    demo: DemoServer, model: str, words: str
) -> None:
    async with open_app(demo) as driver:
        await driver.open(messages.OpenModel(model))
        await driver.until(words)
        await driver.press("enter")
        await driver.until(lambda: driver.shows(RunFormScreen), "the form")
