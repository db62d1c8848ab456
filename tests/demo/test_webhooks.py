"""Webhooks as a receiver on loopback gets them: which, signed how, how often again."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from replicate_tui.demo.server import DemoServer
from replicate_tui.demo.webhooks import sign
from tests.demo.conftest import client_of
from tests.demo.models import FAILER, GREETER
from tests.support.waiting import wait_for


class Receiver:
    """Takes POSTs on loopback and answers with the codes it is given, then 200."""

    def __init__(self) -> None:
        self.received: list[tuple[str, dict[str, str], bytes]] = []
        self.codes: list[int] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = head.split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.received.append((lines[0].split()[1], headers, body))
        code = self.codes.pop(0) if self.codes else 200
        writer.write(f"HTTP/1.1 {code} X\r\nContent-Length: 0\r\nLocation: http://evil.test/\r\n\r\n".encode())
        writer.close()

    @property
    def statuses(self) -> list[str]:
        return [json.loads(body)["status"] for _, _, body in self.received]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


async def create(api: httpx.AsyncClient, version: str, webhook: str, **more: Any) -> str:
    body = {"version": version, "input": {"text": "a b c"}, "webhook": webhook, **more}
    created = await api.post("/predictions", json=body)
    assert created.status_code == 201, created.text
    return str(created.json()["id"])


def test_signatures_match_the_published_vectors() -> None:
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert signed == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_the_end_is_told_and_signed(api: httpx.AsyncClient, receiver: Receiver) -> None:
    url = f"http://127.0.0.1:{receiver.port}/hook?job=17"
    run = await create(api, GREETER.version, url, webhook_events_filter=["completed"])
    await wait_for(lambda: receiver.received, "the webhook comes")
    path, headers, body = receiver.received[0]
    assert path == "/hook?job=17"
    told = json.loads(body)
    assert (told["id"], told["status"], told["webhook"]) == (run, "succeeded", url)
    secret = (await api.get("/webhooks/default/secret")).json()["key"]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-id"].startswith("msg_")


async def test_only_what_was_asked_for_is_told(api: httpx.AsyncClient, receiver: Receiver) -> None:
    url = f"http://localhost:{receiver.port}/"
    await create(api, "tests/streamer", url, webhook_events_filter=["start", "completed"])
    await wait_for(lambda: len(receiver.received) == 2, "start and end come")
    assert sorted(receiver.statuses) == ["processing", "succeeded"]


async def test_without_a_filter_output_and_end_are_told(api: httpx.AsyncClient, receiver: Receiver) -> None:
    await create(api, "tests/streamer", f"http://127.0.0.1:{receiver.port}/")
    await wait_for(lambda: "succeeded" in receiver.statuses, "the end comes")
    assert "processing" in receiver.statuses
    await create(api, FAILER.version, f"http://127.0.0.1:{receiver.port}/")
    await wait_for(lambda: "failed" in receiver.statuses, "the failure comes")


async def test_the_end_is_told_again_until_it_is_taken(api: httpx.AsyncClient, receiver: Receiver) -> None:
    receiver.codes = [500, 404, 302]
    url = f"http://127.0.0.1:{receiver.port}/"
    await create(api, GREETER.version, url, webhook_events_filter=["completed"])
    await wait_for(lambda: len(receiver.received) == 3, "two attempts fail, the redirect is an answer")
    assert len({headers["webhook-id"] for _, headers, _ in receiver.received}) == 1


async def test_nothing_is_sent_to_other_machines(own_demo: Callable[..., DemoServer]) -> None:
    server = own_demo()
    async with client_of(server) as api:
        run = await create(api, GREETER.version, "https://hooks.example.net/r", webhook_events_filter=["completed"])
        await wait_for(lambda: server.service.webhooks.deliveries, "the attempt is written down")
        found = server.service.webhooks.deliveries[0]
        assert (found.run_id, found.status) == (run, None)
        assert "not on this machine" in str(found.reason)
        assert (await api.get(f"/predictions/{run}")).json()["webhook"] == "https://hooks.example.net/r"


@pytest.mark.parametrize(
    "url", ["http://hooks.example.net/r", "ftp://127.0.0.1/", "127.0.0.1/r", "https://", "http://["]
)
async def test_an_address_that_is_not_https_is_refused(api: httpx.AsyncClient, url: str) -> None:
    body = {"version": GREETER.version, "input": {"text": "a"}, "webhook": url}
    refused = await api.post("/predictions", json=body)
    assert refused.status_code == 422
    assert refused.json()["invalid_fields"] == [
        {"type": "format", "field": "webhook", "description": "Not a valid HTTPS URL"}
    ]


async def test_a_receiver_that_is_gone_does_no_harm(own_demo: Callable[..., DemoServer]) -> None:
    server = own_demo(speed=10_000.0)
    async with client_of(server) as api:
        await create(api, GREETER.version, "http://127.0.0.1:1/", webhook_events_filter=["completed"])
        await wait_for(lambda: len(server.service.webhooks.deliveries) == 6, "all attempts are made")
        assert (await api.get("/account")).status_code == 200
