"""Collections: two panes, a filter for each, and never one collection's models under another's name."""

import pytest

from replicate_tui.demo.server import DemoServer
from replicate_tui.ui.screens.collections import CollectionsScreen, matches
from replicate_tui.ui.screens.model import ModelScreen
from replicate_tui.ui.screens.run_form import RunFormScreen
from tests.ui.driver import SMALL, Driver, open_app


def shown(driver: Driver, pane: str) -> list[str]:
    rows = driver.find(f"#{pane}").rows
    return [row.slug if pane == "collections" else row.full_name for row in rows]


async def at_collections(driver: Driver) -> None:
    await driver.press("3")
    await driver.until("Generate images")
    await driver.until(" of ")


async def test_both_panes_by_keys_alone(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await at_collections(driver)
        models = driver.find("#models")
        assert driver.focused == "collections"
        first = shown(driver, "models")
        await driver.press("down")
        await driver.until(lambda: shown(driver, "models") not in ([], first), "the models of the next collection")
        assert driver.find("#collections").cursor_row.description.split()[0] in driver.text
        for key, pane in zip(("tab", "tab", "right", "left", "enter"), ("models", "collections") * 3, strict=False):
            await driver.press(key)
            assert driver.focused == pane, key
        # Escape goes back to the collections first, and then nowhere.
        await driver.press("escape")
        assert driver.focused == "collections"
        await driver.press("escape")
        assert driver.shows(CollectionsScreen)

        await driver.press("enter", "f")
        await driver.until(lambda: driver.shows(RunFormScreen), "the form")
        await driver.press("escape")
        await driver.until(lambda: driver.shows(CollectionsScreen), "collections")
        name = models.cursor_row.full_name
        await driver.press("y")
        await driver.until(f"https://replicate.com/{name}")
        await driver.press("escape", "asterisk")
        await driver.until(lambda: "●" in driver.line(name), "the pin")
        await driver.press("enter")
        await driver.until(lambda: driver.shows(ModelScreen), "the model")
        assert driver.screen.full_name == name
        # The key of the place goes back to it, as it was left.
        await driver.press("3")
        assert driver.focused == "models"
        assert models.cursor_row.full_name == name


async def test_each_pane_has_its_filter(demo: DemoServer) -> None:
    async with open_app(demo, size=SMALL) as driver:
        await at_collections(driver)
        everything = shown(driver, "collections")
        await driver.press("slash")
        await driver.type("upscale")
        await driver.until(lambda: shown(driver, "collections") == ["super-resolution"], "the filtered collections")
        await driver.press("enter")
        assert driver.focused == "collections"
        await driver.until("real-esrgan")
        await driver.press("right")
        models = shown(driver, "models")
        await driver.press("slash")
        await driver.type("esrgan")
        await driver.until(lambda: shown(driver, "models") == ["nightmareai/real-esrgan"], "the filtered models")
        await driver.until(f"1 of {len(models)}")
        assert shown(driver, "collections") == ["super-resolution"]
        # Escape in the field takes the filter off; outside of it too, for the pane one is in.
        await driver.press("escape")
        assert shown(driver, "models") == models
        assert driver.focused == "models"
        await driver.press("left", "escape")
        assert shown(driver, "collections") == everything
        await driver.press("slash")
        await driver.type("no such thing")
        await driver.until("Nothing matches")
        # Tab leaves the field for the other pane.
        await driver.press("tab")
        assert driver.focused == "models"
        assert not driver.find("#filter").display


async def test_quick_moves_ask_for_the_last_collection_only(demo: DemoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_app(demo) as driver:
        await at_collections(driver)
        collection = driver.services.catalog.collection
        asked: list[str] = []

        async def ask(slug: str) -> object:
            asked.append(slug)
            return await collection(slug)

        monkeypatch.setattr(driver.services.catalog, "collection", ask)
        slugs = shown(driver, "collections")
        collections = driver.find("#collections")
        # Not by keys: a pilot takes its time with each.
        for step in (*[1] * 6, -1):
            collections.action_move(step)
        await driver.until(lambda: asked, "the question")
        assert asked == [slugs[5]]
        await driver.until(" of ")

        # Back on a collection that was left before its answer came: it shows its own models.
        page = await collection(slugs[5])
        collections.action_move(1)
        collections.action_move(-1)
        await driver.workers_done()
        await driver.pilot.pause()
        assert collections.cursor_row.slug == slugs[5]
        assert shown(driver, "models") == [card.full_name for card in page.value.models]


def test_every_word_must_occur_somewhere() -> None:
    assert matches("flux fast", "black-forest-labs/flux", "Fast pictures")
    assert matches("", "anything")
    assert not matches("flux slow", "black-forest-labs/flux", "Fast pictures")


async def test_models_are_sorted_marked_and_looked_at(demo: DemoServer) -> None:
    async with open_app(demo, size=SMALL) as driver:
        await at_collections(driver)
        await driver.until(lambda: len(shown(driver, "models")) > 3, "models")
        as_told = shown(driver, "models")
        await driver.press("right", "S")
        await driver.until("by name")
        assert shown(driver, "models") == sorted(as_told)
        await driver.press("S", "S")
        assert shown(driver, "models") == as_told
        await driver.press("space", "space", "y")
        await driver.until("2 names")
        await driver.press("escape")
        await driver.until("2 marked")
        await driver.press("asterisk")
        await driver.gone("marked")
        assert await driver.services.search.pinned_names() == set(as_told[:2])
        # At 80 columns the inputs of a model take the place of the collections.
        await driver.press("p")
        await driver.until("Inputs")
        assert not driver.find("#left").display
        await driver.press("p")
        await driver.gone("Inputs")
        await driver.press("left", "S")
        await driver.until("Collections a-z")
        listed = [row.name for row in driver.find("#collections").rows]
        assert listed == sorted(listed, key=str.casefold)


async def test_looking_at_a_model_leaves_no_focus_behind(demo: DemoServer) -> None:
    async with open_app(demo, size=SMALL) as driver:
        await at_collections(driver)
        assert driver.focused == "collections"
        await driver.press("p")
        await driver.until("Inputs")
        assert driver.focused == "models"
