"""What a running model is given: its log, its stream, its output files, and its inputs from this machine."""

import asyncio
import base64
import binascii
import math
import mimetypes
import re
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, unquote, unquote_to_bytes, urlsplit

from replicate_tui.demo.clock import Clock
from replicate_tui.demo.identifiers import stable_number
from replicate_tui.demo.loopback import HOSTS, exchange
from replicate_tui.demo.model import ModelFailure
from replicate_tui.demo.records import Run
from replicate_tui.demo.state import State
from replicate_tui.demo.streams import EventStream, event_text

_INPUT_LIMIT = 100_000_000
_FETCH_SECONDS = 30.0
_CATCHES_UP = 0.2
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_EXTRA_TYPES = {".webp": "image/webp", ".glb": "model/gltf-binary", ".wav": "audio/wav", ".jsonl": "application/jsonl"}


@dataclass(frozen=True, slots=True)
class Workplace:
    """What all jobs of a service share."""

    state: State
    clock: Clock
    origin: str
    executor: Executor


class LocalJob:
    """One run's side of the work; everything is refused once the run has ended (see `model.Job`)."""

    def __init__(
        self, run: Run, place: Workplace, stream: EventStream, *, pace: Clock, tell: Callable[[str], None]
    ) -> None:
        """`pace` scales the waits; `tell` hears of each output and each line of the log."""
        self.prediction_id = run.id
        self.seed = stable_number(run.id)
        self.slept = 0.0
        self._woken = -math.inf
        self._run = run
        self._place = place
        self._stream = stream
        self._pace = pace
        self._tell = tell

    def log(self, line: str) -> None:
        self._refuse_after_end()
        self._run.logs.append(line)
        self._tell("logs")

    def metric(self, name: str, value: Any) -> None:
        self._refuse_after_end()
        self._run.metrics[name] = value

    async def sleep(self, seconds: float) -> None:
        self.slept += seconds
        now = self._pace.monotonic()
        # Waits follow on one another, so that waking late each time does not add up and tokens keep their rate.
        begin = self._woken if now - self._woken < _CATCHES_UP else now
        self._woken = begin + self._pace.scaled(seconds)
        await self._pace.wait(max(0.0, self._woken - now))
        self._refuse_after_end()

    async def emit(self, output: Any) -> None:
        self._refuse_after_end()
        if not isinstance(self._run.output, list):
            self._run.output = []
        self._run.output.append(output)
        self._stream.output(event_text(output), self._place.clock.now())
        self._tell("output")
        await asyncio.sleep(0)

    def deliver(self, output: Any) -> None:
        """Take the whole output; what was not emitted piece by piece is streamed now."""
        self._refuse_after_end()
        already_streamed = self._run.output is not None
        self._run.output = output
        if not already_streamed:
            for element in output if isinstance(output, list) else [output]:
                self._stream.output(event_text(element), self._place.clock.now())

    async def read(self, url: str) -> bytes:
        content = _from_data_uri(url) if url.startswith("data:") else await self._from_this_machine(url)
        if content is None:
            raise ModelFailure(f"Could not read {url[:80]!r}: only files on this machine can be inputs of the demo")
        return content

    def publish(self, content: bytes, name: str) -> str:
        self._refuse_after_end()
        guard = self._place.state.ids.key(f"{self._run.id}:{len(self._run.blobs)}")
        key = f"{guard}/{_UNSAFE.sub('-', name)[-100:]}"
        self._run.blobs.append(key)
        self._place.state.storage.put(key, content)
        return f"{self._place.origin}/delivery/{key}"

    async def compute(self, function: Callable[..., Any], *arguments: Any) -> Any:
        result = await asyncio.get_running_loop().run_in_executor(self._place.executor, function, *arguments)
        self._refuse_after_end()
        return result

    async def _from_this_machine(self, url: str) -> bytes | None:
        # The port is left out on purpose: after a restart it may be another one, and the keys are unguessable.
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        if parts.hostname not in HOSTS:
            return None
        match unquote(parts.path).strip("/").split("/"):
            case ["v1", "files", id] | ["v1", "files", id, "download"]:
                file = self._place.state.file(id)
                return await self._place.state.storage.get(file.blob) if file else None
            case ["delivery", guard, *name]:
                return await self._place.state.storage.get("/".join((guard, *name)))
        return await _fetch(parts)

    def _refuse_after_end(self) -> None:
        # A model that catches its cancellation, or computes on in a thread, must not write into an ended run.
        if self._run.is_terminal:
            raise asyncio.CancelledError


def content_type(name: str) -> str:
    """Return the media type an output named `name` is delivered with."""
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    return _EXTRA_TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


async def _fetch(url: SplitResult) -> bytes | None:
    try:
        getting = exchange("GET", url, limit=_INPUT_LIMIT)
        status, content = await asyncio.wait_for(getting, _FETCH_SECONDS)
    except (OSError, ValueError):
        return None
    return content if status == 200 else None


def _from_data_uri(url: str) -> bytes | None:
    header, comma, body = url.partition(",")
    if not comma:
        return None
    if not header.endswith(";base64"):
        return unquote_to_bytes(body)
    try:
        return base64.b64decode(unquote(body), validate=True)
    except (binascii.Error, ValueError):
        return None
