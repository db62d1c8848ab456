"""The first screen without a token, as far as it needs no terminal: see also tests/e2e/test_welcome.py."""

from replicate_tui.demo.server import DemoServer
from replicate_tui.ui.screens.search import SearchScreen
from replicate_tui.ui.screens.welcome import WelcomeScreen
from tests.ui.driver import SMALL, open_app


async def test_letters_are_typed_and_ctrl_d_opens_the_demo(demo: DemoServer) -> None:
    async with open_app(demo, has_profile=False, size=SMALL) as driver:
        assert driver.shows(WelcomeScreen)
        await driver.until("API token")
        await driver.type("q1")
        assert driver.find("#token").value == "q1"
        assert "q1" not in driver.text
        await driver.press("ctrl+t")
        assert not driver.find("#keep").value
        # Two presses open it once.
        await driver.press("ctrl+d", "ctrl+d")
        await driver.until(lambda: driver.shows(SearchScreen), "search")
        await driver.until("Popular")
        assert len(driver.app.screen_stack) == 1


async def test_a_text_that_is_no_token_is_refused_without_asking(demo: DemoServer) -> None:
    async with open_app(demo, has_profile=False) as driver:
        await driver.press("enter")
        await driver.until("The token is empty.")
        await driver.type("two words")
        await driver.press("enter")
        await driver.until("a blank or a character")
        assert driver.shows(WelcomeScreen)
        await driver.press("escape")
        assert driver.app.return_value == 0
