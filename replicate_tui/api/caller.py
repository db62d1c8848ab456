"""Sends a request the way the promises say: slots, deadlines, retries, limits, and what a lost answer means."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Final, TypeVar
from urllib.parse import urlencode

from replicate_tui.api.decoding import decoder_for
from replicate_tui.api.errors import (
    APIConnectionError,
    APITimeoutError,
    ReplicateError,
    RequestOutcomeUnknownError,
    ResponseNotUnderstoodError,
)
from replicate_tui.api.gate import Gate
from replicate_tui.api.limits import BODY_BYTES, REQUEST_SLOTS, Timeouts
from replicate_tui.api.options import Request, Upload
from replicate_tui.api.responses import Response, status_error
from replicate_tui.api.retries import RetryPolicy
from replicate_tui.api.retry_after import wait_asked_for
from replicate_tui.api.transport import Departure, Incoming, Lane, Line, LineFailure, Outgoing
from replicate_tui.api.waiting import Pace

T = TypeVar("T")

#: Told each whole answer, whatever its status, also of those that are retried; it must not raise.
AnswerHook = Callable[[Response], None]

#: An error status after which a create may have happened all the same. Other 4xx are refusals.
_TIMED_OUT: Final = 408
_THROTTLED: Final = 429


class Slots:
    """Bounds the requests under way; one slot is left to those with priority."""

    def __init__(self, count: int = REQUEST_SLOTS) -> None:
        self._all = asyncio.Semaphore(count)
        self._ordinary = asyncio.Semaphore(count - 1)

    @contextlib.asynccontextmanager
    async def taken(self, *, priority: bool) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            if not priority:
                await stack.enter_async_context(self._ordinary)
            await stack.enter_async_context(self._all)
            yield


class Caller:
    """Makes calls over one line under one policy. Copies share the line's connections and the slots."""

    def __init__(
        self,
        line: Line,
        *,
        policy: RetryPolicy,
        timeouts: Timeouts,
        user_agent: str,
        slots: Slots | None = None,
        pace: Pace | None = None,
        gate: Gate | None = None,
        answer_hooks: list[AnswerHook] | None = None,
    ) -> None:
        self.line = line
        self.policy = policy
        self.timeouts = timeouts
        self.user_agent = user_agent
        self.slots = slots or Slots()
        self.pace = pace or Pace(sleep=policy.sleep)
        self.gate = gate or Gate(line.base, resolves_names=not line.connections.is_given)
        self.answer_hooks = [] if answer_hooks is None else answer_hooks

    async def fetch(self, request: Request, read: Callable[[Response], T]) -> T:
        """Send `request` and return what `read` makes of the answer.

        Raises APIStatusError, APIConnectionError, ResponseNotUnderstoodError, UnsafeURLError; and for a request that
        creates something RequestOutcomeUnknownError in place of anything that leaves open whether it did.
        """
        response = await self.send(request)
        try:
            return read(response)
        except ResponseNotUnderstoodError as problem:
            problem.response = problem.response or response
            if request.creates:
                raise _unknown(request, "the answer was not understood", response) from problem
            raise

    async def send(self, request: Request) -> Response:
        """Send `request` and return its whole answer, which has a success status; raises as `fetch` does."""
        limits = request.timeouts or self.timeouts
        if request.hold:
            limits = limits.stretched(request.hold)
        call = _Call(self, request, limits)
        try:
            async with asyncio.timeout(limits.idle if limits.total is None else limits.total) as clock:
                return await call.run(clock)
        except TimeoutError as problem:
            if isinstance(problem, ReplicateError):
                raise
            raise call.timed_out() from problem

    def outgoing(self, request: Request, limits: Timeouts) -> Outgoing:
        """Write `request` down; raises UnsafeURLError for a URL that the token must not go to."""
        base = self.line.base
        url = base.url(request.path)
        query = {name: _query_text(value) for name, value in request.query.items() if value is not None}
        if query:
            url += ("&" if "?" in url else "?") + urlencode(query)
        headers = {"User-Agent": self.user_agent, "Accept": "application/json", "Accept-Encoding": "gzip, deflate"}
        body: bytes | Upload = request.content
        if request.has_json:
            body = json.dumps(request.json, allow_nan=False, separators=(",", ":")).encode()
            headers["Content-Type"] = "application/json"
        if isinstance(body, Upload):
            headers |= {"Content-Type": body.content_type, "Content-Length": str(body.length)}
        return Outgoing(
            method=request.method,
            url=url,
            headers=headers | dict(request.headers),
            body=body.chunks() if isinstance(body, Upload) else body,
            timeouts=limits,
            lane=Lane.LONG if request.hold or isinstance(body, Upload) else Lane.SHORT,
            with_token=base.may_send_token(url),
        )


