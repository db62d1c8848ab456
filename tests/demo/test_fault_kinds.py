"""Faults of replies, streams, connections and runs, each seen from the client's side of a real socket."""

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from replicate_tui.demo.fault_file import FaultFileError, read_rules, rules_of
from replicate_tui.demo.fault_replies import REPLIES
from replicate_tui.demo.server import DemoServer
from tests.demo.bare import raw
from tests.demo.conftest import client_of
from tests.demo.models import GREETER, STREAMER
from tests.demo.test_webhooks import Receiver, receiver  # noqa: F401 (a fixture)
from tests.support.demo import make_demo
from tests.support.waiting import wait_for

CREATE = {"version": GREETER.version, "input": {"text": "a"}}
Rules = Callable[..., None]


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with make_demo() as running:
        yield running


@pytest.fixture
async def api(server: DemoServer) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(server) as client:
        yield client
    server.faults.clear()


@pytest.fixture
def rules(server: DemoServer) -> Rules:
    """Add rules, given as they stand in a file."""
    return lambda *listed: server.faults.add(*rules_of(list(listed)))


def get(server: DemoServer, path: str) -> bytes:
    host = server.origin.removeprefix("http://")
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {server.token}\r\n\r\n".encode()


# Which requests a rule strikes.


async def test_a_rule_can_look_at_headers_and_at_the_body(rules: Rules, api: httpx.AsyncClient) -> None:
    rules(
        {"path": "/v1/account", "with_headers": {"User-Agent": "old-*"}, "status": 410},
        {"path": "/v1/predictions", "with_json": {"/input/text": "b"}, "status": 503},
    )
    assert (await api.get("/account")).status_code == 200
    assert (await api.get("/account", headers={"User-Agent": "old-client/1"})).status_code == 410
    assert (await api.post("/predictions", json=CREATE)).status_code == 201
    assert (await api.post("/predictions", json={**CREATE, "input": {"text": "b"}})).status_code == 503


async def test_a_rule_has_its_time(rules: Rules, api: httpx.AsyncClient) -> None:
    rules({"until": 0.0, "status": 500}, {"since": 3600.0, "status": 500})
    assert (await api.get("/account")).status_code == 200


@pytest.mark.parametrize("name", REPLIES)
async def test_refusals_come_in_the_service_s_words(name: str, rules: Rules, api: httpx.AsyncClient) -> None:
    rules({"reply": name, "method": "POST"})
    refused = await api.post("/predictions", json=CREATE)
    assert refused.status_code == REPLIES[name]["status"]
    assert refused.headers.get("retry-after") == ("7" if name == "throttled-with-header" else None)


# What happens to the reply.


async def test_headers_are_set_and_left_out(rules: Rules, api: httpx.AsyncClient) -> None:
    rules({"headers": {"Set-Cookie": "a=b", "content-type": "text/plain"}, "drop_headers": ["ratelimit-reset"]})
    answer = await api.get("/account")
    assert answer.headers["set-cookie"] == "a=b"
    assert answer.headers["content-type"] == "text/plain"
    assert "ratelimit-reset" not in answer.headers
    assert "ratelimit-remaining" in answer.headers


async def test_json_is_patched(rules: Rules, api: httpx.AsyncClient) -> None:
    patch = [
        {"op": "replace", "path": "/username", "value": 7},
        {"op": "remove", "path": "/type"},
        {"op": "add", "path": "/more", "value": [1, 3]},
        {"op": "add", "path": "/more/1", "value": 2},
        {"op": "replace", "path": "/nothing/here", "value": 0},
    ]
    rules({"path": "/v1/account", "patch": patch})
    assert (await api.get("/account")).json() == {"username": 7, "name": "Demo", "more": [1, 2, 3]}


@pytest.mark.parametrize("framing", ["short", "bad-chunk"])
async def test_a_broken_framing_is_no_answer(framing: str, rules: Rules, api: httpx.AsyncClient) -> None:
    rules({"path": "/v1/hardware", "framing": framing})
    with pytest.raises(httpx.RemoteProtocolError):
        await api.get("/hardware")


