"""The one way a test waits: for a condition, never for time."""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App

POLL_SECONDS = 0.01


async def wait_for(condition: Callable[[], object], what: str, *, seconds: float = 10.0) -> None:
    """Return as soon as `condition()` is truthy; fail naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        await asyncio.sleep(POLL_SECONDS)


async def workers_done(app: "App[Any]") -> None:
    """Wait until nothing works in the background.

    Textual's `wait_for_complete` takes a worker that gave way to the next one of its group for a failure.
    """
    await wait_for(lambda: all(worker.is_finished for worker in app.workers), "the workers")


def wait_for_blocking(condition: Callable[[], object], what: str, *, seconds: float = 10.0) -> None:
    """The same for code without an event loop."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(POLL_SECONDS)
