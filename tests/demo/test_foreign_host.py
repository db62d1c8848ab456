"""The foreign host: a listener on 127.0.0.2 that writes down what reaches it, with faults of its own."""

import asyncio
import hashlib
import io
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from replicate_tui.demo import serving as serving_module
from replicate_tui.demo.fault_file import rules_of
from replicate_tui.demo.server import DemoServer
from tests.demo.conftest import client_of
from tests.demo.models import GREETER
from tests.support.demo import make_demo
from tests.support.waiting import wait_for


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "requests.jsonl"


@pytest.fixture(scope="module")
def server(log: Path) -> Iterator[DemoServer]:
    with make_demo(has_control=True, has_foreign_host=True, request_log=log) as running:
        if not running.foreign_url:
            pytest.skip("this machine has no 127.0.0.2")
        yield running


@pytest.fixture
async def foreign(server: DemoServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.foreign_url, trust_env=False) as client:
        yield client
    server.faults.clear()
    server.service.foreign_requests.clear()


async def told(server: DemoServer) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {server.service.control_token}"}
    async with httpx.AsyncClient(base_url=server.control_url, headers=headers, trust_env=False) as control:
        found: dict[str, Any] = (await control.get("/foreign")).json()
        return found


async def test_all_that_reaches_it_is_written_down(server: DemoServer, foreign: httpx.AsyncClient, log: Path) -> None:
    assert server.foreign_url.startswith("http://127.0.0.2:")
    before = len(server.requests)
    headers = [("Authorization", f"Bearer {server.token}"), ("X-A", "1"), ("X-A", "2")]
    answer = await foreign.put("/some/where?q=1", headers=headers, content=b"secret")
    assert answer.json() == {"host": "foreign", "path": "/some/where"}
    seen = await told(server)
    assert seen["url"] == server.foreign_url
    (request,) = seen["requests"]
    assert (request["method"], request["path"], request["query"]) == ("PUT", "/some/where", "q=1")
    assert (request["received"], request["body_sha256"]) == (6, hashlib.sha256(b"secret").hexdigest())
    assert ["authorization", f"Bearer {server.token}"] in request["headers"], "a token sent here must be seen"
    assert [value for name, value in request["headers"] if name == "x-a"] == ["1", "2"]
    assert len(server.requests) == before, "it is not among the service's own"
    await wait_for(lambda: '"host": "foreign"' in log.read_text(), "it is in the log")
    assert server.token not in log.read_text()


async def test_what_says_nothing_or_nonsense_is_known_as_well(server: DemoServer, foreign: httpx.AsyncClient) -> None:
    before = (await told(server))["connections"]
    _, writer = await asyncio.open_connection("127.0.0.2", int(server.foreign_url.rpartition(":")[2]))
    writer.close()
    with pytest.raises(httpx.TransportError):
        await foreign.get(server.foreign_url.replace("http:", "https:"))
    await wait_for(lambda: server.foreign_requests, "the greeting for TLS has come")
    seen = await told(server)
    assert seen["connections"] == before + 2
    assert [(each["method"], each["path"], each["status"]) for each in seen["requests"]] == [("", "", 400)]


async def test_it_sends_back(server: DemoServer, foreign: httpx.AsyncClient) -> None:
    back = await foreign.get("/redirect/v1/account")
    assert (back.status_code, back.headers["location"]) == (302, f"{server.origin}/v1/account")
    assert (await foreign.post("/redirect/v1/predictions?status=307")).status_code == 307
    away = await foreign.get("/redirect/x?to=http://127.0.0.1:9/y")
    assert away.headers["location"] == "http://127.0.0.1:9/y"


async def test_it_serves_files_and_hangs(foreign: httpx.AsyncClient) -> None:
    picture = await foreign.get("/files/out.png")
    assert picture.headers["content-type"] == "image/png"
    Image.open(io.BytesIO(picture.content)).load()
    first, again = [(await foreign.get("/files/out.bin?bytes=5000")).content for _ in range(2)]
    assert len(first) == 5000
    assert first == again
    with pytest.raises(httpx.ReadTimeout):
        await foreign.get("/hang", timeout=0.2)


async def test_rules_name_it_and_strike_it_apart(server: DemoServer, foreign: httpx.AsyncClient) -> None:
    patch = {"op": "add", "path": "/urls/get", "value": "{foreign}/v1/predictions/x"}
    server.faults.add(
        *rules_of(
            [
                {"name": "lured", "method": "POST", "patch": [patch]},
                {"host": "foreign", "path": "/late", "status": 503, "headers": {"Location": "{origin}/v1"}},
                {"host": "foreign", "path": "/cut/*", "cut_at": 3},
            ]
        )
    )
    async with client_of(server) as api:
        made = await api.post("/predictions", json={"version": GREETER.version, "input": {"text": "a"}})
        assert made.json()["urls"]["get"] == f"{server.foreign_url}/v1/predictions/x"
        assert (await api.get("/late")).status_code == 404, "a rule for the foreign host is not for the service"
    refused = await foreign.get("/late")
    assert (refused.status_code, refused.headers["location"]) == (503, f"{server.origin}/v1")
    with pytest.raises(httpx.RemoteProtocolError):
        await foreign.get("/cut/short")
    assert [each.fault for each in server.foreign_requests] == ["fault", "fault"]


async def test_its_door_is_its_own(server: DemoServer, foreign: httpx.AsyncClient) -> None:
    server.faults.add(*rules_of([{"host": "foreign", "accept": "refuse"}]))
    await wait_for(lambda: server.faults.fired()[0][1], "the door is shut")
    with pytest.raises(httpx.ConnectError):
        await foreign.get("/")
    async with client_of(server) as api:
        assert (await api.get("/account")).status_code == 200


async def test_where_there_is_no_such_address_all_else_works(monkeypatch: pytest.MonkeyPatch) -> None:
    # An address of the documentation's: no machine has it.
    monkeypatch.setattr(serving_module, "FOREIGN_ADDRESS", "192.0.2.1")
    with make_demo(has_control=True, has_foreign_host=True) as alone:
        assert await told(alone) == {"url": "", "connections": 0, "requests": []}
        alone.faults.add(*rules_of([{"status": 302, "headers": {"Location": "{foreign}/x"}}]))
        async with client_of(alone) as api:
            sent = await api.get("/account")
            assert sent.headers["location"] == "http://foreign.invalid/x"


def test_without_being_asked_for_it_is_closed() -> None:
    with make_demo() as server:
        assert server.foreign_url == ""
        assert "127.0.0.2" not in json.dumps(server.base_url)
