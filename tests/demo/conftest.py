"""A client of the demo service that knows its token and nothing else."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from replicate_tui.demo.server import DemoServer

Client = httpx.AsyncClient


def client_of(server: DemoServer) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {server.token}"}
    return httpx.AsyncClient(base_url=server.base_url, headers=headers, trust_env=False, timeout=20.0)


@pytest.fixture
async def api(demo: DemoServer) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the shared service."""
    async with client_of(demo) as client:
        yield client


@pytest.fixture
def connect() -> Callable[[DemoServer], httpx.AsyncClient]:
    """Make a client of a test's own service, to be used with `async with`."""
    return client_of
