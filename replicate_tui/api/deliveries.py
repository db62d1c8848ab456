"""Fetches the files that runs made, from hosts that must not be trusted with anything.

Requests carry no token, no cookie and no header of ours, and go only where the gate lets them, at each redirect anew.
"""

import asyncio
import contextlib
import io
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urljoin

from replicate_tui.api.caller import Caller, read_whole
from replicate_tui.api.data_uris import data_uri_chunks, is_data_uri, media_type
from replicate_tui.api.decoding import decoder_for
from replicate_tui.api.errors import (
    APIConnectionError,
    APITimeoutError,
    FileError,
    InternalServerError,
    RateLimitError,
    ReplicateError,
)
from replicate_tui.api.limits import (
    CALL_SECONDS,
    ERROR_BODY_BYTES,
    FILE_BYTES,
    FILE_REDIRECTS,
    READ_BYTES,
    STALL_BYTES,
    STALL_SECONDS,
    Timeouts,
)
from replicate_tui.api.origins import origin_of
from replicate_tui.api.outputs import Delivery
from replicate_tui.api.responses import Response, status_error
from replicate_tui.api.retry_after import wait_asked_for
from replicate_tui.api.transport import Departure, Incoming, Lane, LineFailure, Outgoing
from replicate_tui.api.uploads import UploadProgress

T = TypeVar("T")

_REDIRECTS: Final = (301, 302, 303, 307, 308)
_TOKEN_ASKED: Final = (401, 403)
_WRITE_BYTES: Final = 256 * 1024
_FILE_TIMEOUTS: Final = Timeouts(read=STALL_SECONDS, total=None)


class _DataDelivery:
    """A file that came inside the output."""

    def __init__(self, url: str) -> None:
        self.content_type = media_type(url)
        self.length: int | None = None
        self._url = url

    async def chunks(self) -> AsyncIterator[bytes]:
        for chunk in data_uri_chunks(self._url):
            yield chunk
            # A data URI of tens of MB is decoded on the loop, piece by piece.
            await asyncio.sleep(0)


class _WebDelivery:
    """A file that comes over the network."""

    def __init__(self, incoming: Incoming) -> None:
        self.content_type = str(incoming.headers.get("content-type", "")).partition(";")[0].strip().lower()
        length = str(incoming.headers.get("content-length", ""))
        self._encoding = str(incoming.headers.get("content-encoding", ""))
        self._announced = int(length) if length.isdecimal() and len(length) < 16 else None
        self.length = self._announced if self._encoding in ("", "identity") else None
        self._incoming = incoming

    async def chunks(self) -> AsyncIterator[bytes]:
        """Walk the decoded bytes; raises LineFailure for a cut or stalled transfer, FileError for one too large."""
        decoder = decoder_for(self._encoding)
        received = delivered = 0
        pace = _Pace()
        async for raw in self._incoming.raw_chunks():
            received += len(raw)
            pace.count(len(raw))
            for piece in decoder.decode(raw):
                delivered += len(piece)
                if delivered > FILE_BYTES:
                    raise FileError(f"the file is larger than {FILE_BYTES // 1_048_576} MB")
                yield piece
        if self._announced not in (None, received) or not decoder.is_complete:
            raise LineFailure("the connection broke: the file is cut", nothing_sent=False)


