"""Keys come faster than screens go: what still runs for a screen that is being removed changes and breaks nothing."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from textual import events
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Static

from replicate_tui.demo.server import DemoServer
from replicate_tui.ui import messages
from replicate_tui.ui.commands import Palette
from replicate_tui.ui.house import House
from replicate_tui.ui.modals.choice import Answer, ChoiceDialog
from replicate_tui.ui.modals.choose import ChooseDialog
from replicate_tui.ui.modals.file import FileDialog
from replicate_tui.ui.modals.keys import KeysDialog
from replicate_tui.ui.removal import is_whole
from replicate_tui.ui.screens.account import AccountScreen
from replicate_tui.ui.screens.collections import CollectionsScreen
from replicate_tui.ui.screens.model import ModelScreen
from replicate_tui.ui.screens.monitor import MonitorScreen
from replicate_tui.ui.screens.run_form import RunFormScreen
from replicate_tui.ui.screens.runs import RunsScreen
from replicate_tui.ui.screens.search import SearchScreen
from replicate_tui.ui.widgets.virtual_list import VirtualList
from tests.support.waiting import wait_for
from tests.ui.driver import Driver, open_app

GREETER = "tests/greeter"
SCREENS: dict[str, Callable[[House], Screen[Any]]] = {
    "account": AccountScreen,
    "search": SearchScreen,
    "collections": lambda house: CollectionsScreen(house, "language-models"),
    "runs": RunsScreen,
    "model": lambda house: ModelScreen(house, GREETER, "code"),
    "form": lambda house: RunFormScreen(house, messages.OpenForm(GREETER)),
    "monitor": lambda house: MonitorScreen(house, "no such run"),
    "keys": lambda _: KeysDialog({}),
    "choose": lambda _: ChooseDialog("Which?", [("a", "A")]),
    "file": lambda _: FileDialog("."),
    "palette": lambda _: Palette(),
}


def question() -> ChoiceDialog:
    return ChoiceDialog("Go on?", (Answer("n", "No", "no"), Answer("y", "Yes", "yes")))


def send(driver: Driver, *keys: str) -> None:
    """Send keys as one read of the terminal brings them, all before the first is handled."""
    for key in keys:
        event = events.Key(key, key if len(key) == 1 else None)
        event.set_sender(driver.app)
        driver.app.post_message(event)


def house_of(driver: Driver) -> House:
    house = driver.screen.house
    assert isinstance(house, House)
    return house


@pytest.mark.parametrize("kind", SCREENS)
@pytest.mark.parametrize("turns", [0, 1, 3])
async def test_a_screen_may_go_before_it_is_there(demo: DemoServer, kind: str, turns: int) -> None:
    async with open_app(demo) as driver:
        place = driver.screen
        screen = SCREENS[kind](house_of(driver))
        driver.app.push_screen(screen)
        for _ in range(turns):
            await asyncio.sleep(0)
        screen.post_message(events.Resize(driver.app.size, driver.app.size))
        driver.app.pop_screen()
        screen.post_message(events.Resize(driver.app.size, driver.app.size))
        await wait_for(lambda: not screen.is_running, "the screen gone")
        await driver.press("down")
        assert driver.screen is place


@pytest.mark.parametrize("kind", ["search", "collections", "runs", "model", "form", "monitor"])
async def test_keys_for_the_screen_before_do_nothing_to_one_that_is_not_there_yet(demo: DemoServer, kind: str) -> None:
    async with open_app(demo) as driver:
        screen = SCREENS[kind](house_of(driver))
        driver.app.push_screen(screen)
        for binding in screen._bindings.key_to_bindings.values():
            if not binding[0].action.startswith("app."):
                assert not await driver.app.run_action(binding[0].action, screen)
        await driver.until(lambda: is_whole(screen), "the screen")
        assert driver.screen is screen


async def test_an_answer_given_twice_closes_one_dialog(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.open(messages.OpenModel(GREETER))
        model = driver.screen
        answers: list[str | None] = []
        for keys in ("nn", "yn"):
            dialog = question()
            await driver.app.push_screen(dialog, answers.append)
            await driver.until("Go on?")
            for key in keys:
                dialog.post_message(events.Key(key, key))
            await driver.until(lambda: driver.screen is model, "the dialog gone")
        assert answers == ["no", "yes"]
        assert driver.screen is model


async def test_a_dialog_below_another_waits_for_its_turn(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        answers: list[str | None] = []
        below, above = question(), question()
        await driver.app.push_screen(below, answers.append)
        await driver.app.push_screen(above)
        below.dismiss("yes")
        await driver.pilot.pause()
        assert driver.screen is above
        assert answers == []
        await driver.press("escape", "y")
        assert answers == ["yes"]


async def test_whoever_waits_for_a_dialog_hears_when_it_is_closed_by_others(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        answers: list[str | None] = []

        async def ask() -> None:
            answers.append(await driver.app.push_screen_wait(question()))

        driver.app.run_worker(ask())
        await driver.until("Go on?")
        await driver.app.action_go("search")
        await driver.until(lambda: answers == [None], "the answer")


async def test_a_dialog_that_comes_late_opens_where_it_was_asked_for(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        may_ask = asyncio.Event()
        answers: list[str | None] = []

        async def ask() -> None:
            await may_ask.wait()
            answers.append(await driver.app.push_screen_wait(question()))

        driver.screen.run_worker(ask())
        await driver.press("3")
        may_ask.set()
        await driver.until(lambda: len(driver.app._screen_stacks["search"]) == 2, "the question")
        assert driver.shows(CollectionsScreen)
        await driver.press("1")
        await driver.until("Go on?")
        await driver.press("y")
        assert answers == ["yes"]


async def test_the_palette_opens_once_and_right_after_it_was_closed(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        send(driver, "ctrl+p", "ctrl+p")
        await driver.until(lambda: driver.shows(Palette), "the palette")
        assert len(driver.app.screen_stack) == 2
        driver.app.pop_screen()
        driver.app.action_command_palette()
        await driver.pilot.pause()
        assert driver.shows(Palette)
        assert len(driver.app.screen_stack) == 2
        # Another dialog over it is no reason for a second one.
        await driver.app.push_screen(question())
        await driver.press("ctrl+p", "escape", "escape")
        assert driver.shows(SearchScreen)


async def test_the_palette_turns_no_pages_before_its_list_is_drawn(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.press("ctrl+p")
        found = driver.find("CommandList")
        await driver.until(lambda: found.option_count > 1, "what it offers")
        driver.find("#--results").styles.display = "none"
        found.highlighted = 0
        await driver.until(lambda: not found.scrollable_content_region, "no room")
        await driver.press("pageup", "pagedown", "escape")
        assert driver.shows(SearchScreen)


async def test_nothing_is_heard_by_a_screen_that_is_going(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.open(messages.OpenModel(GREETER))
        await driver.until("required")
        screen, rows = driver.screen, driver.find("#inputs")
        called: list[str] = []
        screen.remove()
        assert not is_whole(screen)
        screen.post_message(VirtualList.Selected(rows, 0, rows.rows[0]))
        screen.action_pin()
        rows.call_after_refresh(called.append, "after it was removed")
        driver.app.pop_screen()
        await wait_for(lambda: not screen.is_running, "the screen gone")
        await driver.press("down")
        assert driver.shows(SearchScreen)
        assert called == []


async def test_a_callback_comes_too_late_for_a_list_that_has_gone(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.open(messages.OpenModel(GREETER))
        rows = driver.find("#inputs")
        called: list[str] = []
        rows.call_after_refresh(called.append, "while it was there")
        await driver.until(lambda: called, "the callback")
        rows.call_after_refresh(called.append, "after it had gone")
        driver.app.pop_screen()
        rows.screen.remove()
        await driver.until(lambda: not rows.is_running, "the list gone")
        assert called == ["while it was there"]


async def test_a_form_that_keeps_its_draft_while_it_goes_is_told_nothing(
    demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_app(demo) as driver:
        await driver.open(messages.OpenForm(GREETER, values={"text": "Ada"}))
        await driver.until("Ada")
        form = driver.screen
        may_create, may_save = asyncio.Event(), asyncio.Event()
        create = driver.services.runs.create

        async def create_later(*args: Any) -> Any:
            await may_create.wait()
            return await create(*args)

        monkeypatch.setattr(driver.services.runs, "create", create_later)
        monkeypatch.setattr(form.drafts, "save", may_save.wait)
        try:
            send(driver, "ctrl+g")
            await driver.until("sending")
            driver.app.pop_screen()
            # Its widgets are gone, while it is still waiting for the draft to be kept.
            await wait_for(lambda: not form.query("*"), "the widgets gone")
            may_create.set()
            await wait_for(lambda: not form._sender.is_sending, "the run sent")
        finally:
            may_save.set()
        await driver.until("it is in Runs")


async def test_two_ways_in_open_one_profile(demo: DemoServer) -> None:
    async with open_app(demo, has_profile=False) as driver:
        welcome = driver.screen
        welcome.action_demo()
        welcome.action_demo()
        await driver.until(lambda: driver.shows(SearchScreen), "the first place")
        await driver.press("3")
        assert driver.app.current_mode == "collections"


async def test_workers_are_stopped_while_their_screen_still_has_its_widgets(demo: DemoServer) -> None:
    found: list[int] = []
    async with open_app(demo) as driver:
        for screen in (driver.screen, question()):
            if not screen.is_running:
                await driver.app.push_screen(screen)
            screen.run_worker(partial(_wait_and_look, screen, found))
        await driver.pilot.pause()
    # Leaving the app removes screens in a way of its own.
    assert len(found) == 2
    assert all(found)


async def _wait_and_look(screen: Screen[Any], found: list[int]) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        found.append(len(screen.query("*")))


async def test_a_canceled_question_cuts_nothing_short(demo: DemoServer) -> None:
    class Slow(Static):
        """Takes its time to end, as a form does that saves its draft."""

        has_ended = False

        async def on_unmount(self) -> None:
            await gate.wait()
            self.has_ended = True

    gate = asyncio.Event()
    async with open_app(demo) as driver:
        slow = Slow()
        await driver.screen.mount(slow)

        async def ask() -> None:
            slow.remove()
            # This comes upon the removal, which the app still has to wait for.
            await driver.app.push_screen_wait(question())

        worker = driver.app.run_worker(ask(), exit_on_error=False)
        for _ in range(5):
            await asyncio.sleep(0)
        worker.cancel()
        for _ in range(5):
            await asyncio.sleep(0)
        gate.set()
        await wait_for(lambda: slow.has_ended, "the whole end of the widget")


async def test_sizes_that_overtake_each_other_come_to_rest(demo: DemoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[Size] = []
    resized = Screen._screen_resized

    def count(screen: Screen[Any], size: Size) -> None:
        sizes.append(size)
        assert len(sizes) < 20, "it goes on for ever"
        resized(screen, size)

    async with open_app(demo) as driver:
        await driver.press("3")
        await driver.until("Generate images")
        await driver.workers_done()
        monkeypatch.setattr(Screen, "_screen_resized", count)
        screen, driver.app._size = driver.screen, Size(100, 30)
        for size in (Size(200, 50), Size(100, 30)):
            screen.post_message(events.Resize(size, size))
            # Sizes that stand side by side are one.
            screen.call_later(lambda: None)
        await driver.until(lambda: driver.screen.outer_size == Size(100, 30), "the size that is")
        for _ in range(200):
            await asyncio.sleep(0)
        assert len(sizes) < 10
        assert set(sizes) == {Size(100, 30)}
