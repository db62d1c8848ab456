"""Uploaded files and delivered outputs over real sockets."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from replicate_tui.demo.server import DemoServer
from tests.demo.bare import raw
from tests.demo.conftest import client_of
from tests.demo.models import PAINTER, READER


async def upload(api: httpx.AsyncClient, content: bytes = b"hello", **more: Any) -> dict[str, Any]:
    answer = await api.post("/files", files={"content": ("cat.png", content, "image/png")}, **more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_file_is_stored_described_listed_and_deleted(api: httpx.AsyncClient) -> None:
    made = await upload(api, b"hello", data={"metadata": '{"from": "tests"}'})
    assert (made["name"], made["content_type"], made["size"]) == ("cat.png", "image/png", 5)
    assert made["checksums"]["sha256"] == hashlib.sha256(b"hello").hexdigest()
    assert made["metadata"] == {"from": "tests"}
    assert (await api.get(made["urls"]["get"])).json() == made
    assert made["id"] in [each["id"] for each in (await api.get("/files")).json()["results"]]
    deleted = await api.delete(f"/files/{made['id']}")
    assert (deleted.status_code, deleted.content) == (204, b"")
    gone = await api.get(f"/files/{made['id']}")
    assert (gone.status_code, gone.json()) == (404, {"detail": "File not found"})
    assert (await api.delete(f"/files/{made['id']}")).status_code == 404


async def test_a_file_expires_after_a_day(own_demo: Callable[..., DemoServer]) -> None:
    server = own_demo(speed=1.0)
    async with client_of(server) as api:
        made = await upload(api)
        server.service.clock.advance(23 * 3600)
        assert (await api.get(f"/files/{made['id']}")).status_code == 200
        server.service.clock.advance(3601)
        assert (await api.get(f"/files/{made['id']}")).json() == {"detail": "File not found"}
        assert (await api.get("/files")).json()["results"] == []
        assert (await api.delete(f"/files/{made['id']}")).status_code == 404


async def test_files_that_arrive_together_are_all_on_the_pages(own_demo: Callable[..., DemoServer]) -> None:
    server = own_demo(rate_limits=False)
    async with client_of(server) as api:
        made = await asyncio.gather(*(upload(api, b"x" * (number % 7) * 50_000) for number in range(121)))
        first = (await api.get("/files")).json()
        second = (await api.get(first["next"])).json()
    listed = [file["id"] for file in first["results"] + second["results"]]
    assert len(listed) == len(set(listed)) == 121
    assert set(listed) == {file["id"] for file in made}


async def test_metadata_may_be_a_part_with_a_type(api: httpx.AsyncClient) -> None:
    parts = {
        "content": ("a.txt", b"", "text/plain"),
        "metadata": ("metadata.json", b'{"a": 1}', "application/json"),
    }
    answer = await api.post("/files", files=parts)
    assert (answer.json()["metadata"], answer.json()["size"]) == ({"a": 1}, 0)


async def test_a_file_is_an_input(api: httpx.AsyncClient) -> None:
    made = await upload(api, b"x" * 1234)
    body = {"version": READER.version, "input": {"file": made["urls"]["get"]}}
    created = await api.post("/predictions", json=body, headers={"Prefer": "wait"})
    assert created.json()["output"]["size"] == 1234


async def test_an_input_may_lie_elsewhere_on_this_machine(api: httpx.AsyncClient) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wanted = (await reader.readuntil(b"\r\n\r\n")).split()[1]
        status = b"200 OK" if wanted == b"/cat.png?size=1" else b"302 Found\r\nLocation: http://evil.test/"
        writer.write(b"HTTP/1.0 " + status + b"\r\n\r\n" + b"x" * 4321)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    results = []
    for path in ("cat.png?size=1", "moved.png"):
        body = {"version": READER.version, "input": {"file": f"http://localhost:{port}/{path}"}}
        created = await api.post("/predictions", json=body, headers={"Prefer": "wait"})
        results.append((created.json()["output"] or {}).get("size"))
    server.close()
    assert results == [4321, None]


@pytest.mark.parametrize(
    ("request_parts", "status"),
    [
        ({"content": b"{}", "headers": {"Content-Type": "application/json"}}, 415),
        ({"content": b"--x", "headers": {"Content-Type": "multipart/form-data; boundary=b1"}}, 400),
        ({"content": b"", "headers": {"Content-Type": "multipart/form-data"}}, 400),
        ({"files": {"other": ("a", b"a")}}, 400),
        ({"files": {"content": ("a", b"a")}, "data": {"metadata": "[1]"}}, 400),
        ({"files": {"content": ("a", b"a")}, "data": {"metadata": "{"}}, 400),
        ({"files": {"content": ("é" * 200, b"a")}}, 400),
        ({"content": b"a", "headers": {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": "1"}}, 400),
    ],
)
async def test_a_broken_upload_is_refused(api: httpx.AsyncClient, request_parts: Any, status: int) -> None:
    refused = await api.post("/files", **request_parts)
    assert refused.status_code == status, refused.text
    assert "detail" in refused.json()


async def test_a_file_that_is_too_large_is_refused_before_it_is_read(demo: DemoServer) -> None:
    head = (
        f"POST /v1/files HTTP/1.1\r\nHost: {demo.origin.removeprefix('http://')}\r\n"
        f"Authorization: Bearer {demo.token}\r\nConnection: close\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 200000000\r\n\r\n--b\r\n"
    )
    answer = await raw(demo, head.encode(), ends=False)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"Files must be less than 100MB in size" in answer


async def test_download_takes_a_signature_instead_of_a_token(api: httpx.AsyncClient, demo: DemoServer) -> None:
    made = await upload(api, b"secret words")
    expiry = "4000000000"
    secret = demo.service.state.identity.secret.encode()
    mac = hmac.new(secret, f"demo {made['id']} {expiry}".encode(), hashlib.sha256).digest()
    signed = {"owner": "demo", "expiry": expiry, "signature": base64.b64encode(mac).decode()}
    async with httpx.AsyncClient(base_url=demo.base_url, trust_env=False) as anyone:
        address = f"/files/{made['id']}/download"
        assert (await anyone.get(address, params=signed)).content == b"secret words"
        assert (await anyone.get(address)).status_code == 400
        assert (await anyone.get(address, params=signed | {"owner": "other"})).status_code == 404
        assert (await anyone.get(address, params=signed | {"expiry": "1"})).status_code == 404
        assert (await anyone.get("/files/unknown/download", params=signed)).status_code == 404


async def draw(api: httpx.AsyncClient) -> str:
    body = {"version": PAINTER.version, "input": {"text": "abcdef"}}
    created = await api.post("/predictions", json=body, headers={"Prefer": "wait"})
    return str((await api.get(f"/predictions/{created.json()['id']}")).json()["output"][0])


async def test_outputs_are_delivered_to_anyone_who_knows_the_address(api: httpx.AsyncClient) -> None:
    url = await draw(api)
    assert url.endswith("/out-0.png")
    async with httpx.AsyncClient(trust_env=False) as anyone:
        answer = await anyone.get(url)
        assert (answer.status_code, answer.content) == (200, b"picture of abcdef small")
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["content-length"] == str(len(answer.content))
        assert (await anyone.get(url.replace("out-0", "out-1"))).status_code == 404
        assert (await anyone.head(url)).headers["content-length"] == answer.headers["content-length"]


@pytest.mark.parametrize(
    ("wanted", "status", "content"),
    [
        ("bytes=0-6", 206, b"picture"),
        ("bytes=18-", 206, b"small"),
        ("bytes=-5", 206, b"small"),
        ("bytes=8-9999", 206, b"of abcdef small"),
        ("bytes=99-", 416, b""),
        ("bytes=5-2", 416, b""),
        ("bytes=-0", 416, b""),
        ("bytes=-", 200, b"picture of abcdef small"),
        ("bytes=0-1,3-4", 200, b"picture of abcdef small"),
        ("lines=1-2", 200, b"picture of abcdef small"),
    ],
)
async def test_part_of_an_output_can_be_asked_for(
    api: httpx.AsyncClient, wanted: str, status: int, content: bytes
) -> None:
    answer = await api.get(await draw(api), headers={"Range": wanted})
    assert (answer.status_code, answer.content) == (status, content)
    if status != 200:
        assert answer.headers["content-range"].endswith("/23")
