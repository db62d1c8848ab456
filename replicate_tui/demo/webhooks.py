"""Webhooks: signed and retried as the service does it, and sent to this machine only."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import SplitResult, urlsplit

from replicate_tui.demo.clock import NANOSECONDS, Clock
from replicate_tui.demo.identifiers import named_id
from replicate_tui.demo.loopback import HOSTS, exchange
from replicate_tui.demo.records import Run
from replicate_tui.demo.scripts import RunScript
from replicate_tui.demo.webhook_faults import WebhookFault

_DEFAULT_EVENTS = ("output", "completed")
_BETWEEN = 0.5
_RETRY_AFTER = (1.0, 3.0, 8.0, 16.0, 30.0)
_ANSWER_SECONDS = 10.0
# Well past the five minutes that receivers allow.
_OFF_SECONDS = 3600
_MOST_DELIVERIES = 1000
_NO_FAULT = WebhookFault()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt: `status` is the receiver's answer, None with the `reason` when there was none."""

    run_id: str
    event: str
    url: str
    status: int | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Message:
    """What one event tells its receiver, under an id that every attempt repeats."""

    run_id: str
    event: str
    url: SplitResult
    body: bytes
    id: str

    def delivered(self, status: int | None, reason: str | None = None) -> Delivery:
        return Delivery(self.run_id, self.event, self.url.geturl(), status, reason)


class WebhookSender:
    """Hears of every event and posts those that were asked for; `deliveries` holds the latest attempts."""

    def __init__(
        self,
        clock: Clock,
        secret: str,
        shape: Callable[[Run], dict[str, Any]],
        script_of: Callable[[Run], RunScript | None],
    ) -> None:
        """`shape` makes a webhook's body; `script_of` finds what a fault does to the webhooks of a run."""
        self._script_of = script_of
        self._clock = clock
        self._key = base64.b64decode(secret.removeprefix("whsec_"))
        self._shape = shape
        self._tasks: set[asyncio.Task[None]] = set()
        self._last_sent: dict[str, int] = {}
        self._held: dict[str, list[_Message]] = {}
        self._sent = 0
        self.deliveries: deque[Delivery] = deque(maxlen=_MOST_DELIVERIES)

    def hear(self, run: Run, event: str) -> None:
        """Send what `run` is now, if its creator asked to be told of `event`."""
        if event == "completed":
            self._last_sent.pop(run.id, None)
        if not run.webhook or event not in (run.webhook_events or _DEFAULT_EVENTS):
            return
        if event in ("output", "logs") and self._is_too_soon(run):
            return
        body = json.dumps(self._shape(run), ensure_ascii=False).encode("utf-8", "backslashreplace")
        script = self._script_of(run)
        fault = script.webhooks if script else None
        message = _Message(run.id, event, urlsplit(run.webhook), body, self._new_id(run.id, event))
        if fault is not None and fault.backwards:
            held = self._held.setdefault(run.id, [])
            held.append(message)
            if event == "completed":
                self._start(run.id, self._send_all(self._held.pop(run.id)[::-1], fault))
            return
        copies = fault.flood if fault else 0
        for each in (message, *(replace(message, id=self._new_id(run.id, event)) for _ in range(copies))):
            self._start(run.id, self._send(each, fault or _NO_FAULT))

    async def close(self) -> None:
        """Give up what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _is_too_soon(self, run: Run) -> bool:
        now = self._clock.now()
        if now - self._last_sent.get(run.id, 0) < self._clock.scaled(_BETWEEN) * NANOSECONDS:
            return True
        self._last_sent[run.id] = now
        return False

    def _new_id(self, run_id: str, event: str) -> str:
        self._sent += 1
        return f"msg_{named_id(f'{run_id}:{event}:{self._sent}')}"

    def _start(self, run_id: str, sending: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(sending, name=f"demo-webhook-{run_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send_all(self, messages: list[_Message], fault: WebhookFault) -> None:
        for message in messages:
            await self._send(message, fault)

    async def _send(self, message: _Message, fault: WebhookFault) -> None:
        if message.url.hostname not in HOSTS:
            reason = "not on this machine; the demo sends webhooks to loopback only"
            self.deliveries.append(message.delivered(None, reason))
            return
        for _ in range(1 + fault.repeat):
            await self._deliver(message, fault)

    async def _deliver(self, message: _Message, fault: WebhookFault) -> None:
        pauses = _RETRY_AFTER if message.event == "completed" else ()
        for pause in (*pauses, None):
            attempt = await self._attempt(message, fault)
            self.deliveries.append(attempt)
            if pause is None or (attempt.status is not None and attempt.status < 400):
                return
            await self._clock.sleep(pause)

    async def _attempt(self, message: _Message, fault: WebhookFault) -> Delivery:
        shift = {"old": -_OFF_SECONDS, "future": _OFF_SECONDS}.get(fault.signature or "", 0)
        stamp = str(self._clock.now() // NANOSECONDS + shift)
        key = self._key if fault.signature != "wrong" else b"some other key"
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Webhooks/1.0 (replicate-tui demo)",
            "webhook-id": message.id,
            "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{sign(key, message.id, stamp, message.body)}",
        }
        try:
            sending = exchange(
                "POST",
                message.url,
                headers=headers | dict(fault.headers),
                without=fault.drop_headers,
                body=message.body,
                bytes_per_second=fault.bytes_per_second,
            )
            slowness = len(message.body) / fault.bytes_per_second if fault.bytes_per_second else 0.0
            status, _ = await asyncio.wait_for(sending, _ANSWER_SECONDS + slowness)
        except (OSError, ValueError) as error:
            return message.delivered(None, str(error) or type(error).__name__)
        return message.delivered(status)


def sign(key: bytes, message: str, stamp: str, body: bytes) -> str:
    """Return the base64 signature of a webhook's raw body."""
    signed = f"{message}.{stamp}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
