"""The service refuses a create: plain words, the form as it was, nothing sent again, complaints at their fields."""

import re
from pathlib import Path

import pytest

from replicate_tui.demo.faults import FaultRule, insufficient_credit, throttled
from replicate_tui.demo.server import DemoServer
from replicate_tui.store.records import NOT_SENT
from tests.e2e.walking import creates, database_of, facts, flat, open_form, quit_in_order, start_on, wait_until_said
from tests.support.demo import make_demo
from tests.support.terminal import Terminal

pytestmark = pytest.mark.pty

MODEL = "tests/greeter"
TEXT = "words that must stay"
CREATES = {"method": "POST", "path": "*/predictions"}


def send_form(terminal: Terminal) -> None:
    open_form(terminal)
    terminal.send(TEXT)
    terminal.wait_for(TEXT)
    terminal.send("ctrl+g")


def refused(service: DemoServer, home: Path, rule: FaultRule, *patterns: str) -> str:
    """Send a form that `rule` strikes, check that nothing is lost, send it again without, and return the words."""
    service.faults.add(rule)
    with start_on(service, "open", MODEL, home=home, columns=100) as terminal:
        send_form(terminal)
        for pattern in patterns:
            terminal.wait_for(lambda screen, pattern=pattern: re.search(pattern, flat(screen)))
        screen = terminal.wait_until_gone("1 running|sending")
        assert TEXT in screen
        assert creates(service) == 1, facts(service)
        service.faults.clear()
        terminal.send("ctrl+g")
        terminal.wait_for(r"✓ succeeded +tests/greeter")
        terminal.wait_for(f"hello {TEXT}")
        assert creates(service) == 2, facts(service)
        terminal.send("4")
        # One row: a run that was never made is not listed.
        terminal.wait_for(lambda rows: re.findall(r"(\w+) +(?:tests/)?greeter", rows) == ["succeeded"])
        quit_in_order(terminal)
    return screen


def test_no_credit(private_home: Path) -> None:
    with make_demo() as service:
        screen = refused(
            service, private_home, insufficient_credit(**CREATES), r"Not enough credit \(402\)", "form is kept"
        )
    assert "Nothing was run; the form is kept." in flat(screen)
    assert "Traceback" not in screen
    assert NOT_SENT.encode() in database_of(private_home).read_bytes()


def test_no_such_model_any_more(private_home: Path) -> None:
    gone = FaultRule(
        status=404, body={"detail": "The requested resource could not be found.", "status": 404}, **CREATES
    )
    with make_demo() as service:
        refused(service, private_home, gone, r"no such thing \(404\)", "form is kept")


def test_the_services_complaints_stand_at_their_fields(private_home: Path) -> None:
    body = {
        "title": "Input validation failed",
        "detail": "- input.text: too rude\n",
        "status": 422,
        "invalid_fields": [{"type": "rude", "field": "input.text", "description": "[/]too rude"}],
    }
    rule = FaultRule(status=422, body=body, **CREATES)
    with make_demo() as service:
        screen = refused(service, private_home, rule, r"does not accept the input \(422\)", "too rude")
    lines = screen.splitlines()
    (place,) = (number for number, line in enumerate(lines) if "too rude" in line)
    assert any(TEXT in line for line in lines[max(0, place - 4) : place + 4]), screen


def test_too_many_requests_wait_and_are_sent_once(private_home: Path) -> None:
    """A create that was refused before it was processed is sent again after the wait, and then it is one run."""
    with make_demo() as service:
        service.faults.add(throttled(retry_after=1, header=True, times=1, **CREATES))
        with start_on(service, "open", MODEL, home=private_home) as terminal:
            send_form(terminal)
            terminal.wait_for(r"✓ succeeded +tests/greeter")
            terminal.wait_for(f"hello {TEXT}")
            assert creates(service) == 2, facts(service)
            quit_in_order(terminal)


def test_a_wait_that_is_too_long_is_told(private_home: Path) -> None:
    with make_demo() as service:
        rule = throttled(retry_after=3600, header=True, **CREATES)
        refused(service, private_home, rule, r"Too many requests \(429\)", "form is kept|again in")


def test_a_lost_answer_is_never_sent_again(private_home: Path) -> None:
    with make_demo() as service:
        service.faults.add(FaultRule(drop=True, when="after", times=1, **CREATES))
        with start_on(service, "open", MODEL, home=private_home) as terminal:
            send_form(terminal)
            terminal.wait_for(r"✓ succeeded +tests/greeter", seconds=40)
            terminal.wait_for(f"hello {TEXT}")
            assert creates(service) == 1, facts(service)
            quit_in_order(terminal)


def test_a_token_that_is_refused_later_is_said_once(private_home: Path) -> None:
    with make_demo() as service, start_on(service, "open", MODEL, home=private_home) as terminal:
        open_form(terminal)
        refusal = FaultRule(status=401, body={"title": "Unauthenticated", "detail": "Invalid token", "status": 401})
        service.faults.add(refusal)
        terminal.send(TEXT)
        terminal.wait_for(TEXT)
        terminal.send("ctrl+g")
        assert TEXT in wait_until_said(terminal, "does not accept the token (401)")
        before = len(service.requests)
        assert creates(service) == 1, facts(service)
        terminal.send("alt+4")
        terminal.wait_for("not authorised")
        terminal.wait_for("1 run|No runs yet")
        assert len(service.requests) - before <= 3, facts(service)
        quit_in_order(terminal)
