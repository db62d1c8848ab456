"""The monitor: what a run makes as it comes, what may be done with it, and that leaving never stops it."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from replicate_tui.demo.model import Job
from replicate_tui.demo.server import DemoServer
from replicate_tui.ui import messages
from replicate_tui.ui.screens.monitor import MonitorScreen
from replicate_tui.ui.screens.run_form import RunFormScreen
from replicate_tui.ui.widgets.json_tree import JsonTree
from replicate_tui.ui.widgets.output_pane import OutputPane
from tests.demo import models
from tests.support.waiting import wait_for
from tests.ui.driver import SMALL, Driver, open_app

STREAMER = "tests/streamer"


def streamed(driver: Driver) -> str:
    return str(driver.find("#stream").text)


async def test_streamed_text_becomes_the_final_text(own_demo: Callable[..., DemoServer]) -> None:
    go_on = threading.Event()
    words = [f"word{number} " for number in range(600)]

    async def talk(job: Job, given: Mapping[str, Any]) -> None:
        for number, word in enumerate(words):
            await job.emit(word)
            if number % 100 == 0:
                job.log(f"said {word}")
            if number == 400:
                await asyncio.to_thread(go_on.wait)

    server = own_demo(models=[replace(models.STREAMER, run=talk)])
    async with open_app(server) as driver:
        run = await driver.run(STREAMER, {"text": "on", "pause": 0}, to_its_end=False)
        await driver.open(messages.OpenRun(run.id))
        await driver.until("● processing")
        await driver.until(lambda: "word400" in streamed(driver), "the text so far")
        assert "word401" not in streamed(driver)
        assert "◉ running" in driver.line("waited")
        await driver.until("said word400")
        # Away and back: nothing is missing and nothing is there twice.
        await driver.press("escape")
        await driver.open(messages.OpenRun(run.id))
        await driver.until(lambda: "word400" in streamed(driver), "the text so far")
        # A reader who went up stays there, whatever comes.
        driver.find("#stream").focus()
        await driver.press("g")
        go_on.set()
        await driver.until("✓ succeeded")
        await driver.until("said word500")
        assert streamed(driver) == "".join(words)
        assert "".join((await driver.services.runs.get(run.id)).output) == "".join(words)
        assert driver.find("#stream").scroll_offset.y == 0
        assert "● ran" in driver.line("waited")
        assert "predict_time" in driver.text
        await driver.press("l")
        assert not driver.find("#panes").display
        await driver.press("l")
        await driver.until("predict_time")


async def test_a_run_opened_after_its_end_is_whole(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        run = await driver.run(STREAMER, {"text": "all of it", "pause": 0}, to_its_end=True)
        await driver.open(messages.OpenRun(run.id))
        await driver.until("all of it ")
        await driver.until("said it")
        await driver.until("● saved")
        for action in ("x cancel", "w notify", "n next file"):
            assert action not in driver.lines[-1]


async def test_pictures_are_shown_one_after_the_other(demo: DemoServer, tmp_path: Path) -> None:
    model = "black-forest-labs/flux-schnell"
    async with open_app(demo) as driver:
        run = await driver.run(model, {"prompt": "a red boat", "num_outputs": 2, "seed": 1})
        await driver.open(messages.OpenRun(run.id))
        await driver.until(lambda: driver.text.count("▀") > 100, "a picture of half-blocks")
        await driver.until("1 of 2")
        first = driver.screen.query_one(OutputPane).current_file
        await driver.press("n")
        await driver.until("2 of 2")
        assert driver.screen.query_one(OutputPane).current_file != first
        target = tmp_path / "copies"
        target.mkdir()
        for words in ("Saved", "Not saved"):
            await driver.press("s")
            await driver.until("Save a copy as")
            await driver.press("ctrl+u")
            driver.find("#path").value = str(target)
            await driver.press("enter")
            await driver.until(words)
        [copy] = target.iterdir()
        second = driver.screen.query_one(OutputPane).current_file
        assert second is not None
        assert copy.read_bytes() == second.read_bytes()


async def test_json_is_a_tree_that_opens_level_by_level(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        run = await driver.run("replicate-tui-demo/word-count", {"text": "a b b c c c"})
        await driver.open(messages.OpenRun(run.id))
        await driver.until("[] ")
        tree = driver.screen.query_one(JsonTree)
        assert all(not child.children for child in tree.root.children)
        tree.focus()
        await driver.press("down", "enter")
        await driver.until(lambda: tree.root.children[0].children, "the next level")


async def test_an_output_is_sent_on_to_another_model(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.until("Popular")
        picture = await driver.run("black-forest-labs/flux-schnell", {"prompt": "a red boat", "seed": 1})
        await driver.open(messages.OpenRun(picture.id))
        await driver.until("send on")
        await driver.press("greater_than_sign")
        await driver.until("Send it to which model?")
        await driver.type("edges")
        await driver.press("enter")
        await driver.until(lambda: driver.shows(RunFormScreen), "its form")
        await driver.until(lambda: driver.screen.form.is_loaded, "its fields")
        assert driver.screen.form.full_name == "replicate-tui-demo/edges"
        snapshot = driver.services.tracker.snapshot(picture.id)
        assert snapshot is not None
        assert snapshot.folder is not None
        assert str(snapshot.folder / str(snapshot.run.files[0].name)) in driver.screen.form.state.input().values()
        # A text goes to a text field.
        greeting = await driver.run("tests/greeter", {"text": "Alice"})
        await driver.open(messages.OpenRun(greeting.id))
        await driver.until("send on")
        await driver.press("greater_than_sign")
        await driver.until("Send it to which model?")
        await driver.type("sonnet")
        await driver.press("enter")
        await driver.until(lambda: driver.shows(RunFormScreen), "its form")
        await driver.until(lambda: driver.screen.form.is_loaded, "its fields")
        assert driver.screen.form.state.input()["prompt"] == "hello Alice"


async def test_narrow_screens_show_details_on_v(demo: DemoServer) -> None:
    async with open_app(demo, size=SMALL) as driver:
        run = await driver.run("tests/greeter", {"text": "Alice"})
        await driver.open(messages.OpenRun(run.id))
        await driver.until("hello Alice")
        assert not driver.find("#facts").display
        await driver.press("v")
        await driver.until("Metrics")
        assert "hello Alice" not in driver.text
        await driver.press("v")
        await driver.until("hello Alice")


async def test_cancel_asks_and_goes_on_when_the_screen_is_left(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        run = await driver.run("tests/endless", {"text": "on"}, to_its_end=False)
        await driver.open(messages.OpenRun(run.id))
        await driver.until("● processing")
        await driver.press("x")
        await driver.until("Keep running")
        await driver.press("x", "n")
        await driver.gone("Keep running")
        assert not driver.is_over(run.id)
        await driver.press("w")
        await driver.until("You are told")
        await driver.press("x")
        await driver.until("Keep running")
        await driver.pilot.press("y", "escape")
        await driver.until(lambda: not driver.shows(MonitorScreen), "the screen left")
        await wait_for(lambda: driver.is_over(run.id), "the cancel")
        await driver.open(messages.OpenRun(run.id))
        await driver.until("⊘ canceled")
        await driver.until("Canceled. Nothing was made.")


async def test_tweak_opens_the_form_and_a_failure_says_why(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        run = await driver.run("tests/failer", {"text": "it [bold]broke[/bold]"})
        await driver.open(messages.OpenRun(run.id))
        await driver.until("✗ failed")
        # Nothing of a run is markup.
        await driver.until("it [bold]broke[/bold]")
        await driver.press("e")
        await driver.until(lambda: driver.shows(RunFormScreen), "the form")
        await driver.until(lambda: driver.screen.form.is_loaded, "its fields")
        assert driver.screen.form.state.input() == {"text": "it [bold]broke[/bold]"}


async def test_a_run_that_is_not_there_is_said(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.open(messages.OpenRun("no-such-run"))
        await driver.until("not in the history")
        await driver.press("x", "e", "y", "s", "o", "O", "n", "v", "l")
        assert driver.app.is_running


async def test_a_run_is_shown_while_the_history_cannot_be_read(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        run = await driver.run("tests/greeter", {"text": "Alice"})
        await driver.services.database.close()
        await driver.open(messages.OpenRun(run.id))
        await driver.until("hello Alice")
        await driver.until("the history is closed")
        assert driver.shows(MonitorScreen)
