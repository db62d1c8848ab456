"""The place of deployments by keys: made, changed, scaled down, run on and deleted, and nothing typed is lost."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from replicate_tui.api.pagination import Page
from replicate_tui.demo.server import DemoServer
from replicate_tui.services.bundle import Services
from replicate_tui.services.deployment_views import DeploymentCard, DeploymentWish, Release
from replicate_tui.services.estimate import PriceList
from replicate_tui.services.hardware import Machine
from replicate_tui.ui import messages
from replicate_tui.ui.deployments.drawing import deployment_lines, hourly_sum, preview_lines
from replicate_tui.ui.deployments.form import DeploymentForm
from replicate_tui.ui.screens.deployment import DeploymentScreen
from replicate_tui.ui.screens.deployment_form import DeploymentFormScreen
from replicate_tui.ui.screens.deployments import DeploymentsScreen
from replicate_tui.ui.screens.model import ModelScreen
from replicate_tui.ui.screens.monitor import MonitorScreen
from replicate_tui.ui.screens.run_form import RunFormScreen
from tests.demo.models import GREETER, PAINTER
from tests.ui.driver import SMALL, Driver, open_app

MakeDemo = Callable[..., DemoServer]


def wished(of_name: str, **changes: Any) -> DeploymentWish:
    return DeploymentWish(of_name, "tests/greeter", GREETER.version, "gpu-t4")._replace(**changes)


def having(*wishes: DeploymentWish) -> Callable[[Services], Any]:
    """Return what makes these deployments before the app opens, the last one the newest."""

    async def make(services: Services) -> None:
        for wish in wishes:
            await services.deployments.create(wish)

    return make


def names(driver: Driver) -> list[str]:
    return [card.name for card in driver.find("#deployments").rows]


def value(driver: Driver, field: str) -> str:
    return str(driver.screen.form.state.text(field))


async def put(driver: Driver, text: str) -> None:
    """Put a text into the editor in hand at once, as a paste does."""
    driver.find("#fields").editor.show_text(text)
    await driver.pilot.pause()


async def at_deployments(driver: Driver, words: str) -> None:
    await driver.press("6")
    await driver.until(lambda: driver.shows(DeploymentsScreen), "the place")
    await driver.until(words)


async def at_page(driver: Driver, name: str) -> None:
    await driver.open(messages.OpenDeployment(f"demo/{name}"))
    await driver.until("Releases seen here")
    await driver.until("current")


async def test_one_is_made_and_a_refusal_keeps_what_was_typed(own_demo: MakeDemo) -> None:
    async with open_app(own_demo(), size=SMALL, before=having(wished("taken"))) as driver:
        await at_deployments(driver, "taken")
        await driver.press("n")
        await driver.until("8 values")
        await put(driver, "tests/nobody")
        await driver.press("tab")
        await driver.until("✗")
        await driver.press("shift+tab")
        await put(driver, "tests/greeter")
        await driver.press("tab")
        await driver.until("2 values")
        assert value(driver, "version") == GREETER.version
        await driver.press("tab")
        await put(driver, "Taken")
        # The rest is missing or wrong: all of it is said before anything is sent.
        await driver.press("tab", "tab", "backspace", "3", "ctrl+g")
        await driver.until("3 fields to mend")
        await driver.until("must be lower-case")
        await driver.until("must not be above the max")
        await put(driver, "taken")
        await driver.press("tab", "right", "tab", "backspace", "0", "ctrl+g")
        # What only the service knows comes back at the same field, and everything stands as it was.
        await driver.until("already exists")
        assert driver.screen.query_one("#fields").current.id.name == "name"
        assert [value(driver, name) for name in ("model", "name", "min_instances")] == ["tests/greeter", "taken", "0"]
        await driver.type("-2")
        await driver.press("ctrl+g")
        await driver.until(lambda: driver.shows(DeploymentScreen), "the page")
        await driver.until("scales to zero")
        assert "demo/taken-2" in driver.text
        await driver.press("escape")
        await driver.until(lambda: names(driver) == ["taken-2", "taken"], "both in the list")


async def test_a_list_without_any_says_what_to_press(own_demo: MakeDemo) -> None:
    async with open_app(own_demo()) as driver:
        await at_deployments(driver, "No deployments yet")
        assert "n makes one" in driver.text
        await driver.press("e", "f", "d", "0", "y", "o", "enter")
        assert driver.shows(DeploymentsScreen)
        await driver.press("n")
        await driver.until(lambda: driver.shows(DeploymentFormScreen), "the form")
        # Nothing was typed, so leaving asks nothing.
        await driver.press("escape")
        await driver.until(lambda: driver.shows(DeploymentsScreen), "the list")


async def test_a_change_says_what_becomes_of_what(own_demo: MakeDemo) -> None:
    async with open_app(own_demo(), before=having(wished("fog"))) as driver:
        await at_page(driver, "fog")
        await driver.press("e")
        await driver.until("Nothing is changed yet")
        await driver.until("8 values")
        await driver.press("ctrl+g")
        await driver.until("nothing to send")
        await driver.press("tab", "right", "tab", "backspace", "1", "tab", "backspace", "2")
        await driver.until("Release 1 → 2")
        assert "T4 → L40S" in driver.line("  hardware   ")
        assert "0 → 1" in driver.text
        assert "1 → 2" in driver.line("  max_instances   ")
        # Leaving asks first; so does what is paid for all the time.
        await driver.press("escape")
        await driver.until("Leave without sending?")
        await driver.press("enter", "ctrl+g")
        await driver.until("Keep 1 instance ready?")
        await driver.press("enter")
        assert driver.shows(DeploymentFormScreen)
        await driver.press("ctrl+g", "y")
        await driver.until(lambda: driver.shows(DeploymentScreen), "the page")
        await driver.until("● 1 kept ready")
        # An earlier release can be gone back to: its values are a change like any other.
        await driver.press("down", "enter")
        await driver.until("Release 2 → 3")
        assert "L40S → T4" in driver.text
        await driver.press("ctrl+g")
        await driver.until(lambda: driver.shows(DeploymentScreen), "the page")
        await driver.until("release 3")
        assert [release.number for release in driver.find("#releases").rows] == [3, 2, 1]
        assert (await driver.services.deployments.get("demo/fog")).value.release.hardware == "gpu-t4"


async def test_a_change_that_is_left_half_way_is_kept(own_demo: MakeDemo) -> None:
    async with open_app(own_demo(), before=having(wished("fog"))) as driver:
        await at_page(driver, "fog")
        await driver.press("e")
        await driver.until("8 values")
        await driver.press("tab", "tab", "backspace", "3", "tab")
        # The minimum is above the maximum: said as soon as the field is left, and taken back with the maximum raised.
        await driver.until("must not be above the max")
        await driver.press("backspace", "5")
        assert "Now 1" in driver.text, "what stands now is no default"
        await driver.press("shift+tab")
        await driver.gone("must not be above the max")
        await driver.press("escape")
        await driver.until("Leave without sending?")
        await driver.press("k")
        await driver.until(lambda: driver.shows(DeploymentScreen), "the page")
        await driver.press("e")
        await driver.until("Taken up from a draft")
        assert "0 → 3" in driver.text
        await driver.until("2 values")
        assert [value(driver, name) for name in ("min_instances", "max_instances")] == ["3", "5"]
        await driver.press("escape")
        await driver.until("Leave without sending?")
        await driver.press("y", "e")
        await driver.until("Nothing is changed yet")


async def test_scaled_to_zero_switched_off_and_deleted(own_demo: MakeDemo) -> None:
    server = own_demo(speed=1.0)
    async with open_app(server, size=SMALL, before=having(wished("fog", min_instances=1))) as driver:
        await at_page(driver, "fog")
        await driver.press("0")
        await driver.until("cold boot")
        # The default changes nothing.
        await driver.press("enter", "0", "z")
        await driver.until("◌ scales to zero")
        assert "release 2" in driver.text
        await driver.press("d")
        await driver.until("unused for 15 minutes")
        assert "the service will refuse" in driver.text
        await driver.type("fig")
        await driver.press("enter")
        await driver.until("That is not its name")
        await driver.press("backspace", "backspace", "o", "g", "enter")
        await driver.until("✗ Not deleted")
        # It stands on the page too, when the dialog is left.
        await driver.press("escape")
        await driver.until("Not deleted")
        await driver.press("0", "x")
        await driver.until("⊘ off")
        await driver.press("f")
        await driver.until("takes no runs")
        server.service.clock.advance(15 * 60 + 1)
        await driver.press("d")
        await driver.type("fog")
        await driver.press("enter")
        await driver.until(lambda: not driver.shows(DeploymentScreen), "the page closed")
        await driver.press("6")
        await driver.until("No deployments yet")


async def test_the_form_switches_off_only_when_it_is_meant(own_demo: MakeDemo) -> None:
    async with open_app(own_demo(), before=having(wished("fog"))) as driver:
        await at_deployments(driver, "fog")
        await driver.press("e")
        await driver.until("8 values")
        await driver.press("tab", "tab", "tab", "backspace", "0", "ctrl+g")
        await driver.until("Switch fog off?")
        await driver.press("enter")
        await driver.press("ctrl+g", "y")
        await driver.until(lambda: driver.shows(DeploymentsScreen), "the list")
        await driver.until("⊘ off")


async def test_it_is_run_on_with_the_same_form_and_a_draft_of_its_own(own_demo: MakeDemo) -> None:
    async with open_app(own_demo(), before=having(wished("fog"))) as driver:
        await at_deployments(driver, "fog")
        await driver.press("f")
        await driver.until(lambda: driver.shows(RunFormScreen), "the form")
        await driver.until("required")
        assert "Run tests/greeter on demo/fog" in driver.text
        await driver.type("Ada")
        await driver.press("escape")
        await driver.until(lambda: driver.shows(DeploymentsScreen), "the list")
        # The model's own form knows nothing of it.
        await driver.open(messages.OpenForm("tests/greeter"))
        await driver.until("required")
        assert "demo/fog" not in driver.text
        await driver.press("escape", "f")
        await driver.until("Ada")
        await driver.press("ctrl+g")
        await driver.until(lambda: driver.shows(MonitorScreen), "the monitor")
        await driver.until("hello Ada")
        run = driver.services.tracker.snapshot(driver.screen.run_id).run  # type: ignore[union-attr]
        assert (run.deployment, run.options["hardware"]) == ("demo/fog", "gpu-t4")


async def test_a_model_is_deployed_from_its_page(own_demo: MakeDemo) -> None:
    async with open_app(own_demo()) as driver:
        await driver.open(messages.OpenModel("tests/painter"))
        await driver.until("required")
        await driver.press("D")
        await driver.until(lambda: driver.shows(DeploymentFormScreen), "the form")
        await driver.until("8 values")
        assert (value(driver, "model"), value(driver, "version")) == ("tests/painter", PAINTER.version)
        # The name is what is missing.
        await put(driver, "pictures")
        await driver.press("tab", "right", "ctrl+g")
        await driver.until(lambda: driver.shows(DeploymentScreen), "the page")
        await driver.until("demo/pictures")
        await driver.press("m")
        await driver.until(lambda: driver.shows(ModelScreen), "the model")


async def test_a_model_that_hides_its_versions_cannot_be_deployed(own_demo: MakeDemo) -> None:
    async with open_app(own_demo()) as driver:
        for model in ("black-forest-labs/flux-schnell", "anthropic/claude-sonnet-4"):
            page = await driver.services.catalog.versions(*model.split("/"))
            if not page.value:
                break
        await driver.open(messages.OpenDeploymentForm(release=Release(model=model)))
        await driver.until("shows no version to deploy")


async def test_filter_sort_and_refresh_keep_the_cursor(own_demo: MakeDemo) -> None:
    wishes = (wished("b-one", hardware="cpu"), wished("a-two", min_instances=1), wished("c-three"))
    async with open_app(own_demo(), before=having(*wishes)) as driver:
        await at_deployments(driver, "c-three")
        rows = driver.find("#deployments")
        assert names(driver) == ["c-three", "a-two", "b-one"]
        await driver.press("down")
        await driver.until("● 1 kept ready")
        await driver.press("S")
        assert names(driver) == ["a-two", "b-one", "c-three"]
        assert rows.cursor_row.name == "a-two"
        await driver.press("down")
        await driver.services.deployments.create(wished("a-one"))
        await driver.press("r")
        await driver.until(lambda: len(names(driver)) == 4, "the new one")
        assert (names(driver)[0], rows.cursor_row.name) == ("a-one", "b-one")
        await driver.press("slash")
        await driver.type("gpu-t4 two")
        await driver.until(lambda: names(driver) == ["a-two"], "the filter")
        assert "1 of 4" in driver.text
        await driver.press("enter")
        assert driver.focused == "deployments"
        await driver.press("escape")
        assert len(names(driver)) == 4
        await driver.press("y")
        await driver.until("https://replicate.com/deployments/demo/a-two")
        await driver.press("escape", "o")
        await driver.until("deployments/demo/a-two")


async def test_a_first_list_is_shown_page_by_page(own_demo: MakeDemo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("replicate_tui.demo.routes.deployments.RUNS_PER_PAGE", 3)
    may_go_on, next_page, asked = asyncio.Event(), Page.get_next_page, []

    async def held(page: Page[Any]) -> Page[Any]:
        asked.append(page.position)
        await may_go_on.wait()
        return await next_page(page)

    wishes = [wished(f"d-{number}") for number in range(5)]
    async with open_app(own_demo(), size=SMALL, before=having(*wishes)) as driver:
        monkeypatch.setattr(Page, "get_next_page", held)
        await at_deployments(driver, "3 so far")
        assert names(driver) == ["d-4", "d-3", "d-2"]
        await driver.press("down")
        may_go_on.set()
        await driver.until("5 · newest first")
        assert driver.find("#deployments").cursor_row.name == "d-3"
        # What is known stays whole while it is read again.
        may_go_on.clear()
        asked.clear()
        await driver.press("r")
        await driver.until(lambda: asked, "the second page to be asked for")
        assert len(names(driver)) == 5
        may_go_on.set()


async def test_marked_ones_are_scaled_down_together(own_demo: MakeDemo) -> None:
    wishes = [wished(f"d-{number}", min_instances=1) for number in range(3)]
    async with open_app(own_demo(), before=having(*wishes)) as driver:
        await at_deployments(driver, "d-2")
        await driver.press("space", "space")
        await driver.until("2 marked")
        await driver.press("0")
        await driver.until("Scale 2 deployments to zero?")
        await driver.press("z")
        await driver.until("2 deployments at zero")
        await driver.until(lambda: driver.text.count("◌ scales to zero") >= 2, "both at zero")
        cards = (await driver.services.deployments.list()).value
        assert [card.release.min_instances for card in cards] == [0, 0, 1]
        assert not driver.find("#deployments").marked


async def test_offline_the_list_says_how_old_it_is(own_demo: MakeDemo) -> None:
    server = own_demo()
    async with open_app(server, before=having(wished("fog")), max_retries=0) as driver:
        await at_deployments(driver, "fog")
        server.stop()
        await driver.press("r")
        await driver.until("As of")
        assert names(driver) == ["fog"]
        await driver.press("enter")
        await driver.until("Offline")
        await driver.until("tests/greeter")


async def test_a_deployment_that_is_gone_is_said_so(own_demo: MakeDemo) -> None:
    async with open_app(own_demo()) as driver:
        await driver.open(messages.OpenDeployment("demo/never"))
        await driver.until("no such thing")
        await driver.press("e", "f", "0", "d")
        assert driver.shows(DeploymentScreen)


# -- without a screen -----------------------------------------------------------------------------------------------

PRICES = PriceList({"gpu-t4": 0.000225, "gpu-l40s": 0.000975}, {})
MACHINES = (Machine("gpu-t4", "Nvidia T4 GPU", 0.000225), Machine("gpu-l40s", "Nvidia L40S GPU", 0.000975))
CARD = DeploymentCard("demo", "fog", Release(7, "tests/greeter", "a" * 64, "gpu-t4", 1, 2))

IDLE, UNKNOWN = {"min_instances": 0}, {"hardware": "gpu-made-up"}


def test_the_cost_of_the_minimum_is_shown_before_and_after() -> None:
    form = DeploymentForm(CARD, PRICES)
    form.offer_machines(MACHINES)
    assert form.cost() == "$0.81/h: 1 \u00d7 $0.000225/s T4"
    form.state.set_text("hardware", "gpu-l40s")
    assert form.cost() == "$0.81/h → $3.51/h: 1 \u00d7 $0.000975/s L40S"
    assert form.keeps_more_ready
    form.state.set_text("min_instances", "0")
    assert form.cost() == "$0.81/h → $0/h: no instance is kept ready"
    assert not form.keeps_more_ready
    assert [line.plain.split()[0] for line in form.summary()] == ["Release", "hardware", "min_instances", "the"]


def test_hardware_that_is_no_longer_offered_may_stay() -> None:
    old = CARD._replace(release=CARD.release._replace(hardware="gpu-a40-small"))
    form = DeploymentForm(old, PRICES)
    form.offer_machines(MACHINES)
    form.state.set_text("max_instances", "3")
    assert form.check() == ()
    assert form.cost() == "unknown: no price for gpu-a40-small"
    form.state.set_text("max_instances", "many")
    assert [problem.field for problem in form.check()] == ["max_instances"]


def test_what_all_minimums_cost_is_summed_up() -> None:
    idle, unknown = (CARD._replace(release=CARD.release._replace(**change)) for change in (IDLE, UNKNOWN))
    assert hourly_sum((CARD, CARD, idle), PRICES) == "$1.62/h kept ready"
    assert hourly_sum((idle,), PRICES) == "none kept ready"
    assert hourly_sum((CARD, unknown), PRICES) == "$0.81/h kept ready and 1 unknown"
    assert hourly_sum((unknown,), PRICES) == "1 kept ready at an unknown price"


@pytest.mark.parametrize("width", [20, 40, 75, 120])
def test_rows_fit_whatever_the_names(width: int) -> None:
    long = DeploymentCard("o" * 40, "n" * 90, CARD.release._replace(model="m" * 90, hardware="gpu-made-up-8x"))
    for card in (CARD, long, DeploymentCard("a", "b")):
        first, second = deployment_lines(card, width)
        assert max(first.cell_length, second.cell_length) <= max(width, 43)
        assert preview_lines(card, (card.release,), PRICES, max(24, width // 2))
