"""Event streams over real sockets: order, ids, resumption, and every way a run ends."""

import asyncio
import json
from collections.abc import Callable

import httpx

from replicate_tui.demo.server import DemoServer
from tests.demo.models import ENDLESS, FAILER, PAINTER

Event = dict[str, str]


def parse(text: str) -> list[Event]:
    """Return the events of a stream; comments are left out."""
    events = []
    for block in text.split("\n\n"):
        event: dict[str, list[str]] = {}
        for line in block.split("\n"):
            name, _, value = line.partition(":")
            if name:
                event.setdefault(name, []).append(value.removeprefix(" "))
        if event:
            events.append({name: "\n".join(values) for name, values in event.items()})
    return events


async def stream_url(api: httpx.AsyncClient, version: str, **given: object) -> str:
    created = await api.post("/predictions", json={"version": version, "input": given})
    return str(created.json()["urls"]["stream"])


async def test_words_arrive_as_numbered_events(api: httpx.AsyncClient) -> None:
    async with httpx.AsyncClient(trust_env=False) as anyone:
        answer = await anyone.get(await stream_url(api, "tests/streamer", text="one two\n\nthree"))
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.startswith(": hi\n\n")
    events = parse(answer.text)
    assert [each["event"] for each in events] == ["output", "output", "done"]
    assert "".join(each["data"] for each in events[:-1]) == "one two\n\nthree "
    assert json.loads(events[-1]["data"]) == {}
    seconds = [each["id"].partition(":")[0] for each in events[:-1]]
    assert all(second.isdecimal() for second in seconds)


async def test_a_cut_stream_goes_on_after_the_last_event_seen(api: httpx.AsyncClient) -> None:
    url = await stream_url(api, "tests/streamer", text="a b c d")
    whole = parse((await api.get(url)).text)
    for position, event in enumerate(whole[:-1]):
        rest = parse((await api.get(url, headers={"Last-Event-ID": event["id"]})).text)
        assert rest == whole[position + 1 :]
    assert parse((await api.get(url, headers={"Last-Event-ID": "1:1"})).text) == whole


async def test_files_are_streamed_as_addresses(api: httpx.AsyncClient) -> None:
    url = await stream_url(api, PAINTER.version, text="a", count=2)
    assert "/v1/files/" in url
    events = parse((await api.get(url)).text)
    assert [each["data"].rpartition("/")[2] for each in events[:-1]] == ["out-0.png", "out-1.png"]


async def test_a_failure_is_an_error_and_then_the_end(api: httpx.AsyncClient) -> None:
    events = parse((await api.get(await stream_url(api, FAILER.version, text="no luck"))).text)
    assert [(each["event"], json.loads(each["data"])) for each in events] == [
        ("error", {"detail": "no luck"}),
        ("done", {"reason": "error"}),
    ]


async def test_a_cancellation_ends_the_stream_while_it_is_read(api: httpx.AsyncClient) -> None:
    created = (await api.post("/predictions", json={"version": ENDLESS.version, "input": {}})).json()
    received: list[bytes] = []
    async with api.stream("GET", created["urls"]["stream"]) as answer:
        async for part in answer.aiter_raw():
            if not received:
                await api.post(f"/predictions/{created['id']}/cancel")
            received.append(part)
    assert parse(b"".join(received).decode())[-1] == {"event": "done", "data": '{"reason": "canceled"}'}


async def test_an_idle_stream_times_out_with_a_comment(
    own_demo: Callable[..., DemoServer], connect: Callable[[DemoServer], httpx.AsyncClient]
) -> None:
    server = own_demo(stream_timeout=0.05)
    async with connect(server) as api:
        answer = await api.get(await stream_url(api, ENDLESS.version))
    assert answer.text == ": hi\n\n:408: 408 Request Timeout\n\n"


async def test_a_stream_whose_data_is_gone_says_nothing(
    own_demo: Callable[..., DemoServer], connect: Callable[[DemoServer], httpx.AsyncClient]
) -> None:
    server = own_demo(stream_timeout=0.05)
    async with connect(server) as api:
        url = await stream_url(api, "tests/streamer", text="a")
        assert "data: a" in (await api.get(url)).text
        server.service.clock.advance(4000)
        assert (await api.get(url)).text == ": hi\n\n:408: 408 Request Timeout\n\n"


async def test_a_stream_can_only_be_read_by_its_key(api: httpx.AsyncClient) -> None:
    url = await stream_url(api, "tests/streamer", text="a")
    for wrong in (url[:-1], url[:-1] + "!", url.replace("/stream/v1/", "/stream/v2/"), url.rpartition("-")[0]):
        assert (await api.get(wrong)).status_code == 404


async def test_many_readers_get_the_same_events(api: httpx.AsyncClient) -> None:
    url = await stream_url(api, "tests/streamer", text="a b c d e f", pause=1)
    answers = await asyncio.gather(*(api.get(url) for _ in range(8)))
    assert len({answer.text for answer in answers}) == 1


async def test_words_are_shown_while_the_run_works(
    own_demo: Callable[..., DemoServer], connect: Callable[[DemoServer], httpx.AsyncClient]
) -> None:
    server = own_demo(speed=1.0)
    async with connect(server) as api:
        body = {"version": "tests/streamer", "input": {"text": "first " + "x " * 1000, "pause": 0.02}}
        created = (await api.post("/predictions", json=body)).json()
        seen: list[dict[str, object]] = []

        async def look() -> bool:
            seen.append((await api.get(f"/predictions/{created['id']}")).json())
            return bool(seen[-1].get("output"))

        for _ in range(500):
            if await look():
                break
        assert seen[-1]["status"] == "processing"
        assert "said first" in str(seen[-1]["logs"])
