"""Walks through the whole app look the same with differences as with stock output: letters, colours, cursor."""

from typing import cast

import pytest

from replicate_tui.demo.server import DemoServer
from replicate_tui.ui import messages
from replicate_tui.ui.places import PLACES
from tests.support.waiting import wait_for
from tests.ui.driver import Driver, open_app
from tests.ui.wire.twins import TwinApp, on_twins

SIZES = ((80, 24), (120, 36), (200, 60))
WIDE_TEXT = "日本語 한국어 e\u0301 👍🏽 ❤️ 👨\u200d👩\u200d👧 🇩🇪 1️⃣ → ok"


def twin(driver: Driver) -> TwinApp:
    return cast("TwinApp", driver.app)


async def settled(driver: Driver) -> TwinApp:
    app = twin(driver)
    await wait_for(lambda: app.is_settled, "what is shown is what should be")
    app.compare()
    app.check()
    return app


async def through_the_app(driver: Driver) -> None:
    """Visit each place, and open what opens over it."""
    await driver.run("tests/greeter", {"text": WIDE_TEXT})
    await driver.run("tests/painter", {"text": "a banana", "count": 1})
    for place in PLACES:
        await driver.press(place.key)
        await driver.until(f"{place.key} {place.name}")
        await driver.press("down", "down", "pagedown", "G", "g", "tab", "shift+tab")
    await driver.press("alt+4")
    await driver.until("painter")
    await driver.press("question_mark")
    await driver.until("This screen")
    await driver.press("down", "pagedown", "escape")
    await driver.press("ctrl+p")
    await driver.until("Search for commands")
    await driver.type("theme")
    await driver.press("down", "escape", "escape")
    for theme in ("replicate-light", "ansi-dark", "replicate-dark"):
        driver.app.theme = theme
        await driver.pilot.pause()
    await driver.press("space", "down", "space", "slash")
    await driver.type("日本")
    await driver.press("escape", "enter")
    await driver.until("succeeded")
    await driver.press("y")
    await driver.press("escape")
    await driver.press("1")


async def through_a_form(driver: Driver) -> None:
    await driver.open(messages.OpenForm("tests/streamer"))
    await driver.until("text")
    await driver.type("hello ")
    await driver.press("ctrl+g")
    await driver.until("succeeded")
    await driver.press("pagedown", "pageup")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_a_walk_looks_the_same(demo: DemoServer, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    on_twins(monkeypatch)
    async with open_app(demo, size=size, first_start=True) as driver:
        await driver.until("Six keys")
        await driver.press("enter")
        await through_the_app(driver)
        await through_a_form(driver)
        driver.app.notify("a toast over it all 👍", timeout=30)
        await driver.until("a toast over it all")
        app = await settled(driver)
        assert "a toast over it all" in "\n".join(app.diffed.lines)
        assert app.compared > 100
        assert app._line.bytes < app.stock_bytes / 3
