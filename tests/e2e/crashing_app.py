"""Starts the app with a defect: `python crashing_app.py KIND [ARGUMENTS ...]`.

Each of `KINDS` raises somewhere else when ctrl+q comes, with the token, reversed and as it is, in local variables.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from typing import Any

from textual import events
from textual.app import ComposeResult, RenderResult
from textual.screen import Screen
from textual.widget import Widget

from replicate_tui.cli.main import run
from replicate_tui.ui.app import ReplicateApp


def _fail(*_: object, error: type[BaseException] = RuntimeError, words: str = "") -> Any:
    secret = os.environ["REPLICATE_API_TOKEN"]
    local_canary = secret[::-1]
    raise error("a defect of this test", len(local_canary), words)


async def _fail_later(*_: object) -> None:
    await asyncio.sleep(0)
    _fail()


class _FailsInCompose(Screen[None]):
    def compose(self) -> ComposeResult:
        yield Widget()
        _fail()


class _FailsInMount(Screen[None]):
    async def on_mount(self) -> None:
        _fail()


class _FailingWidget(Widget):
    def render(self) -> RenderResult:
        _fail()
        return ""


class _FailsInRender(Screen[None]):
    def compose(self) -> ComposeResult:
        yield _FailingWidget()


def _in_message_handler(app: Any) -> None:
    type(app).on_callback = _fail
    app.post_message(events.Callback(callback=lambda: None))


def _too_deep(*_: object, depth: int = 0) -> None:
    local_canary = os.environ["REPLICATE_API_TOKEN"][::-1]
    _too_deep(depth=depth + len(local_canary))


async def _in_group() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(_fail_later())
        group.create_task(_fail_later())


def _telling_the_token(*_: object) -> None:
    token = os.environ["REPLICATE_API_TOKEN"]
    try:
        _fail(words=f"headers: Authorization: Bearer {token}")
    except RuntimeError as error:
        error.add_note(f"the token was {token}")
        raise ValueError(f"a defect of this test: {token}") from error


KINDS: dict[str, Callable[[Any], object]] = {
    "by-key": _fail,
    "in-worker": lambda app: app.run_worker(_fail_later()),
    "in-thread": lambda app: app.run_worker(_fail, thread=True),
    "in-message-handler": _in_message_handler,
    "called-later": lambda app: app.call_later(_fail),
    "after-refresh": lambda app: app.call_after_refresh(_fail),
    "in-timer": lambda app: app.set_timer(0.01, _fail),
    "in-compose": lambda app: app.push_screen(_FailsInCompose()),
    "in-mount": lambda app: app.push_screen(_FailsInMount()),
    "in-render": lambda app: app.push_screen(_FailsInRender()),
    "out-of-memory": lambda _: _fail(error=MemoryError),
    "too-deep": _too_deep,
    "in-a-group": lambda app: app.run_worker(_in_group()),
    "telling-the-token": _telling_the_token,
}


if __name__ == "__main__":
    kind, *arguments = sys.argv[1:]
    ReplicateApp.action_quit = KINDS[kind]  # type: ignore[method-assign, assignment]
    sys.exit(run(arguments))