class _Pace:
    """Notices a transfer that trickles."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._bytes = 0

    def count(self, received: int) -> None:
        self._bytes += received
        now = time.monotonic()
        if now - self._since < STALL_SECONDS:
            return
        if self._bytes < STALL_BYTES:
            raise LineFailure("the transfer stalled", nothing_sent=False, timed_out=True)
        self._since, self._bytes = now, 0


class Deliveries:
    """Opens, reads and saves files by URL or data URI."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._gate = caller.gate

    def is_own(self, url: str) -> bool:
        """Whether `url` is at the API's own origin."""
        return self._gate.is_own(url)

    @contextlib.asynccontextmanager
    async def open(self, url: str) -> AsyncIterator[Delivery]:
        """Yield the file at `url`, its bytes still to come.

        Raises UnsafeURLError, FileError, APIStatusError, APIConnectionError; also while the bytes are read.
        """
        if is_data_uri(url):
            yield _DataDelivery(url)
            return
        try:
            async with self._arrived(url) as incoming:
                yield _WebDelivery(incoming)
        except LineFailure as failure:
            raise _connection_error(url, failure) from failure

    async def read(self, url: str) -> bytes:
        """Return the whole file, up to 512 MB of it; tried again as `download` is, raises as `open` does."""
        return await self._again(lambda: self._read(url))

    async def download(self, url: str, target: Path, on_progress: UploadProgress | None = None) -> Path:
        """Save the file at `url` as `target`: complete, synced and renamed, or not there at all.

        `on_progress` is told the bytes so far and all bytes (0 when they are not known). A broken transfer, a
        429 and a 5xx are tried again within the retry policy. Raises as `open` does, and FileError when the disk
        refuses.
        """
        return await self._again(lambda: self._save(url, target, on_progress))

    async def _again(self, attempt: Callable[[], Awaitable[T]]) -> T:
        policy = self._caller.policy
        for retry in range(policy.max_retries + 1):
            try:
                return await attempt()
            except (APIConnectionError, InternalServerError, RateLimitError) as problem:
                asked = None if isinstance(problem, APIConnectionError) else wait_asked_for(problem.response)
                delay = policy.backoff(retry) if asked is None else asked
                if retry == policy.max_retries or delay > policy.longest_silent_wait:
                    raise
                if policy.on_wait is not None:
                    policy.on_wait(delay, str(problem))
                await policy.sleep(delay)
        raise AssertionError("the last try returns or raises")

    async def _read(self, url: str) -> bytes:
        whole = io.BytesIO()
        async with self.open(url) as delivery:
            async for chunk in delivery.chunks():
                if whole.tell() + len(chunk) > READ_BYTES:
                    raise FileError(f"the file is larger than {READ_BYTES // 1_048_576} MB: save it to disk instead")
                whole.write(chunk)
        return whole.getvalue()

    async def _save(self, url: str, target: Path, on_progress: UploadProgress | None) -> Path:
        from replicate_tui.paths import atomic_file

        async with self.open(url) as delivery:
            writing = atomic_file(target)
            try:
                file = await asyncio.to_thread(writing.__enter__)
                try:
                    saved = 0
                    async for piece in _pieces(delivery.chunks()):
                        await asyncio.to_thread(file.write, piece)
                        saved += len(piece)
                        if on_progress is not None:
                            on_progress(saved, delivery.length or 0)
                except BaseException as problem:
                    with contextlib.suppress(type(problem)):
                        writing.__exit__(type(problem), problem, problem.__traceback__)
                    raise
                await asyncio.to_thread(writing.__exit__, None, None, None)
            except OSError as problem:
                if isinstance(problem, ReplicateError):
                    raise
                raise FileError(f"{target.name} cannot be saved: {problem}") from problem
        return target

    @contextlib.asynccontextmanager
    async def _arrived(self, url: str) -> AsyncIterator[Incoming]:
        """Follow redirects to a good answer, and hold it open."""
        token = False
        for _ in range(FILE_REDIRECTS + 2):
            async with self._exchange(url, with_token=token) as incoming:
                status = incoming.status_code
                if 200 <= status < 300:
                    yield incoming
                    return
                if status in _TOKEN_ASKED and not token and self._gate.may_use_token(url):
                    token = True
                    continue
                location = incoming.headers.get("location")
                if status not in _REDIRECTS or not location:
                    body = await _error_body(incoming)
                    raise status_error(Response("GET", url, status, incoming.headers, body))
            url, token = urljoin(url, str(location)), False
        raise FileError("too many redirects")

    @contextlib.asynccontextmanager
    async def _exchange(self, url: str, *, with_token: bool) -> AsyncIterator[Incoming]:
        target = await self._gate.target(url)
        plain = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": self._caller.user_agent}
        outgoing = Outgoing(
            method="GET",
            url=target.url,
            headers=plain | target.headers,
            timeouts=_FILE_TIMEOUTS,
            lane=Lane.LONG,
            with_token=with_token,
            server_name=target.server_name,
            head_within=CALL_SECONDS,
        )
        async with self._caller.line.exchange(outgoing, Departure()) as incoming:
            yield incoming


async def _error_body(incoming: Incoming) -> bytes:
    try:
        async with asyncio.timeout(CALL_SECONDS):
            return await read_whole(incoming, ERROR_BODY_BYTES)
    except TimeoutError as problem:
        raise LineFailure("no whole answer in time", nothing_sent=False, timed_out=True) from problem


async def _pieces(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Gather chunks into pieces worth a trip to a thread."""
    piece = bytearray()
    async for chunk in chunks:
        piece += chunk
        if len(piece) >= _WRITE_BYTES:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


def _connection_error(url: str, failure: LineFailure) -> APIConnectionError:
    kind = APITimeoutError if failure.timed_out else APIConnectionError
    return kind(f"{origin_of(url)}: {failure}")
