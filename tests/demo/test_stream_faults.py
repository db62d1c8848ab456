"""Faults of streams in time: how fast, how late, how silent, and what is told to whoever comes back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest

from replicate_tui.demo.fault_file import rules_of
from replicate_tui.demo.server import DemoServer
from tests.demo.conftest import client_of
from tests.demo.models import STREAMER
from tests.support.demo import make_demo
from tests.support.waiting import wait_for


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with make_demo(speed=200) as running:
        yield running


@pytest.fixture
async def api(server: DemoServer) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(server) as client:
        yield client
    server.faults.clear()


@pytest.fixture
def faulty(server: DemoServer) -> Callable[..., None]:
    """Change the streams that are asked for from now on."""
    return lambda **fault: server.faults.add(*rules_of([{"name": "odd stream", "path": "/stream/*", "stream": fault}]))


async def begun(api: httpx.AsyncClient, text: str = "one two three", **given: Any) -> dict[str, Any]:
    body = {"version": STREAMER.full_name, "input": {"text": text, **given}}
    run: dict[str, Any] = (await api.post("/predictions", json=body)).json()
    return run


async def ended(server: DemoServer, api: httpx.AsyncClient) -> str:
    """Make a run, wait for its end and return the address of its stream."""
    run = await begun(api)
    known = server.service.state.run(run["id"])
    assert known is not None
    await wait_for(lambda: known.is_terminal, "the run has ended")
    return str(run["urls"]["stream"])


async def times_of(api: httpx.AsyncClient, url: str) -> dict[str, float]:
    """Return when each word of the streamer came, in seconds after the request."""
    loop = asyncio.get_running_loop()
    began, found = loop.time(), {}
    async with api.stream("GET", url) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                found[line[6:].strip()] = loop.time() - began
    return found


async def test_events_leave_at_a_rate(server: DemoServer, api: httpx.AsyncClient, faulty: Callable[..., None]) -> None:
    url = await ended(server, api)
    faulty(rate=20)
    told = await times_of(api, url)
    assert list(told) == ["one", "two", "three", "{}"]
    assert told["{}"] > 3 / 20
    assert server.requests[-1].fault == "odd stream"


async def test_a_stream_falls_silent_once(
    server: DemoServer, api: httpx.AsyncClient, faulty: Callable[..., None]
) -> None:
    url = await ended(server, api)
    faulty(silence_after=2, silence=0.2)
    told = await times_of(api, url)
    assert list(told) == ["one", "two", "three", "{}"]
    assert told["three"] - told["two"] > 0.15
    assert told["{}"] - told["one"] < 5


async def test_a_stream_comes_late(server: DemoServer, api: httpx.AsyncClient, faulty: Callable[..., None]) -> None:
    faulty(late=0.3)
    run = await begun(api)
    known = server.service.state.run(run["id"])
    assert known is not None
    reading = asyncio.create_task(times_of(api, run["urls"]["stream"]))
    await wait_for(lambda: known.is_terminal, "the run has ended")
    shown = (await api.get(f"/predictions/{run['id']}")).json()
    assert shown["output"] == ["one ", "two ", "three "]
    told = await reading
    assert list(told) == ["one", "two", "three", "{}"]
    assert told["one"] > 0.2


async def test_whoever_comes_back_gets_everything_the_rest_or_nothing_old(
    server: DemoServer, api: httpx.AsyncClient, faulty: Callable[..., None]
) -> None:
    url = await ended(server, api)
    whole = (await api.get(url)).text
    last = {"Last-Event-ID": whole.split("id: ")[2].split("\n")[0]}
    rest = (await api.get(url, headers=last)).text
    assert "data: three" in rest
    assert "data: two" not in rest
    faulty(forget_ids=True)
    assert (await api.get(url, headers=last)).text == whole
    server.faults.clear()
    faulty(only_new=True)
    assert (await api.get(url, headers=last)).text == ": hi\n\n"


async def test_bytes_that_are_no_text_are_told(
    server: DemoServer, api: httpx.AsyncClient, faulty: Callable[..., None]
) -> None:
    url = await ended(server, api)
    faulty(raw="event: output\ndata: \udcff\udcfe\n\n")
    assert b"data: \xff\xfe\n\n" in (await api.get(url)).content
