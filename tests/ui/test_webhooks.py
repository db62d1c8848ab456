"""The webhook receiver by keys: started, told by runs of the demo, looked through, replayed, set up and stopped."""

import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from replicate_tui.config import Settings
from replicate_tui.demo.server import DemoServer
from replicate_tui.services.bundle import Services
from replicate_tui.services.views import RunOptions
from replicate_tui.services.webhook_views import Delivery, Facts, ReceiverState, Verdict
from replicate_tui.ui import messages
from replicate_tui.ui.modals.ask import AskDialog
from replicate_tui.ui.modals.replay import ReplayDialog
from replicate_tui.ui.screens.delivery import DeliveryScreen
from replicate_tui.ui.screens.monitor import MonitorScreen
from replicate_tui.ui.screens.run_form import RunFormScreen
from replicate_tui.ui.screens.webhooks import WebhooksScreen
from replicate_tui.ui.webhooks.drawing import address_line, delivery_lines, state_line
from replicate_tui.ui.webhooks.errands import curl
from replicate_tui.ui.webhooks.listing import WebhookListing
from tests.support.hostile import MARKUP, TERMINAL
from tests.ui.driver import SMALL, WIDE, Driver, open_app

MakeDemo = Callable[..., DemoServer]
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
GREETER = "tests/greeter"


async def any_port(services: Services) -> None:
    await services.webhooks.set_port(0)


@asynccontextmanager
async def at_webhooks(demo: DemoServer, size: tuple[int, int] = SMALL, **options: Any) -> AsyncIterator[Driver]:
    """Open the app at the receiver, which would listen at any free port."""
    async with open_app(demo, size=size, before=any_port, **options) as driver:
        await driver.until("Search", "the app")
        driver.app.post_message(messages.OpenWebhooks())
        await driver.until(lambda: driver.shows(WebhooksScreen), "the receiver")
        yield driver


async def started(driver: Driver) -> None:
    await driver.press("s")
    await driver.until("secret known")


def delivery(number: int = 1, **changes: Any) -> Delivery:
    facts = Facts(run_id="abc123", model="acme/fog", status="succeeded", event="completed")
    known: dict[str, Any] = {"id": f"msg_{number}", "verdict": Verdict.VALID, "facts": facts, "known_run": "ours"}
    known |= {"headers": (("webhook-id", f"msg_{number}"),), "body": b"{}"}
    return Delivery(number=number, received_at=NOW + timedelta(seconds=number), **{**known, **changes})


async def forged(driver: Driver, body: bytes, **headers: str) -> int:
    async with httpx.AsyncClient() as client:
        url = driver.services.webhooks.state.local_url
        answer = await client.post(
            url, content=body, headers={f"webhook-{name}": value for name, value in headers.items()}
        )
    return answer.status_code


async def test_from_the_palette_through_a_run_to_a_replay_and_the_end(own_demo: MakeDemo) -> None:
    program = "import json, os, sys; told = json.load(sys.stdin); print(os.environ['WEBHOOK_EVENT'], told['output'])"
    async with open_app(own_demo(), size=WIDE, before=any_port) as driver:
        await driver.until("Popular")
        await driver.press("colon")
        await driver.type("webhooks")
        await driver.until("Receive and judge")
        await driver.press("enter", "enter")
        await driver.until("Not listening. s starts.")
        # Without a delivery its keys do nothing.
        await driver.press("R", "o", "d", "enter")
        assert driver.shows(WebhooksScreen)
        await started(driver)
        assert "listening" in driver.lines[0]
        await driver.until("Run a model: it reports here.")

        await driver.open(messages.OpenForm(GREETER, values={"text": "there"}))
        await driver.until(lambda: driver.shows(RunFormScreen) and driver.screen.form.is_loaded, "the form")
        await driver.until("reports its end here, to")
        await driver.press("ctrl+g")
        await driver.until(lambda: driver.shows(MonitorScreen), "the monitor")
        await driver.press("escape")
        await driver.until("✓ valid")
        row = driver.line("✓ valid")
        assert "completed" in row
        assert "✓ succeeded" in row
        await driver.until(f"#1   {GREETER}")
        # The pane beside it has the body.
        await driver.until('"hello there"')

        await driver.press("enter")
        await driver.until(lambda: driver.shows(DeliveryScreen), "the delivery whole")
        await driver.until("The signature fits the body, and it is fresh.")
        await driver.until("webhook-signature")
        await driver.press("R")
        await driver.until(lambda: driver.shows(AskDialog), "the question for a command")
        await driver.press("enter")
        await driver.until("Type a command")
        await driver.write("#text", f'{sys.executable} -c "{program}"')
        await driver.press("enter")
        await driver.until("exit code 0")
        assert "completed hello there" in driver.text
        await driver.press("escape", "escape")
        await driver.until(lambda: driver.shows(WebhooksScreen), "the list")
        await driver.press("o")
        await driver.until(lambda: driver.shows(MonitorScreen), "its run")
        # The same place by its key in Account, which tells how it stands.
        await driver.press("8")
        await driver.until("listening at http")
        await driver.press("W")
        await driver.until("✓ valid")
        await driver.press("s")
        await driver.until("not listening")
        assert "listening" not in driver.lines[0]
        # What has come stays.
        assert "✓ valid" in driver.text


