"""The webhook receiver: listens on this machine while a person wants it, and judges what comes."""

import asyncio
import contextlib
import errno
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final, TypeVar

from replicate_tui.services.connection import Connection
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.tracker import RunTracker
from replicate_tui.services.webhook_judge import can_sign, event_of, facts_of, header, verdict_of
from replicate_tui.services.webhook_listener import ADDRESS, Listener, Request, hosts_of
from replicate_tui.services.webhook_log import DeliveryLog
from replicate_tui.services.webhook_secret import WebhookSecretService
from replicate_tui.services.webhook_settings import KeptSettings, checked_public_url, hook_url
from replicate_tui.services.webhook_views import EVENTS, Delivery, Hook, ReceiverState, Verdict
from replicate_tui.store.problems import HistoryProblem
from replicate_tui.store.records import RunRecord
from replicate_tui.store.remembered import Remembered
from replicate_tui.store.runs import RunRepository
from replicate_tui.text import clean_line

T = TypeVar("T")

_ID_CHARACTERS: Final = 120
#: Larger bodies are looked at off the event loop.
_SMALL: Final = 65_536
#: An unknown run may be one whose create is just being answered; it is looked for again after these seconds.
_LOOK_AGAIN: Final = (0.2, 0.8, 3.0)
#: What the sender hears: it tells the end of a run again when it is refused.
_ANSWERS: Final = {Verdict.VALID: HTTPStatus.OK, Verdict.UNKNOWN: HTTPStatus.OK}


