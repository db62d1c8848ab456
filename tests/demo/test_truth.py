"""What whoever started the service can set and learn: time, state, tokens, creates, and the bytes clients read."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from replicate_tui.demo.clock import parse_timestamp
from replicate_tui.demo.fault_file import rules_of
from replicate_tui.demo.server import DemoServer
from tests.demo.conftest import client_of
from tests.demo.models import ENDLESS, GREETER, PAINTER
from tests.support.demo import make_demo
from tests.support.waiting import wait_for

SECOND = 1_000_000_000


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with make_demo(has_control=True, data_lifetime=None, speed=100) as running:
        yield running


@pytest.fixture
async def control(server: DemoServer) -> AsyncIterator[httpx.AsyncClient]:
    async with control_of(server) as client:
        yield client
        await client.post("/reset")
        await client.delete("/state")
        await client.delete("/tokens")


@pytest.fixture
async def api(server: DemoServer) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(server) as client:
        yield client


def control_of(server: DemoServer) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {server.service.control_token}"}
    return httpx.AsyncClient(base_url=server.control_url, headers=headers, trust_env=False, timeout=20.0)


async def made(api: httpx.AsyncClient, text: str = "a", **headers: str) -> dict[str, Any]:
    body = {"version": GREETER.version, "input": {"text": text}}
    answer = await api.post("/predictions", json=body, headers={"Prefer": "wait", **headers})
    run: dict[str, Any] = answer.json()
    return run


# Time.


async def test_time_goes_back_stops_and_hurries(control: httpx.AsyncClient, api: httpx.AsyncClient) -> None:
    async def now() -> int:
        return parse_timestamp((await control.get("/clock")).json()["now"])

    try:
        first, began = await made(api), await now()
        await control.post("/clock", json={"advance": -1000, "rate": 0})
        stopped = await now()
        assert stopped < began - 900 * SECOND
        second = await made(api)
        assert second["created_at"] < first["created_at"]
        # Stopped, it still tells what came first.
        assert stopped < await now() < stopped + SECOND / 1000
        listed = (await api.get("/predictions")).json()["results"]
        assert [each["id"] for each in listed] == [first["id"], second["id"]]
        await control.post("/clock", json={"rate": 10_000_000})
        hurried = await now()
        # An hour of retention is 36 s at this speed, and passes at once.
        async with asyncio.timeout(10):
            while not (await api.get(f"/predictions/{second['id']}")).json()["data_removed"]:
                pass
        assert await now() > hurried + 36 * SECOND
    finally:
        await control.post("/clock", json={"rate": 1})


# State.


async def test_the_state_goes_back_to_a_snapshot(control: httpx.AsyncClient, api: httpx.AsyncClient) -> None:
    body = {"version": PAINTER.version, "input": {"text": "kept"}}
    kept = (await api.post("/predictions", json=body, headers={"Prefer": "wait"})).json()
    waiting = (await api.post("/predictions", json={"version": ENDLESS.version, "input": {}})).json()
    file = (await api.post("/files", files={"content": ("a.txt", b"text")})).json()
    model = {"owner": "demo", "name": "mine", "visibility": "private", "hardware": "cpu"}
    assert (await api.post("/models", json=model)).status_code == 201
    taken = await control.post("/snapshots")
    assert (taken.status_code, taken.json()) == (201, {"snapshot": 1})

    after = await made(api)
    await api.delete(f"/files/{file['id']}")
    await api.post(f"/predictions/{waiting['id']}/cancel")
    assert (await control.delete("/state")).status_code == 204
    assert (await api.get("/predictions")).json()["results"] == []
    assert (await api.get("/models/demo/mine")).status_code == 404

    assert (await control.post("/snapshots/1")).status_code == 204
    listed = [each["id"] for each in (await api.get("/predictions")).json()["results"]]
    assert listed == [waiting["id"], kept["id"]]
    told = (await api.get(f"/predictions/{kept['id']}")).json()
    assert (await api.get(told["output"][0])).content == b"picture of kept small"
    assert (await api.get(f"/files/{file['id']}")).status_code == 200
    assert (await api.get("/models/demo/mine")).status_code == 200
    assert (await api.get(f"/predictions/{waiting['id']}")).json()["status"] in ("starting", "processing")
    # Ids go on from where they were: the same run gets the same one again.
    assert (await made(api))["id"] == after["id"]
    assert (await control.post("/snapshots/2")).status_code == 404


async def test_a_snapshot_is_kept_on_disk_when_it_is_gone_back_to(tmp_path: Path) -> None:
    with make_demo(has_control=True, folder=tmp_path) as server:
        async with control_of(server) as control, client_of(server) as api:
            run = await made(api)
            await control.post("/snapshots")
            await made(api)
            await control.post("/snapshots/1")
    with make_demo(folder=tmp_path) as server:
        async with client_of(server) as api:
            assert [each["id"] for each in (await api.get("/predictions")).json()["results"]] == [run["id"]]


async def test_whoever_waits_for_a_run_that_is_forgotten_is_answered(
    server: DemoServer, control: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    body = {"version": ENDLESS.version, "input": {}}
    waiting = asyncio.create_task(api.post("/predictions", json=body, headers={"Prefer": "wait"}))
    await wait_for(lambda: server.service.state.unfinished(), "the run is made")
    await control.delete("/state")
    assert (await waiting).status_code == 201


# Tokens.


async def test_a_token_does_what_it_may(server: DemoServer, control: httpx.AsyncClient, api: httpx.AsyncClient) -> None:
    issued = await control.post("/tokens", json={"scopes": ["predictions:read", "models:write"]})
    assert issued.status_code == 201
    as_it = {"Authorization": f"Bearer {issued.json()['token']}"}
    run = await made(api)
    assert (await api.get(f"/predictions/{run['id']}", headers=as_it)).status_code == 200
    assert (await api.patch("/models/tests/greeter", json={}, headers=as_it)).json()["status"] == 403
    for method, path in (
        ("POST", "/predictions"),
        ("POST", f"/predictions/{run['id']}/cancel"),
        ("POST", "/models/tests/streamer/predictions"),
        ("GET", "/models"),
        ("GET", "/account"),
    ):
        refused = await api.request(method, path, headers=as_it)
        assert refused.status_code == 403, path
        assert refused.json()["detail"] == "You do not have permission to perform this action."
    assert (await control.delete("/tokens")).status_code == 204
    assert (await api.get(f"/predictions/{run['id']}", headers=as_it)).status_code == 401
    assert (await control.post("/tokens", json={"scopes": ["everything"]})).status_code == 422


# Creates and reads.


async def test_creates_are_counted_by_a_mark(control: httpx.AsyncClient, api: httpx.AsyncClient) -> None:
    assert (await control.get("/creates")).json() == {}
    await control.post("/creates", json={"header": "X-Nonce"})
    lost = {"method": "POST", "path": "/v1/predictions", "times": 1, "drop": True}
    await control.post("/rules", json=[{**lost, "when": "after"}, {**lost, "when": "before"}])
    for _ in range(2):
        with pytest.raises(httpx.TransportError):
            await made(api, **{"x-nonce": "n1"})
    await made(api, **{"x-nonce": "n2"})
    await made(api)
    assert (await control.get("/creates")).json() == {"n1": 1, "n2": 1, "": 1}
    await control.post("/creates", json={"pointer": "/input/text"})
    for text in ("x", "y", "x"):
        await made(api, text)
    assert (await control.get("/creates")).json() == {"x": 2, "y": 1}
    for wrong in ({}, {"header": 1}, {"header": "a", "pointer": "/b"}):
        assert (await control.post("/creates", json=wrong)).status_code == 422


async def test_what_each_client_read_is_known(
    server: DemoServer, control: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    size = len((await api.get("/hardware", headers={"User-Agent": "one"})).content)
    (one,) = (await control.get("/connections")).json()
    assert (one["user_agent"], one["requests"], one["sent"], one["read"]) == ("one", 1, size, size)
    body = {"method": "GET", "path": "/v1/account", "status": 200, "body": "x" * 20_000_000}
    server.faults.add(*rules_of([body]))
    port = int(server.origin.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /v1/account HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: two\r\n\r\n".encode())
    await reader.readexactly(100_000)
    two = next(each for each in (await control.get("/connections")).json() if each["user_agent"] == "two")
    assert two["sent"] == 20_000_000
    # What it took beyond what it asked for lies in its own buffers, and those hold a few megabytes.
    assert 90_000 < two["read"] < 19_000_000
    writer.close()