async def test_the_form_says_so_and_a_run_can_be_left_out(own_demo: MakeDemo) -> None:
    async with at_webhooks(own_demo(), WIDE) as driver:
        await started(driver)
        await driver.open(messages.OpenForm(GREETER, values={"text": "a"}, options=RunOptions(receiver=False)))
        await driver.until(lambda: driver.shows(RunFormScreen) and driver.screen.form.is_loaded, "the form")
        assert driver.screen.form.request().options.receiver is False
        assert "reports its end" not in driver.text
        await driver.until("receiver ")
        form = driver.screen.form
        form.options.set_text("receiver", "true")
        driver.screen.show_changes()
        await driver.until("reports its end here, to")
        # A webhook of its own comes first.
        form.options.set_text("webhook", "https://hooks.example.net/r")
        driver.screen.show_changes()
        await driver.gone("reports its end")
        form.options.set_text("webhook", "")
        await driver.services.webhooks.set_events(("start", "completed"))
        driver.screen.show_changes()
        await driver.until("reports start and end here, to")
        await driver.services.webhooks.stop()
        driver.screen.show_changes()
        await driver.gone("to the webhook receiver")


async def test_what_is_forged_is_told_apart_and_forgotten(own_demo: MakeDemo) -> None:
    async with at_webhooks(own_demo()) as driver:
        await started(driver)
        body = json.dumps({"id": "f0rged", "model": "acme/fog", "status": "succeeded"}).encode()
        for number in range(3):
            await forged(driver, body, id=f"msg_{number}", timestamp="1", signature="v1,AAAA")
        await forged(driver, b"\x1b[2Jno json", id="msg_9")
        await driver.until(lambda: driver.text.count("wrong signature") == 3, "three forged ones")
        assert "✗ not signed" in driver.text
        assert "not JSON" in driver.text
        await driver.press("slash")
        await driver.type("not signed")
        await driver.until("1 of 4")
        await driver.press("enter", "y")
        await driver.until("headers")
        await driver.press("escape", "enter")
        await driver.until("A header of the signature is missing.")
        assert "\x1b" not in driver.text
        # To the one before, and back over none beyond the last.
        await driver.press("left_square_bracket")
        await driver.until("does not fit")
        await driver.press("right_square_bracket", "right_square_bracket")
        await driver.until("Delivery #4")
        await driver.press("escape", "escape")
        await driver.until("4 · ")
        await driver.press("S", "S", "S")
        await driver.until("what is wrong first")
        await driver.press("g", "space", "space", "d")
        await driver.until("2 · ")
        assert [each.number for each in driver.find("#deliveries").rows] == [1, 4]
        await driver.press("d", "d")
        await driver.until("Nothing has come yet.")
        await driver.press("d")
        answer = await forged(driver, b"{}")
        assert answer == 401
        await driver.until("#5")


async def test_address_port_and_events_are_asked_and_checked(own_demo: MakeDemo) -> None:
    async with at_webhooks(own_demo()) as driver:
        await driver.press("u")
        await driver.write("#text", "ftp://x")
        await driver.press("enter")
        await driver.until("It must be an https address")
        assert driver.shows(AskDialog)
        await driver.write("#text", "https://fog.example.net/hooks")
        await driver.press("enter")
        await driver.until("https://fog.example.net/hooks/")
        await driver.press("P")
        await driver.write("#text", "80")
        await driver.press("enter")
        await driver.until("between 1024 and 65535")
        await driver.press("escape", "e", "a")
        await driver.until(lambda: len(driver.services.webhooks.state.events) == 4, "everything")
        await started(driver)
        assert "runs report everything" in driver.text
        port = str(driver.services.webhooks.state.port)
        taken = DemoTaken()
        await taken.open()
        await driver.press("P")
        await driver.write("#text", str(taken.port))
        await driver.press("enter")
        await driver.until(f"Port {taken.port} is taken")
        assert "not listening" in driver.text
        await driver.press("P")
        await driver.write("#text", port)
        await driver.press("enter")
        await driver.gone("is taken")
        await started(driver)
        await driver.press("e", "n")
        await driver.until("runs do not report here")
        assert driver.services.webhooks.hook() is None
        await taken.close()


