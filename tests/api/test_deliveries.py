"""Output files: saved whole or not at all, fetched without the token, and only from where it is safe."""

import asyncio
import base64
import gzip
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from replicate_tui.api import (
    APIConnectionError,
    APITimeoutError,
    AsyncReplicate,
    FileError,
    FileOutput,
    NotFoundError,
    RateLimitError,
    UnsafeURLError,
    deliveries,
)
from replicate_tui.api.gate import Gate, Target
from replicate_tui.api.origins import Base, is_public_address
from replicate_tui.api.outputs import with_file_outputs
from tests.api.conftest import TOKEN, Serve, Waits
from tests.support.raw_server import Exchange, raw_server

CONTENT = os.urandom(400_000)


async def whole(exchange: Exchange) -> None:
    await exchange.reply(CONTENT, Content_Type="image/webp; charset=binary")


async def test_a_file_is_saved_with_progress_and_without_a_token(serve: Serve, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    async with serve(whole) as (client, server):
        saved = await client.download(
            f"{server.url}/delivery/out-0.webp", tmp_path / "out.webp", on_progress=lambda *sizes: told.append(sizes)
        )
    assert saved.read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert "authorization" not in server.requests[0].headers
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["out.webp"]


async def short_length(exchange: Exchange) -> None:
    await exchange.head(200, Content_Length=str(len(CONTENT)))
    await exchange.write(CONTENT[: len(CONTENT) // 2])


async def cut_chunk(exchange: Exchange) -> None:
    await exchange.head(200, Transfer_Encoding="chunked")
    await exchange.write(b"100\r\n" + CONTENT[:50])


async def reset(exchange: Exchange) -> None:
    await exchange.head(200, Content_Length=str(len(CONTENT)))
    await exchange.write(CONTENT[:1000])
    exchange.reset()


async def cut_gzip(exchange: Exchange) -> None:
    await exchange.reply(gzip.compress(CONTENT)[:-20], Content_Encoding="gzip")


@pytest.mark.parametrize("fault", [short_length, cut_chunk, reset, cut_gzip])
async def test_a_partial_file_is_never_left_as_complete(serve: Serve, tmp_path: Path, waits: Waits, fault: Any) -> None:
    async with serve(fault) as (client, server):
        with pytest.raises(APIConnectionError):
            await client.download(f"{server.url}/out.webp", tmp_path / "out.webp")
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []
    assert len(server.requests) == 5
    assert len(waits.seconds) == 4


@pytest.mark.parametrize("fault", [short_length, cut_chunk, reset, cut_gzip])
async def test_a_broken_transfer_starts_again(serve: Serve, tmp_path: Path, fault: Any) -> None:
    async def script(exchange: Exchange) -> None:
        await (fault if exchange.number < 2 else whole)(exchange)

    async with serve(script) as (client, server):
        saved = await client.download(f"{server.url}/out.webp", tmp_path / "out.webp")
    assert hashlib.sha256(saved.read_bytes()).digest() == hashlib.sha256(CONTENT).digest()


@pytest.mark.parametrize(("code", "headers", "waited"), [(503, {}, 0.5), (429, {"Retry_After": "7"}, 7.0)])
async def test_a_busy_host_is_asked_again(
    serve: Serve, waits: Waits, tmp_path: Path, code: int, headers: dict[str, str], waited: float
) -> None:
    async def script(exchange: Exchange) -> None:
        if exchange.number % 2 == 0:
            await exchange.reply(b"busy", code, **headers)
        else:
            await whole(exchange)

    async with serve(script) as (client, server):
        output = FileOutput(f"{server.url}/out.webp", client._deliveries)
        assert await output.read() == CONTENT
        assert (await output.save(tmp_path / "out.webp")).read_bytes() == CONTENT
    assert waits.seconds == [waited, waited]


async def test_a_host_that_asks_for_an_hour_is_not_waited_for(serve: Serve, waits: Waits) -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.reply(b"", 429, Retry_After="3600")

    async with serve(script) as (client, server):
        with pytest.raises(RateLimitError) as caught:
            await FileOutput(f"{server.url}/out.webp", client._deliveries).read()
    assert caught.value.retry_after == 3600
    assert waits.seconds == []


async def test_a_file_too_large_for_the_memory_is_sent_to_the_disk(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "READ_BYTES", 300_000)
    async with serve(whole) as (client, server):
        with pytest.raises(FileError, match="save it to disk"):
            await FileOutput(f"{server.url}/out.webp", client._deliveries).read()


@pytest.mark.parametrize("code", [None, 404])
async def test_a_head_or_an_error_without_end_is_bounded(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, code: int | None
) -> None:
    monkeypatch.setattr(deliveries, "CALL_SECONDS", 0.2)

    async def drip(exchange: Exchange) -> None:
        if code is not None:
            await exchange.head(code, Content_Length="100000")
        while True:
            await exchange.write(b"X")
            await asyncio.sleep(0.02)

    async with serve(drip, max_retries=0) as (client, server):
        with pytest.raises(APITimeoutError):
            await FileOutput(f"{server.url}/x", client._deliveries).read()


async def test_a_trickle_is_a_stall(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "STALL_SECONDS", 0.1)

    async def trickle(exchange: Exchange) -> None:
        await exchange.head(200, Content_Length="100000")
        while True:
            await exchange.write(b"x")
            await asyncio.sleep(0.02)

    async with serve(trickle) as (client, server):
        with pytest.raises(APITimeoutError, match="stalled"):
            await FileOutput(f"{server.url}/x", client._deliveries).read()


async def test_an_expired_file_is_not_found(serve: Serve, tmp_path: Path) -> None:
    async def gone(exchange: Exchange) -> None:
        await exchange.reply(b"gone", 404, Content_Type="text/plain")

    async with serve(gone) as (client, server):
        with pytest.raises(NotFoundError):
            await client.download(f"{server.url}/out.webp", tmp_path / "out.webp")
    assert len(server.requests) == 1
    assert list(tmp_path.glob("*.webp")) == []


async def test_a_folder_that_takes_no_file_is_named(serve: Serve, tmp_path: Path) -> None:
    async with serve(whole) as (client, server):
        with pytest.raises(FileError, match=r"out\.webp cannot be saved"):
            await client.download(f"{server.url}/out.webp", tmp_path / "missing" / "out.webp")


async def test_a_canceled_download_leaves_nothing(serve: Serve, tmp_path: Path) -> None:
    async def endless(exchange: Exchange) -> None:
        await exchange.head(200)
        while True:
            await exchange.write(b"x" * 10_000)
            await asyncio.sleep(0.005)

    started = asyncio.Event()
    async with serve(endless) as (client, server):
        task = asyncio.create_task(
            client.download(f"{server.url}/x", tmp_path / "x.bin", on_progress=lambda *_: started.set())
        )
        await asyncio.wait_for(started.wait(), 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


async def test_redirects_are_followed_within_reason(serve: Serve) -> None:
    async def script(exchange: Exchange) -> None:
        step = int(exchange.seen.path.rpartition("/")[2])
        if step < 4:
            await exchange.reply(b"", 302, Location=f"/r/{step + 1}")
        else:
            await exchange.reply(b"there")

    async with serve(script) as (client, server):
        assert await FileOutput(f"{server.url}/r/0", client._deliveries).read() == b"there"
    assert len(server.requests) == 5


async def test_redirects_end(serve: Serve) -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.reply(b"", 302, Location=exchange.seen.target)

    async with serve(script) as (client, server):
        with pytest.raises(FileError, match="too many redirects"):
            await FileOutput(f"{server.url}/r", client._deliveries).read()
    assert len(server.requests) <= 7


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.2:{port}/x",
        "//127.0.0.2:{port}/x",
        "http://169.254.169.254/latest/meta-data/",
        "https://127.0.0.2:{port}/x",
        "file:///etc/passwd",
        "ftp://example.com/",
    ],
)
async def test_a_redirect_to_another_place_is_refused(serve: Serve, location: str) -> None:
    async with raw_server(whole, host="127.0.0.2") as foreign:

        async def script(exchange: Exchange) -> None:
            await exchange.reply(b"", 302, Location=location.format(port=foreign.port))

        async with serve(script) as (client, server):
            with pytest.raises(UnsafeURLError):
                await FileOutput(f"{server.url}/x", client._deliveries).read()
    assert foreign.requests == []


UNSAFE = [
    "http://example.com/a.png",
    "http://127.0.0.1:22/",
    "https://127.0.0.1/",
    "https://localhost/",
    "https://[::1]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/",
    "https://192.168.1.1/a",
    "https://2130706433/",
    "https://127.1/",
    "https://0x7f.0.0.1/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://0.0.0.0/",
    "https://rebind.test/",
    "https://user@replicate.delivery/",
    "https:replicate.delivery",
    "https://replicate.delivery\\@evil.test/",
    "https://replicate.delivery\n/",
    "javascript:alert(1)",
    "",
]


async def resolved(host: str, port: int) -> list[str]:
    import socket

    if host == "rebind.test":
        return ["127.0.0.1", "fe80::1%eth0", "10.1.2.3"]
    try:
        return [socket.inet_ntoa(socket.inet_aton(host))]
    except OSError:
        return [host]


@pytest.mark.parametrize("url", UNSAFE, ids=ascii)
async def test_files_of_private_places_are_refused(url: str) -> None:
    gate = Gate(Base.parse("https://api.replicate.com", has_token=True), look_up=resolved)
    with pytest.raises(UnsafeURLError):
        await gate.target(url)


async def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    async def found(host: str, port: int) -> list[str]:
        return ["10.0.0.1", "104.18.0.1"]

    gate = Gate(Base.parse("https://api.replicate.com", has_token=True), look_up=found)
    assert await gate.target("https://replicate.delivery/xezq/a.png?x=1#y") == Target(
        "https://104.18.0.1:443/xezq/a.png?x=1#y", "replicate.delivery", "replicate.delivery"
    )
    assert await gate.target("https://pbxt.replicate.delivery:8443") == Target(
        "https://104.18.0.1:8443", "pbxt.replicate.delivery:8443", "pbxt.replicate.delivery"
    )


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://api.replicate.com/v1/files/a", True),
        ("https://replicate.delivery.evil.test/", False),
        ("https://xreplicate.delivery/", False),
        ("https://pbxt.replicate.delivery/a", True),
        ("https://stream.replicate.com/v1/files/a", True),
        ("http://stream.replicate.com/v1/files/a", False),
        ("https://evil.test/replicate.com", False),
        ("https://api.replicate.com.evil.test/", False),
    ],
)
def test_the_token_may_follow_only_to_official_hosts(url: str, allowed: bool) -> None:
    assert Gate(Base.parse("https://api.replicate.com", has_token=True)).may_use_token(url) is allowed
    assert Gate(Base.parse("http://127.0.0.1:1", has_token=True)).may_use_token(url) is False


