"""The service put together: what the routes work with, independent of how it is served."""

import asyncio
import secrets
import time
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from replicate_tui.demo.clock import NANOSECONDS, Clock
from replicate_tui.demo.creates import CreateCounter
from replicate_tui.demo.engine import Engine
from replicate_tui.demo.examples import Examples
from replicate_tui.demo.exchange import RequestRecord
from replicate_tui.demo.faults import FaultRule, Faults, Host
from replicate_tui.demo.identifiers import new_token
from replicate_tui.demo.library import Collection, Library, ListedModel
from replicate_tui.demo.model import DemoModel
from replicate_tui.demo.model import Run as Work
from replicate_tui.demo.own_models import OwnModels
from replicate_tui.demo.records import LogText, Run
from replicate_tui.demo.request_log import RequestLog
from replicate_tui.demo.scripted_files import ScriptedFiles
from replicate_tui.demo.scripts import SCRIPT, Scripts
from replicate_tui.demo.shapes import Shapes
from replicate_tui.demo.state import State
from replicate_tui.demo.storage import FolderStorage, MemoryStorage
from replicate_tui.demo.tokens import ScopedTokens
from replicate_tui.demo.validation import with_defaults
from replicate_tui.demo.webhooks import WebhookSender

MOST_RECORDS = 10_000
NO_FOREIGN_HOST = "http://foreign.invalid"
_SHORTEST_SWEEP, _LONGEST_SWEEP = 0.5, 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSettings:
    """How the service behaves.

    `folder` keeps the state over restarts (None: in memory only). `speed` divides every wait. `seed` makes ids
    reproducible (None: random). `data_lifetime` is the real seconds until a finished run loses its data
    (None: an hour divided by `speed`). `port` 0 takes a free one. `rate_limits` refuses what comes too often.
    `stream_timeout` is the real seconds after which a silent event stream is closed. `faults` strike from the start;
    `request_log` is a file that gets one line of JSON for each request. `has_control` opens the control API, on a
    port of its own and under a token of its own. `has_foreign_host` opens the host of `foreign.py`, where the machine
    has its address.
    """

    folder: Path | None = None
    speed: float = 1.0
    seed: int | None = None
    data_lifetime: float | None = None
    port: int = 0
    rate_limits: bool = True
    stream_timeout: float = 30.0
    faults: tuple[FaultRule, ...] = ()
    request_log: Path | None = None
    has_control: bool = False
    has_foreign_host: bool = False


