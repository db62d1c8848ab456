"""The place of profiles by keys: made, switched, left behind, and nothing of one ever in another."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from replicate_tui import config
from replicate_tui.config import Settings
from replicate_tui.demo.model import DemoModel, Job
from replicate_tui.demo.server import DemoServer
from replicate_tui.paths import profile_paths
from replicate_tui.store.glance import glance_at
from replicate_tui.store.records import SaveState
from replicate_tui.ui import messages, sessions
from replicate_tui.ui.modals.choice import ChoiceDialog
from replicate_tui.ui.modals.profile import ProfileDialog
from replicate_tui.ui.screens.profiles import ProfilesScreen
from tests.demo import models as tiny
from tests.support.demo import make_demo
from tests.support.waiting import wait_for
from tests.ui.driver import SMALL
from tests.ui.profiles_app import ProfilesDriver, open_profiles_app

GREETER = "tests/greeter"
GATED = "tests/gated"
WRONG = "r8_" + "x" * 37


@pytest.fixture(scope="module")
def other() -> Iterator[DemoServer]:
    """Another service than the one of the default profile, with a token of its own."""
    with make_demo(seed=9) as server:
        yield server


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look sooner whether a profile left behind can be closed."""
    monkeypatch.setattr(sessions, "LOOK_SECONDS", 0.1)


def gated(gate: threading.Event) -> DemoModel:
    """Return a model whose runs end once `gate` is open."""

    async def run(job: Job, given: Mapping[str, Any]) -> str:
        job.log("waiting at the gate")
        while not gate.is_set():  # noqa: ASYNC110  (the test opens it from another thread)
            await asyncio.sleep(0.02)
        return f"through with {given['text']}"

    return DemoModel(
        owner="tests",
        name="gated",
        description="Waits.",
        readme="",
        input_schema=tiny.text_input(),
        output_schema={"type": "string"},
        run=run,
        version="9" * 64,
        queue=0.0,
    )


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    opened = threading.Event()
    yield opened
    opened.set()


@pytest.fixture
def gated_demo(own_demo: Callable[..., DemoServer], gate: threading.Event) -> DemoServer:
    return own_demo(models=[gated(gate), *tiny.MODELS], seed=3)


def tokens_at(service: DemoServer) -> set[str]:
    """Return the tokens that a service was sent."""
    return {
        seen.headers["authorization"].removeprefix("Bearer ")
        for seen in service.requests
        if "authorization" in seen.headers
    }


async def fill_in(driver: ProfilesDriver, **values: str) -> None:
    for name, text in values.items():
        await driver.write(f"#{name}", text)


async def test_each_profile_has_its_own_history(
    own_demo: Callable[..., DemoServer],
) -> None:
    # Services of its own: runs of other tests would be read from the account.
    mine, other = own_demo(), own_demo(seed=9)
    async with open_profiles_app({"default": mine, "work": other}) as driver:
        await driver.run(GREETER, {"text": "of default"})
        await driver.switch_to("work")
        assert "work" in driver.lines[0]
        assert driver.app.screen_stack == [driver.screen]
        run = await driver.run(GREETER, {"text": "of work"})
        await driver.press("4")
        await driver.until("of work")
        assert "of default" not in driver.text
        await driver.switch_to("default")
        await driver.press("4")
        await driver.until("of default")
        assert "of work" not in driver.text
    assert tokens_at(other) == {other.token}
    assert other.token not in tokens_at(mine)
    glances = [glance_at(profile_paths(name).database, "") for name in ("default", "work")]
    assert [glance.runs for glance in glances if glance] == [1, 1]
    assert list(profile_paths("work").runs.rglob(f"*{run.remote_id}*"))
    assert not list(profile_paths("default").runs.rglob(f"*{run.remote_id}*"))


async def test_a_run_left_behind_is_followed_saved_and_told(
    gated_demo: DemoServer, gate: threading.Event, other: DemoServer
) -> None:
    async with open_profiles_app({"default": gated_demo, "work": other}) as driver:
        left = driver.services
        run = await driver.run(GATED, {"text": "patience"}, to_its_end=False)
        await driver.until("1 running")
        await driver.switch_to("work")
        await driver.until("default: 1 going")
        # The end of the app is asked about, and what fetches that run is said.
        await driver.press("q")
        await driver.until("In another profile something is still going")
        assert "Profile default: 1 run; a start with --profile default" in " ".join(driver.text.split())
        await driver.press("enter")
        await driver.open_profiles()
        await driver.until("1 not finished")
        gate.set()
        await driver.until("default: ✓ tests/gated succeeded")
        await driver.gone("default: 1 going")
        await driver.gone("1 not finished")
        # Nothing of it is going on any more, so it is closed, and another copy may look after it.
        await driver.until(lambda: not left.database.ownership.is_held, "the profile closed")
        await driver.switch_to("default")
        assert driver.services is not left
        kept = await driver.services.runs.get(run.id)
        assert (kept.status, kept.saved, kept.output) == ("succeeded", SaveState.SAVED, "through with patience")