class WebhookReceiver:
    """Holds the deliveries of this session and the secret while it listens; neither ever touches the disk.

    A valid delivery makes the tracker ask after its run now. Its body is shown, and never believed.
    """

    def __init__(
        self,
        connection: Connection,
        signing: WebhookSecretService,
        runs: RunRepository,
        tracker: RunTracker,
        memory: Remembered,
    ) -> None:
        self._connection = connection
        self._signing = signing
        self._runs = runs
        self._tracker = tracker
        self._kept = KeptSettings(memory)
        self._log = DeliveryLog()
        self._listener: Listener | None = None
        self._secret: str | None = None
        self._problem = ""
        self._refused = 0
        self._last_refusal = ""
        self._turn = asyncio.Lock()
        self._judging = asyncio.Lock()
        self._errands: set[asyncio.Task[None]] = set()
        self._listeners: list[Callable[[], None]] = []

    # -- what is known ------------------------------------------------------------------------------------------

    @property
    def state(self) -> ReceiverState:
        kept, listener = self._kept.now, self._listener
        local = hook_url(f"http://{ADDRESS}:{listener.port}", kept.path) if listener else ""
        public = kept.public_url or (local if self._connection.is_demo else "")
        return ReceiverState(
            port=listener.port if listener else None,
            wanted_port=kept.port,
            local_url=local,
            public_url=kept.public_url,
            hook_url=hook_url(public, kept.path) if public else "",
            events=kept.events,
            has_secret=self._secret is not None,
            problem=self._problem,
            received=self._log.received,
            dropped=self._log.dropped,
            refused=self._refused,
            last_refusal=self._last_refusal,
        )

    @property
    def is_listening(self) -> bool:
        return self._listener is not None

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """The deliveries that are kept, in the order of coming."""
        return self._log.deliveries

    def get(self, number: int) -> Delivery | None:
        return self._log.get(number)

    def hook(self) -> Hook | None:
        """Return where runs report that are started now, None when they are not told to."""
        state = self.state
        return Hook(state.hook_url, state.events) if state.is_listening and state.hook_url and state.events else None

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` at each change; returns the way to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    # -- what a person asks of it -------------------------------------------------------------------------------

    async def recall(self) -> None:
        """Read what was set at an earlier start. Raises ServiceProblem DISK."""
        await self._kept.read()
        self._tell()

    async def start(self) -> None:
        """Listen, and ask for the account's signing secret; nothing happens while it listens already.

        Raises ServiceProblem BUSY when the port is taken. A secret that cannot be had is told by the state.
        """
        async with self._turn:
            if self._listener is not None:
                return
            await self._kept.read()
            kept = self._kept.now
            listener = Listener(self._take, self._refuse, secret_path=kept.path, hosts=self._hosts)
            try:
                await listener.start(kept.port)
            except OSError as error:
                raise _not_listening(kept.port, error) from error
            self._listener = listener
            self._tell()
        await self.learn_secret()

    async def stop(self) -> None:
        """Stop listening at once and forget the secret; the deliveries stay."""
        async with self._turn:
            listener, self._listener, self._secret, self._problem = self._listener, None, None, ""
            if listener is not None:
                await listener.stop()
                self._tell()

    async def close(self) -> None:
        """Stop for good."""
        await self.stop()
        errands = tuple(self._errands)
        for errand in errands:
            errand.cancel()
        await asyncio.gather(*errands, return_exceptions=True)

    async def learn_secret(self) -> None:
        """Ask for the signing secret again; what came while it was not known is judged then."""
        if self._listener is None:
            return
        try:
            secret = await self._signing.get()
        except ServiceProblem as problem:
            self._problem = f"The signing secret is not known: {problem.message}"
        else:
            usable = can_sign(secret)
            # Stopped meanwhile: then nobody needs it.
            self._secret = secret if usable and self._listener is not None else None
            self._problem = "" if usable else "The signing secret that the service gave is none."
        for delivery in self._log.deliveries:
            if delivery.verdict is Verdict.UNKNOWN and self._secret is not None:
                at = delivery.received_at.timestamp()
                verdict = await asyncio.to_thread(verdict_of, delivery.headers, delivery.body, self._secret, at)
                self._log.replace(replace(delivery, verdict=verdict))
        self._tell()

    async def set_public_url(self, text: str) -> None:
        """Keep the URL that leads here from outside, "" for none. Raises ServiceProblem INVALID, or DISK."""
        await self._change(public_url=checked_public_url(text, is_demo=self._connection.is_demo))

    async def set_port(self, port: int) -> None:
        """Listen at `port` from now on, at a free one for 0; moves there at once when it listens.

        Raises ServiceProblem BUSY when it is taken, and DISK.
        """
        await self._change(port=port)
        if self._listener is not None:
            await self.stop()
            await self.start()

    async def set_events(self, events: Iterable[str]) -> None:
        """Have runs that are started here report these; none means that they do not report. Raises ServiceProblem."""
        wanted = frozenset(events)
        await self._change(events=tuple(name for name in EVENTS if name in wanted))

    def forget(self, numbers: Iterable[int]) -> None:
        """Take deliveries off the list."""
        self._log.forget(numbers)
        self._tell()

    async def _change(self, **changes: object) -> None:
        await self._kept.read()
        try:
            await self._kept.change(**changes)
        finally:
            self._tell()

    # -- what comes ---------------------------------------------------------------------------------------------

    def _hosts(self) -> frozenset[str]:
        return hosts_of(self._kept.now.public_url)

    def _refuse(self, words: str) -> None:
        self._refused += 1
        self._last_refusal = clean_line(words, 160)
        self._tell()

    async def _take(self, request: Request) -> int:
        """Judge and keep a delivery, and only then answer."""
        now = datetime.now(UTC)
        # In the order of coming, also when a large one takes longer to be looked at than the small one behind it.
        async with self._judging:
            delivery = await self._keep(request, now)
        self._tell()
        if delivery.verdict is Verdict.VALID and delivery.facts.run_id:
            self._start_errand(self._follow_up(delivery))
        return _ANSWERS.get(delivery.verdict, HTTPStatus.UNAUTHORIZED)

    async def _keep(self, request: Request, now: datetime) -> Delivery:
        body, headers = request.body, request.headers
        verdict = await _off_loop(body, lambda: verdict_of(headers, body, self._secret, now.timestamp()))
        facts, marks = await _off_loop(body, lambda: facts_of(body))
        before = self._log.marks_of(facts.run_id)
        delivery_id = clean_line(header(headers, "webhook-id"), _ID_CHARACTERS)
        delivery = Delivery(
            number=self._log.received + 1,
            received_at=now,
            id=delivery_id,
            verdict=verdict,
            facts=facts._replace(event=event_of(marks, before) if facts.run_id else ""),
            headers=headers,
            body=body,
            repeats=self._log.first_with(delivery_id, is_valid=verdict is Verdict.VALID),
            is_late=bool(before and before.is_final and not marks.is_final),
        )
        self._log.add(delivery, marks)
        return delivery

    async def _follow_up(self, delivery: Delivery) -> None:
        """Have the run asked after, if it is one of this history; what was told twice counts once."""
        with contextlib.suppress(HistoryProblem):
            run = await self._find(delivery.facts.run_id)
            if run is None:
                return
            kept = self._log.get(delivery.number) or delivery
            self._log.replace(replace(kept, known_run=run.id, known_kind=run.kind))
            self._tell()
            if delivery.repeats is None:
                self._tracker.nudge(run.id, at_once=delivery.facts.is_final)

    async def _find(self, remote_id: str) -> RunRecord | None:
        """Return the run of the history; a short one may have ended before the service has named it to us."""
        for pause in (0.0, *_LOOK_AGAIN):
            await asyncio.sleep(pause)
            run = await self._runs.by_remote_id(self._connection.origin, remote_id)
            if run is not None:
                return run
        return None

    def _start_errand(self, errand: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(errand, name="follow up a webhook")
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()


async def _off_loop(body: bytes, look: Callable[[], T]) -> T:
    """Look at a body, in a thread when it is a large one."""
    return look() if len(body) <= _SMALL else await asyncio.to_thread(look)


def _not_listening(port: int, error: OSError) -> ServiceProblem:
    if error.errno == errno.EADDRINUSE:
        words = f"Port {port} is taken by another program, or by another copy of this one."
        return ServiceProblem(ProblemKind.BUSY, words, kept="P chooses another.")
    reason = error.strerror or str(error)
    return ServiceProblem(ProblemKind.BUSY, f"Port {port} cannot be listened at: {reason}.", kept="P chooses another.")
