"""What is done with marked runs: tags, notes, export, saving, running again, removal and its undoing."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from replicate_tui.demo.faults import insufficient_credit
from replicate_tui.demo.server import DemoServer
from replicate_tui.services.bundle import Services
from replicate_tui.ui.screens.runs import RunsScreen
from tests.demo.models import MODELS
from tests.ui.driver import SMALL, Driver, open_app
from tests.ui.histories import insert, old_runs
from tests.ui.test_runs import at_runs, titles

GREETER = "tests/greeter"
READER = "tests/reader"


@pytest.fixture
def demo(own_demo: Callable[..., DemoServer]) -> DemoServer:
    """A service of the test's own: opening the place reads all runs of the account."""
    return own_demo(models=MODELS)


async def five_runs(services: Services) -> None:
    await insert(services, old_runs(5))


def marked(driver: Driver) -> list[str]:
    return sorted(row.title for row in driver.find("#runs").marked)


def said(driver: Driver) -> str:
    """What the app has said in passing."""
    return " ".join(notice.message for notice in driver.app._notifications)


def creates(server: DemoServer) -> int:
    return sum(1 for request in server.requests if request.method == "POST" and request.path.endswith("predictions"))


async def test_runs_are_marked_one_by_one_by_ranges_and_all_at_once(demo: DemoServer) -> None:
    async with open_app(demo, before=five_runs) as driver:
        await at_runs(driver, "5 runs")
        await driver.press("space", "j", "j", "V")
        assert marked(driver) == ["old 1", "old 2", "old 3", "old 4"] or marked(driver) == ["old 1", "old 4"]
        await driver.press("A")
        await driver.until(lambda: not marked(driver), "no marks")
        await driver.press("g", "shift+down", "shift+down")
        assert marked(driver) == ["old 3", "old 4"]
        await driver.until("2 marked")
        await driver.press("escape")
        assert not marked(driver)
        await driver.press("A")
        await driver.until("5 marked")
        assert len(marked(driver)) == 5
        # The marks outlive a filter that hides their runs.
        await driver.write("#filter", "nothing like it")
        await driver.until("Nothing matches")
        await driver.until("5 marked")


async def test_a_range_reaches_from_the_last_mark_to_the_cursor(demo: DemoServer) -> None:
    async with open_app(demo, before=five_runs) as driver:
        await at_runs(driver, "5 runs")
        # Space moves down by itself.
        await driver.press("j", "space", "j", "V")
        assert marked(driver) == ["old 1", "old 2", "old 3"]
        await driver.press("A", "G", "V")
        assert marked(driver) == ["old 0"], "without a mark, the run under the cursor"


async def test_tags_are_given_found_and_taken_away(demo: DemoServer) -> None:
    async with open_app(demo, before=five_runs) as driver:
        await at_runs(driver, "5 runs")
        await driver.press("space", "space", "t")
        await driver.until("Tags of 2 runs")
        await driver.until("No run has a tag yet")
        await driver.type("expo, winter")
        await driver.until("enter gives #expo #winter to 2 runs")
        await driver.press("enter")
        await driver.until(lambda: "#expo" in driver.line("old 4") and "#expo" in driver.line("old 3"), "the tags")
        await driver.press("escape", "slash")
        await driver.type("tag:expo")
        await driver.until(lambda: titles(driver) == ["old 4", "old 3"], "the tagged runs")
        # What a tag begins with brings it up; all that are chosen have it, so that it is taken away.
        await driver.press("down", "number_sign")
        await driver.until("Tags of 1 run")
        await driver.type("ex")
        await driver.press("down")
        await driver.until("enter takes #expo away from 1 run")
        await driver.press("enter")
        await driver.until(lambda: titles(driver) == ["old 3"], "the run that is left")
        await driver.press("slash", "ctrl+u")
        await driver.type("tag:")
        await driver.until("winter 2")


async def test_a_tag_that_some_have_is_given_to_all_or_taken_away(demo: DemoServer) -> None:
    async def history(services: Services) -> None:
        await five_runs(services)
        await services.runs.add_tags(["old4"], ["expo"])

    async with open_app(demo, before=history, size=SMALL) as driver:
        await at_runs(driver, "5 runs")
        await driver.press("space", "space", "t")
        await driver.until("on 1 of 2")
        await driver.until("enter gives #expo to 2 runs   del takes it away")
        await driver.press("delete")
        await driver.until(lambda: not any(row.tags for row in driver.find("#runs").rows), "no tags")
        await driver.press("t")
        await driver.until("Tags of 2 runs")
        await driver.type("no:tag")
        await driver.press("enter")
        await driver.until("A tag has no comma, colon or quotation mark")


async def test_a_note_is_written_shown_and_changed(demo: DemoServer) -> None:
    async with open_app(demo, before=five_runs) as driver:
        await at_runs(driver, "5 runs")
        await driver.press("N")
        await driver.until("Note on old 4")
        await driver.type("for the show")
        # Keys of the app are letters here.
        await driver.press("enter", "q", "escape")
        await driver.gone("Note on")
        assert "¶" not in driver.line("old 4"), "esc writes nothing"
        await driver.press("N")
        await driver.until("Note on old 4")
        await driver.type("for the show")
        await driver.press("ctrl+s")
        await driver.until(lambda: "¶" in driver.line("old 4"), "the sign of a note")
        await driver.until("note     for the show")
        await driver.press("N")
        await driver.until("Note on old 4")
        await driver.until(lambda: driver.find("#note").text == "for the show", "the note")
        await driver.press("escape")
        await driver.gone("Note on")
        # One note for several says what it takes the place of.
        await driver.press("g", "space", "space", "N")
        await driver.until("One note on 2 runs")
        await driver.until("It takes the place of 1 note")
        await driver.type("both")
        await driver.press("ctrl+s")
        await driver.until(lambda: "¶" in driver.line("old 3"), "both have it")


