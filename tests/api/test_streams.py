"""Streams over real sockets: cut, replayed, refused, silent; the text is exact or the stream says it was cut."""

import asyncio
import random
import time

import pytest

from replicate_tui.api import AsyncReplicate, ModelError, ServerSentEvent, StreamEnd, streaming
from replicate_tui.api.following import PredictionStream
from tests.api.conftest import TOKEN, Serve
from tests.support.raw_server import Exchange, RawServer, raw_server

ID = "abcdefghijklmnopqrstuvwxyz"
WORDS = ["Fog", " rolls", "\n", " in,", " caf\u00e9 \U0001f600", " a\u2028b", "", " and", " out", ".", "\n\n", "Done"]


def frame(name: str, data: str, id: str | None = None) -> bytes:
    lines = [
        f"event: {name}",
        *([f"id: {id}"] if id is not None else []),
        *(f"data: {part}" for part in data.split("\n")),
    ]
    return ("\n".join(lines) + "\n\n").encode()


FRAMES = [frame("output", word, f"1777716680:{number}") for number, word in enumerate(WORDS)]
DONE = frame("done", "{}", "1777716699:0")
TEXT = "".join(WORDS)
OUT_OF_MEMORY = '{"detail":"CUDA out of memory"}'


async def collect(stream: streaming.EventStream) -> str:
    return "".join([str(event) async for event in stream])


async def test_a_whole_stream(serve: Serve) -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.events(b": hi\n\n", *FRAMES, DONE)

    async with serve(script) as (client, server):
        stream = client.stream_events(f"{server.url}/v1/streams/x")
        assert await collect(stream) == TEXT
    assert stream.end == StreamEnd("done")
    assert server.requests[0].headers["accept"] == "text/event-stream"
    assert len(server.requests) == 1


def resuming(dice: random.Random, *, replays: bool) -> "tuple[list[int], object]":
    """A script that breaks each connection at a random byte, and resumes after the last id, or starts over."""
    budget = [dice.randrange(1, 6)]

    async def script(exchange: Exchange) -> None:
        last = exchange.seen.headers.get("last-event-id")
        start = 0 if replays or last is None else 1 + int(last.rpartition(":")[2])
        wire = b"".join([*FRAMES[start:], DONE])
        if budget[0] > 0:
            budget[0] -= 1
            wire = wire[: dice.randrange(len(wire))]
        await exchange.events(wire)
        if dice.random() < 0.5:
            exchange.reset()

    return budget, script


@pytest.mark.parametrize("replays", [False, True], ids=["resumes after the id", "starts over"])
async def test_streams_cut_at_random_bytes_bring_the_exact_text(serve: Serve, replays: bool) -> None:
    count = 500
    dice = random.Random(20261121)
    scripts = {f"/{number}": resuming(random.Random(dice.random()), replays=replays)[1] for number in range(count)}

    async def script(exchange: Exchange) -> None:
        await scripts[exchange.seen.path](exchange)  # type: ignore[operator]

    async with serve(script) as (client, server):
        texts: list[str] = []
        for start in range(0, count, 25):
            batch = list(scripts)[start : start + 25]
            streams = [client.stream_events(f"{server.url}{path}") for path in batch]
            texts += await asyncio.gather(*(collect(stream) for stream in streams))
            assert {stream.end for stream in streams} == {StreamEnd("done")}
    assert texts == [TEXT] * count
    assert len(server.requests) > 2 * count


async def test_a_stream_without_ids_is_not_resumed_once_it_spoke(serve: Serve) -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.events(frame("output", "once"))

    async with serve(script) as (client, server):
        stream = client.stream_events(f"{server.url}/x")
        assert await collect(stream) == "once"
    assert stream.end is not None
    assert stream.end.reason == "cut"
    assert len(server.requests) == 1


async def test_a_stream_that_never_speaks_is_given_up(serve: Serve) -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.events(b": hi\n\n")

    async with serve(script) as (client, server):
        stream = client.stream_events(f"{server.url}/x")
        assert await collect(stream) == ""
    assert stream.end == StreamEnd("cut", "the stream ended early")
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    ("wire", "end"),
    [
        (frame("done", "{}"), StreamEnd("done")),
        (frame("done", '{"reason":"canceled"}'), StreamEnd("canceled")),
        (frame("error", OUT_OF_MEMORY) + frame("done", '{"reason":"error"}'), StreamEnd("error", "CUDA out of memory")),
        (frame("error", "not JSON [/]") + frame("done", "{}"), StreamEnd("error", "not JSON [/]")),
        (frame("done", "[1]"), StreamEnd("done")),
        (frame("done", '{"reason": 5}'), StreamEnd("done")),
    ],
)
async def test_how_a_stream_ends(serve: Serve, wire: bytes, end: StreamEnd) -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.events(wire, frame("output", "late"))

    async with serve(script) as (client, server):
        stream = client.stream_events(f"{server.url}/x")
        assert await collect(stream) == ""
    assert stream.end == end


