"""Faults on request: each kind, seen from the client's side of a real socket."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from replicate_tui import demo
from replicate_tui.demo.fault_file import FaultFileError, read_rules, rules_of
from replicate_tui.demo.faults import FaultRule, insufficient_credit, throttled
from replicate_tui.demo.server import DemoServer
from tests.demo.conftest import client_of
from tests.demo.models import GREETER
from tests.support.waiting import wait_for

CREATE = {"version": GREETER.version, "input": {"text": "a"}}


@pytest.fixture(scope="module")
def server() -> Any:
    from tests.support.demo import make_demo

    with make_demo() as running:
        yield running


@pytest.fixture
async def api(server: DemoServer) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(server) as client:
        yield client
    server.faults.clear()


async def read_until_cut(api: httpx.AsyncClient, url: str) -> bytes:
    received = b""
    async with api.stream("GET", url) as answer:
        try:
            async for part in answer.aiter_raw():
                received += part
        except httpx.RemoteProtocolError:
            return received
    raise AssertionError("the answer was not cut")


async def created_runs(api: httpx.AsyncClient) -> int:
    return len((await api.get("/predictions")).json()["results"])


async def test_a_status_takes_the_place_of_the_answer(server: DemoServer, api: httpx.AsyncClient) -> None:
    server.faults.add(FaultRule(name="teapot", path="/v1/account", status=418, body={"detail": "tea"}, times=1))
    refused = await api.get("/account")
    assert (refused.status_code, refused.json()) == (418, {"detail": "tea"})
    assert (await api.get("/account")).status_code == 200
    assert [(each.path, each.status, each.fault) for each in server.requests[-2:]] == [
        ("/v1/account", 418, "teapot"),
        ("/v1/account", 200, None),
    ]


async def test_html_and_empty_bodies_are_possible(server: DemoServer, api: httpx.AsyncClient) -> None:
    server.faults.add(FaultRule(status=502, body="<h1>Bad gateway</h1>", times=1), FaultRule(status=503))
    first, second = await api.get("/account"), await api.get("/account")
    assert (first.status_code, first.headers["content-type"]) == (502, "text/html")
    assert (second.status_code, second.content) == (503, b"")


async def test_rules_count_their_hits(server: DemoServer, api: httpx.AsyncClient) -> None:
    server.faults.add(FaultRule(method="GET", path="/v1/acc*", nth=2, every=2, times=2, status=500))
    codes = [(await api.get("/account")).status_code for _ in range(8)]
    assert codes == [200, 500, 200, 500, 200, 200, 200, 200]
    assert (await api.get("/hardware")).status_code == 200


async def test_dice_are_seeded(own_demo: Callable[..., DemoServer]) -> None:
    thrown = []
    for _ in range(2):
        server = own_demo(seed=9)
        server.faults.add(FaultRule(probability=0.5, status=500))
        async with client_of(server) as api:
            thrown.append([(await api.get("/account")).status_code for _ in range(20)])
    assert thrown[0] == thrown[1]
    assert set(thrown[0]) == {200, 500}


@pytest.mark.parametrize(("when", "more"), [("before", 0), ("after", 1)])
async def test_a_dropped_create_has_happened_or_not(
    server: DemoServer, api: httpx.AsyncClient, when: Any, more: int
) -> None:
    before = await created_runs(api)
    server.faults.add(FaultRule(method="POST", path="/v1/predictions", when=when, drop=True))
    with pytest.raises(httpx.TransportError):
        await api.post("/predictions", json=CREATE)
    assert await created_runs(api) == before + more
    assert server.requests[-2].status is None


@pytest.mark.parametrize(("when", "more"), [("before", 0), ("after", 1)])
async def test_a_hanging_create_has_happened_or_not(
    server: DemoServer, api: httpx.AsyncClient, when: Any, more: int
) -> None:
    before = await created_runs(api)
    server.faults.add(FaultRule(method="POST", path="/v1/predictions", when=when, hang=True))
    with pytest.raises(httpx.ReadTimeout):
        await api.post("/predictions", json=CREATE, timeout=0.2)
    assert await created_runs(api) == before + more


async def test_an_answer_may_be_lost_and_replaced(server: DemoServer, api: httpx.AsyncClient) -> None:
    before = await created_runs(api)
    server.faults.add(FaultRule(method="POST", path="/v1/predictions", when="after", status=504, times=1))
    assert (await api.post("/predictions", json=CREATE)).status_code == 504
    assert await created_runs(api) == before + 1


async def test_a_body_is_cut_at_the_byte(server: DemoServer, api: httpx.AsyncClient) -> None:
    server.faults.add(FaultRule(path="/v1/hardware", cut_at=10))
    received = await read_until_cut(api, "/hardware")
    assert received == b'[{"sku":"c'


async def test_a_stream_is_cut_and_goes_on(server: DemoServer, api: httpx.AsyncClient) -> None:
    created = await api.post("/models/tests/streamer/predictions", json={"input": {"text": "one two three"}})
    url = created.json()["urls"]["stream"]
    whole = (await api.get(url)).text
    cut = whole.index("two") + 6
    server.faults.add(FaultRule(path="/stream/*", cut_at=cut, times=1))
    received = await read_until_cut(api, url)
    assert received.decode() == whole[:cut]
    last = received.decode().rpartition("id: ")[2].split("\n")[0]
    rest = (await api.get(url, headers={"Last-Event-ID": last})).text
    assert received.decode() + rest.removeprefix(": hi\n\n") == whole


async def test_bytes_come_slowly(server: DemoServer, api: httpx.AsyncClient) -> None:
    size = len((await api.get("/hardware")).content)
    server.faults.add(FaultRule(path="/v1/hardware", bytes_per_second=size * 4))
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert len((await api.get("/hardware")).json()) == 8
    assert loop.time() - began > 0.2


async def test_an_answer_comes_late(server: DemoServer, api: httpx.AsyncClient) -> None:
    server.faults.add(FaultRule(delay=0.1))
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert (await api.get("/account")).status_code == 200
    assert loop.time() - began > 0.09


async def test_money_and_patience_run_out_in_the_service_s_words(server: DemoServer, api: httpx.AsyncClient) -> None:
    server.faults.add(insufficient_credit(method="POST", times=1), throttled(retry_after=7, method="POST", times=1))
    server.faults.add(throttled(retry_after=2, header=True, method="POST"))
    answers = [await api.post("/predictions", json=CREATE) for _ in range(3)]
    assert [each.status_code for each in answers] == [402, 429, 429]
    assert answers[0].json()["title"] == "Insufficient credit"
    assert (answers[1].json()["retry_after"], "retry-after" in answers[1].headers) == (7, False)
    assert answers[2].headers["retry-after"] == "2"


async def test_the_service_lives_on_after_every_fault(server: DemoServer, api: httpx.AsyncClient) -> None:
    server.faults.add(FaultRule(path="/v1/hardware", drop=True))
    for _ in range(20):
        with pytest.raises(httpx.TransportError):
            await api.get("/hardware")
    server.faults.clear()
    assert (await api.get("/hardware")).status_code == 200
    await wait_for(lambda: server.requests[-1].status == 200, "the request is written down")


def test_rules_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    path.write_text(json.dumps([{"name": "a", "path": "/v1/files*", "status": 500}, {"drop": True, "when": "after"}]))
    assert read_rules(path) == [
        FaultRule(name="a", path="/v1/files*", status=500),
        FaultRule(drop=True, when="after"),
    ]


@pytest.mark.parametrize(
    ("text", "words"), [("{", "not JSON"), ("{}", "list of objects"), ('[{"stat": 1}]', "rule 1: unknown key 'stat'")]
)
def test_a_mistake_in_a_file_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "faults.json"
    path.write_text(text)
    with pytest.raises(FaultFileError, match=words):
        read_rules(path)


def test_the_rules_of_the_page_can_be_used() -> None:
    page = (Path(demo.__file__).parent / "README.md").read_text()
    blocks = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert blocks
    for block in blocks:
        assert rules_of(json.loads(block))
