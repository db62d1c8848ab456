"""Trainings by keys: the list with its progress, the monitor with its chart, the form, and the end."""

import os
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from replicate_tui.demo.server import DemoServer
from replicate_tui.services import pace
from replicate_tui.services.own_model_rules import NewModel
from replicate_tui.services.views import TrainingRequest
from replicate_tui.store.records import RunRecord
from replicate_tui.ui import messages
from replicate_tui.ui.screens.run_form import RunFormScreen
from replicate_tui.ui.screens.training_form import TrainingFormScreen
from replicate_tui.ui.screens.training_monitor import TrainingMonitorScreen
from replicate_tui.ui.screens.trainings import TrainingsScreen
from replicate_tui.ui.training_form.destinations import make_destination
from replicate_tui.ui.widgets.chart import Chart
from replicate_tui.ui.widgets.form_list import FormList
from tests.ui.driver import SMALL, Driver, open_app
from tests.ui.histories import insert, old_runs

TRAINER = "tests/trainer"
PICTURES = "data:application/zip;base64,UEs="


@pytest.fixture
def quick_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(pace.SHORTEST, "training", 0.02)


@pytest.fixture
def demo(own_demo: Callable[..., DemoServer], quick_polls: None) -> DemoServer:
    """A service whose trainings of 4000 steps take half a minute."""
    return own_demo(speed=50.0)


async def make_model(driver: Driver, name: str) -> str:
    client = await driver.services.connection.client()
    me = (await client.account.get()).username
    await client.models.create(me, name, visibility="private", hardware="cpu")
    return f"{me}/{name}"


async def train(driver: Driver, destination: str, **input: Any) -> RunRecord:
    request = TrainingRequest(TRAINER, "3" * 64, destination, {"input_images": PICTURES, **input})
    return await driver.services.trainings.create(request, destination)


async def at_trainings(driver: Driver, words: str) -> None:
    await driver.press("5")
    await driver.until(lambda: driver.shows(TrainingsScreen), "the place")
    await driver.until(words)


