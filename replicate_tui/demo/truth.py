"""What really happened, whatever the faults made clients believe: runs with their hashes, creates, bytes read."""

import fcntl
import hashlib
import json
import termios
from collections import defaultdict
from typing import Any

from replicate_tui.demo.exchange import RequestRecord
from replicate_tui.demo.records import Run
from replicate_tui.demo.service import DemoService


class Truth:
    """Tells about `service` as plain JSON."""

    def __init__(self, service: DemoService) -> None:
        self._service = service

    def requests(self) -> list[dict[str, Any]]:
        return [record.to_line(self._service.token) for record in self._service.requests]

    async def runs(self) -> list[dict[str, Any]]:
        """Return every run, oldest first, without its texts."""
        state = self._service.state
        runs = sorted([*state.runs("prediction"), *state.runs("training")], key=lambda run: run.created)
        return [await self._run(run) for run in runs]

    async def run(self, id: str) -> dict[str, Any] | None:
        """Return a run with its output, error and log."""
        run = self._service.state.run(id)
        if run is None:
            return None
        return await self._run(run) | {"output": run.output, "error": run.error, "logs": str(run.logs)}

    def connections(self) -> list[dict[str, Any]]:
        """Return what came and went over each connection of the latest requests, in bytes of bodies.

        `read` is what the client has taken from its socket as far as this machine can tell: exact while the
        connection is open and idle, and once closed all that had been `sent`.
        """
        grouped: dict[int, list[RequestRecord]] = defaultdict(list)
        for record in self._service.requests:
            grouped[record.client_port].append(record)
        return [_connection(port, records) for port, records in grouped.items()]

    async def _run(self, run: Run) -> dict[str, Any]:
        files = {key: _hash(await self._service.state.storage.get(key) or b"") for key in run.blobs}
        return {
            "id": run.id,
            "kind": run.kind,
            "model": run.model,
            "status": run.status,
            "data_removed": run.data_removed,
            "input_sha256": _hash(_canonical(run.input)),
            "output_sha256": _hash(_canonical(run.output)),
            "files_sha256": {key.partition("/")[2]: found for key, found in files.items()},
        }


def _connection(port: int, records: list[RequestRecord]) -> dict[str, Any]:
    sent = sum(record.sent for record in records)
    return {
        "connection": port,
        "user_agent": records[-1].headers.get("user-agent", ""),
        "requests": len(records),
        "sent": sent,
        "read": max(0, sent - _unread(records[-1])),
    }


def _unread(record: RequestRecord) -> int:
    """Return how many bytes of the connection wait in this process or in the kernel for the client to take them."""
    transport = record.transport() if record.transport else None
    if transport is None or transport.is_closing():
        return 0
    waiting = bytearray(4)
    try:
        # Linux answers with what was not acknowledged, which on loopback is what found no room on the other side.
        fcntl.ioctl(transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, waiting)
    except OSError:
        return transport.get_write_buffer_size()
    return transport.get_write_buffer_size() + int.from_bytes(waiting, "little")


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
