"""Faults of answers and of their pace, and which requests they strike, seen from a bare socket or a plain client."""

import asyncio
import email.utils
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from replicate_tui.demo import faults
from replicate_tui.demo.fault_file import FaultFileError, rules_of
from replicate_tui.demo.faults import Faults
from replicate_tui.demo.server import DemoServer
from tests.demo.conftest import client_of
from tests.demo.models import GREETER
from tests.support.demo import make_demo

CREATE = {"version": GREETER.version, "input": {"text": "a"}}
DAY = 86_400
Rules = Callable[..., None]


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with make_demo(seed=3) as running:
        yield running


@pytest.fixture
def rules(server: DemoServer) -> Iterator[Rules]:
    """Add rules, given as they stand in a file."""
    yield lambda *listed: server.faults.add(*rules_of(list(listed)))
    server.faults.clear()


@pytest.fixture
async def api(server: DemoServer) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(server) as client:
        yield client


async def said(server: DemoServer, path: str) -> tuple[list[bytes], bool]:
    """Ask on a bare socket; return what arrived piece by piece, and whether a reset ended it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.origin.rpartition(":")[2]))
    head = f"GET {path} HTTP/1.1\r\nHost: {server.origin[7:]}\r\nAuthorization: Bearer {server.token}\r\n"
    writer.write(f"{head}Connection: close\r\n\r\n".encode())
    pieces, was_reset = [], False
    try:
        while piece := await asyncio.wait_for(reader.read(1_000_000), 10):
            pieces.append(piece)
    except ConnectionResetError:
        was_reset = True
    writer.close()
    return pieces, was_reset


async def whole(server: DemoServer, path: str) -> tuple[bytes, bytes]:
    head, _, body = b"".join((await said(server, path))[0]).partition(b"\r\n\r\n")
    return head, body


# Which requests.


async def test_the_first_match_wins(rules: Rules, server: DemoServer, api: httpx.AsyncClient) -> None:
    rules(
        {"name": "once", "path": "/v1/acc*", "status": 500, "times": 1},
        {"name": "third", "path": "/v1/account", "status": 501, "nth": 3, "times": 1},
        {"name": "all", "method": "GET", "status": 502},
    )
    answers = [(await api.get("/account")).status_code for _ in range(5)]
    assert answers == [500, 502, 502, 501, 502]
    assert [each.fault for each in server.requests[-5:]] == ["once", "all", "all", "third", "all"]
    assert [times for _, times in server.faults.fired()] == [1, 1, 3]


async def test_a_window_comes_again(rules: Rules, api: httpx.AsyncClient) -> None:
    rules({"status": 500, "since": 0.1, "until": 0.2, "cycle": 0.2})
    seen: list[int] = []
    deadline = time.monotonic() + 20
    while len(seen) < 5 and time.monotonic() < deadline:
        status = (await api.get("/account")).status_code
        if seen[-1:] != [status]:
            seen.append(status)
    assert len(seen) == 5


# Heads.


async def test_headers_are_set_added_and_dated(rules: Rules, server: DemoServer) -> None:
    rules(
        {
            "path": "/v1/account",
            "headers": {"X-Should-Retry": "true", "content-type": "text/plain"},
            "dated_headers": {"Date": -DAY, "Retry-After": 2 * DAY},
            "add_headers": ["Set-Cookie: a=b", "Set-Cookie: c=d; Path=/", "Content-Type: text/html"],
        }
    )
    lines = (await whole(server, "/v1/account"))[0].decode().split("\r\n")
    headers = [(name, value) for name, _, value in (line.partition(": ") for line in lines[1:])]
    told = dict(headers)
    assert [value for name, value in headers if name == "set-cookie"] == ["a=b", "c=d; Path=/"]
    assert [value for name, value in headers if name == "content-type"] == ["text/plain", "text/html"]
    assert told["x-should-retry"] == "true"
    assert sum(name == "date" for name, _ in headers) == 1
    now = time.time()
    assert abs(email.utils.parsedate_to_datetime(told["date"]).timestamp() - (now - DAY)) < 60
    assert abs(email.utils.parsedate_to_datetime(told["retry-after"]).timestamp() - (now + 2 * DAY)) < 60


async def test_a_date_is_told_unless_it_is_left_out(rules: Rules, api: httpx.AsyncClient) -> None:
    assert (await api.get("/account")).headers.get_list("date", split_commas=False)[0].endswith("GMT")
    rules({"drop_headers": ["Date"], "times": 1}, {"headers": {"Retry-After": "soon"}, "status": 429})
    assert "date" not in (await api.get("/account")).headers
    assert (await api.get("/account")).headers["retry-after"] == "soon"


async def test_heads_are_flooded(rules: Rules, server: DemoServer) -> None:
    rules({"path": "/v1/account", "informational": 10_000, "header_bytes": 200_000, "status": 503})
    answer = b"".join((await said(server, "/v1/account"))[0])
    assert answer.count(b"HTTP/1.1 102 Processing\r\n\r\n") == 10_000
    assert b"x" * 200_000 in answer
    assert b"HTTP/1.1 503" in answer


# Bodies.


async def test_a_body_is_replaced_under_the_real_status(rules: Rules, api: httpx.AsyncClient) -> None:
    rules(
        {"method": "POST", "body": {"id": "other"}, "times": 1},
        {"path": "/v1/account", "raw_body": '{"a":NaN\u0000\u00ff', "times": 1},
        {"path": "/v1/account", "raw_body": "\u4e00", "status": 200},
    )
    made = await api.post("/predictions", json=CREATE)
    assert (made.status_code, made.json(), made.headers["content-type"]) == (201, {"id": "other"}, "application/json")
    assert (await api.get("/account")).content == b'{"a":NaN\x00\xff'
    assert (await api.get("/account")).content == "\u4e00".encode()


async def test_any_bytes_take_the_place_of_a_field(rules: Rules, api: httpx.AsyncClient) -> None:
    patch = [
        {"op": "raw", "path": "/username", "value": '"\u00c3\u0028\u001b"'},
        {"op": "raw", "path": "/name", "value": "9" * 5000},
        {"op": "remove", "path": "/type"},
    ]
    rules({"path": "/v1/account", "patch": patch})
    body = (await api.get("/account")).content
    assert body == b'{"username": "\xc3(\x1b", "name": ' + b"9" * 5000 + b"}"


async def test_chunks_have_the_size_that_is_asked_for(rules: Rules, server: DemoServer, api: httpx.AsyncClient) -> None:
    plain = (await api.get("/account")).content
    rules({"path": "/v1/account", "framing": "chunked", "slice_bytes": 4})
    head, body = await whole(server, "/v1/account")
    assert b"transfer-encoding: chunked" in head.lower()
    assert b"content-length" not in head.lower()
    assert body.startswith(b"4\r\n" + plain[:4] + b"\r\n4\r\n" + plain[4:8] + b"\r\n")
    assert body.endswith(b"\r\n0\r\n\r\n")
    assert (await api.get("/account")).content == plain


@pytest.mark.parametrize("framing", ["cut-chunk", "bad-chunk", "short"])
async def test_no_broken_framing_is_a_whole_answer(framing: str, rules: Rules, api: httpx.AsyncClient) -> None:
    rules({"path": "/v1/account", "framing": framing, "status": 200, "body": {"a": 1}})
    with pytest.raises(httpx.RemoteProtocolError):
        await api.get("/account")


# Pace and ends.


async def test_an_answer_drips(rules: Rules, server: DemoServer, api: httpx.AsyncClient) -> None:
    plain = (await api.get("/account")).content
    rules({"path": "/v1/account", "slice_bytes": 9, "slice_pause": 0.02})
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert (await whole(server, "/v1/account"))[1] == plain
    assert loop.time() - began > 0.02 * (len(plain) // 9)


def test_jitter_is_seeded() -> None:
    (rule,) = rules_of([{"delay": 1, "jitter": 2}])
    first, again = ([dice.seconds_of(rule) for _ in range(50)] for dice in (Faults(seed=4), Faults(seed=4)))
    assert first == again
    assert 1 <= min(first) < 1.5
    assert 2.5 < max(first) <= 3


async def test_slices_are_random_and_seeded(own_demo: Callable[..., DemoServer]) -> None:
    sizes = []
    for seed in (5, 5, 6):
        server = own_demo(seed=seed)
        server.faults.add(
            *rules_of([{"path": "/v1/hardware", "framing": "chunked", "slice_bytes": 20, "slice_random": True}])
        )
        _, body = await whole(server, "/v1/hardware")
        sizes.append(chunk_sizes(body))
    assert sizes[0] == sizes[1] != sizes[2]
    assert len(set(sizes[0])) > 5
    assert max(sizes[0]) <= 20


def chunk_sizes(body: bytes) -> list[int]:
    sizes: list[int] = []
    at = 0
    while True:
        line = body.index(b"\r\n", at)
        size = int(body[at:line], 16)
        if not size:
            return sizes
        sizes.append(size)
        at = line + 2 + size + 2


async def test_a_head_drips_stalls_and_is_cut(rules: Rules, server: DemoServer, api: httpx.AsyncClient) -> None:
    plain = (await api.get("/account")).content
    drip = {"from_head": True, "slice_bytes": 1, "slice_pause": 0.001}
    rules(
        {"path": "/v1/account", "times": 1, **drip},
        {"path": "/v1/account", "times": 1, "from_head": True, "cut_at": 20},
        {"path": "/v1/account", "from_head": True, "stall_at": 12, "stall_for": 3600},
    )
    pieces, _ = await said(server, "/v1/account")
    head, _, body = b"".join(pieces).partition(b"\r\n\r\n")
    assert (head.startswith(b"HTTP/1.1 200"), body) == (True, plain)
    assert b"connection: close" in head, "a client would use the connection again"
    assert len(pieces) > 10, "the head came in one piece"
    assert await said(server, "/v1/account") == ([b"HTTP/1.1 200 Changed"], False)
    with pytest.raises(httpx.ReadTimeout):
        await api.get("/account", timeout=0.2)


@pytest.mark.parametrize(("how", "is_reset"), [("close", False), ("reset", True)])
@pytest.mark.parametrize("more", [{}, {"from_head": True}, {"framing": "chunked"}, {"bytes_per_second": 5000}])
async def test_an_answer_ends_early_by_an_end_or_a_reset(
    how: str, is_reset: bool, more: dict[str, Any], rules: Rules, server: DemoServer
) -> None:
    rules({"path": "/v1/hardware", "cut_at": 60, "cut_by": how, **more})
    pieces, was_reset = await said(server, "/v1/hardware")
    assert was_reset == is_reset
    assert server.requests[-1].status == 200
    received = b"".join(pieces)
    if "from_head" in more:
        assert len(received) == 60
    else:
        assert b'[{"sku":"c' in received
        assert len(received.partition(b"\r\n\r\n")[2]) < 80


async def test_what_takes_the_answer_s_place_is_changed_as_well(
    rules: Rules, server: DemoServer, api: httpx.AsyncClient
) -> None:
    body = {"detail": "no", "more": "x" * 100}
    rules({"status": 503, "body": body, "encoding": "gzip", "patch": [{"op": "remove", "path": "/more"}], "times": 1})
    rules({"status": 503, "body": "0123456789", "cut_at": 4})
    packed = await api.get("/account")
    assert (packed.status_code, packed.headers["content-encoding"]) == (503, "gzip")
    assert packed.json() == {"detail": "no"}
    assert (await whole(server, "/v1/account"))[1] == b"0123"


# Rules that cannot be.


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"headers": {"a": 5}}, "headers: a: expected text"),
        ({"dated_headers": {"Date": "now"}}, "dated_headers: Date: expected a number"),
        ({"add_headers": ["Set-Cookie"]}, "add_headers: expected lines"),
        ({"bytes_per_second": 0}, "bytes_per_second: expected a number above 0"),
        ({"upload_bytes_per_second": -1}, "upload_bytes_per_second: expected a number above 0"),
        ({"slice_random": True}, "slice_random: expected slice_bytes"),
        ({"patch": [{"op": "move", "path": "/a"}]}, "patch: 0: expected a path and an op of add"),
        ({"patch": [{"op": "add"}]}, "patch: 0: expected a path"),
        ({"status": 999}, "status: expected 200 to 599"),
        ({"delay": -1}, "delay: expected a number not below 0"),
        ({"cycle": 0}, "cycle: expected a number above 0"),
        ({"host": "evil"}, "host: expected one of service, foreign"),
        ({"accept": "maybe"}, "accept: expected one of reset, close, hang, refuse, blackhole"),
    ],
)
def test_a_mistake_is_named(rule: dict[str, Any], words: str) -> None:
    with pytest.raises(FaultFileError, match=words):
        rules_of([rule])


def test_json_in_the_readme_is_a_list_of_rules() -> None:
    blocks = Path(faults.__file__).with_name("README.md").read_text().split("```json\n")[1:]
    assert blocks
    for block in blocks:
        assert rules_of(json.loads(block.partition("```")[0]))