async def test_the_list_shows_progress_and_leads_to_the_monitor_and_back(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await at_trainings(driver, "No trainings yet. n starts one")
        destination = await make_model(driver, "watched")
        short = await train(driver, destination, steps=10)
        await driver.until("✓ succeeded")
        await train(driver, destination, steps=4000)
        await driver.until("/4000")
        assert f"{TRAINER} → {destination}" in driver.line("● processing")
        await driver.until(lambda: "≈" in driver.line("● processing"), "when it will be over")
        assert "1 going · 2 trainings" in driver.text
        assert driver.find("#trainings").rows[-1].id == short.id, "the one that goes is on top"
        await driver.until(lambda: driver.find("#preview-chart").display, "the curve beside the list")
        await driver.press("g")
        # By default nothing is canceled.
        await driver.press("x")
        await driver.until("Keep running")
        await driver.press("enter")
        await driver.gone("Keep running")
        await driver.press("enter")
        await driver.until(lambda: driver.shows(TrainingMonitorScreen), "the monitor")
        await driver.until("ends about")
        await driver.press("x")
        await driver.until("Keep running")
        await driver.press("y")
        await driver.until("⊘ canceled")
        await driver.press("escape")
        await driver.until("⊘ canceled")
        await driver.press("slash")
        await driver.type("status:succeeded")
        await driver.until(lambda: len(driver.find("#trainings").rows) == 1, "the filter")
        await driver.press("escape")
        await driver.until(lambda: len(driver.find("#trainings").rows) == 2, "no filter")


async def test_trainings_started_elsewhere_are_followed_and_marked_ones_canceled(demo: DemoServer) -> None:
    async with open_app(demo, size=SMALL) as driver:
        destination = await make_model(driver, "elsewhere")
        client = await driver.services.connection.client()
        for number in range(2):
            given = {"input_images": PICTURES, "steps": 4000, "trigger_word": f"TOK{number}"}
            await client.trainings.create(
                "3" * 64, model_owner="tests", model_name="trainer", destination=destination, input=given
            )
        await at_trainings(driver, "2 going · 2 trainings")
        # The lists of the service tell no logs: progress shows that each is asked for by itself.
        await driver.until(lambda: driver.text.count("/4000") == 2, "how far both are")
        assert " → " not in driver.line("● processing"), "where it goes is not told before its end"
        await driver.press("space", "space", "x")
        await driver.until("Cancel 2 trainings?")
        # By default nothing is canceled.
        await driver.press("enter")
        await driver.gone("Cancel 2 trainings?")
        await driver.press("x", "y")
        await driver.until(lambda: driver.text.count("⊘ canceled") == 2, "both canceled")


async def test_a_training_of_others_is_named_by_where_it_went(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        destination = await make_model(driver, "named")
        client = await driver.services.connection.client()
        given = {"input_images": PICTURES, "steps": 10}
        await client.trainings.create(
            "3" * 64, model_owner="tests", model_name="trainer", destination=destination, input=given
        )
        await at_trainings(driver, "1 training")
        await driver.press("enter")
        await driver.until("✓ succeeded")
        await driver.press("escape")
        await driver.until(f"{TRAINER} → {destination}")


async def test_trainings_have_orders_marks_tags_and_an_export(demo: DemoServer) -> None:
    async with open_app(demo, size=SMALL) as driver:
        await insert(driver.services, old_runs(3, kind="training", model=TRAINER, metrics={"predict_time": 60.0}))
        await at_trainings(driver, "3 trainings")
        await driver.press("S")
        await driver.until("oldest first")
        await driver.until(lambda: driver.find("#trainings").rows[0].title == "old 0", "the oldest")
        await driver.press("A")
        await driver.until("3 marked")
        await driver.press("t")
        await driver.until("Tags of 3 runs")
        await driver.press("escape", "E")
        await driver.until("Export 3 runs")
        await driver.press("escape", "escape")
        await driver.gone("3 marked")


async def test_the_list_rests_under_a_monitor_and_is_new_when_it_comes_back(
    demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_app(demo) as driver:
        destination = await make_model(driver, "resting")
        run = await train(driver, destination, steps=4000)
        await at_trainings(driver, "/4000")
        place = driver.screen
        await driver.press("enter")
        await driver.until(lambda: driver.shows(TrainingMonitorScreen), "the monitor")
        await driver.app.workers.wait_for_complete()
        read: list[str] = []
        monkeypatch.setattr(place, "_read_rows", lambda: read.append("rows"))
        monkeypatch.setattr(place._rows, "want", lambda: read.append("wanted"))
        before = driver.services.tracker.snapshot(run.id)
        assert before is not None
        await driver.until(
            lambda: (now := driver.services.tracker.snapshot(run.id)) and now.progress != before.progress, "more steps"
        )
        await driver.pilot.pause()
        assert not read
        assert place.query_one("#trainings")._clock is None
        assert not place.is_current
        # Under a dialog it is seen, and goes on.
        monkeypatch.undo()
        await driver.press("escape", "x")
        await driver.until("Keep running")
        assert place.is_current
        await driver.until(lambda: place.query_one("#trainings")._clock is not None, "its clock")


async def test_a_prediction_is_no_training(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.run("tests/greeter", {"text": "Alice"})
        await at_trainings(driver, "No trainings yet")


async def test_a_training_is_watched_to_its_new_version_which_one_key_runs(demo: DemoServer) -> None:
    async with open_app(demo, size=SMALL) as driver:
        destination = await make_model(driver, "watched")
        long = await train(driver, destination, steps=4000)
        await driver.open(messages.OpenRun(long.id))
        assert driver.shows(TrainingMonitorScreen)
        await driver.until("/4000")
        await driver.until("loss=")
        assert f"● processing   {TRAINER} → {destination}" in driver.text
        await driver.press("w")
        await driver.until("its end is told")
        await driver.press("w")
        await driver.gone("its end is told")
        await driver.services.runs.cancel(long.id)
        await driver.until("It has made no version")
        run = await train(driver, destination, steps=10)
        await driver.open(messages.OpenRun(run.id))
        await driver.until("✓ succeeded")
        await driver.until("● saved")
        snapshot = driver.services.tracker.snapshot(run.id)
        assert snapshot is not None
        assert f"{destination}:{snapshot.new_version[:12]}" in driver.line("new version")
        assert "w notify" not in driver.lines[-1]
        await driver.press("y")
        await driver.until("input JSON")
        assert f"{destination}:{snapshot.new_version[:8]}" in driver.line("new version")
        await driver.press("escape")
        await driver.press("f")
        await driver.until(lambda: driver.shows(RunFormScreen), "the form")
        await driver.until(lambda: driver.screen.form.is_loaded, "its fields")
        assert driver.screen.form.full_name == destination
        assert driver.screen.form.wanted_version() == snapshot.new_version


async def test_the_chart_is_read_with_keys(demo: DemoServer) -> None:
    async with open_app(demo, size=SMALL) as driver:
        destination = await make_model(driver, "charted")
        run = await train(driver, destination, steps=100)
        await driver.open(messages.OpenRun(run.id))
        await driver.until("✓ succeeded")
        chart = driver.screen.query_one(Chart)
        assert driver.focused == "chart"
        await driver.until("step 1  ")
        assert any("⠀" < character <= "⣿" for character in driver.text), "a curve of braille"
        assert chart.series_name == "loss"
        assert chart.window == (1, 100)
        last = chart.reading
        assert last is not None
        assert last[0] == 100
        assert f"loss {last[1]:.3g}"[:10] in driver.text
        await driver.press("left", "left")
        assert chart.reading is not None
        assert chart.reading[0] < 100
        assert f"at step {chart.reading[0]}" in driver.text
        await driver.press("home")
        assert chart.reading == (1, chart.reading[1])
        await driver.press("end")
        assert chart.reading == last
        await driver.press("full_stop")
        assert chart.series_name == "lr"
        await driver.press("comma")
        assert chart.series_name == "loss"
        await driver.press("g")
        await driver.until("log scale")
        await driver.press("a")
        assert chart.window == (75.25, 100)
        assert "last 25 steps" in driver.text
        await driver.press("minus", "minus")
        assert chart.window == (1, 100)
        await driver.press("plus")
        assert chart.window == (50.5, 100)
        await driver.press("l")
        await driver.until(lambda: not chart.display, "the logs full size")
        assert driver.focused == "logs"
        await driver.press("l")
        await driver.until(lambda: chart.display, "the chart again")


async def test_a_failed_training_says_why(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        destination = await make_model(driver, "hot")
        run = await train(driver, destination, steps=40, learning_rate=0.9)
        await driver.open(messages.OpenRun(run.id))
        await driver.until("✗ failed")
        await driver.until("learning rate 0.9 is too high")
        await driver.press("escape")
        await at_trainings(driver, "✗ failed")
        assert "Loss is nan" in driver.line("✗ failed")


async def test_five_hundred_trainings_are_read_page_by_page(demo: DemoServer, tmp_path: Path) -> None:
    async with open_app(demo, size=SMALL) as driver:
        old = old_runs(500, kind="training", model=TRAINER)
        await insert(driver.services, old)
        await at_trainings(driver, "500 trainings")
        assert old[-1].submitted_at - old[0].submitted_at == timedelta(minutes=499)
        rows = driver.find("#trainings")
        assert rows.rows[0].title == "old 499"
        await driver.press("G")
        await driver.until(lambda: len(rows.rows) > 200, "older ones")
        await driver.press("G")
        await driver.until(lambda: len(rows.rows) == 500, "all of them")


def folder_of_pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.png").write_bytes(b"\x89PNG\r\n\x1a\n" + os.urandom(100_000))
    return folder


async def at_form(driver: Driver) -> None:
    await driver.until(lambda: driver.shows(TrainingFormScreen), "the form")
    await driver.until(lambda: driver.screen.form.is_loaded, "its fields")


async def test_a_training_is_started_from_nothing(demo: DemoServer, tmp_path: Path) -> None:
    """A trainer is picked, a destination made, a folder sent; the version that comes of it is one key away."""
    async with open_app(demo) as driver:
        await at_trainings(driver, "No trainings yet")
        await driver.press("n")
        await driver.until("Train with which model?")
        await driver.type("tests/trainer")
        await driver.press("enter") if "Nothing fits" not in driver.text else None
        await at_form(driver)
        assert f"Train with {TRAINER}" in driver.text
        # Nothing is sent without a destination and data.
        await driver.press("ctrl+g")
        await driver.until("2 fields to mend")
        assert driver.screen.query_one(FormList).current.id.name == "destination"
        await driver.press("ctrl+n")
        await driver.until("Train into which model of yours?")
        await driver.press("enter")
        await driver.until("A new model: demo/")
        # A name that would be refused is said at once, and stays.
        await driver.type("Fog Style")
        await driver.press("enter")
        await driver.until("Small letters, digits")
        assert "Fog Style" in driver.text
        await driver.press("ctrl+u")
        await driver.type("fog-style")
        await driver.press("enter")
        await driver.until("Only you (private)")
        await driver.press("enter")
        await driver.until("Run its versions on which hardware?")
        await driver.press("enter")
        await driver.until(lambda: driver.screen.form.destination == "demo/fog-style", "the destination")
        await driver.press("tab")
        await driver.type(str(folder_of_pictures(tmp_path)))
        await driver.press("tab")
        await driver.until("3 pictures, ")
        # All that will be sent stands beside it, and not the input alone.
        assert '"destination": "demo/fog-style"' in driver.text
        assert f'"version": "{"3" * 64}"'[:20] in driver.text
        assert '"input_images": "' in driver.text
        assert "Train  ctrl+g" in driver.text
        await driver.press("ctrl+g")
        await driver.until("Start this training?")
        assert "3 pictures, 301 kB, sent as a zip" in driver.text
        assert "cost nothing, it runs on this machine" in driver.text
        # By default it is not started.
        await driver.press("enter")
        await driver.gone("Start this training?")
        assert not any(seen.path.endswith("/trainings") and seen.method == "POST" for seen in demo.requests)
        await driver.press("ctrl+g")
        await driver.until("Start this training?")
        await driver.press("y")
        await driver.until(lambda: driver.shows(TrainingMonitorScreen), "the monitor")
        await driver.until("demo/fog-style")
        await driver.until("✓ succeeded")
        await driver.press("escape")
        await driver.until(lambda: driver.shows(TrainingsScreen), "the place")


async def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(demo: DemoServer, tmp_path: Path) -> None:
    climbing = tmp_path / "climbing.zip"
    with zipfile.ZipFile(climbing, "w") as archive:
        archive.writestr("../evil.png", b"x")
    async with open_app(demo) as driver:
        await driver.open(messages.OpenModel(TRAINER))
        await driver.until("Inputs")
        await driver.until("text")
        await driver.press("t")
        await at_form(driver)
        await driver.type("stranger/model")
        await driver.press("tab")
        # What is no zip is doubted, and left to the trainer.
        (tmp_path / "notes.txt").write_text("notes")
        await driver.type(str(tmp_path / "notes.txt"))
        await driver.press("tab")
        await driver.until("is no zip")
        await driver.press("shift+tab", "ctrl+u")
        await driver.type(str(climbing))
        await driver.press("tab")
        await driver.until("has a path that leads")
        await driver.press("ctrl+g")
        await driver.until("1 field to mend")
        driver.screen.replace_text(driver.screen.query_one(FormList).current, PICTURES)
        await driver.press("ctrl+g")
        await driver.until("belongs to stranger")
        assert driver.screen.query_one(FormList).current.id.name == "destination"
        driver.screen.take_destination("demo/not-there")
        await driver.pilot.pause()
        await driver.press("ctrl+g")
        await driver.until("create it first")
        assert not any(seen.path.endswith("/trainings") and seen.method == "POST" for seen in demo.requests)
        # The draft comes back, and is none of the form that runs the model.
        await driver.press("escape")
        await driver.until(lambda: not driver.shows(TrainingFormScreen), "the form left")
        await driver.press("t")
        await at_form(driver)
        assert driver.screen.form.destination == "demo/not-there"
        assert driver.screen.form.state.input()["input_images"] == PICTURES


async def test_a_destination_that_is_refused_comes_back_with_its_name(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.services.own_models.create(NewModel(name="taken-name", hardware="cpu"))
        await driver.open(messages.OpenModel(TRAINER))
        await driver.until("text")
        await driver.press("t")
        await at_form(driver)
        driver.app.run_worker(make_destination(driver.app, driver.services))
        await driver.until("A new model: demo/")
        await driver.type("taken-name")
        await driver.press("enter")
        await driver.until("Only you (private)")
        await driver.press("enter")
        await driver.until("Run its versions on which hardware?")
        await driver.press("enter")
        await driver.until("A new model: demo/")
        assert driver.find("#text").value == "taken-name"
        await driver.press("escape")
        await driver.gone("A new model: demo/")


async def test_a_model_that_cannot_be_trained_says_so(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.open(messages.OpenModel("tests/greeter"))
        await driver.until("text")
        await driver.press("t")
        await driver.until("cannot be trained")


async def test_a_training_is_made_again_with_its_input(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        destination = await make_model(driver, "again")
        run = await train(driver, destination, steps=10)
        await driver.open(messages.OpenRun(run.id))
        await driver.until("✓ succeeded")
        await driver.press("e")
        await at_form(driver)
        await driver.until("Filled in from an earlier training")
        assert driver.screen.form.destination == destination
        assert driver.screen.form.state.input()["steps"] == 10