class DemoService:
    """Everything behind the API; `origin` is `http://127.0.0.1:PORT`, `foreign_url` empty without a foreign host."""

    def __init__(
        self,
        settings: DemoSettings,
        origin: str,
        models: Iterable[DemoModel],
        collections: Iterable[Collection],
        *,
        foreign_url: str = "",
    ) -> None:
        self.settings = settings
        self.origin = origin
        self.foreign_url = foreign_url
        self.control_url = ""
        self.control_token = new_token()
        self.scoped_tokens = ScopedTokens()
        self.creates = CreateCounter()
        self.clock = Clock(settings.speed)
        self.library = Library(models, collections)
        self.state = State(
            FolderStorage(settings.folder) if settings.folder else MemoryStorage(),
            self.clock,
            seed=secrets.randbits(64) if settings.seed is None else settings.seed,
            data_lifetime=settings.data_lifetime,
        )
        self.own_models = OwnModels(self.state, self.library)
        self.scripted_files = ScriptedFiles(self.state, origin)
        self.scripts = Scripts(self.clock, self.scripted_files)
        self.state.on_removal(self._forget_script)
        self.engine = Engine(self.state, self.clock, origin=origin, work_of=self._work_of)
        self.examples = Examples(self.engine, self.state)
        self.shapes = Shapes(origin)
        self.webhooks = WebhookSender(self.clock, self.state.identity.webhook_secret, self.shapes.run, self.scripts.of)
        self.engine.listen(self.webhooks.hear)
        self.engine.listen(self.scripts.hear)
        places = {"{origin}": origin, "{foreign}": foreign_url or NO_FOREIGN_HOST}
        self.faults = Faults(seed=settings.seed or 0, places=places)
        self.faults.add(*settings.faults)
        self.requests: deque[RequestRecord] = deque(maxlen=MOST_RECORDS)
        self.connections: Counter[Host] = Counter()
        self.foreign_requests: deque[RequestRecord] = deque(maxlen=MOST_RECORDS)
        self._log = RequestLog(settings.request_log) if settings.request_log else None
        self.state.load(origin)
        self.own_models.restore()
        self._sweeper: asyncio.Task[None] | None = None

    @property
    def token(self) -> str:
        return self.state.identity.token

    def write_down(self, record: RequestRecord) -> None:
        """Remember a request: when it comes, and in the log when all that will be answered is answered."""
        if not record.is_over:
            (self.requests if record.host == "service" else self.foreign_requests).append(record)
        elif self._log is not None:
            self._log.write(record.to_line(self.token))

    def note_strike(self, rule: FaultRule, client_port: int) -> None:
        """Log what struck a connection, or (without a port) all of them."""
        if self._log is not None:
            line = {"time": round(time.time(), 6), "host": rule.host, "connection": client_port or None}
            self._log.write({**line, "accept": rule.accept, "fault": rule.name})

    def note_connection(self, host: Host) -> None:
        """Count a connection to `host`, whether or not a request follows."""
        self.connections[host] += 1

    def note_garbage(self, host: Host, client_port: int) -> None:
        """Write down that something came that is not HTTP, such as a greeting for TLS."""
        record = RequestRecord("", "", status=400, client_port=client_port, began=time.time(), host=host)
        self.write_down(record)
        record.is_over = True
        self.write_down(record)

    def start_run(self, run: Run, listed: ListedModel, input: Mapping[str, Any], scope: Mapping[str, Any]) -> None:
        """Remember `run` and begin it, with its secrets in `input` and the script that the request of `scope` has."""
        self.creates.note(run, scope)
        script = scope.get(SCRIPT)
        twins = [self._twin(run) for _ in range(script.twins)] if script else []
        for each in (run, *twins):
            self.state.add_run(each)
            self.engine.launch(each, listed, input)
            if script is not None:
                self.scripts.begin(each, script, self.engine.play, self.engine.tell_logs)
                if script.removed_after is not None:
                    self.scripts.later(each, script.removed_after, self.state.remove_data, each)

    def _forget_script(self, run: Run) -> None:
        # Lists and cancels still ask for the script of a run whose data alone is gone.
        if self.state.run(run.id) is None:
            self.scripts.forget(run)

    def _twin(self, run: Run) -> Run:
        new = self.state.ids.run()
        stream = run.stream and f"{run.stream.rpartition('/')[0]}/{new}-{self.state.ids.key(f'stream:{new}')}"
        return replace(
            run, id=new, created=self.clock.now(), stream=stream, logs=LogText(), metrics={}, blobs=[], webhook=None
        )

    def shown(self, run: Run) -> dict[str, Any]:
        """Return `run` as answers show it."""
        return self.shapes.run(self.scripts.shown(run))

    def cancel(self, run: Run) -> dict[str, Any]:
        """End `run` as canceled, or as and when its script says; return the answer to the cancel."""
        script = self.scripts.of(run)
        status, takes = (script.at_cancel or "canceled", script.cancel_takes) if script else ("canceled", 0.0)
        if takes < 0 and not run.is_terminal:
            ended = self.clock.now() + round(self.clock.scaled(takes) * NANOSECONDS)
            self.engine.cancel(run, status=status, completed=max(ended, run.created))
        if run.is_terminal:
            return self.shown(run)
        if takes > 0:
            self.scripts.later(run, takes, partial(self.engine.cancel, run, status=status))
        else:
            self.engine.cancel(run, status=status)
        return self.shapes.canceled(run)

    def _work_of(self, run: Run, listed: ListedModel) -> Work:
        return self.scripts.work_of(run) or self.own_models.work_of(run, listed)

    def open(self) -> None:
        """Go on with the runs an earlier start left unfinished, and remove from now on what is due."""
        self.go_on()
        self._sweeper = asyncio.create_task(self._sweep(), name="demo-sweep")

    def go_on(self) -> None:
        """Begin the runs again that have not ended and of which nothing is under way."""
        for run in self.state.unfinished():
            listed = self.library.find_version(run.runs_version)
            self.engine.resume(run, listed, _complete_input(run, listed))

    async def halt(self) -> None:
        """Stop all runs, scripts and webhooks where they are."""
        self.scripts.close()
        await self.engine.halt()
        await self.webhooks.close()

    async def close(self) -> None:
        """Stop all work and return when the state is kept."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        await self.examples.close()
        await self.halt()
        self.engine.close()
        await asyncio.to_thread(self.state.storage.close)
        if self._log is not None:
            await asyncio.to_thread(self._log.close)

    async def _sweep(self) -> None:
        # Twice in a run's lifetime, so that memory holds at most half as much again as it must.
        pause = min(_LONGEST_SWEEP, max(_SHORTEST_SWEEP, self.state.data_lifetime / 2))
        while True:
            await asyncio.sleep(pause)
            self.state.sweep()


def _complete_input(run: Run, listed: ListedModel | None) -> dict[str, Any]:
    """Return the input of a run that goes on; its secrets were never written down and stay redacted."""
    if listed is None:
        return run.input
    name = "TrainingInput" if run.kind == "training" else "Input"
    return with_defaults(listed.components.get(name, {}), run.input, components=listed.components)