async def test_unnamed_events_are_skipped_and_unknown_ones_passed_on(serve: Serve) -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.events(b"data: unnamed\n\n", frame("metric", "1"), frame("logs", "a line"), DONE)

    async with serve(script) as (client, server):
        events = [event async for event in client.stream_events(f"{server.url}/x")]
    assert events == [ServerSentEvent("metric", "1"), ServerSentEvent("logs", "a line")]


@pytest.mark.parametrize("status", [204, 301, 401, 403, 404, 408, 410])
async def test_a_refused_stream_is_cut_at_once(serve: Serve, status: int) -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.reply(b"", status, Location="/elsewhere")

    async with serve(script) as (client, server):
        stream = client.stream_events(f"{server.url}/x")
        assert await collect(stream) == ""
    assert stream.end is not None
    assert (stream.end.reason, stream.end.status_code) == ("cut", status)
    assert len(server.requests) == 1


async def test_a_web_page_is_no_stream(serve: Serve) -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.reply(b"<html>", Content_Type="text/html")

    async with serve(script) as (client, server):
        stream = client.stream_events(f"{server.url}/x")
        assert await collect(stream) == ""
    assert stream.end == StreamEnd("cut", "not a stream of events: text/html", 200)


async def test_a_huge_event_ends_the_stream(serve: Serve) -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.head(200, Content_Type="text/event-stream")
        await exchange.write(b"event: output\nid: 1\ndata: ")
        for _ in range(24):
            await exchange.write(b"A" * 1_048_576)

    async with serve(script) as (client, server):
        stream = client.stream_events(f"{server.url}/x")
        assert await collect(stream) == ""
    assert stream.end == StreamEnd("cut", "an event of the stream is larger than 8 MB")
    assert len(server.requests) == 1


async def test_a_silent_stream_is_opened_again(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "STREAM_IDLE_SECONDS", 0.1)

    async def script(exchange: Exchange) -> None:
        if exchange.number == 0:
            await exchange.events(FRAMES[0])
            await exchange.hang()
        elif exchange.number == 1:
            await exchange.head(200, Content_Type="text/event-stream")
            while True:
                await exchange.write(b": still here\n\n")
                await asyncio.sleep(0.02)
        else:
            await exchange.events(*FRAMES[1:], DONE)

    async with serve(script) as (client, server):
        stream = client.stream_events(f"{server.url}/x")
        assert await collect(stream) == TEXT
    assert [seen.headers.get("last-event-id") for seen in server.requests] == [None, "1777716680:0", "1777716680:0"]


async def test_a_head_without_end_is_no_stream(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "STREAM_IDLE_SECONDS", 0.1)

    async def drip(exchange: Exchange) -> None:
        while True:
            await exchange.write(b"X")
            await asyncio.sleep(0.02)

    async with serve(drip) as (client, server):
        stream = client.stream_events(f"{server.url}/stream")
        assert [event async for event in stream] == []
    assert stream.end is not None
    assert stream.end.reason == "cut"


async def test_a_huge_id_is_not_sent_back(serve: Serve) -> None:
    async def script(exchange: Exchange) -> None:
        if exchange.number == 0:
            await exchange.events(frame("output", "a", "1"), frame("output", "b", "9" * 100_000))
        else:
            await exchange.events(DONE)

    async with serve(script) as (client, server):
        assert await collect(client.stream_events(f"{server.url}/x")) == "ab"
    assert server.requests[1].headers["last-event-id"] == "1"


async def test_the_server_sets_the_pause_within_limits(serve: Serve, waits: "object") -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.events(b"retry: 0\n\n" + FRAMES[0] if exchange.number == 0 else DONE)

    async with serve(script) as (client, server):
        await collect(client.stream_events(f"{server.url}/x"))
    assert waits.seconds == [0.1]  # type: ignore[attr-defined]


async def test_no_token_goes_to_another_host() -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.events(*FRAMES, DONE)

    async with (
        raw_server(script, host="127.0.0.2") as foreign,
        AsyncReplicate(base_url="http://127.0.0.1:9", bearer_token=TOKEN) as client,
    ):
        stream = client.stream_events(f"{foreign.url}/x")
        assert await collect(stream) == ""
    assert stream.end is not None
    assert "not https" in stream.end.detail
    assert foreign.requests == []


