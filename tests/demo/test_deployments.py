"""Deployments over real sockets: releases that count, warm instances, and the rules of deletion."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from replicate_tui.demo.server import DemoServer
from tests.demo.conftest import client_of
from tests.demo.models import COLD, ENDLESS, GREETER
from tests.support.demo import make_demo


@pytest.fixture(scope="module")
def server() -> Any:
    with make_demo(speed=1.0) as running:
        yield running


@pytest.fixture
async def api(server: DemoServer) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(server) as client:
        yield client


def creation(name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "model": "tests/greeter",
        "version": GREETER.version,
        "hardware": "gpu-t4",
        "min_instances": 0,
        "max_instances": 1,
        **more,
    }


async def deploy(api: httpx.AsyncClient, name: str, **more: Any) -> dict[str, Any]:
    made = await api.post("/deployments", json=creation(name, **more))
    assert made.status_code == 200, made.text
    return dict(made.json())


async def test_a_deployment_has_a_first_release(api: httpx.AsyncClient) -> None:
    made = await deploy(api, "first")
    release = made["current_release"]
    assert (made["owner"], made["name"], release["number"]) == ("demo", "first", 1)
    assert release["configuration"] == {"hardware": "gpu-t4", "min_instances": 0, "max_instances": 1}
    assert release["created_by"]["username"] == "demo"
    assert (await api.get("/deployments/demo/first")).json() == made
    await deploy(api, "second")
    listed = (await api.get("/deployments")).json()["results"]
    assert [each["name"] for each in listed][:2] == ["second", "first"]


async def test_each_change_is_a_release(api: httpx.AsyncClient) -> None:
    await deploy(api, "changing")
    changed = await api.patch("/deployments/demo/changing", json={"version": "b" * 64, "max_instances": 3})
    release = changed.json()["current_release"]
    assert (release["number"], release["version"], release["configuration"]["max_instances"]) == (2, "b" * 64, 3)
    same = await api.patch("/deployments/demo/changing", json={"max_instances": 3})
    assert same.json()["current_release"]["number"] == 2


async def test_predictions_run_through_it(api: httpx.AsyncClient) -> None:
    await deploy(api, "running")
    path = "/deployments/demo/running/predictions"
    created = await api.post(path, json={"input": {"text": "a"}}, headers={"Prefer": "wait"})
    assert created.status_code == 201
    ended = (await api.get(f"/predictions/{created.json()['id']}")).json()
    assert (ended["deployment"], ended["version"], ended["output"]) == ("demo/running", GREETER.version, "hello a")
    assert (await api.post(path, json={"input": {}})).status_code == 422
    assert (await api.post(path, json={"version": GREETER.version, "input": {"text": "a"}})).status_code == 422


async def test_instances_that_stand_ready_take_the_boot_away(api: httpx.AsyncClient) -> None:
    await deploy(api, "warm", model="tests/cold", version=COLD.version, min_instances=1)
    created = await api.post(
        "/deployments/demo/warm/predictions", json={"input": {"text": "a"}}, headers={"Prefer": "wait=10"}
    )
    assert created.json()["output"] == "hello a"


async def test_disabling_ends_what_runs_and_takes_nothing_more(api: httpx.AsyncClient) -> None:
    await deploy(api, "off", model="tests/endless", version=ENDLESS.version)
    running = (await api.post("/deployments/demo/off/predictions", json={"input": {}})).json()
    await api.patch("/deployments/demo/off", json={"min_instances": 0, "max_instances": 0})
    assert (await api.get(f"/predictions/{running['id']}")).json()["status"] == "canceled"
    assert (await api.post("/deployments/demo/off/predictions", json={"input": {}})).status_code == 400


async def test_deletion_waits_for_fifteen_quiet_minutes(api: httpx.AsyncClient, server: DemoServer) -> None:
    await deploy(api, "leaving")
    assert (await api.delete("/deployments/demo/leaving")).status_code == 400
    await api.patch("/deployments/demo/leaving", json={"max_instances": 0})
    assert (await api.delete("/deployments/demo/leaving")).status_code == 400
    server.service.clock.advance(15 * 60 + 1)
    deleted = await api.delete("/deployments/demo/leaving")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (await api.get("/deployments/demo/leaving")).status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"hardware": "abacus"}, "/hardware"),
        ({"model": "tests/unknown"}, "/model"),
        ({"version": "9" * 64}, "/version"),
        ({"version": "short"}, "/version"),
        ({"min_instances": 6}, "/min_instances"),
        ({"max_instances": 21}, "/max_instances"),
        ({"min_instances": 3, "max_instances": 2}, "/min_instances"),
        ({"name": "No Name"}, "/name"),
    ],
)
async def test_a_deployment_that_is_not_in_order_is_refused(
    api: httpx.AsyncClient, change: dict[str, Any], pointer: str
) -> None:
    refused = await api.post("/deployments", json=creation("refused") | change)
    assert refused.status_code == 400
    assert [each["pointer"] for each in refused.json()["errors"]] == [pointer]


async def test_a_name_is_taken_once(api: httpx.AsyncClient) -> None:
    await deploy(api, "taken")
    assert (await api.post("/deployments", json=creation("taken"))).status_code == 400


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/predictions")])
async def test_an_unknown_deployment_is_not_found(api: httpx.AsyncClient, method: str, path: str) -> None:
    assert (await api.request(method, f"/deployments/demo/unknown{path}", json={})).status_code == 404