async def test_what_is_shown_or_marked_is_exported(demo: DemoServer, tmp_path: Path) -> None:
    async with open_app(demo, before=five_runs) as driver:
        await at_runs(driver, "5 runs")
        await driver.press("E")
        await driver.until("Export 5 runs")
        await driver.write("#path", str(tmp_path / "all.jsonl"))
        await driver.press("enter")
        await driver.until("Exported 5 runs to")
        exported = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]
        assert [run["id"] for run in exported] == ["old4", "old3", "old2", "old1", "old0"]
        await driver.press("G", "space", "k", "space", "E")
        await driver.until("Export 2 runs")
        await driver.write("#path", str(tmp_path / "some.jsonl"))
        await driver.press("tab")
        assert driver.find("#path").value == str(tmp_path / "some.csv"), "the ending follows the format"
        await driver.press("enter")
        await driver.until("Exported 2 runs to")
        with (tmp_path / "some.csv").open(newline="") as file:
            assert [run["id"] for run in csv.DictReader(file)] == ["old1", "old0"]
        # Nothing is overwritten.
        await driver.press("E")
        await driver.until("Export 2 runs")
        await driver.write("#path", str(tmp_path / "all.jsonl"))
        await driver.press("enter")
        await driver.until("There is a file all.jsonl already")


async def test_several_are_run_again_after_a_question_whose_default_is_no(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        for name in ("Alice", "Bob"):
            await driver.run(GREETER, {"text": name})
        await at_runs(driver, "2 runs")
        await driver.press("A")
        await driver.until("2 marked")
        await driver.press("e")
        await driver.until("Run 2 runs again?")
        await driver.until("It costs nothing")
        await driver.press("enter")
        await driver.gone("Run 2 runs again?")
        assert creates(demo) == 2
        await driver.press("e")
        await driver.until("Run 2 runs again?")
        await driver.press("y")
        await driver.until("Sent 2 runs again")
        await driver.until(lambda: sorted(titles(driver)) == ["Alice", "Alice", "Bob", "Bob"], "each once more")
        assert creates(demo) == 4
        assert not marked(driver), "what was sent is marked no more"


async def test_the_first_refusal_ends_it_and_what_was_not_sent_stays_marked(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        for name in ("Alice", "Bob", "Carol"):
            await driver.run(GREETER, {"text": name})
        await at_runs(driver, "3 runs")
        await driver.press("space", "space", "space", "e")
        await driver.until("Run 3 runs again?")
        demo.faults.add(insufficient_credit(method="POST", nth=2))
        await driver.press("y")
        await driver.until("Sent 1 of 3")
        assert "Not enough credit (402)" in said(driver)
        assert "2 runs were not sent and stay marked" in said(driver)
        assert marked(driver) == ["Alice", "Bob"], "the newest was sent first"
        assert creates(demo) == 3 + 2


async def test_runs_whose_secrets_are_not_kept_are_left_out(demo: DemoServer, tmp_path: Path) -> None:
    file = tmp_path / "photo.txt"
    file.write_text("a photo")

    async def history(services: Services) -> None:
        from replicate_tui.services.views import RunRequest

        request = RunRequest(
            model=READER,
            input={"file": str(file), "api_key": "hush"},
            secret_fields=frozenset({"api_key"}),
            file_fields=frozenset({"file"}),
        )
        await services.runs.create(request, latch="reader")

    async with open_app(demo, before=history) as driver:
        await driver.run(GREETER, {"text": "Alice"})
        await at_runs(driver, "2 runs")
        await driver.press("A")
        await driver.until("2 marked")
        await driver.press("e")
        await driver.until("Run 1 run again?")
        await driver.until("1 run left out, whose secret inputs are not kept")
        assert "hush" not in driver.text


async def test_removals_are_undone_the_last_one_first(demo: DemoServer) -> None:
    async with open_app(demo, before=five_runs) as driver:
        await at_runs(driver, "5 runs")
        for left in (4, 3):
            await driver.press("d")
            await driver.until("Remove 1 run")
            await driver.press("y")
            await driver.until(f"{left} runs")
        await driver.press("u")
        await driver.until(lambda: titles(driver)[0] == "old 3", "the last that was removed")
        await driver.press("u")
        await driver.until(lambda: titles(driver)[0] == "old 4", "the one before")
        await driver.press("u")
        assert len(titles(driver)) == 5


async def test_the_copy_menu_of_several_has_a_line_for_each(demo: DemoServer) -> None:
    async with open_app(demo) as driver:
        records = [await driver.run(GREETER, {"text": name}) for name in ("Alice", "Bob")]
        await at_runs(driver, "2 runs")
        await driver.press("A")
        await driver.until("2 marked")
        await driver.press("y")
        await driver.until("web pages")
        assert records[1].remote_id, "the newest comes first"
        assert str(records[1].remote_id) in driver.line("ids")


async def test_every_action_is_in_the_palette(demo: DemoServer) -> None:
    async with open_app(demo, before=five_runs) as driver:
        await at_runs(driver, "5 runs")
        for words in ("Tags of the run", "Write a note on", "Export the marked", "Try again to save", "Mark all that"):
            await driver.press("ctrl+p")
            await driver.until("Search for commands")
            await driver.type(words[-6:])
            await driver.until(words)
            await driver.press("escape")
            await driver.until(lambda: driver.shows(RunsScreen), "the list")