async def test_a_length_may_be_too_small_or_missing(server: DemoServer, rules: Rules, api: httpx.AsyncClient) -> None:
    whole = (await api.get("/hardware")).content
    rules({"path": "/v1/hardware", "framing": "long", "times": 1}, {"path": "/v1/hardware", "framing": "none"})
    head, _, body = (await raw(server, get(server, "/v1/hardware"), ends=False)).partition(b"\r\n\r\n")
    assert body == whole
    assert f"content-length: {len(whole) - 5}".encode() in head
    head, _, body = (await raw(server, get(server, "/v1/hardware"), ends=False)).partition(b"\r\n\r\n")
    assert body == whole
    assert b"content-length" not in head


async def test_packing_is_honest_cut_or_false(rules: Rules, api: httpx.AsyncClient) -> None:
    whole = (await api.get("/hardware")).json()
    rules(*({"path": "/v1/hardware", "encoding": kind, "times": 1} for kind in ("gzip", "gzip-cut", "gzip-false")))
    assert (await api.get("/hardware")).json() == whole
    async with api.stream("GET", "/hardware") as answer:
        cut = b"".join([part async for part in answer.aiter_raw()])
    with pytest.raises(EOFError):
        gzip.decompress(cut)
    with pytest.raises(httpx.DecodingError):
        await api.get("/hardware")


async def test_a_bomb_is_small_on_the_wire(rules: Rules, api: httpx.AsyncClient) -> None:
    rules({"path": "/v1/hardware", "encoding": "gzip-bomb"})
    async with api.stream("GET", "/hardware") as answer:
        packed = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert 100_000 < len(packed) < 1_000_000


async def test_heads_are_long_and_late(server: DemoServer, rules: Rules) -> None:
    rules({"path": "/v1/account", "informational": 3, "header_bytes": 50_000})
    answer = await raw(
        server, get(server, "/v1/account").replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), ends=False
    )
    assert answer.count(b"HTTP/1.1 102 Processing\r\n\r\n") == 3
    assert b"x" * 50_000 in answer
    assert answer.endswith(b'"name":"Demo"}')


async def test_an_answer_comes_in_slices_and_stalls(rules: Rules, api: httpx.AsyncClient) -> None:
    whole = (await api.get("/hardware")).content
    rules({"path": "/v1/hardware", "slice_bytes": 7, "stall_at": 21, "stall_for": 0.15})
    loop, times, received = asyncio.get_running_loop(), [], b""
    async with api.stream("GET", "/hardware") as answer:
        async for part in answer.aiter_raw():
            received += part
            times.append((len(received), loop.time()))
    assert received == whole
    before = max(time for size, time in times if size <= 21)
    after = min(time for size, time in times if size > 21)
    assert after - before > 0.1


async def test_a_request_is_dropped_before_it_is_read(rules: Rules, api: httpx.AsyncClient) -> None:
    before = (await api.get("/predictions")).json()["results"]
    rules({"method": "POST", "read_bytes": 10, "drop": True})
    with pytest.raises(httpx.TransportError):
        await api.post("/predictions", json=CREATE)
    assert (await api.get("/predictions")).json()["results"] == before


@pytest.mark.parametrize("accept", ["reset", "close", "hang"])
async def test_connections_are_struck(accept: str, server: DemoServer, rules: Rules) -> None:
    rules({"accept": accept, "times": 1})
    async with client_of(server) as client:
        with pytest.raises(httpx.TransportError):
            await client.get("/account", timeout=0.2)
        assert (await client.get("/account")).status_code == 200


async def test_a_connection_may_be_slow_to_be_served(server: DemoServer, rules: Rules) -> None:
    rules({"accept": "hang", "delay": 0.15, "times": 1})
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with client_of(server) as client:
        assert (await client.get("/account")).status_code == 200
    assert loop.time() - began > 0.1