async def test_one_comes_back_to_what_is_going_on(
    gated_demo: DemoServer, gate: threading.Event, other: DemoServer
) -> None:
    async with open_profiles_app({"default": gated_demo, "work": other}, size=SMALL) as driver:
        left = driver.services
        await driver.run(GATED, {"text": "patience"}, to_its_end=False)
        await driver.switch_to("work")
        await driver.until("default: 1 going")
        await driver.switch_to("default")
        assert driver.services is left
        await driver.until("1 running")
        assert "going" not in driver.lines[0]
        gate.set()
        await driver.until("✓ tests/gated succeeded")
        assert "default: ✓" not in driver.text


async def test_a_switch_in_the_middle_of_a_create_loses_nothing(
    own_demo: Callable[..., DemoServer], other: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = own_demo(seed=5)
    async with open_profiles_app({"default": service, "work": other}) as driver:
        sender, may_go = driver.services.creator._sender, asyncio.Event()
        send = sender.send

        async def held(*request: Any, **more: Any) -> Any:
            await may_go.wait()
            return await send(*request, **more)

        monkeypatch.setattr(sender, "send", held)
        await driver.open(messages.OpenForm(GREETER))
        await driver.until("options: version")
        await driver.type("in between")
        await driver.press("ctrl+g")
        await wait_for(lambda: driver.services.creator.is_busy, "the create")
        await driver.switch_to("work")
        may_go.set()
        await driver.until("default: tests/greeter was sent; it is in Runs")
        await driver.until("default: ✓ tests/greeter succeeded")
        await driver.switch_to("default")
        await driver.press("4")
        await driver.until("in between")
    assert len([seen for seen in service.requests if seen.method == "POST"]) == 1


async def test_an_errand_under_way_has_its_profile_to_the_end(
    demo: DemoServer, other: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_profiles_app({"default": demo, "work": other}) as driver:
        left, may_go, looks = driver.services, asyncio.Event(), []
        has_errand = driver.app._sessions._has_errand
        monkeypatch.setattr(driver.app._sessions, "_has_errand", lambda: looks.append(has_errand()) or looks[-1])

        async def errand() -> None:
            await may_go.wait()
            await left.memory.set("packed", True)

        worker = driver.app.run_worker(errand())
        await driver.switch_to("work")
        await wait_for(lambda: len(looks) > 2, "a few looks")
        may_go.set()
        await worker.wait()
        await wait_for(lambda: not left.database.ownership.is_held, "the profile closed")
        assert looks[:3] == [True, True, True]


async def test_a_new_profile_by_keys(demo: DemoServer, other: DemoServer) -> None:
    async with open_profiles_app({"default": demo}, size=SMALL) as driver:
        await driver.press("ctrl+p")
        await driver.until("Search for commands")
        await driver.type("switch prof")
        await driver.until("Switch profile…")
        await driver.press("enter")
        await driver.until("in use: default")
        await driver.press("n")
        await driver.until(lambda: driver.shows(ProfileDialog), "the dialog")
        await driver.type("two words")
        await driver.press("enter")
        await driver.until("no name of a profile")
        await fill_in(driver, name="work", token=WRONG, base_url="http://example.com/v1")
        await driver.press("enter")
        await driver.until("would send the token in the clear")
        assert driver.focused == "base_url"
        await fill_in(driver, base_url="http://127.0.0.1:9/v1")
        await driver.press("enter")
        await driver.until("Nothing was kept")
        assert "Checking" not in driver.text
        await fill_in(driver, base_url=other.base_url)
        await driver.press("enter")
        await driver.until("does not accept the token (401)")
        assert driver.focused == "token"
        assert WRONG not in driver.text
        assert not profile_paths("work").config.exists()
        await fill_in(driver, token=other.token)
        await driver.press("enter")
        await driver.until("Made work: its token is of demo. enter switches to it.")
        await driver.until("no history yet")
        assert driver.screen._card.name == "work"
        await driver.press("enter")
        await driver.until_in("work")
        # It is there at the next start, too.
        assert config.base_url_for("work", Settings()) == other.base_url
        assert config.find_token(profile_paths("work")) == other.token


async def test_a_token_is_removed_after_a_question_and_given_anew(demo: DemoServer, other: DemoServer) -> None:
    async with open_profiles_app({"default": demo, "work": other}) as driver:
        # The place of the account leads there.
        await driver.press("8")
        await driver.until("Connection")
        await driver.press("P")
        await driver.until("2 · in use: default")
        await driver.go_to("work")
        await driver.press("d")
        await driver.until("Remove the token of work?")
        await driver.press("enter")
        assert profile_paths("work").token_file.exists()
        await driver.press("d", "y")
        await driver.until("Removed the token of work")
        assert not profile_paths("work").token_file.exists()
        # Without a token and a history there is nothing to list.
        await driver.until("1 · in use: default")
        await driver.press("d", "y")
        await driver.until("Removed the token of default")
        await driver.until("no token")
        await driver.press("d")
        assert driver.shows(ProfilesScreen)
        await driver.press("enter")
        await driver.until("default is in use already")


async def test_a_profile_of_the_settings_wants_a_token_first(demo: DemoServer, other: DemoServer) -> None:
    settings = Settings(read_account=False, base_urls={"told": other.base_url, "wrong": "ftp://x"})
    async with open_profiles_app({"default": demo}, settings=settings) as driver:
        await driver.open_profiles()
        await driver.go_to("wrong")
        await driver.press("enter")
        await driver.until("is not an http(s) address")
        await driver.go_to("told")
        await driver.press("enter")
        await driver.until("No token is kept for told.")
        assert driver.find("#base_url").disabled
        await fill_in(driver, token=other.token)
        await driver.press("enter")
        await driver.until_in("told")
        assert driver.services.connection.origin == other.base_url


async def test_the_profile_in_use_goes_on_at_its_new_address(demo: DemoServer, other: DemoServer) -> None:
    async with open_profiles_app({"default": demo}) as driver:
        before = driver.services
        await driver.run(GREETER, {"text": "at the first address"})
        await driver.open_profiles()
        await driver.press("e")
        await fill_in(driver, base_url=other.base_url)
        await driver.press("enter")
        await driver.until("A token goes to one address only")
        await fill_in(driver, token=other.token)
        await driver.press("enter")
        await driver.until(lambda: driver.profile and driver.services is not before, "other services")
        await driver.until_in("default")
        assert driver.services.connection.origin == other.base_url
        assert not before.database.ownership.is_held
        await driver.press("4")
        await driver.until("at the first address")
    assert demo.token not in tokens_at(other)


async def test_another_token_is_used_at_once(gated_demo: DemoServer, gate: threading.Event, other: DemoServer) -> None:
    async with open_profiles_app({"default": gated_demo, "work": other}) as driver:
        run = await driver.run(GATED, {"text": "on"}, to_its_end=False)
        await driver.until("1 running")
        before = await driver.services.connection.client()
        await driver.open_profiles()
        await driver.press("e")
        await fill_in(driver, token=gated_demo.token, base_url=other.base_url)
        await driver.press("enter")
        await driver.until("1 run is not finished in default")
        await fill_in(driver, base_url=gated_demo.base_url)
        await driver.press("enter")
        await driver.until("default: its token is of demo.")
        assert await driver.services.connection.client() is not before
        gate.set()
        await driver.until(lambda: driver.is_over(run.id), "the end of the run")


async def test_the_demo_is_a_world_of_its_own(other: DemoServer) -> None:
    asked = len(other.requests)
    async with open_profiles_app({"work": other}, wants_demo=True) as driver:
        await driver.open_profiles()
        await driver.until("The demo is a world of its own")
        assert "work" not in driver.text
        for key in ("enter", "n", "e", "d", "r"):
            await driver.press(key)
            assert driver.shows(ProfilesScreen)
        driver.app.post_message(messages.SwitchProfile("work"))
        await driver.until("no profile is opened")
        assert driver.profile == "demo"
    assert len(other.requests) == asked


async def test_a_form_in_the_middle_is_a_draft_of_its_profile(demo: DemoServer, other: DemoServer) -> None:
    async with open_profiles_app({"default": demo, "work": other}) as driver:
        for profile, typed in (("default", "half a thought"), ("work", "another")):
            await driver.open(messages.OpenForm(GREETER))
            await driver.until("options: version")
            assert "half a thought" not in driver.text
            await driver.type(typed)
            await driver.switch_to({"default": "work", "work": "default"}[profile])
        await driver.open(messages.OpenForm(GREETER))
        await driver.until("half a thought")
        assert "another" not in driver.text


async def test_a_question_that_stands_is_answered_as_if_it_was_never_asked(demo: DemoServer, other: DemoServer) -> None:
    async with open_profiles_app({"default": demo, "work": other}) as driver:
        answers: list[str | None] = []

        async def ask() -> None:
            answers.append(await driver.app.push_screen_wait(ChoiceDialog("Go on?", ())))

        left = driver.services
        await left.webhooks.set_port(0)
        await left.webhooks.start()
        driver.app.run_worker(ask())
        await driver.until("Go on?")
        driver.app.post_message(messages.SwitchProfile("work"))
        await driver.until_in("work")
        assert answers == [None]
        # What was started goes on, and says so.
        await driver.until("default: listening")
        await left.webhooks.stop()
        await driver.gone("default: listening")


async def test_a_profile_that_cannot_be_opened_leaves_one_where_one_is(demo: DemoServer, other: DemoServer) -> None:
    async with open_profiles_app({"default": demo, "work": other}) as driver:
        profile_paths("work").token_file.write_text("two words")
        await driver.open_profiles()
        await driver.go_to("work")
        await driver.press("enter")
        await driver.until("work cannot be opened: The token has a blank")
        assert driver.profile == "default"
        assert driver.shows(ProfilesScreen)


async def test_the_first_screen_names_profiles_that_have_a_token(other: DemoServer) -> None:
    async with open_profiles_app({"work": other}, size=SMALL) as driver:
        await driver.until("With a token: work. Start with --profile")
        await driver.until("opens the demo")