async def test_a_file_of_the_api_itself_is_tried_without_the_token_first(serve: Serve) -> None:
    async def script(exchange: Exchange) -> None:
        if "authorization" in exchange.seen.headers:
            await exchange.reply(b"private")
        else:
            await exchange.json({"detail": "no"}, 401)

    async with serve(script) as (client, server):
        assert await FileOutput(f"{server.url}/v1/files/a", client._deliveries).read() == b"private"
    assert [seen.headers.get("authorization") for seen in server.requests] == [None, f"Bearer {TOKEN}"]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("104.18.0.1", True),
        ("2606:4700::1", True),
        ("127.0.0.1", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("2002:7f00:1::", False),
        ("nonsense", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public_address(address) is public


def uri(content: bytes, head: str = "data:image/png;base64,") -> str:
    return head + base64.b64encode(content).decode()


@pytest.mark.parametrize(
    ("url", "content"),
    [
        (uri(CONTENT), CONTENT),
        (uri(b""), b""),
        (uri(b"ab").rstrip("="), b"ab"),
        (uri(b"\xfb\xff").replace("+", "-").replace("/", "_"), b"\xfb\xff"),
        ("data:image/png;base64,aGV\r\n sbG8=", b"hello"),
        ("data:image/png;base64,aGVsbG8%3D", b"hello"),
        ("data:,a%20b%2", b"a b%2"),
        ("data:text/plain;charset=utf-8,caf%C3%A9", "café".encode()),
        ("DATA:image/png;BASE64,aGVsbG8=", b"hello"),
    ],
    ids=range(9),
)
async def test_data_uris_are_decoded(url: str, content: bytes, tmp_path: Path) -> None:
    async with AsyncReplicate(bearer_token=TOKEN) as client:
        output = FileOutput(url, client._deliveries)
        assert await output.read() == content
        assert (await output.save(tmp_path / "out")).read_bytes() == content
        assert b"".join([chunk async for chunk in output]) == content


@pytest.mark.parametrize("url", ["data:text/plain;base64", "data:", "data:a;base64,@@@@", "data:a;base64,abcde"])
async def test_data_uris_without_sense_are_named(url: str) -> None:
    async with AsyncReplicate(bearer_token=TOKEN) as client:
        with pytest.raises(FileError):
            await FileOutput(url, client._deliveries).read()


async def test_a_data_uri_cut_inside_an_escape_comes_back_whole() -> None:
    text = "%41" * 200_000
    async with AsyncReplicate(bearer_token=TOKEN) as client:
        assert await FileOutput(f"data:,{text}", client._deliveries).read() == b"A" * 200_000


async def test_a_sentence_that_begins_with_a_link_is_a_text() -> None:
    courier = AsyncReplicate(bearer_token=TOKEN)._deliveries
    for text in ("https://example.com is a page", "https://a.test/x.png\nhttps://a.test/y.png", "https://"):
        assert with_file_outputs(text, courier) == text


async def test_files_are_found_at_any_depth_of_an_output() -> None:
    async with AsyncReplicate(bearer_token=TOKEN, base_url="http://127.0.0.1:1") as client:
        found = with_file_outputs(
            {
                "list": ["https://replicate.delivery/a.png", "plain", "http://127.0.0.1:1/delivery/b.png"],
                "data": "data:image/png;base64,AAAA",
                "foreign": "http://127.0.0.2:1/b.png",
                "words": "data: the new oil, they say",
                "number": 3,
            },
            client._deliveries,
        )
    files = [*found["list"], found["data"]]
    assert [type(file) for file in files] == [FileOutput, str, FileOutput, FileOutput]
    assert str(found["data"]) == "data:image/png;base64,AAAA"
    assert [type(found[name]) for name in ("foreign", "words", "number")] == [str, str, int]
