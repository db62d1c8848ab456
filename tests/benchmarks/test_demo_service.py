"""The demo service beside a bare Starlette route: what all its layers cost a request."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.demo.models import GREETER, MODELS
from tests.support.demo import make_demo

REQUESTS = 200
ROUNDS = 12


@contextmanager
def bare_route(body: dict[str, object]) -> Iterator[int]:
    """Serve `body` from one Starlette route, as plainly as it can be served, and yield the port."""

    async def answer(request: Request) -> JSONResponse:
        return JSONResponse(body)

    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    app = Starlette(routes=[Route("/v1/predictions/{id}", answer)])
    options = {"http": "h11", "loop": "asyncio", "ws": "none", "lifespan": "off", "log_config": None}
    config = uvicorn.Config(app, log_level="critical", access_log=False, timeout_graceful_shutdown=0, **options)  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


async def exchange(port: int, token: str, method: str, path: str, body: bytes = b"", times: int = 1) -> bytes:
    """Send the same request `times` times over one connection and return the last body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
    request = f"{head}Prefer: wait\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    content = b""
    for _ in range(times):
        writer.write(request)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        content = await reader.readexactly(length)
    writer.close()
    return content


async def seconds_for(port: int, token: str, path: str) -> float:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await exchange(port, token, "GET", path, times=REQUESTS)
    return loop.time() - began


@pytest.mark.xdist_group("benchmarks")
async def test_a_prediction_costs_little_more_than_a_bare_route() -> None:
    with make_demo(models=MODELS) as demo:
        port = int(demo.origin.rpartition(":")[2])
        body = json.dumps({"version": GREETER.version, "input": {"text": "a"}}).encode()
        run = json.loads(await exchange(port, demo.token, "POST", "/v1/predictions", body))
        path = f"/v1/predictions/{run['id']}"
        shown = json.loads(await exchange(port, demo.token, "GET", path))
        with bare_route(shown) as bare_port:
            # Turn by turn, so that what else the machine does falls on both; the quickest turns are compared.
            turns = [
                (await seconds_for(port, demo.token, path), await seconds_for(bare_port, "none", path))
                for _ in range(ROUNDS)
            ]
    ours, bare = (min(times) for times in zip(*turns, strict=True))
    print(f"{REQUESTS} GETs: {1000 * ours:.0f} ms, bare {1000 * bare:.0f} ms, ratio {ours / bare:.2f}")
    assert ours < 1.5 * bare
