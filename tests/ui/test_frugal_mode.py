"""Sparing the line to the terminal, by keys: in and out of it, and what never moves by itself."""

from textual.widgets import Input, TextArea

from replicate_tui.demo.server import DemoServer
from replicate_tui.ui import messages
from tests.ui.driver import SMALL, open_app


async def test_a_key_enters_and_leaves_it_and_the_place_bar_says_so(demo: DemoServer) -> None:
    async with open_app(demo, size=SMALL) as driver:
        await driver.press("4")
        await driver.press("F")
        await driver.until("Frugal: few repaints")
        assert "frugal" in driver.lines[0]
        await driver.press("1")
        assert "frugal" in driver.lines[0], "every place says so"
        await driver.press("4")
        await driver.press("ctrl+p")
        await driver.type("frugal")
        await driver.until("Frugal mode, or leave it")
        await driver.press("down", "enter")
        await driver.until("No longer frugal")
        assert "frugal" not in driver.lines[0]
        await driver.press("1")
        assert "frugal" not in driver.lines[0]


async def test_no_cursor_blinks(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        for key in ("slash", "ctrl+p"):
            await driver.press(key)
            field = driver.app.focused
            assert isinstance(field, Input | TextArea)
            assert not field.cursor_blink
            await driver.press("escape")
        await driver.open(messages.OpenForm("tests/greeter"))
        await driver.until("options")
        assert isinstance(driver.app.focused, Input | TextArea)
        assert not driver.app.focused.cursor_blink
