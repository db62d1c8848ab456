"""Search: what is there before typing, local matches before the service's, and what enter opens."""

import asyncio
from collections.abc import Callable

import pytest

from replicate_tui.demo.server import DemoServer
from replicate_tui.services.bundle import Services
from replicate_tui.ui import messages
from replicate_tui.ui.screens.collections import CollectionsScreen
from replicate_tui.ui.screens.model import ModelScreen
from replicate_tui.ui.screens.run_form import RunFormScreen
from replicate_tui.ui.screens.search import Found, SearchScreen
from replicate_tui.ui.widgets.virtual_list import GroupHeader
from tests.ui.driver import SMALL, Driver, open_app


def rows(driver: Driver) -> list[str]:
    """Return the list as titles of groups and keys of rows."""
    listed = driver.find("#found").rows
    return [row.title if isinstance(row, GroupHeader) else row.key for row in listed]


def cursor(driver: Driver) -> str:
    row = driver.find("#found").cursor_row
    assert isinstance(row, Found)
    return row.key


async def test_the_list_has_the_focus_and_slash_types(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        assert driver.focused == "found"
        await driver.until("Popular")
        await driver.until("black-forest-labs/flux-schnell")
        await driver.press("slash")
        await driver.type("greeter")
        await driver.until(lambda: "model tests/greeter" in rows(driver), "the model by its name")
        assert driver.find("#query").value == "greeter"
        # Letters and digits typed there are text, not keys of the screen.
        await driver.type(" 3f")
        assert driver.shows(SearchScreen)
        await driver.press("escape")
        assert driver.find("#query").value == ""
        assert driver.focused == "found"
        await driver.until(lambda: rows(driver)[0] == "Popular", "the start list again")
        # At a place escape goes nowhere, and never quits.
        await driver.press("escape")
        assert driver.shows(SearchScreen)


async def test_local_matches_stand_first_and_the_answer_moves_no_cursor(
    demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def see_one(services: Services) -> None:
        await services.catalog.model("black-forest-labs", "flux-schnell")

    async with open_app(demo, before=see_one) as driver:
        await driver.until("Popular")
        ask = driver.services.search.search
        may_answer = asyncio.Event()

        async def search(query: str) -> object:
            await may_answer.wait()
            return await ask(query)

        monkeypatch.setattr(driver.services.search, "search", search)
        await driver.press("slash")
        await driver.write("#query", "picture")
        await driver.until("asking the service")
        local = rows(driver)
        assert local[0] == "Models"
        await driver.press("down", "down", "down")
        at = cursor(driver)
        may_answer.set()
        await driver.gone("asking the service")
        assert rows(driver)[: len(local)] == local
        assert len(rows(driver)) > len(local)
        assert cursor(driver) == at


async def test_enter_opens_what_was_typed_for(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.until("Popular")
        await driver.press("slash")
        # Enter comes before any answer; what the list showed for other words is not opened.
        await driver.type("hello-world")
        await driver.press("enter")
        await driver.until(lambda: driver.shows(ModelScreen), "a model")
        assert driver.screen.full_name == "replicate/hello-world"
        await driver.press("escape")
        assert driver.shows(SearchScreen)
        assert driver.focused == "found"
        assert cursor(driver) == "model replicate/hello-world"
        await driver.press("f")
        await driver.until(lambda: driver.shows(RunFormScreen), "its form")
        await driver.press("escape")
        await driver.until(lambda: driver.shows(SearchScreen), "search")
        # Escape in the list clears the search too.
        await driver.press("escape")
        await driver.until(lambda: "Recent" in rows(driver), "the model is among the recent ones")
        assert rows(driver)[rows(driver).index("Recent") + 1] == "model replicate/hello-world"


async def test_collections_and_pages_are_found_too(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.until("Popular")
        await driver.press("slash")
        await driver.type("language")
        await driver.until(lambda: "Collections" in rows(driver), "collections among what is found")
        await driver.gone("asking the service")
        found = rows(driver)
        slug = next(key for key in found if key.startswith("collection "))
        await driver.press("down")
        driver.find("#found").move_to_key(slug)
        await driver.press("y")
        await driver.until("slug")
        await driver.press("escape", "enter")
        await driver.until(lambda: driver.shows(CollectionsScreen), "the collection")
        await driver.until(" of ")
        assert driver.find("#collections").cursor_row.slug == slug.split()[1]
        assert driver.focused == "models"
        await driver.press("escape")
        assert driver.shows(SearchScreen)


async def test_pins_stand_on_top_and_a_pin_moves_no_cursor(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.until("Popular")
        await driver.press("slash")
        await driver.type("greeter")
        await driver.until(lambda: rows(driver)[1:2] == ["model tests/greeter"], "the match")
        await driver.gone("asking the service")
        await driver.press("down")
        driver.find("#found").move_to_key("model tests/greeter")
        await driver.press("asterisk")
        await driver.until(lambda: "●" in driver.line("● tests/greeter"), "the mark of a pin")
        assert cursor(driver) == "model tests/greeter"
        await driver.press("escape")
        await driver.until(lambda: rows(driver)[:2] == ["Pinned", "model tests/greeter"], "the pin on top")
        # Two quick presses are two: pinned as before.
        driver.find("#found").move_to_key("model tests/greeter")
        screen = driver.screen
        await driver.app.workers.wait_for_complete([screen.action_pin(), screen.action_pin()])
        assert [card.full_name for card in await driver.services.search.pinned()] == ["tests/greeter"]
        await driver.press("asterisk")
        await driver.until(lambda: "Pinned" not in rows(driver), "no pin left")


async def test_the_preview_stands_beside_wide_lists_and_comes_with_p(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.until("Inputs")
        await driver.press("p")
        await driver.gone("Inputs")
        await driver.press("p")
        await driver.until("Inputs")
    async with open_app(demo, size=SMALL) as driver:
        await driver.until("Popular")
        assert not driver.find("#preview").display
        await driver.press("p")
        await driver.until("Inputs")
        await driver.press("down")
        owner = cursor(driver).removeprefix("model ").partition("/")[0]
        await driver.until(lambda: f"│ {owner}/" in driver.text, "the preview of the next model")


async def test_offline_is_said_and_what_is_known_stays(own_demo: Callable[..., DemoServer]) -> None:
    server = own_demo()
    async with open_app(server, max_retries=0) as driver:
        await driver.until("Popular")
        await driver.until("black-forest-labs/flux-schnell")
        await driver.workers_done()
        server.stop()
        await driver.press("r")
        await driver.until("age now")
        await driver.press("slash")
        await driver.type("flux")
        await driver.until(lambda: "Offline" in driver.text and "age" not in driver.text, "the word on the search")
        assert "model black-forest-labs/flux-schnell" in rows(driver)
        # Nothing is left waiting to be opened later.
        await driver.press("down", "enter")
        await driver.until(lambda: driver.shows(ModelScreen), "a model that is known here")
        await driver.open(messages.OpenModel("nobody/nothing"))
        await driver.until("r tries again")


async def test_marked_models_are_pinned_together_and_nothing_found_is_said(demo: DemoServer) -> None:
    async with open_app(demo, size=SMALL) as driver:
        await driver.until("black-forest-labs/flux-schnell")
        await driver.workers_done()
        first, second = (row.what.full_name for row in driver.find("#found").rows[1:3])
        await driver.press("g", "space", "space")
        await driver.until("2 marked")
        await driver.press("y")
        await driver.until("2 names")
        await driver.press("escape", "asterisk")
        await driver.until(lambda: driver.text.count("●") == 2 and "marked" not in driver.text, "two pins")
        assert await driver.services.search.pinned_names() == {first, second}
        await driver.press("slash")
        await driver.type("zzzqqq")
        await driver.until("Nothing fits, here or at the service. esc clears the search.")
