"""The outermost layer: writes down every request, and lets faults strike before anything else sees it."""

import asyncio
from collections.abc import Callable
from email.utils import formatdate
from functools import lru_cache

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from replicate_tui.demo.exchange import Exchange, RequestRecord
from replicate_tui.demo.faults import FaultRule, Faults, Host
from replicate_tui.demo.hostile import HostileTexts
from replicate_tui.demo.pace import slowly
from replicate_tui.demo.scripts import SCRIPT
from replicate_tui.demo.stream_faults import STREAM_FAULT
from replicate_tui.demo.strikes import ChangedAnswer, given_body

_BODY_LIMIT = 32_000_000
_DOUBLED = "/v1/v1/"


class Front:
    """Wraps the application of `host`; `write_down` is told of each request when it comes and when it is over.

    `now` returns the unix seconds that answers are dated with.
    """

    def __init__(
        self,
        app: ASGIApp,
        faults: Faults,
        write_down: Callable[[RequestRecord], None],
        *,
        now: Callable[[], float],
        host: Host = "service",
    ) -> None:
        self._app = app
        self._faults = faults
        self._write_down = write_down
        self._now = now
        self._host = host
        # With the rule itself, so that no other rule can come to have its id.
        self._hostile: dict[int, tuple[FaultRule, HostileTexts]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(_DOUBLED):
            # One official client adds /v1 to every base URL, also to one that ends in it.
            scope["path"] = scope["path"].removeprefix("/v1")
        exchange = Exchange(scope, receive, send, self._host)
        self._write_down(exchange.record)
        try:
            await self._answer(exchange, scope)
        finally:
            exchange.finish()
            self._write_down(exchange.record)

    async def _answer(self, exchange: Exchange, scope: Scope) -> None:
        receive: Receive = exchange.receive
        if self._faults.is_empty:
            await self._app(scope, receive, self._dated(exchange.deliver))
            return
        record, body = exchange.record, b""
        if self._faults.need_bodies:
            body, receive = await _read_ahead(receive)
        rule = self._faults.next_for(record.method, record.path, record.headers, body, host=self._host)
        if rule is None:
            await self._app(scope, receive, self._dated(exchange.deliver))
            return
        record.fault = rule.name
        await self._strike(rule, exchange, scope, receive)

    async def _strike(self, rule: FaultRule, exchange: Exchange, scope: Scope, receive: Receive) -> None:
        late = self._faults.seconds_of(rule)
        if rule.when == "before":
            await asyncio.sleep(late)
            late = 0.0
        if rule.close_idle_after is not None:
            exchange.connection.end_when_idle(rule.close_idle_after)
        if rule.close_at_next:
            exchange.connection.end_at_next(rule.cut_by)
        if rule.upload_bytes_per_second is not None or rule.upload_stall_at is not None:
            receive = slowly(receive, rule)
        _, hostile = self._hostile.setdefault(id(rule), (rule, HostileTexts(rule.hostile, rule.hostile_in)))
        changed = ChangedAnswer(rule, exchange, hostile, self._faults.dice_of(rule), late=late, now=self._now)
        if rule.run is not None:
            scope[SCRIPT] = rule.run
        if not rule.replaces_answer:
            if rule.stream is not None:
                scope[STREAM_FAULT] = rule.stream
            await self._app(scope, receive, self._dated(changed.send))
        else:
            await self._replace(rule, exchange, scope, receive, changed)
        if changed.is_cut:
            await _wait_for_disconnect(receive)

    async def _replace(
        self, rule: FaultRule, exchange: Exchange, scope: Scope, receive: Receive, changed: ChangedAnswer
    ) -> None:
        if rule.when == "after":
            await self._app(scope, receive, _swallow)
            await changed.be_late()
        elif rule.read_bytes is not None:
            await _read_some(receive, rule.read_bytes)
        elif rule.status is None:
            await _read_some(receive, None)
        if rule.hang and rule.when == "before" and rule.read_bytes is not None:
            await exchange.connection.read_no_more()
        elif rule.hang:
            await _wait_for_disconnect(receive)
        elif rule.status is not None:
            await _answer_instead(rule, self._dated(changed.send))
        elif rule.drop:
            exchange.connection.reset()
            await _wait_for_disconnect(receive)
        else:
            await exchange.hang_up("close")
            await _wait_for_disconnect(receive)

    def _dated(self, send: Send) -> Send:
        async def with_date(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = (b"date", _date(int(self._now())))
                message = {**message, "headers": [date, *message.get("headers", ())]}
            await send(message)

        return with_date


@lru_cache(maxsize=16)
def _date(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()


async def _answer_instead(rule: FaultRule, send: Send) -> None:
    content, kind = given_body(rule) or (b"", "application/problem+json")
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": rule.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def _read_ahead(receive: Receive) -> tuple[bytes, Receive]:
    """Return the body, and a `receive` that tells it again."""
    messages: list[Message] = []
    size = 0
    while True:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if not message.get("more_body", False) or size > _BODY_LIMIT:
            break
    body = b"".join(each.get("body", b"") for each in messages)

    async def again() -> Message:
        return messages.pop(0) if messages else await receive()

    return body, again


async def _read_some(receive: Receive, size: int | None) -> None:
    """Read at least `size` bytes of the body, or all of it."""
    while size is None or size > 0:
        message = await receive()
        if size is not None:
            size -= len(message.get("body", b""))
        if not message.get("more_body", False):
            return


async def _swallow(message: Message) -> None:
    """Lose an answer."""


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
