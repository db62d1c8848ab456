"""The place of models: four tabs of lists, what keys do on a row, and models of one's own made, changed, deleted."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from replicate_tui.demo.server import DemoServer
from replicate_tui.services.bundle import Services
from replicate_tui.services.deployment_views import DeploymentWish
from replicate_tui.services.own_model_rules import NewModel
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.views import TrainingRequest
from replicate_tui.ui import messages
from replicate_tui.ui.form.rows import RowId
from replicate_tui.ui.screens.model import ModelScreen
from replicate_tui.ui.screens.model_form import ModelTextsScreen, NewModelScreen
from replicate_tui.ui.screens.models import ModelsScreen
from replicate_tui.ui.screens.run_form import RunFormScreen
from replicate_tui.ui.wire import external_editor
from tests.support.waiting import wait_for
from tests.ui.driver import SMALL, Driver, open_app


def names(driver: Driver) -> list[str]:
    return [card.full_name for card in driver.find("#models").rows]


async def go_to_models(driver: Driver) -> None:
    await driver.press("2")
    await driver.until(lambda: driver.shows(ModelsScreen), "the place of models")


async def open_tab(driver: Driver, tab: str) -> None:
    while driver.find("#tabs").active != tab:
        await driver.press("right_square_bracket")


def has_grown(driver: Driver, before: int) -> bool:
    return len(names(driver)) > before or driver.screen._public.is_complete


async def see_greeter(services: Services) -> None:
    page = await services.catalog.model("tests", "greeter")
    await services.search.remember_opened(page.value.card)


async def test_empty_tabs_say_what_to_press_and_a_pin_fills_one(demo: DemoServer) -> None:
    async with open_app(demo, before=see_greeter, size=SMALL) as driver:
        await go_to_models(driver)
        await driver.until("Nothing is pinned yet. * pins a model")
        await driver.press("right_square_bracket")
        await driver.until("tests/greeter")
        assert "latest first" in driver.text
        await driver.press("asterisk")
        await driver.until("● tests/greeter")
        await driver.press("left_square_bracket")
        await driver.until(lambda: names(driver) == ["tests/greeter"], "the pinned model")
        await driver.press("f")
        await driver.until(lambda: driver.shows(RunFormScreen), "its form")
        await driver.press("escape")
        await driver.until(lambda: driver.shows(ModelsScreen), "the list again")
        await driver.press("enter")
        await driver.until(lambda: driver.shows(ModelScreen), "its page")


async def test_all_public_models_come_as_one_scrolls(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await go_to_models(driver)
        await open_tab(driver, "public")
        await driver.until(lambda: len(names(driver)) >= 25, "a page of models")
        first = names(driver)[0]
        while driver.screen._public is None or not driver.screen._public.is_complete:
            before = len(names(driver))
            await driver.press("G")
            await driver.until(lambda: has_grown(driver, before), "more models")  # noqa: B023  (called in this turn)
        assert len(names(driver)) == len(set(names(driver))) > 40
        # The cursor keeps its row through a refresh, although the first page is read anew.
        await driver.press("k", "k")
        at = driver.find("#models").cursor_key
        await driver.press("r")
        await driver.workers_done()
        await driver.pilot.pause()
        assert driver.find("#models").cursor_key == at
        assert names(driver)[0] == first
        await driver.press("S")
        await driver.until("newest model first")
        await driver.until(lambda: len(names(driver)) >= 25, "the first page in the other order")
        assert driver.find("#models").cursor_index == 0


async def test_a_filter_looks_at_what_is_here(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await go_to_models(driver)
        await open_tab(driver, "public")
        await driver.until(lambda: len(names(driver)) >= 25, "a page of models")
        await driver.press("slash")
        await driver.type("nothing is called so")
        await driver.until("matches the filter; esc takes it off")
        await driver.until("1 searches all there are.")
        assert "so far" in driver.text
        loaded = len(driver.screen._tabs["public"].cards)
        await driver.write("#filter", "greeter")
        await driver.press("enter")
        await driver.until("1 of ")
        assert names(driver) == ["tests/greeter"]
        assert len(driver.screen._tabs["public"].cards) == loaded
        assert driver.focused == "models"
        await driver.press("escape")
        assert len(names(driver)) >= loaded


async def test_marked_models_are_pinned_and_copied_together(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await go_to_models(driver)
        await open_tab(driver, "public")
        await driver.until(lambda: len(names(driver)) >= 25, "a page of models")
        first, second = names(driver)[:2]
        await driver.press("space", "space", "y")
        await driver.until("2 names")
        await driver.press("escape", "asterisk")
        await open_tab(driver, "pinned")
        await driver.until(lambda: names(driver) == [first, second], "both are pinned")


async def test_mine_says_how_it_was_gathered_and_marks_what_is_private(demo: DemoServer) -> None:
    async def make_one(services: Services) -> None:
        await services.own_models.create(NewModel(name="listed-as-mine", hardware="cpu"))

    async with open_app(demo, before=make_one, size=SMALL) as driver:
        await go_to_models(driver)
        await open_tab(driver, "mine")
        await driver.until("demo/listed-as-mine")
        await driver.until("the API has no list")
        assert "private" in driver.line("demo/listed-as-mine")


async def test_a_public_list_whose_refresh_fails_tells_its_age(own_demo: Callable[..., DemoServer]) -> None:
    demo = own_demo()
    async with open_app(demo, max_retries=0) as driver:
        await go_to_models(driver)
        await open_tab(driver, "public")
        await driver.until(lambda: len(names(driver)) >= 25, "a page of models")
        await asyncio.to_thread(demo.stop)
        await driver.press("r")
        await driver.until("age now")
        assert len(names(driver)) >= 25


async def test_offline_the_lists_are_as_last_seen_with_their_age(own_demo: Callable[..., DemoServer]) -> None:
    demo = own_demo()

    async def see_all(services: Services) -> None:
        await services.own_models.create(NewModel(name="seen-before", hardware="cpu"))
        await services.model_lists.mine()
        await services.model_lists.public("latest_version_created_at").more()
        await asyncio.to_thread(demo.stop)

    async with open_app(demo, before=see_all, max_retries=0) as driver:
        await go_to_models(driver)
        await open_tab(driver, "mine")
        await driver.until("demo/seen-before")
        await driver.until("age now")
        await open_tab(driver, "public")
        await driver.until(lambda: len(names(driver)) == 25, "the page that was seen")
        await driver.until("age now")
        # What only the service can do says so and loses nothing.
        await driver.press("n")
        await driver.until("New model demo/")
        await driver.until("The hardware on offer is not known")
        await driver.type("never-made")
        await driver.press("tab", "tab")
        await driver.type("cpu")
        await driver.press("ctrl+g")
        await driver.until("Offline")
        assert driver.find("#fields").editor.text_now == "cpu"


async def fill(driver: Driver, **texts: str) -> None:
    """Put texts into a form of fields, one row after another."""
    for name, text in texts.items():
        fields = driver.find("#fields")
        fields.go_to(RowId("input", name))
        await driver.pilot.pause()
        fields.editor.show_text(text)
        await driver.pilot.pause()


def has_ended(services: Services, run_id: str) -> bool:
    snapshot = services.tracker.snapshot(run_id)
    return snapshot is not None and snapshot.run.is_final


async def make(services: Services, name: str, **more: Any) -> None:
    await services.own_models.create(NewModel(name=name, hardware="cpu", **more))


async def test_a_model_is_made_and_its_page_opens(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await go_to_models(driver)
        await driver.press("n")
        await driver.until("New model demo/")
        # What the service would refuse is said at the field, and what was typed stays.
        await driver.type("Hot Dog")
        await driver.press("ctrl+g")
        await driver.until("Nothing was sent: 2 fields to mend")
        assert "Small letters" in driver.text
        await fill(driver, name="hot-dog", paper_url="arxiv.org/1")
        driver.find("#fields").go_to(RowId("input", "hardware"))
        await driver.until("choose")
        await driver.press("right")
        await driver.until("cpu")
        await driver.press("ctrl+g")
        await driver.until("A link begins with https://")
        await fill(driver, paper_url="https://arxiv.org/abs/1", description="Finds hot dogs")
        await driver.press("ctrl+g")
        await driver.until(lambda: driver.shows(ModelScreen), "its page")
        await driver.until("Finds hot dogs")
        assert "private" in driver.line("demo/hot-dog")
        await driver.until("This model has no version yet.")
        # It is among one's own at once, and its name is taken.
        await driver.press("escape")
        await open_tab(driver, "mine")
        await driver.until("demo/hot-dog")
        await driver.press("n")
        await driver.until("New model demo/")
        await driver.type("hot-dog")
        await driver.press("tab", "tab", "right", "ctrl+g")
        await driver.until("You have a model of this name already.")
        assert driver.find("#fields").editor.text_now == "hot-dog"
        # Leaving asks, and staying is the default.
        await driver.press("escape", "enter")
        assert driver.shows(NewModelScreen)
        await driver.press("escape", "y")
        await driver.until(lambda: driver.shows(ModelsScreen), "the list")
        # What was sent, or thrown away, comes back no more.
        await driver.press("n")
        await driver.until("8 values")
        assert driver.find("#fields").editor.text_now == ""


async def test_a_half_filled_new_model_is_kept_and_taken_up_again(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await go_to_models(driver)
        await driver.press("n")
        await driver.until("8 values")
        await fill(driver, description="Draws fog", name="fog")
        await driver.until("draft")

        async def is_kept() -> bool:
            return await driver.services.drafts.load("a new model") is not None

        # It is on disk while the form still stands: a crash takes nothing.
        async with asyncio.timeout(10):
            while not await is_kept():
                await driver.pilot.pause()
        await driver.press("escape", "k")
        await driver.until(lambda: driver.shows(ModelsScreen), "the list")
        await driver.press("n")
        await driver.until("Taken up from a draft")
        await driver.until("Draws fog")
        assert driver.find("#fields").editor.text_now == "fog"
        await driver.press("tab", "tab", "right", "ctrl+g")
        await driver.until(lambda: driver.shows(ModelScreen), "its page")
        assert not await is_kept()


async def test_a_change_of_texts_is_kept_over_what_the_service_says(demo: DemoServer) -> None:
    async with open_app(demo, before=lambda services: make(services, "kept-texts", description="Old")) as driver:
        await driver.open(messages.OpenModelForm("demo/kept-texts"))
        await driver.until("Nothing is changed yet")
        await fill(driver, description="New")
        await driver.until("Old → New")
        await driver.press("escape", "k")
        await driver.until(lambda: not driver.shows(ModelTextsScreen), "the screen before")
        await driver.open(messages.OpenModelForm("demo/kept-texts"))
        await driver.until("Taken up from a draft")
        await driver.until("Old → New")
        # Thrown away, it is gone for good.
        await driver.press("escape", "y")
        await driver.until(lambda: not driver.shows(ModelTextsScreen), "the screen before")
        await driver.open(messages.OpenModelForm("demo/kept-texts"))
        await driver.until("Nothing is changed yet")
        assert "draft" not in driver.text


async def test_texts_are_changed_and_only_those(demo: DemoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async def edited(app: object, text: str, *, setting: str = "", suffix: str = "") -> str:
        return text + "# Read me\n" + suffix

    monkeypatch.setattr(external_editor, "edit", edited)
    async with open_app(demo, before=lambda services: make(services, "to-change", description="As it was")) as driver:
        await driver.open(messages.OpenModel("demo/to-change"))
        await driver.until("As it was")
        await driver.press("e")
        await driver.until("Nothing is changed yet")
        await driver.press("ctrl+g")
        await driver.until("nothing to send")
        await fill(driver, description="As it is", github_url="github.com/x", readme="")
        await driver.until("As it was → As it is")
        await driver.press("ctrl+o")
        await driver.until("0 lines → 2 lines, 2 new, 0 gone")
        await driver.press("ctrl+g")
        await driver.until("A link begins with https://")
        await fill(driver, github_url="https://github.com/x")
        await driver.press("ctrl+g")
        await driver.until(lambda: driver.shows(ModelScreen), "the page")
        await driver.until("As it is")
        await driver.press("right_square_bracket")
        await driver.until("Read me")
        await driver.until(".md")
        # From there the form begins at the README.
        await driver.press("e")
        await driver.until("Nothing is changed yet")
        assert driver.find("#fields").current.id.name == "readme"
        await fill(driver, github_url="")
        await driver.press("ctrl+g")
        await driver.until(lambda: driver.shows(ModelScreen), "the page")
        texts = await driver.services.own_models.texts("demo/to-change")
        assert texts["github_url"] == ""
        assert texts["description"] == "As it is"


async def test_models_of_others_are_neither_changed_nor_deleted(demo: DemoServer) -> None:
    async with open_app(demo, before=see_greeter) as driver:
        await go_to_models(driver)
        await open_tab(driver, "recent")
        await driver.until("tests/greeter")
        await driver.press("e")
        await driver.until("belongs to tests")
        assert driver.shows(ModelsScreen)
        await driver.press("d")
        await driver.until("tests/greeter cannot be deleted")
        assert "only its owner can delete" in driver.text
        assert "The model is public" in driver.text


async def test_a_model_is_deleted_by_typing_its_name(demo: DemoServer) -> None:
    async def prepare(services: Services) -> None:
        await make(services, "to-delete")
        await make(services, "to-keep", visibility="public")

    async with open_app(demo, before=prepare) as driver:
        await go_to_models(driver)
        await open_tab(driver, "mine")
        await driver.until("demo/to-keep")
        driver.find("#models").move_to_key("demo/to-keep")
        await driver.press("d")
        await driver.until("demo/to-keep cannot be deleted")
        await driver.press("escape")
        driver.find("#models").move_to_key("demo/to-delete")
        await driver.press("d")
        await driver.until("Delete demo/to-delete?")
        # Enter alone, another name and escape keep it.
        await driver.press("enter")
        await driver.type("to-keep")
        await driver.press("enter")
        await driver.until("That is not its name; nothing was deleted.")
        await driver.press("escape")
        assert driver.find("#models").cursor_key == "demo/to-delete"
        await driver.press("d")
        await driver.until("Delete demo/to-delete?")
        await driver.write("#name", "to-delete")
        await driver.press("enter")
        await driver.until("Deleted demo/to-delete.")
        assert "demo/to-delete" not in names(driver)
        with pytest.raises(ServiceProblem, match="no such thing"):
            await driver.services.catalog.model("demo", "to-delete")


async def test_a_refusal_of_the_service_is_shown_on_the_dialog(
    demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_app(demo, before=lambda services: make(services, "refused", visibility="public")) as driver:
        # What the service knows and this machine does not: here, that the model is public.
        monkeypatch.setattr("replicate_tui.ui.model_errands.deletion_obstacles", lambda *_, **__: ())
        await go_to_models(driver)
        await open_tab(driver, "mine")
        await driver.until("demo/refused")
        driver.find("#models").move_to_key("demo/refused")
        await driver.press("d")
        await driver.until("Delete demo/refused?")
        await driver.write("#name", "refused")
        await driver.press("enter")
        await driver.until("Only private models can be")
        assert "Delete demo/refused?" in driver.text
        await driver.press("escape")
        assert "demo/refused" in names(driver)


async def test_a_version_is_deleted_on_the_page(demo: DemoServer) -> None:
    async def train_two(services: Services) -> None:
        await make(services, "versioned")
        trainer = (await services.catalog.model("ostris", "flux-dev-lora-trainer")).value
        assert trainer.version is not None
        for latch in ("one", "two"):
            request = TrainingRequest(
                model=trainer.card.full_name,
                version=trainer.version.id,
                destination="demo/versioned",
                input={"input_images": "https://example.com/a.zip", "steps": 3},
            )
            run_id = (await services.trainings.create(request, latch)).id
            await wait_for(partial(has_ended, services, run_id), "the end of a training")

    async with open_app(demo, before=train_two) as driver:
        used, version = (card.id for card in (await driver.services.catalog.versions("demo", "versioned")).value)
        await driver.services.deployments.create(DeploymentWish("holds-it", "demo/versioned", used, "cpu"))
        await driver.open(messages.OpenModel("demo/versioned", "versions"))
        await driver.until(used[:12])
        # With versions the model itself cannot be deleted, and one that a deployment uses stays.
        await driver.press("d")
        await driver.until(f"Version {used[:8]} cannot be deleted")
        assert "demo/holds-it" in driver.text
        await driver.press("escape", "left_square_bracket", "d")
        await driver.until("It has 2 versions: delete those first")
        await driver.press("escape", "right_square_bracket", "j", "d")
        await driver.until(f"Delete version {version[:8]} of demo/versioned?")
        await driver.write("#name", version[:8])
        await driver.press("enter")
        await driver.until("is being deleted")
        await driver.until(lambda: [card.id for card in driver.find("#versions").rows] == [used], "one version")


async def test_a_version_on_its_way_out_says_so(demo: DemoServer) -> None:
    async def delete_one(services: Services) -> None:
        services.own_models.being_deleted.add("a" * 64)

    async with open_app(demo, before=delete_one) as driver:
        await driver.open(messages.OpenModel("tests/greeter", "versions"))
        await driver.until("◌ being deleted")
        assert driver.text.count("being deleted") == 1
