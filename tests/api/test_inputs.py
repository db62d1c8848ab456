"""Files inside inputs, and uploads: what is inlined, what is sent, and what is never read."""

import asyncio
import base64
import hashlib
import io
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from replicate_tui.api import (
    APITimeoutError,
    AsyncReplicate,
    FileError,
    FileOutput,
    RequestOutcomeUnknownError,
    Timeouts,
    uploads,
)
from replicate_tui.api.limits import INLINE_FILE_BYTES
from replicate_tui.api.resources import creating
from replicate_tui.api.uploads import LocalFile, multipart
from tests.api.conftest import Serve
from tests.support.raw_server import Exchange

HEX = "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa"
PREDICTION = {"id": "abcdefghijklmnopqrstuvwxyz", "status": "starting"}


async def service(exchange: Exchange) -> None:
    if exchange.seen.path == "/v1/files":
        await exchange.json({"id": "f1", "urls": {"get": "https://api.replicate.com/v1/files/f1"}}, 201)
    else:
        await exchange.json(PREDICTION, 201)


async def sent(serve: Serve, input: Any, **options: Any) -> tuple[Any, list[bytes]]:
    """The input as the service gets it, and the bodies of uploads."""
    async with serve(service) as (client, server):
        await client.predictions.create(version=HEX, input=input, **options)
    return server.requests[-1].json()["input"], [seen.body for seen in server.requests if seen.path == "/v1/files"]


def data_uri(content: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


async def test_small_files_travel_inside_the_request(serve: Serve, tmp_path: Path) -> None:
    picture = tmp_path / "fog.png"
    picture.write_bytes(b"\x89PNG")
    with picture.open("rb") as opened:
        opened.read(1)
        body, uploads = await sent(
            serve,
            {
                "path": picture,
                "bytes": b"abc",
                "object": opened,
                "memory": io.BytesIO(b"xyz"),
                "text file": io.StringIO("é"),
                "deep": [{"list": (picture, "text")}],
            },
        )
    assert uploads == []
    assert body == {
        "path": data_uri(b"\x89PNG", "image/png"),
        "bytes": data_uri(b"abc", "application/octet-stream"),
        "object": data_uri(b"PNG", "image/png"),
        "memory": data_uri(b"xyz", "application/octet-stream"),
        "text file": data_uri("é".encode(), "application/octet-stream"),
        "deep": [{"list": [data_uri(b"\x89PNG", "image/png"), "text"]}],
    }


async def test_larger_files_are_uploaded_first(serve: Serve, tmp_path: Path) -> None:
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(INLINE_FILE_BYTES + 1))
    told: list[tuple[int, int]] = []
    body, uploads = await sent(serve, {"a": large}, on_upload=lambda done, total: told.append((done, total)))
    assert body == {"a": "https://api.replicate.com/v1/files/f1"}
    assert bytes(INLINE_FILE_BYTES + 1) in uploads[0]
    assert told[-1] == (INLINE_FILE_BYTES + 1, INLINE_FILE_BYTES + 1)
    assert len(told) > 2


async def test_the_limit_itself_is_inlined(serve: Serve) -> None:
    _, uploads = await sent(serve, {"a": bytes(INLINE_FILE_BYTES)})
    assert uploads == []


@pytest.mark.parametrize(("strategy", "uploaded"), [("base64", 0), ("url", 1)])
async def test_the_caller_may_choose(serve: Serve, strategy: str, uploaded: int) -> None:
    for content in (b"small", bytes(INLINE_FILE_BYTES + 1)):
        _, uploads = await sent(serve, {"a": content}, file_encoding_strategy=strategy)
        assert len(uploads) == uploaded


