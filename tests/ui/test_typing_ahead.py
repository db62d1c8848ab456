"""What is typed before a form is there: letters wait for its first field, and are no commands meanwhile."""

import asyncio
from collections.abc import Callable
from typing import Any

from textual import events

from replicate_tui.demo.server import DemoServer
from replicate_tui.services.own_model_rules import NewModel
from replicate_tui.ui import messages
from replicate_tui.ui.form.rows import RowId
from replicate_tui.ui.screens.model_form import ModelTextsScreen
from replicate_tui.ui.screens.run_form import RunFormScreen
from tests.ui.driver import Driver, open_app


async def hold_models(driver: Driver) -> asyncio.Event:
    """Have the service answer for no model until the event is set."""
    gate = asyncio.Event()
    models = (await driver.services.connection.client()).models
    get = models.get

    async def held(*args: Any, **options: Any) -> Any:
        await gate.wait()
        return await get(*args, **options)

    models.get = held  # type: ignore[method-assign]
    return gate


async def test_letters_wait_for_the_form(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        gate = await hold_models(driver)
        await driver.open(messages.OpenForm("tests/greeter"))
        # Each of these would go somewhere else: to another place, back, to the keys.
        await driver.type("2 q?s")
        await driver.press("backspace")
        paste = events.Paste("fog")
        paste.set_sender(driver.app)
        driver.app.post_message(paste)
        await driver.pilot.pause()
        assert driver.shows(RunFormScreen)
        gate.set()
        await driver.until(lambda: driver.find("#fields").editor is not None, "the form")
        await driver.until(lambda: driver.find("#fields").editor.text_now == "2 q?fog", "what was typed")
        await driver.type("!")
        assert driver.screen.form.state.text("text") == "2 q?fog!"


async def test_a_letter_on_its_way_to_the_screen_stays_before_the_next(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        gate = await hold_models(driver)
        await driver.open(messages.OpenModelForm("demo/held"))
        screen = driver.screen
        # Sent while there was no field, and not heard yet when there is one.
        screen._forward_event(events.Key("h", "h"))
        screen.form.take_texts({})
        screen.show_form(RowId("input", "description"))
        await driver.press("e", "y")
        await driver.until(lambda: driver.find("#fields").editor.text_now == "hey", "all three letters")
        gate.set()


async def test_a_form_that_never_comes_is_left_as_ever(own_demo: Callable[..., DemoServer]) -> None:
    server = own_demo()
    async with open_app(server, max_retries=0) as driver:
        gate = await hold_models(driver)
        await driver.open(messages.OpenForm("tests/greeter"))
        await driver.type("fog")
        await asyncio.to_thread(server.stop)
        gate.set()
        await driver.until("ctrl+g tries again")
        await driver.press("q")
        await driver.until(lambda: not driver.shows(RunFormScreen), "the screen before")


async def test_letters_wait_for_what_the_service_says_of_a_model(demo: DemoServer) -> None:
    async def make(services: Any) -> None:
        await services.own_models.create(NewModel(name="typed-ahead", hardware="cpu", description="Fog"))

    async with open_app(demo, before=make) as driver:
        gate = await hold_models(driver)
        await driver.open(messages.OpenModelForm("demo/typed-ahead"))
        await driver.type("1st")
        assert driver.shows(ModelTextsScreen)
        gate.set()
        await driver.until("Fog → Fog1st")