class _Call:
    """One call: its tries, its waits, and how far the present try got."""

    def __init__(self, caller: Caller, request: Request, limits: Timeouts) -> None:
        self._caller = caller
        self._request = request
        self._limits = limits
        self._policy = caller.policy
        if request.max_retries is not None:
            self._policy = replace(self._policy, max_retries=request.max_retries)
        self._silent_wait = 0.0
        self._departure: Departure | None = None
        self._last: Exception | None = None
        self._clock: asyncio.Timeout | None = None

    async def run(self, clock: asyncio.Timeout) -> Response:
        self._clock = clock
        for retry in range(self._policy.max_retries + 1):
            is_last = retry == self._policy.max_retries
            try:
                response = await self._once()
            except ResponseNotUnderstoodError as problem:
                if self._request.creates:
                    raise _unknown(self._request, "the answer was not understood") from problem
                raise
            except LineFailure as failure:
                self._departure = None
                self._last = self._lost(failure)
                if is_last or not (failure.nothing_sent or self._request.may_repeat):
                    raise self._last from failure
                await self._pause(clock, self._policy.backoff(retry), str(failure), extend=False)
            else:
                for hook in self._caller.answer_hooks:
                    hook(response)
                if response.is_success:
                    return response
                self._last = self._refused(response)
                delay = None if is_last else self._delay(response, retry)
                if delay is None:
                    raise self._last
                asked = wait_asked_for(response) is not None
                throttled = response.status_code == _THROTTLED
                reason = "rate limited" if throttled else f"status {response.status_code}"
                await self._pause(clock, delay, reason, extend=asked)
        raise AssertionError("the last try returns or raises")

    async def _once(self) -> Response:
        caller, request = self._caller, self._request
        outgoing = caller.outgoing(request, self._limits)
        if isinstance(request.content, Upload):
            outgoing = replace(outgoing, body=self._moving(request.content))
        async with contextlib.AsyncExitStack() as stack:
            if outgoing.lane is Lane.SHORT:
                await stack.enter_async_context(caller.slots.taken(priority=request.priority))
            self._departure = Departure(is_watched=not caller.line.connections.is_given)
            incoming = await stack.enter_async_context(caller.line.exchange(outgoing, self._departure))
            content = await read_whole(incoming, request.answer_bytes, request.on_progress)
            self._departure = None
        return Response(outgoing.method, outgoing.url, incoming.status_code, incoming.headers, content)

    async def _moving(self, upload: Upload) -> AsyncIterator[bytes]:
        """Walk the body; each piece that has left gives the call more time where only standing still is bounded."""
        loop = asyncio.get_running_loop()
        async for chunk in upload.chunks():
            yield chunk
            if self._clock is not None and self._limits.total is None and self._limits.idle is not None:
                self._clock.reschedule(loop.time() + self._limits.idle)

    def _delay(self, response: Response, retry: int) -> float | None:
        """The seconds to wait before sending again after an error status, or None to give up."""
        throttled = response.status_code == _THROTTLED
        if not throttled and not (self._request.may_repeat and self._policy.is_temporary(response.status_code)):
            return None
        asked = wait_asked_for(response)
        if asked is None:
            return self._policy.throttled(retry) if throttled else self._policy.backoff(retry)
        # A little late rather than early: the service's clock is the one that counts.
        delay = asked + 0.1 * self._policy.jitter()
        return delay if self._silent_wait + delay <= self._policy.longest_silent_wait + 0.1 else None

    async def _pause(self, clock: asyncio.Timeout, seconds: float, reason: str, *, extend: bool) -> None:
        """Wait; a wait that the service asked for does not use up the time of the call."""
        for hook in (self._policy.on_wait, self._request.on_wait):
            if hook is not None:
                hook(seconds, reason)
        when = clock.when()
        if extend:
            self._silent_wait += seconds
            if when is not None:
                clock.reschedule(when + seconds)
        await self._policy.sleep(seconds)

    def _lost(self, failure: LineFailure) -> Exception:
        if self._request.creates and not failure.nothing_sent:
            return _unknown(self._request, "the answer was lost")
        kind = APITimeoutError if failure.timed_out else APIConnectionError
        return kind(f"{self._caller.line.base.origin}: {failure}")

    def _refused(self, response: Response) -> Exception:
        error = status_error(response)
        is_refusal = 400 <= response.status_code < 500 and response.status_code != _TIMED_OUT
        if not self._request.creates or is_refusal:
            return error
        unknown = _unknown(self._request, f"the service answered {response.status_code}", response)
        unknown.__cause__ = error
        return unknown

    def timed_out(self) -> Exception:
        """The error of a call whose time is over."""
        limit = self._limits.total or self._limits.idle or 0.0
        if self._request.creates and self._departure is not None and not self._departure.nothing_sent:
            return _unknown(self._request, f"there was no answer within {limit:g} s")
        if self._departure is None and self._last is not None:
            return self._last
        return APITimeoutError(f"{self._caller.line.base.origin}: no whole answer within {limit:g} s")


async def read_whole(
    incoming: Incoming, limit: int = BODY_BYTES, on_progress: Callable[[int], None] | None = None
) -> bytes:
    """Read and decode a body, telling the bytes so far.

    Raises ResponseNotUnderstoodError above `limit` decoded bytes, LineFailure when cut.
    """
    decoder = decoder_for(str(incoming.headers.get("content-encoding", "")))
    body = bytearray()
    async for chunk in incoming.raw_chunks():
        for piece in decoder.decode(chunk):
            if len(body) + len(piece) > limit:
                raise ResponseNotUnderstoodError(f"the answer is larger than {limit // 1_048_576} MB")
            body += piece
        if on_progress is not None:
            on_progress(len(body))
    if not decoder.is_complete:
        raise LineFailure("the connection broke: the compressed answer is cut", nothing_sent=False)
    return bytes(body)


def _unknown(request: Request, why: str, response: Response | None = None) -> RequestOutcomeUnknownError:
    status = response.status_code if response is not None else None
    message = f"the {request.creates} was sent and {why}; it may exist"
    return RequestOutcomeUnknownError(message, status_code=status, response=response)


def _query_text(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
