"""One request and its answer, written down as they come and go."""

import asyncio
import hashlib
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from replicate_tui.demo.connection import CONNECTION, Connection
from replicate_tui.demo.faults import End, Host


@dataclass(slots=True)
class RequestRecord:
    """One request: `status` None when nothing was answered, `fault` the name of the rule that struck it.

    `began` is unix seconds; `seconds` and `sent`, in bytes of the body, are of the answer, and right once `is_over`.
    `received` and `sha256` are of what was read of the request's body; `host` is whom it was sent to.
    `transport` finds its connection while there is one.
    """

    method: str
    path: str
    status: int | None = None
    fault: str | None = None
    raw_headers: Sequence[tuple[bytes, bytes]] = ()
    query: str = ""
    client_port: int = 0
    began: float = 0.0
    seconds: float = 0.0
    sent: int = 0
    received: int = 0
    sha256: str | None = None
    host: Host = "service"
    is_over: bool = False
    transport: Callable[[], asyncio.Transport | None] | None = None

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode("latin-1"): value.decode("latin-1") for name, value in self.raw_headers}

    def to_line(self, token: str) -> dict[str, Any]:
        """Return the line of the request log; of the Authorization header it tells only whether it holds `token`."""
        headers = self.headers
        if "authorization" in headers:
            headers["authorization"] = "(own token)" if headers["authorization"].endswith(token) else "(other token)"
        return {
            "time": round(self.began, 6),
            "host": self.host,
            "connection": self.client_port,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "status": self.status,
            "seconds": round(self.seconds, 6),
            "sent": self.sent,
            "received": self.received,
            "body_sha256": self.sha256,
            "fault": self.fault,
            "headers": headers,
        }


class Exchange:
    """One request and its answer, with the connection they go over."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, host: Host) -> None:
        self._receive = receive
        self._send = send
        self._digest = hashlib.sha256()
        self.connection: Connection = scope["extensions"][CONNECTION]
        self.record = RequestRecord(
            scope["method"],
            scope["path"],
            raw_headers=scope["headers"],
            query=scope["query_string"].decode("latin-1"),
            client_port=scope["client"][1],
            began=time.time(),
            host=host,
            transport=weakref.ref(self.connection.transport),
        )

    async def receive(self) -> Message:
        message = await self._receive()
        if content := message.get("body", b""):
            self.record.received += len(content)
            self._digest.update(content)
        return message

    async def deliver(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.record.status = message["status"]
        else:
            self.record.sent += len(message.get("body", b""))
        await self._send(message)

    def write(self, content: bytes) -> None:
        """Send bytes that the HTTP library would not."""
        if content:
            self.connection.transport.write(content)

    async def write_body(self, content: bytes) -> None:
        """Send bytes of an answer that goes past the HTTP library."""
        self.write(content)
        self.record.sent += len(content)

    def answer_raw(self, status: int) -> None:
        """Write down that the answer goes out as bytes, past the HTTP library."""
        self.record.status = status

    async def hang_up(self, how: End) -> None:
        """End the connection when what was written has left."""
        await self.connection.end(how)

    def finish(self) -> None:
        """Complete the record."""
        self.record.seconds, self.record.is_over = time.time() - self.record.began, True
        if self.record.received:
            self.record.sha256 = self._digest.hexdigest()
