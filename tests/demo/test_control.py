"""The control API: under its own token and on its own port, out of reach of the faults it adds."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from replicate_tui.demo.server import DemoServer
from tests.demo.conftest import client_of
from tests.demo.models import GREETER, PAINTER
from tests.support.demo import make_demo


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with make_demo(has_control=True, data_lifetime=None, speed=100) as running:
        yield running


@pytest.fixture
async def control(server: DemoServer) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {server.service.control_token}"}
    async with httpx.AsyncClient(base_url=server.control_url, headers=headers, trust_env=False) as client:
        yield client
        await client.post("/reset")


@pytest.fixture
async def api(server: DemoServer) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(server) as client:
        yield client


async def made(api: httpx.AsyncClient, version: str) -> dict[str, Any]:
    body = {"version": version, "input": {"text": "a"}}
    run: dict[str, Any] = (await api.post("/predictions", json=body, headers={"Prefer": "wait"})).json()
    return run


async def test_rules_are_added_counted_and_dropped(control: httpx.AsyncClient, api: httpx.AsyncClient) -> None:
    added = await control.post("/rules", json=[{"name": "none", "accept": "reset"}, {"name": "all", "status": 500}])
    assert (added.status_code, added.json()) == (201, {"added": 2})
    with pytest.raises(httpx.TransportError):
        await api.get("/account")
    listed = (await control.get("/rules")).json()
    assert [(each["name"], each["struck"]) for each in listed] == [("none", 1), ("all", 0)]
    assert (await control.delete("/rules")).status_code == 204
    assert (await api.get("/account")).status_code == 200


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        ("[{", 400, "JSON"),
        ("{}", 422, "list of objects"),
        ('[{"stat": 1}]', 422, "unknown key"),
        ('[{"hostile": "/etc/passwd"}]', 422, "expected a list"),
    ],
)
async def test_bad_rules_are_refused(control: httpx.AsyncClient, content: str, status: int, words: str) -> None:
    refused = await control.post("/rules", content=content)
    assert refused.status_code == status
    assert words in refused.json()["detail"]


async def test_the_truth_is_told(control: httpx.AsyncClient, api: httpx.AsyncClient) -> None:
    run = await made(api, PAINTER.version)
    again = await made(api, PAINTER.version)
    told = {each["id"]: each for each in (await control.get("/runs")).json()}
    first, second = told[run["id"]], told[again["id"]]
    assert first["status"] == "succeeded"
    assert first["input_sha256"] == second["input_sha256"]
    assert list(first["files_sha256"]) == ["out-0.png"]
    assert first["files_sha256"] == second["files_sha256"]
    requests = (await control.get("/requests")).json()
    assert [each["path"] for each in requests] == ["/v1/predictions"] * 2
    assert (await control.get("/webhooks")).json() == []
    whole = (await control.get(f"/runs/{run['id']}")).json()
    assert whole["output"][0].endswith("/out-0.png")
    assert "stand-in" in whole["logs"]
    assert (await control.get("/runs/none")).status_code == 404


async def test_time_is_pushed_on(control: httpx.AsyncClient, api: httpx.AsyncClient) -> None:
    run = await made(api, GREETER.version)
    # An hour of retention is 36 s at this speed.
    assert (await control.post("/clock", json={"advance": 40})).status_code == 204
    assert (await api.get(f"/predictions/{run['id']}")).json()["data_removed"] is True
    for wrong in ({}, {"advance": "1"}, {"advance": True}, {"rate": -1}, {"step": 1}):
        assert (await control.post("/clock", json=wrong)).status_code == 422


async def test_only_its_own_token_opens_it(
    server: DemoServer, control: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    for headers, status in (
        ({"Authorization": f"Bearer {server.token}"}, 401),
        ({"Authorization": ""}, 401),
        ({"Host": "evil.test"}, 421),
        ({"Origin": "http://evil.test"}, 403),
    ):
        assert (await control.get("/rules", headers=headers)).status_code == status
    assert (await control.get("/nothing")).status_code == 404
    assert (await api.get("/rules")).status_code == 404
    taken = await api.get("/account", headers={"Authorization": f"Bearer {server.service.control_token}"})
    assert taken.status_code == 401


def test_without_being_asked_for_it_is_closed() -> None:
    with make_demo() as server:
        assert server.control_url == ""
        assert "control" not in json.dumps(server.base_url)
