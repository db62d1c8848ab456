"""What the client's tests share: a client whose waits take no time, and a server with a script."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from replicate_tui.api import AsyncReplicate, RetryPolicy
from tests.support.raw_server import RawServer, Script, raw_server

TOKEN = "r8_test_token_that_goes_nowhere"


@dataclass
class Waits:
    """The waits a client made, in place of making them."""

    seconds: list[float] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)

    def noted(self, _: float, reason: str) -> None:
        self.reasons.append(reason)

    def policy(self, **changes: Any) -> RetryPolicy:
        return RetryPolicy(**{"sleep": self.sleep, "on_wait": self.noted, "jitter": lambda: 1.0, **changes})


@pytest.fixture
def waits() -> Waits:
    return Waits()


Serve = Callable[..., AbstractAsyncContextManager[tuple[AsyncReplicate, RawServer]]]


@pytest.fixture
def serve(waits: Waits) -> Serve:
    """Return a context that serves a script and opens a client on it."""

    @asynccontextmanager
    async def serving(script: Script, **settings: Any) -> AsyncIterator[tuple[AsyncReplicate, RawServer]]:
        settings = {"bearer_token": TOKEN, "retry_policy": waits.policy(), **settings}
        async with raw_server(script) as server, AsyncReplicate(base_url=server.url, **settings) as client:
            yield client, server

    return serving