class Service:
    """A service with one prediction, whose final state is `final` after `polls` questions."""

    def __init__(
        self, final: dict[str, object], *, frames: list[bytes] | None, partial: object = None, polls: int = 0
    ) -> None:
        self.final = final
        self.frames = frames
        self.partial = partial
        self.polls = polls
        self.server: RawServer | None = None
        self.asked = 0

    async def script(self, exchange: Exchange) -> None:
        assert self.server is not None
        if exchange.seen.path == "/stream":
            await exchange.events(*(self.frames or []))
            return
        running = {
            "id": ID,
            "status": "processing",
            "output": self.partial,
            "urls": {"stream": f"{self.server.url}/stream"},
        }
        if self.frames is None:
            del running["urls"]
        if exchange.seen.method == "POST":
            await exchange.json(running, 201)
            return
        self.asked += 1
        await exchange.json({**running, **self.final} if self.asked > self.polls else running)


async def follow(service: Service, serve: Serve) -> tuple[str, PredictionStream]:
    async with serve(service.script) as (client, server):
        service.server = server
        stream = client.stream("acme/fogbank", {"prompt": "fog"})
        return "".join([str(event) async for event in stream]), stream


async def test_the_final_answer_completes_a_cut_stream(serve: Serve) -> None:
    service = Service({"status": "succeeded", "output": WORDS}, frames=FRAMES[:3], polls=2)
    text, stream = await follow(service, serve)
    assert text == TEXT
    assert stream.is_exact
    assert stream.prediction is not None
    assert stream.prediction.status == "succeeded"


async def test_the_final_answer_is_the_truth_where_the_stream_differs(serve: Serve) -> None:
    frames = [FRAMES[0], FRAMES[4], DONE]
    text, stream = await follow(Service({"status": "succeeded", "output": WORDS}, frames=frames), serve)
    assert text != TEXT
    assert not stream.is_exact
    assert stream.prediction is not None
    assert "".join(stream.prediction.output) == TEXT


async def test_a_model_without_a_stream_is_polled(serve: Serve) -> None:
    service = Service({"status": "succeeded", "output": WORDS}, frames=None, partial=WORDS[:2], polls=2)
    text, stream = await follow(service, serve)
    assert text == TEXT
    assert stream.end is None


async def test_a_text_output_comes_whole(serve: Serve) -> None:
    text, _ = await follow(Service({"status": "succeeded", "output": "all of it"}, frames=None), serve)
    assert text == "all of it"


@pytest.mark.parametrize("status", ["failed", "canceled", "aborted"])
async def test_a_failed_run_raises_at_the_end_of_its_stream(serve: Serve, status: str) -> None:
    service = Service({"status": status, "error": "CUDA out of memory"}, frames=[FRAMES[0], DONE])
    with pytest.raises(ModelError, match=f"prediction {status}: CUDA out of memory") as caught:
        await follow(service, serve)
    assert caught.value.prediction.id == ID


async def test_a_run_that_exists_is_streamed_without_raising(serve: Serve) -> None:
    service = Service({"status": "failed", "error": "no"}, frames=[FRAMES[0], DONE])
    async with serve(service.script) as (client, server):
        service.server = server
        service.polls = 1
        stream = client.predictions.stream(ID)
        assert [str(event) async for event in stream] == ["Fog"]
    assert stream.prediction is not None
    assert stream.prediction.status == "failed"


async def test_a_long_stream_costs_the_same_at_its_end(serve: Serve) -> None:
    count = 20_000

    async def script(exchange: Exchange) -> None:
        await exchange.head(200, Content_Type="text/event-stream")
        for start in range(0, count, 500):
            await exchange.write(b"".join(frame("output", "x", f"1:{n}") for n in range(start, start + 500)))
        await exchange.write(DONE)

    async with serve(script) as (client, server):
        stamps = [time.perf_counter() async for _ in client.stream_events(f"{server.url}/x")]
    assert len(stamps) == count
    first, last = stamps[5_000] - stamps[0], stamps[-1] - stamps[-5_001]
    assert last < 3 * first


async def test_each_event_arrives_when_it_is_sent(serve: Serve) -> None:
    heard = asyncio.Event()

    async def script(exchange: Exchange) -> None:
        await exchange.events(FRAMES[0])
        await heard.wait()
        await exchange.write(DONE)

    async with serve(script) as (client, server):
        async with asyncio.timeout(5):
            async for event in client.stream_events(f"{server.url}/x"):
                assert str(event) == "Fog"
                heard.set()
