"""The socket of the webhook receiver, by raw bytes: what it takes, what it refuses, and that nobody holds it up."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest

from replicate_tui.services import webhook_listener
from replicate_tui.services.webhook_listener import ADDRESS, Listener, Request, hosts_of
from tests.support.waiting import wait_for

PATH = "a-segment-nobody-guesses"


class Listening:
    """A listener that keeps what it gets."""

    def __init__(self) -> None:
        self.taken: list[Request] = []
        self.refusals: list[str] = []
        self.hosts: frozenset[str] = frozenset()
        self.answer = 200
        self.listener = Listener(self._take, self.refusals.append, secret_path=PATH, hosts=lambda: self.hosts)

    async def _take(self, request: Request) -> int:
        self.taken.append(request)
        return self.answer

    @property
    def port(self) -> int:
        return self.listener.port

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(ADDRESS, self.port)

    async def say(self, data: bytes, *, ends: bool = False) -> bytes:
        """Send bytes and return all that comes back."""
        reader, writer = await self.connect()
        with contextlib.suppress(ConnectionError):
            writer.write(data)
            await writer.drain()
            if ends:
                writer.write_eof()
        try:
            return await reader.read()
        finally:
            writer.close()

    async def status(self, data: bytes) -> int:
        answer = await self.say(data)
        return int(answer.split()[1])

    def post(self, body: bytes = b"{}", path: str = f"/{PATH}", host: str = "", *more: str) -> bytes:
        lines = [f"POST {path} HTTP/1.1", f"Host: {host or f'{ADDRESS}:{self.port}'}", f"Content-Length: {len(body)}"]
        return ("\r\n".join([*lines, *more]) + "\r\n\r\n").encode() + body


@pytest.fixture
async def listening() -> AsyncIterator[Listening]:
    listening = Listening()
    await listening.listener.start(0)
    try:
        yield listening
    finally:
        await listening.listener.stop()


async def test_a_post_to_the_right_path_is_taken_with_its_raw_body(listening: Listening) -> None:
    body = b'{"id": 1,  "spaces": true}\n\xff'
    assert await listening.status(listening.post(body, f"/a/b/{PATH}?job=17", "", "Webhook-Id: msg_1")) == 200
    request = listening.taken[0]
    assert request.body == body
    assert ("webhook-id", "msg_1") in request.headers
    listening.answer = 401
    assert await listening.status(listening.post()) == 401


async def test_chunks_and_a_client_that_waits_to_be_told_to_go_on(listening: Listening) -> None:
    head = f"POST /{PATH} HTTP/1.1\r\nHost: localhost:{listening.port}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    assert await listening.status(head + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n") == 200
    assert listening.taken[0].body == b"abcde"
    reader, writer = await listening.connect()
    whole = listening.post(b"late", f"/{PATH}", "", "Expect: 100-continue")
    writer.write(whole.removesuffix(b"late"))
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100")
    writer.write(b"late")
    assert (await reader.read()).startswith(b"HTTP/1.1 200")
    assert listening.taken[1].body == b"late"
    writer.close()


async def test_what_is_no_delivery_is_refused_with_a_reason(listening: Listening) -> None:
    post = listening.post
    refused = [
        (404, post(path="/")),
        (404, post(path=f"/{PATH}x")),
        (404, post(path=f"/{PATH}/more")),
        (405, post().replace(b"POST", b"PUT", 1)),
        (421, post(host="evil.test")),
        (421, post(host=f"127.0.0.1:{listening.port + 1}")),
        (403, post(b"{}", f"/{PATH}", "", "Origin: https://evil.test")),
        (403, post(b"{}", f"/{PATH}", "", f"Origin: http://127.0.0.1:{listening.port}")),
        (400, f"POST /{PATH} HTTP/1.1\r\nContent-Length: 0\r\n\r\n".encode()),
        (421, f"POST /{PATH} HTTP/1.0\r\nContent-Length: 0\r\n\r\n".encode()),
        (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
        (400, post(b"{}", f"/{PATH}", "", "Content-Length: 7")),
        (431, post(b"{}", f"/{PATH}", "", f"X: {'x' * 30_000}")),
        (413, post().replace(b"Content-Length: 2", b"Content-Length: 10000001")),
    ]
    for status, data in refused:
        assert await listening.status(data) == status, data[:200]
    assert not listening.taken
    assert len(listening.refusals) == len(refused)
    # The tunnel's own name is let in once it is known.
    listening.hosts = hosts_of("https://Fog.example.net/hooks")
    assert await listening.status(post(host="fog.example.net")) == 200
    assert await listening.status(post(host="fog.example.net:443")) == 200
    assert await listening.status(post(host="localhost")) == 200


async def test_a_body_without_a_length_is_cut_off_at_the_limit(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_listener, "MOST_BODY_BYTES", 100_000)
    head = f"POST /{PATH} HTTP/1.1\r\nHost: localhost:{listening.port}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    reader, writer = await listening.connect()
    writer.write(head)
    for _ in range(200):
        writer.write(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")
        await writer.drain()
    # Refused in mid-sentence, and still let to its end and told why.
    assert b" 413 " in await reader.readline()
    writer.close()


async def test_what_never_ends_is_given_up_and_holds_nobody_up(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_listener, "REQUEST_SECONDS", 0.3)
    whole = listening.post(b"0123456789")
    slow = [await listening.connect() for _ in range(webhook_listener.MOST_CONNECTIONS - 1)]
    for place, (_, writer) in enumerate(slow):
        writer.write(whole[: place + 1])
    # One place is left, and it is enough.
    assert await listening.status(whole) == 200
    for reader, writer in slow:
        assert b" 408 " in await reader.readline()
        writer.close()
    # A client that leaves before it has said anything is no refusal.
    before = len(listening.refusals)
    assert await listening.say(b"", ends=True) == b""
    assert len(listening.refusals) == before


async def test_more_connections_than_there_is_room_for_are_told_so(listening: Listening) -> None:
    held = [await listening.connect() for _ in range(webhook_listener.MOST_CONNECTIONS)]
    for _, writer in held:
        writer.write(b"P")
    await wait_for(lambda: len(listening.listener._connections) == len(held), "all are connected")
    assert await listening.status(b"") == 503
    for _, writer in held:
        writer.close()
    await wait_for(lambda: not listening.listener._connections, "they are gone")
    assert await listening.status(listening.post()) == 200


async def test_large_bodies_share_a_budget_that_is_given_back(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_listener, "MOST_HELD_BYTES", 50_000)
    part = listening.post(b"x" * 40_000)
    _, first = await listening.connect()
    first.write(part[:-10])
    await wait_for(lambda: listening.listener._held > 30_000, "the first is nearly there")
    assert await listening.status(part) == 503
    first.close()
    await wait_for(lambda: listening.listener._held == 0, "what it held is free")
    assert await listening.status(part) == 200


async def test_a_stop_ends_what_is_under_way_and_frees_the_port(listening: Listening) -> None:
    port = listening.port
    reader, writer = await listening.connect()
    writer.write(b"POST /")
    await wait_for(lambda: listening.listener._connections, "it is connected")
    await listening.listener.stop()
    with contextlib.suppress(ConnectionError):
        assert await reader.read() == b""
    writer.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((ADDRESS, port), timeout=1)
    again = Listening()
    await again.listener.start(port)
    assert await again.status(again.post()) == 200
    await again.listener.stop()


async def test_only_this_machine_is_listened_at(listening: Listening) -> None:
    server = listening.listener._server
    assert server is not None
    assert [each.getsockname() for each in server.sockets] == [("127.0.0.1", listening.port)]
    with pytest.raises(OSError, match="in use"):
        await Listening().listener.start(listening.port)
