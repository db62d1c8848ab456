"""The event stream of a run: reconnects, drops what came twice, and says how it ended."""

import asyncio
import contextlib
import itertools
import random
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from replicate_tui.api.caller import Caller
from replicate_tui.api.decoding import decoder_for, parse_json
from replicate_tui.api.errors import APIConnectionError, ResponseNotUnderstoodError, UnsafeURLError
from replicate_tui.api.gate import Target
from replicate_tui.api.limits import EVENT_ID_BYTES, STREAM_IDLE_SECONDS, Timeouts
from replicate_tui.api.sse import EventDecoder, ServerSentEvent
from replicate_tui.api.transport import Departure, Incoming, Lane, LineFailure, Outgoing

_TRIES: Final = 5
_FIRST_DELAY: Final = 0.5
_SHORTEST_DELAY: Final = 0.1
_LONGEST_DELAY: Final = 8.0
_TOKEN_ASKED: Final = (401, 403)


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """How a stream ended. Only "done", "canceled" and "error" are the service's word; "cut" says nothing about the run.

    `detail` is the text of the error event, or why the stream was cut; `status_code` an HTTP status that refused it.
    """

    reason: Literal["done", "canceled", "error", "cut"]
    detail: str = ""
    status_code: int | None = None


class _Refused(Exception):
    """The stream is not to be had: asking again would not help."""

    def __init__(self, detail: str, status_code: int | None = None) -> None:
        super().__init__(detail)
        self.status_code = status_code


class EventStream:
    """The events of one stream URL, as an async iterator that never fails: look at `end` when it is over.

    Comments, unnamed events and the final `done` are not yielded. An event whose id came before is dropped.
    """

    def __init__(self, caller: Caller, url: str, *, last_event_id: str | None = None) -> None:
        self.end: StreamEnd | None = None
        self.last_event_id = last_event_id
        #: How many times the line was opened anew.
        self.reconnects = 0
        self._caller = caller
        self._gate = caller.gate
        self._url = url
        self._seen: set[str] = set()
        self._failure_detail = ""
        self._retry = _FIRST_DELAY
        self._got_anything = False

    def __aiter__(self) -> AsyncIterator[ServerSentEvent]:
        return self._events()

    async def _events(self) -> AsyncIterator[ServerSentEvent]:
        silent_tries = 0
        while self.end is None:
            progressed = False
            try:
                async with contextlib.aclosing(self._connection()) as events:
                    async for event in events:
                        known = self._is_known(event)
                        progressed = progressed or not known
                        if not known and self._take(event):
                            yield event
                        if self.end is not None:
                            return
                why = "the stream ended early"
            except LineFailure as failure:
                why = str(failure)
            except ResponseNotUnderstoodError as problem:
                self.end = StreamEnd("cut", str(problem))
                return
            except _Refused as refusal:
                self.end = StreamEnd("cut", str(refusal), refusal.status_code)
                return
            silent_tries = 0 if progressed else silent_tries + 1
            if silent_tries > _TRIES or not self._can_resume():
                self.end = StreamEnd("cut", why)
                return
            self.reconnects += 1
            await self._caller.policy.sleep(self._delay(silent_tries))

    def _is_known(self, event: ServerSentEvent) -> bool:
        return bool(event.id) and event.id in self._seen

    def _take(self, event: ServerSentEvent) -> bool:
        """Note an event that is new; returns whether it is one to yield."""
        if event.id:
            self._seen.add(event.id)
        self._got_anything = True
        if event.event == "done":
            self.end = _end_of(event.data, self._failure_detail)
            return False
        if event.event == "error":
            self._failure_detail = _detail_of(event.data)
        return event.event != "message"

    def _can_resume(self) -> bool:
        """Without ids nobody can tell a resumed stream from one that starts over."""
        return bool(self.last_event_id) or not self._got_anything

    def _delay(self, silent_tries: int) -> float:
        longest = min(_LONGEST_DELAY, self._retry * 2.0**silent_tries)
        return max(_SHORTEST_DELAY, longest * (0.5 + 0.5 * random.random()))

    async def _connection(self) -> AsyncGenerator[ServerSentEvent, None]:
        """One connection, from its request to its end."""
        try:
            target = await self._gate.target(self._url)
        except UnsafeURLError as problem:
            raise _Refused(str(problem)) from problem
        except APIConnectionError as problem:
            raise LineFailure(str(problem), nothing_sent=True) from problem
        for with_token in (self._gate.is_own(self._url), True):
            async with self._caller.line.exchange(self._outgoing(target, with_token=with_token), Departure()) as got:
                if got.status_code in _TOKEN_ASKED and not with_token and self._gate.may_use_token(self._url):
                    continue
                self._check(got)
                async for event in self._decoded(got):
                    yield event
                return

    async def _decoded(self, incoming: Incoming) -> AsyncIterator[ServerSentEvent]:
        decoder = EventDecoder()
        encoding = decoder_for(str(incoming.headers.get("content-encoding", "")))
        clock = asyncio.get_running_loop().time
        heard = clock()
        async for chunk in incoming.raw_chunks():
            for event in itertools.chain.from_iterable(map(decoder.feed, encoding.decode(chunk))):
                heard = clock()
                if event.id and len(event.id) <= EVENT_ID_BYTES:
                    self.last_event_id = event.id
                yield event
            if decoder.retry is not None:
                self._retry = min(_LONGEST_DELAY, decoder.retry / 1000)
            if clock() - heard > STREAM_IDLE_SECONDS:
                # Comments keep the line alive, and say nothing.
                raise LineFailure("the stream is silent", nothing_sent=False, timed_out=True)

    def _check(self, incoming: Incoming) -> None:
        status = incoming.status_code
        media_type = str(incoming.headers.get("content-type", "")).partition(";")[0].strip().lower()
        if status >= 500:
            raise LineFailure(f"status {status}", nothing_sent=False)
        if status != 200:
            raise _Refused(f"the stream was refused (status {status})", status)
        if media_type != "text/event-stream":
            raise _Refused(f"not a stream of events: {media_type[:60] or 'no type'}", status)

    def _outgoing(self, target: Target, *, with_token: bool) -> Outgoing:
        headers = {
            "Accept": "text/event-stream",
            "Accept-Encoding": "identity",
            "Cache-Control": "no-store",
            "User-Agent": self._caller.user_agent,
        }
        if self.last_event_id and self.last_event_id.isprintable() and self.last_event_id.isascii():
            headers["Last-Event-ID"] = self.last_event_id
        return Outgoing(
            method="GET",
            url=target.url,
            headers=headers | target.headers,
            timeouts=Timeouts(read=STREAM_IDLE_SECONDS, total=None),
            lane=Lane.LONG,
            with_token=with_token,
            head_within=STREAM_IDLE_SECONDS,
        )


def _end_of(data: str, failure_detail: str) -> StreamEnd:
    reason = _field(data, "reason")
    if reason == "canceled":
        return StreamEnd("canceled")
    if reason == "error" or failure_detail:
        return StreamEnd("error", failure_detail)
    return StreamEnd("done")


def _detail_of(data: str) -> str:
    return _field(data, "detail") or data


def _field(data: str, name: str) -> str:
    try:
        value: Any = parse_json(data.encode("utf-8", "replace"))
    except ResponseNotUnderstoodError:
        return ""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""
