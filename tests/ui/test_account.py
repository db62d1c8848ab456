"""The Account place by keys: what is known is shown with its age, what is secret stays so, what is changed is kept."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from textual.binding import Binding

from replicate_tui.config import DEFAULT_PRICES, Settings, load_settings, settings_file
from replicate_tui.demo.faults import FaultRule, insufficient_credit, throttled
from replicate_tui.demo.server import DemoServer
from replicate_tui.services.bundle import Services
from replicate_tui.services.estimate import PriceList
from replicate_tui.services.problems import ServiceProblem
from replicate_tui.services.webhook_secret import SigningSecret
from replicate_tui.ui import messages
from replicate_tui.ui.account import identity
from replicate_tui.ui.account.keys import known_keys
from replicate_tui.ui.account.lines import AccountLine, aired, draw, label_cells, matching
from replicate_tui.ui.modals.choice import ChoiceDialog
from replicate_tui.ui.modals.fields import FieldsDialog
from replicate_tui.ui.screens.account import SECTIONS, AccountScreen
from replicate_tui.ui.screens.run_form import RunFormScreen
from replicate_tui.ui.widgets.list_rows import GroupHeader
from tests.ui.driver import SMALL, Driver, open_app

MakeDemo = Callable[..., DemoServer]
GREETER = "tests/greeter"


def priced() -> PriceList:
    return PriceList(DEFAULT_PRICES, {})


async def at(driver: Driver, tab: str) -> None:
    """Go to a tab of the place by keys."""
    await driver.press("alt+8")
    await driver.until(lambda: driver.shows(AccountScreen), "the place")
    names = [section.name for section in SECTIONS]
    active = driver.find("#tabs").active
    await driver.press(*["right_square_bracket"] * ((names.index(tab) - names.index(active)) % len(names)))
    assert driver.find("#tabs").active == tab
    await driver.until(lambda: driver.find("#lines").rows, "lines")


async def on(driver: Driver, key: str) -> None:
    """Put the cursor on a line."""
    await driver.until(lambda: driver.find("#lines").move_to_key(key), f"the line {key}")
    await driver.pilot.pause()


# -- account and secret ---------------------------------------------------------------------------------------------


async def test_who_one_is_and_where(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await at(driver, "account")
        await driver.until("told now")
        assert "demo" in driver.line("user name")
        assert demo.base_url in driver.text
        await driver.until(lambda: "online" in driver.line("  link "), "the link")
        await driver.press("y")
        await driver.until("Copied user name")
        assert driver.app.clipboard == "demo"


async def test_offline_it_shows_what_was_told_before(own_demo: MakeDemo) -> None:
    demo = own_demo()

    async def known(services: Services) -> None:
        await services.account.get()
        demo.faults.add(FaultRule(path="/v1/*", drop=True))

    async with open_app(demo, before=known, max_retries=0) as driver:
        await at(driver, "account")
        await driver.until("Offline")
        assert "demo" in driver.line("user name")
        assert "offline" in driver.line("  link ")
        await on(driver, "signing")
        await driver.press("y")
        await driver.until("Offline", "the failure of the secret")
        assert driver.app.clipboard == ""
        demo.faults.clear()
        await driver.press("r")
        await driver.until(lambda: "online" in driver.line("  link "), "the link")


async def test_the_secret_is_shown_when_asked_for_and_copied_unseen(
    demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_app(demo) as driver:
        secret = str(await driver.services.webhook_secret.get())
        await at(driver, "account")
        await on(driver, "signing")
        assert "hidden" in driver.line("signing secret")
        await driver.press("y")
        await driver.until(lambda: driver.app.clipboard == secret, "the secret on the clipboard")
        await driver.until("Copied the signing secret")
        assert secret not in driver.text
        await driver.press("v")
        await driver.until(secret)
        await driver.press("v")
        await driver.gone(secret)
        # Whoever leaves hides it, to another tab or to another place.
        for way_out, way_back in (("right_square_bracket", "left_square_bracket"), ("4", "8")):
            await driver.press("v")
            await driver.until(secret)
            await driver.press(way_out, way_back)
            await driver.until("hidden")
            assert secret not in driver.text
        monkeypatch.setattr(identity, "SHOWN_SECONDS", 0.05)
        await driver.press("v")
        await driver.until(lambda: driver.screen._sections["account"]._hiding is None, "the end of its time")
        await driver.gone(secret)


async def test_a_secret_that_comes_late_is_not_shown_to_whoever_left(
    demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_app(demo) as driver:
        secret = await driver.services.webhook_secret.get()
        answer = asyncio.Event()

        async def late() -> SigningSecret:
            await answer.wait()
            return secret

        monkeypatch.setattr(driver.services.webhook_secret, "get", late)
        await at(driver, "account")
        await driver.press("v", "right_square_bracket")
        answer.set()
        await driver.workers_done()
        await driver.press("left_square_bracket")
        await driver.until("hidden")
        assert secret not in driver.text
        await driver.press("v")
        await driver.until(str(secret))


# -- prices ---------------------------------------------------------------------------------------------------------


async def test_an_estimate_follows_the_price_that_is_changed(own_demo: MakeDemo) -> None:
    async with open_app(own_demo(), prices=priced()) as driver:
        await driver.services.price_book.set_hardware(GREETER, "cpu")
        await driver.run(GREETER, {"text": "Alice"})
        await driver.open(messages.OpenForm(GREETER))
        await driver.until("$0.0001/s CPU (your mapping)")
        await at(driver, "prices")
        assert "built in" in driver.line("  cpu  ")
        await on(driver, "sku cpu")
        await driver.press("e")
        await driver.until(lambda: driver.shows(FieldsDialog), "the dialog")
        for text, words in (("0,5", "decimal point"), ("-1", "0 or more"), ("3/week", "no unit of a price")):
            await driver.write("#field-dollars", text)
            await driver.press("enter")
            await driver.until(words)
            assert driver.find("#field-dollars").value == text
        await driver.write("#field-dollars", "7200/h")
        await driver.press("enter")
        await driver.until(lambda: driver.shows(AccountScreen), "the list")
        await driver.until(lambda: "$2/s" in driver.line("  cpu  "), "the price")
        assert "yours" in driver.line("  cpu  ")
        assert load_settings().settings.prices["cpu"] == 2.0
        await driver.press("1")
        await driver.until(lambda: driver.shows(RunFormScreen), "the form as it was left")
        await driver.until("$2/s CPU (your mapping)")


async def test_what_models_run_on_and_unit_prices_are_added_changed_and_taken_out(demo: DemoServer) -> None:
    async with open_app(demo, size=SMALL, prices=priced()) as driver:
        await at(driver, "prices")
        await driver.until("Nvidia T4 GPU")
        await driver.press("n", "h")
        await driver.write("#field-model", "greeter")
        await driver.write("#field-sku", "gpu-t5")
        await driver.press("enter")
        await driver.until("written as owner/name")
        assert "Did you mean gpu-t4?" in driver.text
        assert driver.focused == "field-model"
        await driver.write("#field-model", GREETER)
        await driver.write("#field-sku", "gpu-t4")
        await driver.press("enter")
        await driver.until(lambda: driver.services.prices.tables.hardware == {GREETER: "gpu-t4"}, "the hardware")
        await driver.press("n", "u")
        for name, text in (("model", "acme/fog"), ("unit", "image_output_count"), ("dollars", "3/1k")):
            await driver.write(f"#field-{name}", text)
        await driver.press("enter")
        await driver.until(lambda: driver.services.prices.tables.units, "the unit price")
        await on(driver, "unit acme/fog image_output_count")
        await driver.until("$0.003 per image_output_count")
        # Another unit takes the place of the one before.
        await driver.press("e")
        await driver.write("#field-unit", "predict_time")
        await driver.press("enter")
        await driver.until(lambda: driver.services.prices.tables.units == {"acme/fog": {"predict_time": 0.003}}, "it")
        await on(driver, f"model {GREETER}")
        await driver.press("d")
        await driver.until(lambda: driver.shows(ChoiceDialog), "the question")
        await driver.press("enter")
        assert driver.services.prices.tables.hardware, "enter takes the safe answer"
        await driver.press("d", "y")
        await driver.until(lambda: not driver.services.prices.tables.hardware, "gone")
        assert load_settings().settings.unit_prices == {"acme/fog": {"predict_time": 0.003}}


async def test_a_settings_file_that_cannot_be_changed_keeps_what_was_typed(demo: DemoServer) -> None:
    async with open_app(demo, prices=priced()) as driver:
        settings_file().parent.mkdir(parents=True, exist_ok=True)
        settings_file().write_text("[prices")
        await at(driver, "prices")
        await on(driver, "sku cpu")
        await driver.press("e")
        await driver.write("#field-dollars", "2")
        await driver.press("enter")
        await driver.until("not valid TOML")
        assert driver.find("#field-dollars").value == "2"
        assert driver.services.prices.per_second("cpu") == DEFAULT_PRICES["cpu"]
        settings_file().unlink()
        await driver.press("enter")
        await driver.until(lambda: driver.services.prices.per_second("cpu") == 2.0, "the price at the second try")
        await driver.until(lambda: driver.shows(AccountScreen), "the list")
        await driver.press("d", "y")
        await driver.until(lambda: driver.services.prices.per_second("cpu") == DEFAULT_PRICES["cpu"], "the built in")


# -- limits ---------------------------------------------------------------------------------------------------------


async def test_refusals_are_shown_as_they_come(own_demo: MakeDemo) -> None:
    demo = own_demo()
    async with open_app(demo) as driver:
        await at(driver, "limits")
        await driver.until(lambda: "left, reset in 1 s" in driver.line("everything else"), "what is left")
        assert "not told" in driver.line("starting runs")
        assert "not seen" in driver.line("(429)")
        assert "unknown" in driver.line("balance")
        demo.faults.add(throttled(retry_after=1, header=True, path="/v1/hardware", times=1))
        await driver.services.hardware.list()
        await driver.until(lambda: "asked to wait 1 s" in driver.line("(429)"), "the wait")
        demo.faults.add(insufficient_credit(method="POST", times=1))
        with pytest.raises(ServiceProblem):
            await driver.run(GREETER, {"text": "Alice"})
        await driver.until(lambda: "starting runs was refused" in driver.line("(402)"), "the refusal")
        await on(driver, "402")
        await driver.until("o opens billing")
        assert "insufficient credit" in driver.text
        await driver.press("o")
        await driver.until("account/billing")


# -- storage --------------------------------------------------------------------------------------------------------


async def test_caches_are_emptied_only_after_a_yes_and_runs_stay(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await driver.run(GREETER, {"text": "Alice"})
        await driver.services.hardware.list()
        await at(driver, "storage")
        await driver.until(lambda: "1 run" in driver.line("database"), "the count")
        assert "answer" in driver.line("kept answers")
        assert " of " in driver.line("  free ")
        await driver.press("x")
        await driver.until("Empty the caches?")
        assert "Kept: every run" in driver.text
        await driver.press("enter")
        assert await driver.services.hardware.cached() is not None
        await driver.press("x", "y")
        await driver.until("Emptied:")
        assert await driver.services.hardware.cached() is None
        await driver.until(lambda: "none" in driver.line("kept answers"), "the new count")
        assert "1 run" in driver.line("database")
        await driver.press("c")
        await driver.until("nothing is wrong")
        await driver.press("C")
        await driver.until("Compacted:")


async def test_a_folder_is_opened_where_it_lies(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await at(driver, "storage")
        await on(driver, "database")
        await driver.press("O")
        await driver.until("It lies at")
        await driver.press("escape")
        await on(driver, "logs held")
        await driver.press("y")
        await driver.until(lambda: driver.app.clipboard.endswith("logs"), "the path")


# -- keys, themes, and the place as a whole -------------------------------------------------------------------------


def test_only_what_a_person_bound_is_in_the_way() -> None:
    screen = [Binding("e", "edit", "Edit", id="a.edit"), Binding("f,f5", "run", "Run", id="a.run")]
    other = [Binding("e", "export", "Export", id="b.export"), Binding("f", "fold", "Fold", id="b.fold")]
    app = [Binding("q", "quit", "Quit", id="quit"), Binding("x", "nothing")]
    contexts = ((*screen, *app), (*other, *app))
    assert all(not known.in_the_way for known in known_keys(contexts, {}))
    known = {each.id: each for each in known_keys(contexts, {"quit": "f5, e", "b.fold": "z"})}
    assert next(iter(known)) == "quit"
    assert set(known["quit"].in_the_way) == {"a.edit", "a.run", "b.export"}
    assert (known["b.fold"].is_rebound, known["b.fold"].in_the_way) == (True, ())
    assert not known["a.edit"].is_rebound


async def test_keys_say_what_is_rebound_and_are_found_by_words(demo: DemoServer) -> None:
    settings = Settings(read_account=False, keys={"runs.export": "f7", "runs.note": "f7", "quit": "", "x.y": "z"})
    async with open_app(demo, settings=settings, size=SMALL) as driver:
        await at(driver, "keys")
        await driver.until("2 rebound")
        assert "x.y is no action" in driver.text
        await driver.press("slash")
        await driver.type("runs.export")
        await driver.until(lambda: len(driver.find("#lines").rows) == 2, "one line under its header")
        await driver.press("down")
        assert "Export" in driver.line("f7 ")
        assert "filter: runs.export" in driver.text
        # What is wrong with the settings is also said below, over the words that are looked for.
        driver.app.clear_notifications()
        await driver.until("The same key as runs.note")
        await driver.press("y")
        await driver.until(lambda: driver.app.clipboard == '"runs.export" = "f7"', "the line for the settings")
        await driver.press("escape")
        await driver.until(lambda: len(driver.find("#lines").rows) > 100, "all of them")


async def test_a_key_is_bound_at_once_and_kept(demo: DemoServer) -> None:
    async with open_app(demo, size=SMALL) as driver:
        await at(driver, "keys")
        await on(driver, "place.runs")
        await driver.press("e")
        await driver.until(lambda: driver.shows(FieldsDialog), "the dialog")
        assert driver.find("#field-keys").value == "4"
        await driver.write("#field-keys", "f66")
        await driver.press("enter")
        await driver.until("f66 is no name of a key")
        await driver.write("#field-keys", "f6, #")
        await driver.press("enter")
        await driver.until("1 rebound")
        assert load_settings().settings.keys == {"place.runs": "f6,number_sign"}
        await driver.until("By itself it is 4")
        await driver.press("4")
        assert driver.app.current_mode == "account", "its own key is free"
        await driver.press("f6")
        await driver.until(lambda: driver.app.current_mode == "runs", "the place by its new key")
        await driver.press("8")
        await driver.press("d")
        await driver.until("0 rebound")
        assert load_settings().settings.keys == {}
        await driver.press("4")
        assert driver.app.current_mode == "runs"


async def test_a_theme_is_used_at_once_and_kept(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        await at(driver, "theme")
        assert "in use · kept" in driver.line("▌ replicate-dark")
        await driver.press("down")
        await driver.until("flux-schnell")
        assert driver.app.theme == "replicate-dark"
        await driver.press("enter")
        await driver.until(lambda: driver.app.theme == "replicate-light", "the theme")
        await driver.until("is kept in")
        assert "in use · kept" in driver.line("▌ replicate-light")
        assert load_settings().settings.theme == "replicate-light"
        settings_file().write_text("theme = ")
        await on(driver, "nord")
        await driver.press("enter")
        await driver.until("could not be kept")
        assert driver.app.theme == "nord"


async def test_each_tab_fits_and_its_keys_are_its_own(demo: DemoServer) -> None:
    async with open_app(demo, size=SMALL, prices=priced()) as driver:
        for section in SECTIONS:
            await at(driver, section.name)
            await driver.until(section.about)
            assert max(map(len, driver.lines)) <= 80
            bound = {active.binding.action for active in driver.screen.active_bindings.values() if active.enabled}
            offered = {name for name in bound if name.startswith("section(")}
            assert offered == {f"section('{name}')" for name in section.offers - {"choose"}}
        await driver.press("left_square_bracket", "right_square_bracket", "slash")
        await driver.type("no such words")
        await driver.until("esc takes it off")
        await driver.press("escape")
        await driver.gone("esc takes it off")


def test_a_line_keeps_its_width_whatever_it_holds() -> None:
    for text in ("", "short", "漢字" * 60, "x" * 500):
        for width in (20, 74, 118):
            line = AccountLine("key", text, text, text)
            assert draw(line, width, 12).cell_length <= width


def test_headers_stay_above_what_matches() -> None:
    rows: list[Any] = [GroupHeader("Fog"), AccountLine("a", "one"), GroupHeader("Sea"), AccountLine("b", "two")]
    assert matching(rows, "two") == [rows[2], rows[3]]
    assert matching(rows, "fog") == rows[:2]
    assert matching(rows, "three") == []
    assert aired(rows, 4) == rows
    assert aired(rows, 5) == [*rows[:2], GroupHeader(""), *rows[2:]]


def test_labels_stand_in_one_column_unless_one_is_long() -> None:
    rows: list[Any] = [GroupHeader("Fog"), AccountLine("a", "x" * 9), GroupHeader("Sea"), AccountLine("b", "x" * 12)]
    assert label_cells(rows, 80) == {"a": 12, "b": 12}
    rows[1] = AccountLine("a", "x" * 30)
    assert label_cells(rows, 80) == {"a": 30, "b": 12}
    assert label_cells(rows, 40)["a"] == 20
