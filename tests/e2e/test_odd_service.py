"""What the service may say tomorrow: a status, fields and schemas nobody has seen yet are shown, and nothing ends."""

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from replicate_tui.demo.faults import FaultRule
from replicate_tui.demo.server import DemoServer
from tests.e2e.walking import creates, open_form, quit_in_order, start_on, wait_until_said
from tests.support.demo import make_demo

pytestmark = pytest.mark.pty

RUN_ID = "abcdefghijklmnopqrstuvwxyz"
MODEL = "tests/greeter"


def prediction(status: str, **more: Any) -> dict[str, Any]:
    return {
        "id": RUN_ID,
        "model": MODEL,
        "version": "a" * 64,
        "input": {"text": "odd"},
        "logs": "",
        "output": None,
        "error": None,
        "status": status,
        "created_at": "2026-01-01T00:00:00Z",
        "urls": {},
        "moons": {"phase": ["new", 3, None]},
        **more,
    }


def answer(service: DemoServer, path: str) -> Any:
    """Return what the service itself says."""
    request = urllib.request.Request(f"{service.base_url}{path}", headers={"Authorization": f"Bearer {service.token}"})
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.load(reply)


def test_an_unknown_status_is_shown_and_followed_to_its_end(private_home: Path) -> None:
    with make_demo() as service:
        path = f"*/predictions/{RUN_ID}"
        service.faults.add(
            FaultRule(method="POST", path="*/predictions", status=201, body=prediction("hibernating")),
            FaultRule(method="GET", path=path, status=200, times=2, body=prediction("dreaming", source="elsewhere")),
            FaultRule(
                method="GET",
                path=path,
                status=200,
                body=prediction("succeeded", output="awake again", metrics={"predict_time": "long", "naps": 3}),
            ),
        )
        with start_on(service, "open", MODEL, home=private_home, columns=110) as terminal:
            open_form(terminal)
            terminal.send("odd", "ctrl+g")
            terminal.wait_for(r"\? (hibernating|dreaming) +tests/greeter")
            terminal.wait_for(r"✓ succeeded +tests/greeter", seconds=60)
            terminal.wait_for("awake again")
            terminal.send("4")
            terminal.wait_for("✓ succeeded +tests/greeter")
            quit_in_order(terminal)
        assert creates(service) == 1


@pytest.mark.parametrize(
    "document",
    [None, {}, "a text", {"components": {"schemas": {"Input": ["odd"]}}}],
    ids=["null", "empty", "text", "odd"],
)
def test_a_schema_that_cannot_be_a_form_is_json(document: Any, private_home: Path) -> None:
    with make_demo() as service:
        model = answer(service, f"/models/{MODEL}")
        model["latest_version"]["openapi_schema"] = document
        service.faults.add(FaultRule(method="GET", path=f"*/models/{MODEL}", status=200, body=model))
        with start_on(service, "open", MODEL, home=private_home, columns=110) as terminal:
            terminal.wait_for(r"Inputs .*README")
            terminal.send("f")
            wait_until_said(terminal, "The input is edited as JSON.")
            terminal.wait_for(r"^ *1 +\{\}")
            terminal.send("ctrl+e", "ctrl+u", "{")
            terminal.send("ctrl+g")
            wait_until_said(terminal, "Nothing was sent")
            terminal.send("ctrl+e", "ctrl+u", '{"text": "by hand"}')
            terminal.wait_for(r'^ *1 +\{"text": "by hand"\}$')
            terminal.send("ctrl+g")
            terminal.wait_for(r"✓ succeeded +tests/greeter")
            terminal.wait_for("hello by hand")
            quit_in_order(terminal)


@pytest.mark.parametrize("body", [None, [], "words", {"results": None}, {"results": [None, 3, {"name": 5}]}])
def test_lists_that_are_none(body: Any, private_home: Path) -> None:
    with make_demo() as service:
        service.faults.add(FaultRule(method="GET", path="*/v1/[cm]o*", status=200, body=body))
        with start_on(service, home=private_home) as terminal:
            terminal.wait_for("Six keys")
            terminal.send("enter")
            terminal.wait_until_gone("Six keys")
            terminal.send("3")
            terminal.wait_for("3 Collections")
            terminal.send("4")
            terminal.wait_for("No runs yet")
            quit_in_order(terminal)