async def test_hostile_strings_take_the_place_of_words(
    tmp_path: Path, server: DemoServer, api: httpx.AsyncClient
) -> None:
    (tmp_path / "pack.json").write_text(json.dumps({"groups": [{"s": "\x1b[2J"}, {"s": "[/]"}]}))
    (tmp_path / "rules.json").write_text(json.dumps([{"path": "/v1/models/*", "hostile": "pack.json"}]))
    server.faults.add(*read_rules(tmp_path / "rules.json"))
    model = (await api.get("/models/tests/greeter")).json()
    assert {model["owner"], model["name"], model["description"]} == {"\x1b[2J", "[/]"}
    assert model["latest_version"]["id"] == GREETER.version
    assert model["url"].startswith("https://")
    assert (await api.get("/models/tests/greeter/readme")).text in ("\x1b[2J", "[/]")


# What happens to an event stream.


async def events_of(api: httpx.AsyncClient, text: str = "one two three") -> list[str]:
    created = await api.post("/models/tests/streamer/predictions", json={"input": {"text": text}})
    told = b""
    try:
        async with api.stream("GET", created.json()["urls"]["stream"]) as answer:
            async for part in answer.aiter_raw():
                told += part
    except httpx.RemoteProtocolError:
        told += b"(cut)"
    return told.decode().split("\n\n")


def words_of(events: list[str]) -> str:
    return "".join(line[6:] for each in events for line in each.split("\n") if line.startswith("data: "))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"skip": [1]}, "one three {}"),
        ({"repeat": [0]}, "one one two three {}"),
        ({"swap": [0]}, "two one three {}"),
        ({"no_done": True}, "one two three "),
        ({"done": '{"reason": "canceled"}'}, 'one two three {"reason": "canceled"}'),
        ({"error": '{"detail": "E1"}'}, 'one two three {"detail": "E1"}{}'),
    ],
)
async def test_a_stream_tells_another_story(
    fault: dict[str, Any], words: str, rules: Rules, api: httpx.AsyncClient
) -> None:
    rules({"path": "/stream/*", "stream": fault})
    assert words_of(await events_of(api)) == words


async def test_a_stream_begins_oddly(rules: Rules, api: httpx.AsyncClient) -> None:
    rules({"path": "/stream/*", "stream": {"retry": 5, "comments": 2, "raw": "event: x\ndata: y\n\n", "ids": "odd"}})
    events = await events_of(api)
    assert events[:4] == ["retry: 5", ": still here", ": still here", "event: x\ndata: y"]
    assert "id: \u00e9 0" in events[5]


async def test_a_stream_is_cut_after_an_event_and_forgets(rules: Rules, api: httpx.AsyncClient) -> None:
    rules({"path": "/stream/*", "stream": {"drop_after": 1, "ids": "off"}, "times": 1})
    events = await events_of(api)
    assert (words_of(events), events[-1]) == ("one ", "(cut)")
    assert not any("id: " in each for each in events)
    rules({"path": "/stream/*", "stream": {"forget_ids": True}})
    url = (await api.get("/predictions")).json()["results"][0]["urls"]["stream"]
    whole = (await api.get(url)).text
    last = whole.rpartition("id: ")[2].split("\n")[0]
    assert (await api.get(url, headers={"Last-Event-ID": last})).text == whole


# What becomes of a run.