async def test_texts_are_never_read_as_paths(serve: Serve, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("do not send")
    texts = {"a": str(secret), "b": f"@{secret}", "c": f"file://{secret}", "d": "https://example.com/a.png"}
    body, _ = await sent(serve, texts)
    assert body == texts


@pytest.mark.parametrize("missing", ["nowhere.png", "folder"])
async def test_a_file_that_cannot_be_read_stops_before_the_run(serve: Serve, tmp_path: Path, missing: str) -> None:
    (tmp_path / "folder").mkdir()
    async with serve(service) as (client, server):
        with pytest.raises(FileError, match=missing):
            await client.predictions.create(version=HEX, input={"a": tmp_path / missing})
    assert server.requests == []


@pytest.mark.parametrize("change", [-1, 1])
async def test_a_file_that_changes_while_it_is_sent_stops_before_the_run(
    serve: Serve, tmp_path: Path, change: int
) -> None:
    changing = tmp_path / "changing.bin"
    changing.write_bytes(bytes(INLINE_FILE_BYTES * 4))

    def shrink(done: int, total: int) -> None:
        if done < total // 2:
            changing.write_bytes(bytes(INLINE_FILE_BYTES * 4 + change))

    async with serve(service) as (client, server):
        with pytest.raises(FileError, match=r"changing\.bin changed"):
            await client.predictions.create(version=HEX, input={"a": changing}, on_upload=shrink)
    assert [seen.path for seen in server.requests if seen.path != "/v1/files"] == []


async def test_an_upload_that_is_cut_starts_no_run(serve: Serve) -> None:
    async def cut(exchange: Exchange) -> None:
        exchange.reset()

    async with serve(cut) as (client, server):
        with pytest.raises(Exception, match="connection") as caught:
            await client.predictions.create(version=HEX, input={"a": bytes(300_000)})
    assert not isinstance(caught.value, RequestOutcomeUnknownError)
    assert [seen.path for seen in server.requests] == ["/v1/files"]


async def test_an_upload_may_take_long_while_it_moves_and_its_answer_may_not(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(creating, "UPLOAD_TIMEOUTS", Timeouts(read=1, write=1, total=None, idle=0.3))
    monkeypatch.setattr(uploads, "CHUNK_BYTES", 1_000)
    content = SlowFile(bytes(10_000))

    async def drip(exchange: Exchange) -> None:
        await exchange.head(201, Content_Length="1000")
        while True:
            await exchange.write(b" ")
            await asyncio.sleep(0.02)

    async with serve(service) as (client, _):
        assert (await client.files.create(content=content)).id == "f1"
    assert content.seconds > 0.3
    async with serve(drip, max_retries=0) as (client, _):
        started = time.monotonic()
        with pytest.raises(APITimeoutError):
            await client.files.create(content=b"abc")
    assert time.monotonic() - started < 5


class SlowFile(io.BytesIO):
    """Takes its time for each piece; `seconds` is how much that was."""

    seconds = 0.0

    def read(self, size: int | None = -1, /) -> bytes:
        time.sleep(0.1)
        self.seconds += 0.1
        return super().read(size)


HOSTILE_NAMES = [
    "../../etc/cron.d/evil",
    "%252e%252e%252f.bashrc",
    "a.png\x00.sh",
    "\x1b]52;c;eA==\x07.png",
    "",
    ".ssh",
    "--help",
    "$HOME",
    "`id`.png",
    "a" * 300 + ".png",
    "CON.png",
    "a.txt:stream",
    "photo\u202egpj.exe",
    'a\\".png"; filename="b.sh',
    "lone \ud800 surrogate.png",
    "ends in a backslash\\",
    "line\r\nContent-Type: text/html\r\n\r\n.png",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=ascii)
async def test_no_name_of_a_file_leaves_its_header(serve: Serve, name: str) -> None:
    async with serve(service) as (client, server):
        await client.files.create(content=b"--content", filename=name, metadata={"name": name})
    (seen,) = server.requests
    boundary = seen.headers["content-type"].partition("boundary=")[2].encode()
    *parts, content, end = seen.body.split(b"--" + boundary)
    assert end == b"--\r\n"
    head, body = content.split(b"\r\n\r\n", 1)
    assert body == b"--content\r\n"
    assert [line.partition(b":")[0] for line in head.split(b"\r\n")] == [
        b"",
        b"Content-Disposition",
        b"Content-Type",
    ]
    assert head.count(b'"') == 4
    assert b"\\" not in head
    assert all(len(part) < 2_500 for part in parts)


async def test_an_upload_is_one_multipart_body(serve: Serve) -> None:
    async with serve(service) as (client, server):
        await client.files.create(file=('na"me\r\n.png', b"--content", "image/png"), metadata={"a": 1})
    body = server.requests[0].body
    assert b'name="content"; filename="na%22me%0D%0A.png"\r\nContent-Type: image/png\r\n\r\n--content\r\n' in body
    assert b'name="metadata"\r\n\r\n{"a": 1}\r\n' in body
    assert int(server.requests[0].headers["content-length"]) == len(body)


async def test_names_are_cut_to_what_the_api_takes() -> None:
    file = await LocalFile.of(("ü" * 300 + ".png", b"x"))
    assert len(file.name.encode()) <= 255
    assert file.name.endswith(".png")
    assert file.content_type == "image/png"


async def test_a_large_upload_does_not_fill_the_memory(serve: Serve, tmp_path: Path) -> None:
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        file.truncate(40 * 1_048_576)
    local = await LocalFile.of(large)
    tracemalloc.start()
    try:
        digest = hashlib.sha256()
        async for chunk in multipart(local).chunks():
            digest.update(chunk)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * 1_048_576


async def test_uploaded_files_and_outputs_stand_for_their_urls(serve: Serve) -> None:
    async with serve(service) as (client, server):
        file = await client.files.create(content=b"abc")
        output = FileOutput("https://replicate.delivery/a.png", client._deliveries)
        await client.predictions.create(version=HEX, input={"file": file, "output": output})
    assert server.requests[-1].json()["input"] == {
        "file": "https://api.replicate.com/v1/files/f1",
        "output": "https://replicate.delivery/a.png",
    }


async def test_an_input_that_is_no_json_is_the_callers_mistake(serve: Serve) -> None:
    async with serve(service) as (client, server):
        with pytest.raises((TypeError, ValueError)):
            await client.predictions.create(version=HEX, input={"a": float("nan")})
        with pytest.raises((TypeError, ValueError)):
            await client.predictions.create(version=HEX, input={"a": object()})
    assert server.requests == []


async def test_lone_surrogates_in_an_input_can_be_sent(serve: Serve) -> None:
    async with serve(service) as (client, server):
        await client.predictions.create(version=HEX, input={"prompt": "a\ud800b"})
    assert b"a\\ud800b" in server.requests[0].body


def test_the_client_needs_no_network_to_exist() -> None:
    assert AsyncReplicate(bearer_token="r8_x").base_url == "https://api.replicate.com/v1"
