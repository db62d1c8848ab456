"""Scripts of runs: states, ends, outputs, files, logs and webhooks that a rule decides, seen over real sockets."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest

from replicate_tui.demo.clock import parse_timestamp
from replicate_tui.demo.fault_file import rules_of
from replicate_tui.demo.records import Run
from replicate_tui.demo.server import DemoServer
from replicate_tui.demo.webhooks import sign
from tests.demo.bare import raw
from tests.demo.conftest import client_of
from tests.demo.models import GREETER, PAINTER, STREAMER
from tests.demo.test_webhooks import Receiver, receiver  # noqa: F401 (a fixture)
from tests.support.demo import make_demo
from tests.support.waiting import wait_for

SPEED = 200
Scripted = Callable[..., None]


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with make_demo(speed=SPEED) as running:
        yield running


@pytest.fixture
async def api(server: DemoServer) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(server) as client:
        yield client
    server.faults.clear()


@pytest.fixture
def scripted(server: DemoServer) -> Scripted:
    """Give a script to the runs made from now on; `rule` holds the rest of the rule."""

    def add(rule: dict[str, Any] | None = None, **script: Any) -> None:
        matching = {"name": "scripted", "method": "POST", "path": "/v1/predictions"}
        server.faults.add(*rules_of([{**matching, **(rule or {}), "run": script}]))

    return add


async def made(api: httpx.AsyncClient, version: str = GREETER.version, **more: Any) -> dict[str, Any]:
    answer = await api.post("/predictions", json={"version": version, "input": {"text": "a b"}, **more})
    assert answer.status_code == 201, answer.text
    run: dict[str, Any] = answer.json()
    return run


async def shown(api: httpx.AsyncClient, run: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = (await api.get(f"/predictions/{run['id']}")).json()
    return told


def known(server: DemoServer, run: dict[str, Any]) -> Run:
    found = server.service.state.run(run["id"])
    assert found is not None
    return found


async def ended(server: DemoServer, run: dict[str, Any]) -> None:
    await wait_for(lambda: known(server, run).is_terminal, "the run has ended")


# States and ends.


async def test_a_run_goes_backwards(server: DemoServer, api: httpx.AsyncClient, scripted: Scripted) -> None:
    steps = [{"status": "succeeded", "output": "x"}, {"after": 1, "status": "processing"}]
    scripted(works=False, steps=[*steps, {"after": 2, "status": "starting", "log": "again"}])
    run = await made(api)
    await wait_for(lambda: "again" in str(known(server, run).logs), "the script has been played")
    assert (await shown(api, run))["status"] == "starting"
    assert server.requests[-2].fault == "scripted"


async def test_each_third_run_fails(server: DemoServer, api: httpx.AsyncClient, scripted: Scripted) -> None:
    scripted({"nth": 3, "every": 3}, works=False, steps=[{"status": "failed", "error": "E9"}])
    runs = [await made(api) for _ in range(6)]
    for run in runs:
        await ended(server, run)
    statuses = [(await shown(api, run))["status"] for run in runs]
    assert statuses == ["succeeded", "succeeded", "failed"] * 2


async def test_a_run_ends_a_while_after_its_cancel(
    server: DemoServer, api: httpx.AsyncClient, scripted: Scripted
) -> None:
    scripted(works=False, at_cancel="succeeded", cancel_takes=20, steps=[{"output": "late"}])
    run = await made(api)
    canceled = await api.post(f"/predictions/{run['id']}/cancel")
    assert canceled.json()["status"] in ("starting", "processing")
    await ended(server, run)
    told = await shown(api, run)
    assert (told["status"], told["output"]) == ("succeeded", "late")


async def test_a_run_had_ended_before_its_cancel_came(
    server: DemoServer, api: httpx.AsyncClient, scripted: Scripted
) -> None:
    scripted(works=False, at_cancel="succeeded", cancel_takes=-2, steps=[{"output": "early"}])
    run = await made(api)
    await wait_for(lambda: known(server, run).created + 30_000_000 < time.time_ns(), "the run is old enough")
    asked = time.time_ns()
    told = (await api.post(f"/predictions/{run['id']}/cancel")).json()
    assert (told["status"], told["output"]) == ("succeeded", "early")
    assert parse_timestamp(told["completed_at"]) < asked


async def test_twins_are_made_and_not_told_of(server: DemoServer, api: httpx.AsyncClient, scripted: Scripted) -> None:
    scripted({"times": 1}, twins=2)
    run = await made(api, version="tests/streamer")
    newest = (await api.get("/predictions")).json()["results"][:3]
    assert run["id"] == newest[-1]["id"]
    assert len({each["id"] for each in newest}) == 3
    assert [each["input"] for each in newest] == [run["input"]] * 3
    streams = [(await api.get(each["urls"]["stream"])).text for each in newest]
    assert all("data: a" in each for each in streams)


async def test_lists_show_a_run_later_than_its_answer(
    server: DemoServer, api: httpx.AsyncClient, scripted: Scripted
) -> None:
    async def listed() -> bool:
        return run["id"] in {each["id"] for each in (await api.get("/predictions")).json()["results"]}

    scripted({"times": 1}, listed_after=3600)
    run = await made(api)
    assert not await listed()
    assert (await shown(api, run))["id"] == run["id"]
    server.service.clock.advance(3600 / SPEED)
    assert await listed()


async def test_answers_lag_behind_the_stream(server: DemoServer, api: httpx.AsyncClient, scripted: Scripted) -> None:
    scripted(shown_late=3600)
    run = await made(api, version="tests/streamer")
    assert "event: done" in (await api.get(run["urls"]["stream"])).text
    await ended(server, run)
    told = await shown(api, run)
    assert (told["status"], told.get("output"), told.get("completed_at")) == ("processing", None, None)
    assert (await api.get("/predictions")).json()["results"][0]["status"] == "processing"
    server.service.clock.advance(3600 / SPEED)
    told = await shown(api, run)
    assert (told["status"], told["output"]) == ("succeeded", ["a ", "b "])


# Outputs and files.


async def test_any_output_is_told(server: DemoServer, api: httpx.AsyncClient, scripted: Scripted) -> None:
    scripted(output={"deep": [None, {"\u202e": 1e308}]})
    run = await made(api)
    await ended(server, run)
    assert (await shown(api, run))["output"] == {"deep": [None, {"\u202e": 1e308}]}


async def test_files_have_any_name_bytes_and_headers(
    server: DemoServer, api: httpx.AsyncClient, scripted: Scripted
) -> None:
    files = [
        {"name": "../../etc/pass wd\u202e.png", "base64": base64.b64encode(b"\x00\xff").decode()},
        {"name": "a.txt", "text": "ab", "size": 5, "headers": {"Content-Type": "image/png", "X-Odd": "yes"}},
        {"name": "empty.bin"},
    ]
    scripted(files=files)
    run = await made(api, version=PAINTER.version)
    await ended(server, run)
    first, second, third = (await shown(api, run))["output"]
    # A library tidies the path up, as it should, and would never ask for it as it stands.
    path = first.removeprefix(server.origin)
    assert "%20wd%E2%80%AE.png" in path
    request = f"GET {path} HTTP/1.1\r\nHost: {server.origin.removeprefix('http://')}\r\nConnection: close\r\n\r\n"
    assert (await raw(server, request.encode(), ends=False)).endswith(b"\r\n\r\n\x00\xff")
    told = await api.get(second)
    assert (told.content, told.headers["content-type"], told.headers["x-odd"]) == (b"ababa", "image/png", "yes")
    assert (await api.get(third)).content == b""


async def test_files_are_gone_after_a_while(server: DemoServer, api: httpx.AsyncClient, scripted: Scripted) -> None:
    scripted(files_gone_after=0)
    run = await made(api, version=PAINTER.version)
    await ended(server, run)
    (url,) = (await shown(api, run))["output"]
    codes: list[int] = []

    async def ask() -> None:
        while 404 not in codes:
            codes.append((await api.get(url)).status_code)

    await asyncio.wait_for(ask(), 10)
    assert (await shown(api, run))["output"] == [url]


# Logs.


async def test_a_log_has_its_size_and_its_width(server: DemoServer, api: httpx.AsyncClient, scripted: Scripted) -> None:
    scripted(works=False, logs={"size": 1_000_000, "length": 99})
    run = await made(api)
    await wait_for(lambda: len(str(known(server, run).logs)) >= 1_000_000, "the log is told")
    lines = (await shown(api, run))["logs"].split("\n")[1:]
    assert len(lines) == 10_000
    assert {len(line) for line in lines} == {99}


async def test_a_log_grows_at_its_rate(server: DemoServer, api: httpx.AsyncClient, scripted: Scripted) -> None:
    scripted(works=False, logs={"lines": 30, "length": 9, "per_second": 0.5})
    began = asyncio.get_running_loop().time()
    run = await made(api)
    await wait_for(lambda: "line 29 " in str(known(server, run).logs), "the log is told")
    # The last of 30 lines comes 29 intervals after the first, each of 2 s at speed 1.
    assert asyncio.get_running_loop().time() - began > 29 * 2 / SPEED


async def test_a_bar_is_redrawn_and_the_log_shrinks(
    server: DemoServer, api: httpx.AsyncClient, scripted: Scripted
) -> None:
    scripted({"times": 1}, works=False, logs={"lines": 4, "progress": True, "length": 40})
    scripted(works=False, logs={"lines": 50, "length": 20, "shrink_to": 41})
    bar, short = await made(api), await made(api)
    await wait_for(lambda: "100%" in str(known(server, bar).logs), "the bar is full")
    assert [part[:4] for part in (await shown(api, bar))["logs"].split("\r")[1:]] == [" 25%", " 50%", " 75%", "100%"]
    await wait_for(lambda: "Demo" not in str(known(server, short).logs), "the log has shrunk")
    log = (await shown(api, short))["logs"]
    assert log == "line 48 ............\nline 49 ............"[-41:]


# Webhooks.


async def told(
    api: httpx.AsyncClient,
    to: Receiver,
    count: int,
    events: tuple[str, ...] = ("completed",),
) -> list[tuple[dict[str, str], bytes]]:
    """Make a run with a webhook and return what comes."""
    await made(api, STREAMER.full_name, webhook=f"http://127.0.0.1:{to.port}/", webhook_events_filter=list(events))
    await wait_for(lambda: len(to.received) >= count, "the webhooks come")
    return [(headers, body) for _, headers, body in to.received]


@pytest.mark.parametrize(
    ("signature", "is_right", "shift"), [("wrong", False, 0), ("old", True, -1), ("future", True, 1)]
)
async def test_signatures_are_wrong_or_of_another_time(
    signature: str,
    is_right: bool,
    shift: int,
    api: httpx.AsyncClient,
    scripted: Scripted,
    receiver: Receiver,  # noqa: F811
) -> None:
    scripted(webhooks={"signature": signature})
    ((headers, body),) = await told(api, receiver, 1)
    secret = (await api.get("/webhooks/default/secret")).json()["key"]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = sign(key, headers["webhook-id"], headers["webhook-timestamp"], body)
    assert hmac.compare_digest(headers["webhook-signature"], f"v1,{expected}") is is_right
    assert round((int(headers["webhook-timestamp"]) - time.time()) / 3600) == shift


async def test_webhooks_are_flooded_and_repeated(
    api: httpx.AsyncClient,
    scripted: Scripted,
    receiver: Receiver,  # noqa: F811
) -> None:
    scripted(webhooks={"flood": 9, "repeat": 1})
    received = await told(api, receiver, 20)
    ids = [headers["webhook-id"] for headers, _ in received]
    assert (len(ids), len(set(ids))) == (20, 10)
    assert len({hashlib.sha256(body).hexdigest() for _, body in received}) == 1


async def test_webhooks_come_in_the_wrong_order(
    api: httpx.AsyncClient,
    scripted: Scripted,
    receiver: Receiver,  # noqa: F811
) -> None:
    scripted(webhooks={"backwards": True})
    received = await told(api, receiver, 3, ("start", "output", "completed"))
    statuses = [json.loads(body)["status"] for _, body in received]
    assert statuses[0] == "succeeded"
    assert set(statuses[1:]) == {"processing"}
    assert "output" not in json.loads(received[-1][1]) or json.loads(received[-1][1])["output"] is None


async def test_webhooks_have_other_headers_and_slow_bodies(
    api: httpx.AsyncClient,
    scripted: Scripted,
    receiver: Receiver,  # noqa: F811
) -> None:
    headers = {"Origin": "https://evil.test", "webhook-id": "another"}
    scripted(webhooks={"headers": headers, "drop_headers": ["host", "User-Agent"], "bytes_per_second": 5_000})
    began = asyncio.get_running_loop().time()
    ((received, body),) = await told(api, receiver, 1)
    assert (received["origin"], received["webhook-id"]) == ("https://evil.test", "another")
    assert not {"host", "user-agent"} & received.keys()
    assert asyncio.get_running_loop().time() - began > len(body) / 5_000 * 0.5