class DemoTaken:
    """Holds a port."""

    port = 0

    async def open(self) -> None:
        import asyncio

        self._server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._server.close()
        await self._server.wait_closed()


async def test_a_replay_that_goes_on_is_stopped_and_the_command_of_the_settings_is_used(own_demo: MakeDemo) -> None:
    settings = Settings(
        read_account=False,
        webhook_command=f"{sys.executable} -c 'import time; print(\"\\x1b[2Jwaits\", flush=True); time.sleep(60)'",
    )
    async with at_webhooks(own_demo(), settings=settings) as driver:
        await started(driver)
        await forged(driver, b"{}", id="msg_1")
        await driver.until("#1")
        await driver.press("R")
        await driver.until(lambda: driver.shows(ReplayDialog), "the replay")
        await driver.until("waits")
        assert "running" in driver.text
        await driver.press("x")
        await driver.until("stopped")
        await driver.press("R")
        await driver.until("running")
        await driver.press("escape")
        await driver.until(lambda: driver.shows(WebhooksScreen), "the list")
        await driver.until(lambda: not driver.app.workers._workers, "the program is gone with the dialog")


# -- parts that need no app -----------------------------------------------------------------------------------------


def test_rows_fit_any_width_and_obey_nobody() -> None:
    for name, text in (*TERMINAL, *MARKUP):
        odd = delivery(
            facts=Facts(run_id=text[:100], model=text, status=text[:40], event="output"), repeats=3, is_late=True
        )
        for width in (78, 118):
            assert all(line.cell_length <= width for line in delivery_lines(odd, width)), name
    first, second = delivery_lines(delivery(repeats=7, known_run=None), 78)
    assert first.plain.startswith("✓ valid")
    assert second.plain.startswith("  #1   acme/fog   abc123   told before as #7   not a run of this history")


def test_lists_are_filtered_sorted_and_say_what_to_press() -> None:
    listing = WebhookListing()
    listing.deliveries = [
        delivery(1, body=b"x" * 9),
        delivery(2, verdict=Verdict.WRONG),
        delivery(3, verdict=Verdict.OLD),
    ]
    orders = []
    for _ in range(5):
        orders.append([each.number for each in listing.rows()])
        listing.next_sort()
    assert orders == [[3, 2, 1], [1, 2, 3], [3, 2, 1], [2, 3, 1], [1, 3, 2]]
    listing.words = "wrong"
    assert [each.number for each in listing.rows()] == [2]
    listing.words = "nothing like it"
    state = ReceiverState(port=8787, hook_url="https://x", dropped=4)
    assert "esc" in listing.empty_text(state)
    assert "4 older ones dropped" in listing.facts(state, 0, 0)
    listing.words, listing.deliveries = "", ()
    assert "s starts" in listing.empty_text(ReceiverState())
    assert "u gives" in listing.empty_text(ReceiverState(port=8787))
    assert "e chooses" in listing.empty_text(state._replace(events=()))


def test_how_it_stands_is_said_in_words() -> None:
    state = ReceiverState(port=8787, hook_url="https://x.net/a", public_url="https://x.net", has_secret=True)
    where, events = state_line(state)
    assert (where.plain, events.plain) == (
        "● listening at http://127.0.0.1:8787   secret known",
        "runs report their end",
    )
    assert state_line(state._replace(hook_url=""))[1].plain == "runs do not report here"
    assert "https://x.net/a" in address_line(state, is_demo=False).plain
    assert "u gives" in address_line(state._replace(public_url=""), is_demo=False).plain
    assert "no public URL is needed" in address_line(state._replace(public_url=""), is_demo=True).plain


def test_a_copied_command_posts_what_came_and_runs_nothing_else() -> None:
    body = b'{"text": "it\'s $(here)"}'
    odd = delivery(
        body=body, headers=(("webhook-id", "msg'$(x)"), ("cookie", "x"), ("content-type", "application/json"))
    )
    command = curl(odd, "http://127.0.0.1:8787/secret")
    assert "cookie" not in command
    import shlex

    words = shlex.split(command.replace("\\\n", " "))
    assert words[-2:] == ["--data-binary", body.decode()]
    assert "webhook-id: msg'$(x)" in words
    assert curl(replace(odd, body=b"\xff"), "http://127.0.0.1:1/") == ""
    assert curl(replace(odd, body=b"x" * 200_000), "http://127.0.0.1:1/") == ""
