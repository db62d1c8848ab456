"""The app around its screens: places, leaving, the palette, themes and the user's own keys."""

from typing import Any

import pytest
from textual.command import CommandPalette
from textual.widgets import Input

from replicate_tui.config import Settings
from replicate_tui.demo.server import DemoServer
from replicate_tui.ui import messages
from replicate_tui.ui.commands import ScreenActions
from replicate_tui.ui.house import LiveStrip
from replicate_tui.ui.places import PLACES
from replicate_tui.ui.screens.model import ModelScreen
from replicate_tui.ui.screens.run_form import RunFormScreen
from replicate_tui.ui.screens.search import SearchScreen
from tests.ui.driver import SMALL, Driver, open_app

GREETER = "tests/greeter"


async def test_each_place_has_its_key_and_keeps_what_is_open(demo: DemoServer) -> None:
    async with open_app(demo, size=SMALL) as driver:
        for place in reversed(PLACES):
            await driver.press(place.key)
            assert driver.app.current_mode == place.mode
            assert f"{place.key} {place.name}" in driver.lines[0]
        await driver.open(messages.OpenModel(GREETER))
        await driver.until("required")
        await driver.press("4", "1")
        assert driver.shows(ModelScreen), "a place is found as it was left"
        await driver.press("1")
        assert driver.shows(SearchScreen), "its own key goes back to its beginning"
        # alt goes to places from inside a field too.
        await driver.press("slash", "alt+3")
        assert driver.app.current_mode == "collections"
        await driver.press("1")
        assert driver.app.current_mode == "search"


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_leaving_asks_only_while_runs_from_here_are_going(demo: DemoServer, key: str) -> None:
    async with open_app(demo) as driver:
        run = await driver.run("tests/endless", {"text": "on"}, to_its_end=False)
        await driver.until("1 running")
        await driver.press(key)
        await driver.until("1 run is still going")
        # The safe answer is the first; asking twice asks once.
        await driver.press("ctrl+q")
        assert len(driver.app.screen_stack) == 2
        await driver.press("enter")
        assert driver.shows(SearchScreen)
        assert driver.app.return_value is None
        await driver.services.runs.cancel(run.id)
        await driver.until(lambda: driver.is_over(run.id), "the cancel")
        await driver.gone("1 running")
        await driver.press(key)
        await driver.until(lambda: not driver.app.is_running or driver.app.return_value == 0, "the end")
        assert driver.app.return_value == 0


async def test_what_begins_while_a_screen_opens_stands_in_its_place_bar(
    demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that goes on without news tells the bar once, perhaps after it was made and before it listens."""
    async with open_app(demo) as driver:
        await driver.until("Popular")
        pump = driver.app._sessions.current.pump
        compose_body = ModelScreen.compose_body

        def composed_late(screen: ModelScreen) -> Any:
            yield from compose_body(screen)
            strip = LiveStrip(running=7)
            pump._strip = strip
            pump._live_strip.publish(strip)

        monkeypatch.setattr(ModelScreen, "compose_body", composed_late)
        driver.app.post_message(messages.OpenModel("tests/greeter"))
        await driver.until(lambda: driver.shows(ModelScreen) and "7 running" in driver.text, "what runs")


async def test_ctrl_c_hints_and_leaves_at_the_second_press(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.press("slash")
        await driver.press("ctrl+c")
        await driver.until("ctrl+c again quits")
        assert driver.app.return_value is None
        await driver.press("ctrl+c")
        assert driver.app.return_value == 0


async def palette(driver: Driver) -> dict[str, str]:
    """Return what the palette offers for the screen on top: words and key."""
    provider = ScreenActions(driver.app.screen)
    return {str(hit.text): str(hit.help) async for hit in provider.discover()}


async def test_the_palette_has_every_action_of_the_screen(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.until("Popular")
        for place in ("1", "3", "4"):
            await driver.press(place)
            offered = await palette(driver)
            for active in driver.app.screen.active_bindings.values():
                binding = active.binding
                if binding.show and active.enabled:
                    words = binding.tooltip or binding.description
                    assert words[0].upper() + words[1:] in offered, binding
        assert "Go to Collections" in offered
        await driver.press("colon")
        await driver.until(lambda: driver.shows(CommandPalette), "the palette")
        await driver.type("go to files")
        await driver.until("Go to Files")
        await driver.press("enter")
        await driver.until(lambda: driver.app.current_mode == "files", "the place from the palette")
        await driver.press("question_mark")
        await driver.until("This screen")
        await driver.press("end")
        await driver.until("Go to Runs")


async def test_themes_from_settings_and_palette(demo: DemoServer) -> None:
    async with open_app(demo, settings=Settings(theme="replicate-light")) as driver:
        assert driver.app.theme == "replicate-light"
        assert not driver.app.current_theme.dark
        await driver.press("ctrl+p")
        await driver.type("dark theme")
        await driver.until("Light words on dark")
        await driver.press("enter")
        await driver.until(lambda: driver.app.theme == "replicate-dark", "the dark theme")
    async with open_app(demo, settings=Settings(theme="replicate-lihgt")) as driver:
        await driver.until("replicate-lihgt")
        await driver.until("Did you mean")
        assert driver.app.theme == "replicate-dark"


async def test_the_users_keys_replace_ours_and_mistakes_are_named(demo: DemoServer) -> None:
    keys = {"search.field": "f8", "place.runs": "0", "search.feild": "f9", "quit": ""}
    async with open_app(demo, settings=Settings(keys=keys)) as driver:
        await driver.until("search.feild")
        await driver.until("search.field?")
        await driver.until("has no key")
        await driver.press("slash")
        assert driver.focused == "found"
        await driver.press("f8")
        assert isinstance(driver.app.focused, Input)
        await driver.press("down", "0")
        assert driver.app.current_mode == "runs"
        await driver.press("3", "4")
        assert driver.app.current_mode == "collections", "the old key is free"


async def test_the_six_keys_are_shown_once(demo: DemoServer) -> None:
    async with open_app(demo, first_start=True, size=SMALL) as driver:
        await driver.until("Six keys")
        await driver.press("enter")
        await driver.gone("Six keys")
    async with open_app(demo, target=messages.OpenModel(GREETER)) as driver:
        await driver.until(lambda: driver.shows(ModelScreen), "the target")
        await driver.until("required")


async def test_the_end_of_a_run_is_told_on_any_screen(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.press("8")
        await driver.run(GREETER, {"text": "Alice"})
        await driver.until("✓ tests/greeter succeeded")


async def test_what_is_asked_for_again_and_again_opens_once(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        for _ in range(5):
            driver.app.post_message(messages.OpenForm(GREETER, values={"text": "Alice"}))
        await driver.until(lambda: driver.shows(RunFormScreen), "the form")
        await driver.until("Alice")
        assert len(driver.app.screen_stack) == 2
        await driver.open(messages.OpenForm(GREETER, values={"text": "Bob"}))
        await driver.until("Bob")
        assert len(driver.app.screen_stack) == 3


async def test_damage_that_is_found_later_is_told_on_any_screen(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.until("Popular")
        driver.services.history.found("The history was damaged. All of it was carried over.")
        await driver.until("All of it was carried over")


async def test_a_history_that_cannot_be_opened_ends_nothing(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.services.database.close()
        for place in PLACES:
            await driver.press(place.key)
        await driver.press("1")
        assert driver.app.is_running
        assert driver.shows(SearchScreen)
