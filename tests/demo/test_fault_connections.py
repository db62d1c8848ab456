"""Faults of connections and of reading requests, seen from a bare socket or a plain client."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from replicate_tui.demo.fault_file import rules_of
from replicate_tui.demo.server import DemoServer
from tests.demo.conftest import client_of
from tests.demo.models import GREETER
from tests.support.demo import make_demo
from tests.support.waiting import wait_for

CREATE = {"version": GREETER.version, "input": {"text": "a"}}
BIG = 30_000_000
Rules = Callable[..., None]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "requests.jsonl"


@pytest.fixture(scope="module")
def server(log: Path) -> Iterator[DemoServer]:
    with make_demo(has_control=True, request_log=log) as running:
        yield running


@pytest.fixture
async def control(server: DemoServer) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {server.service.control_token}"}
    async with httpx.AsyncClient(base_url=server.control_url, headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture
def rules(server: DemoServer) -> Iterator[Rules]:
    """Add rules, given as they stand in a file."""
    yield lambda *listed: server.faults.add(*rules_of(list(listed)))
    server.faults.clear()


@pytest.fixture
async def api(server: DemoServer) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(server) as client:
        yield client


def address(server: DemoServer) -> tuple[str, int]:
    return "127.0.0.1", int(server.origin.rpartition(":")[2])


def request(server: DemoServer, method: str, path: str, body: bytes = b"", *, size: int | None = None) -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: {server.origin[7:]}\r\nAuthorization: Bearer {server.token}\r\n"
    return head.encode() + b"Content-Length: %d\r\n\r\n" % (len(body) if size is None else size) + body


def connects(server: DemoServer) -> bool:
    """Try for a moment, as only a full queue lets nobody know."""
    try:
        socket.create_connection(address(server), timeout=0.3).close()
    except OSError:
        return False
    return True


async def rest(reader: asyncio.StreamReader) -> bytes:
    """Return what comes until the end, which must come long before idle connections are closed of themselves."""
    return await asyncio.wait_for(reader.read(), 20)


async def say_nothing(server: DemoServer) -> bytes:
    reader, writer = await asyncio.open_connection(*address(server))
    with contextlib.closing(writer):
        return await rest(reader)


async def runs(api: httpx.AsyncClient) -> int:
    return len((await api.get("/predictions")).json()["results"])


def logged(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


# Before a connection is there.


async def test_connections_are_refused_until_it_comes_back(
    server: DemoServer, control: httpx.AsyncClient, api: httpx.AsyncClient, log: Path
) -> None:
    reader, writer = await asyncio.open_connection(*address(server))
    assert (await api.get("/account")).status_code == 200
    await control.post("/rules", json=[{"name": "gone", "accept": "refuse"}])
    for _ in range(3):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address(server), timeout=5)
    with pytest.raises(ConnectionResetError):
        await rest(reader)
    with pytest.raises(httpx.TransportError):
        await api.get("/account")
    assert (await control.get("/rules")).json() == [{"name": "gone", "path": "*", "struck": 1}]
    await control.delete("/rules")
    assert (await api.get("/account")).status_code == 200
    await wait_for(lambda: any(line["fault"] == "gone" for line in logged(log)), "it is in the log")
    line = next(line for line in logged(log) if line["fault"] == "gone")
    assert (line["accept"], line["connection"], line["host"]) == ("refuse", None, "service")
    writer.close()


async def test_a_network_flaps(rules: Rules, server: DemoServer) -> None:
    rules({"accept": "refuse", "since": 0.2, "until": 0.4, "cycle": 0.4})
    seen: list[bool] = []

    def flaps() -> bool:
        now = connects(server)
        if not seen or seen[-1] != now:
            seen.append(now)
        return len(seen) > 4

    await wait_for(flaps, "it has gone and come back twice", seconds=20)


async def test_a_blackhole_lets_nobody_in_and_nobody_know(
    server: DemoServer, control: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    assert (await api.get("/account")).status_code == 200
    await control.post("/rules", json=[{"name": "hole", "accept": "blackhole"}])
    for _ in range(2):
        with pytest.raises(TimeoutError):
            socket.create_connection(address(server), timeout=0.2)
    assert (await api.get("/account")).status_code == 200, "who is inside stays"
    await control.delete("/rules")
    async with client_of(server) as late:
        assert (await late.get("/account")).status_code == 200


async def test_doors_follow_each_other(rules: Rules, server: DemoServer) -> None:
    for _ in range(5):
        rules({"accept": "refuse"})
        server.faults.clear()
        rules({"accept": "blackhole"})
        server.faults.clear()
    await wait_for(lambda: connects(server), "the door is open again")


@pytest.mark.parametrize("accept", ["refuse", "blackhole"])
async def test_a_door_can_be_shut_when_the_service_ends(accept: str) -> None:
    with make_demo() as server:
        server.faults.add(*rules_of([{"accept": accept, "since": 0.01}]))
        await wait_for(lambda: server.faults.fired()[0][1], "the door is shut")


async def test_a_reset_is_a_reset(rules: Rules, server: DemoServer) -> None:
    rules({"accept": "reset", "times": 1}, {"path": "/v1/account", "drop": True})
    with pytest.raises(ConnectionResetError):
        await say_nothing(server)
    reader, writer = await asyncio.open_connection(*address(server))
    writer.write(request(server, "GET", "/v1/account"))
    with pytest.raises(ConnectionResetError):
        await rest(reader)
    writer.close()


async def test_a_struck_connection_is_in_the_log(rules: Rules, server: DemoServer, log: Path) -> None:
    rules({"name": "shut out", "accept": "close", "times": 1})
    reader, writer = await asyncio.open_connection(*address(server))
    port = writer.get_extra_info("sockname")[1]
    assert await rest(reader) == b""
    writer.close()
    await wait_for(lambda: any(line["fault"] == "shut out" for line in logged(log)), "it is in the log")
    line = next(line for line in logged(log) if line["fault"] == "shut out")
    assert (line["connection"], line["accept"]) == (port, "close")


async def test_only_so_many_connections_are_open(rules: Rules, server: DemoServer) -> None:
    rules({"accept": "close", "max_connections": 2})
    async with contextlib.AsyncExitStack() as opened:
        inside = [await opened.enter_async_context(client_of(server)) for _ in range(2)]
        for client in inside:
            assert (await client.get("/account")).status_code == 200
        async with client_of(server) as third:
            with pytest.raises(httpx.TransportError):
                await third.get("/account")
            await inside[0].aclose()

            async def is_let_in() -> bool:
                with contextlib.suppress(httpx.TransportError):
                    return (await third.get("/account")).status_code == 200
                return False

            while not await is_let_in():
                pass


# While it is idle.


@pytest.mark.parametrize("how", ["close", "reset"])
async def test_an_idle_connection_ends_at_the_next_request(how: str, rules: Rules, server: DemoServer) -> None:
    rules({"path": "/v1/account", "close_at_next": True, "cut_by": how, "times": 1})
    reader, writer = await asyncio.open_connection(*address(server))
    writer.write(request(server, "GET", "/v1/account"))
    answer = await reader.readuntil(b'"Demo"}')
    assert b"200 OK" in answer
    seen = len(server.requests)
    writer.write(request(server, "GET", "/v1/hardware"))
    if how == "close":
        assert await rest(reader) == b""
    else:
        with pytest.raises(ConnectionResetError):
            await rest(reader)
    assert len(server.requests) == seen, "none of the second request was read"
    assert server.requests[-1].fault == "fault"
    writer.close()


async def test_an_idle_connection_is_closed_after_a_while(rules: Rules, server: DemoServer) -> None:
    rules({"path": "/v1/account", "close_idle_after": 0.1})
    reader, writer = await asyncio.open_connection(*address(server))
    writer.write(request(server, "GET", "/v1/account"))
    whole = await rest(reader)
    assert whole.endswith(b'"Demo"}')
    assert b"connection: close" not in whole, "it gave no notice"
    writer.close()


# What is read of a request.


async def upload(server: DemoServer, size: int) -> tuple[int, bool]:
    """Send a create of `size` bytes; return how many found room, and whether the connection was reset."""
    loop = asyncio.get_running_loop()
    sent, piece = 0, b"x" * 65_536
    with socket.socket() as sock:
        sock.setblocking(False)
        await loop.sock_connect(sock, address(server))
        head = request(server, "POST", "/v1/predictions", size=size)
        await loop.sock_sendall(sock, head)
        try:
            while sent < size:
                await asyncio.wait_for(loop.sock_sendall(sock, piece), 1.0)
                sent += len(piece)
            await asyncio.wait_for(loop.sock_recv(sock, 1), 0.5)
        except TimeoutError:
            return sent, False
        except OSError:
            return sent, True
    return sent, False


async def test_nothing_is_read(rules: Rules, server: DemoServer) -> None:
    rules({"method": "POST", "read_bytes": 0, "hang": True})
    sent, was_reset = await upload(server, BIG)
    assert not was_reset
    assert sent < BIG, "all of it found a reader"
    assert server.requests[-1].received == 0
    await upload(server, 200_000)
    await wait_for(lambda: server.requests[-1].is_over, "the service sees that the client has left")


async def test_a_part_is_read_and_the_connection_reset(rules: Rules, server: DemoServer) -> None:
    rules({"method": "POST", "read_bytes": 200_000, "drop": True})
    sent, was_reset = await upload(server, BIG)
    assert was_reset
    assert sent < BIG
    assert 200_000 <= server.requests[-1].received < BIG


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("how", ["drop", "close", "hang"])
async def test_all_is_read_and_it_counts_or_not(
    how: str, when: str, rules: Rules, server: DemoServer, api: httpx.AsyncClient
) -> None:
    before = await runs(api)
    rules({"method": "POST", "when": when, how: True, "times": 1})
    # More than is read ahead of the need.
    body = json.dumps(CREATE).encode() + b" " * 1_000_000
    reader, writer = await asyncio.open_connection(*address(server))
    writer.write(request(server, "POST", "/v1/predictions", body))
    if how == "drop":
        with pytest.raises(ConnectionResetError):
            await rest(reader)
    elif how == "close":
        assert await rest(reader) == b""
    else:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(), 0.2)
    record = server.requests[-1]
    await wait_for(lambda: record.received == len(body), "all of it is read")
    assert await runs(api) == before + (when == "after")
    writer.close()


async def test_uploads_are_slow_and_answers_are_not(rules: Rules, server: DemoServer, api: httpx.AsyncClient) -> None:
    rules({"method": "POST", "upload_bytes_per_second": 1_000_000})
    loop = asyncio.get_running_loop()
    began = loop.time()
    refused = await api.post("/predictions", content=b"x" * 400_000)
    assert refused.status_code == 400
    assert loop.time() - began > 0.3
    assert server.requests[-1].received == 400_000


async def test_an_upload_stalls(rules: Rules, server: DemoServer, api: httpx.AsyncClient) -> None:
    rules({"method": "POST", "upload_stall_at": 100_000, "upload_stall_for": 3600})
    assert (await api.post("/predictions", content=b"x" * 50_000)).status_code == 400
    with pytest.raises((httpx.ReadTimeout, httpx.WriteTimeout)):
        await api.post("/predictions", content=b"x" * 400_000, timeout=0.3)
    assert server.requests[-1].received < 400_000


async def test_a_delay_may_come_between_the_effect_and_the_answer(rules: Rules, api: httpx.AsyncClient) -> None:
    before = await runs(api)
    rules({"method": "POST", "when": "after", "delay": 3600})
    with pytest.raises(httpx.ReadTimeout):
        await api.post("/predictions", json=CREATE, timeout=0.3)
    assert await runs(api) == before + 1