async def made(api: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = (await api.post("/predictions", json={**CREATE, **more})).json()
    return body


@pytest.mark.parametrize("status", ["aborted", "failed", "canceled"])
async def test_a_run_ends_as_its_script_says(
    status: str, server: DemoServer, rules: Rules, api: httpx.AsyncClient
) -> None:
    rules({"method": "POST", "run": {"works": False, "steps": [{"after": 1, "status": status, "error": "E6716"}]}})
    run = await made(api)
    await wait_for(lambda: status_of(server, run["id"]) == status, "the script has ended it")
    assert (await api.get(f"/predictions/{run['id']}")).json()["error"] == "E6716"


def status_of(server: DemoServer, id: str) -> str:
    run = server.service.state.run(id)
    assert run is not None
    return run.status


async def test_an_unknown_status_and_a_log_are_shown(server: DemoServer, rules: Rules, api: httpx.AsyncClient) -> None:
    steps = [{"after": 20, "log": "x" * 9, "repeat": 3}, {"after": 20, "status": "paused"}]
    rules({"method": "POST", "run": {"works": False, "steps": steps}})
    run = await made(api)
    await wait_for(lambda: status_of(server, run["id"]) == "paused", "it is paused")
    shown = (await api.get(f"/predictions/{run['id']}")).json()
    assert shown["logs"].count("x" * 9) == 3
    assert (await api.post(f"/predictions/{run['id']}/cancel")).json()["status"] == "canceled"


async def test_a_cancel_may_come_too_late(rules: Rules, api: httpx.AsyncClient) -> None:
    rules({"method": "POST", "path": "/v1/predictions", "run": {"works": False, "at_cancel": "succeeded"}})
    run = await made(api)
    assert (await api.post(f"/predictions/{run['id']}/cancel")).json()["status"] == "succeeded"


async def test_a_run_is_missing_from_the_list(rules: Rules, api: httpx.AsyncClient) -> None:
    rules(
        {"method": "POST", "run": {"is_listed": False}, "times": 1}, {"method": "POST", "run": {"listed_after": 9999}}
    )
    hidden = [(await made(api))["id"] for _ in range(2)]
    assert not {each["id"] for each in (await api.get("/predictions")).json()["results"]} & set(hidden)
    for each in hidden:
        assert (await api.get(f"/predictions/{each}")).status_code == 200


async def test_data_is_removed_early(server: DemoServer, rules: Rules, api: httpx.AsyncClient) -> None:
    rules({"method": "POST", "run": {"removed_after": 4}})
    run = await made(api)

    known = server.service.state.run(run["id"])
    assert known is not None
    await wait_for(lambda: known.data_removed, "its data is removed")
    assert (await api.get(f"/predictions/{run['id']}")).json()["input"] == {}


async def test_a_failed_create_may_have_had_its_script(rules: Rules, api: httpx.AsyncClient) -> None:
    rules({"method": "POST", "when": "after", "status": 504, "run": {"works": False}})
    assert (await api.post("/predictions", json=CREATE)).status_code == 504
    newest = (await api.get("/predictions")).json()["results"][0]
    assert newest["status"] in ("starting", "processing")


async def test_webhooks_are_wrong_and_repeated(
    rules: Rules,
    api: httpx.AsyncClient,
    receiver: Receiver,  # noqa: F811
) -> None:
    rules({"method": "POST", "run": {"webhooks": {"signature": "old", "repeat": 1}}})
    await made(api, webhook=f"http://127.0.0.1:{receiver.port}/", webhook_events_filter=["completed"])
    await wait_for(lambda: len(receiver.received) == 2, "it is told twice")
    first, second = (headers for _, headers, _ in receiver.received)
    assert first["webhook-id"] == second["webhook-id"]
    assert int(first["webhook-timestamp"]) < time.time() - 3000


# Rules that cannot be.


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"nth": "2"}, "nth: expected a whole number"),
        ({"nth": 0}, "above 0"),
        ({"drop": 1}, "drop: expected true or false"),
        ({"accept": "maybe"}, "accept: expected one of reset, close, hang"),
        ({"stream": {"skip": [1, "a"]}}, "stream: skip: 1: expected a whole number"),
        ({"run": {"steps": [{"afer": 1}]}}, "run: steps: 0: unknown key 'afer'"),
        ({"patch": {}}, "patch: expected a list"),
        ({"headers": []}, "headers: expected an object"),
        ({"reply": "teapot"}, "reply: expected one of unauthenticated"),
        ({"hostile": "pack.json"}, "hostile: expected a list"),
        ({"delay": True}, "delay: expected a number"),
    ],
)
def test_a_mistake_is_named(rule: dict[str, Any], words: str) -> None:
    with pytest.raises(FaultFileError, match=words):
        rules_of([rule])


def test_streamer_streams() -> None:
    assert STREAMER.is_official, "the tests above start it by its name"
