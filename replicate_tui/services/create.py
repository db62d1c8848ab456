"""Making a run: the intent is written first, files follow, and the create is sent once."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from replicate_tui.schema.refusals import server_problems
from replicate_tui.services.connection import Connection
from replicate_tui.services.inputs import INLINE_LIMIT, LocalFile, fingerprint, local_files, with_files
from replicate_tui.services.intents import DESTINATION, intent_of, reporting
from replicate_tui.services.live import LiveRun
from replicate_tui.services.local_key import LocalKey
from replicate_tui.services.merge import merge
from replicate_tui.services.problems import FieldProblem, ProblemKind, ServiceProblem
from replicate_tui.services.reconcile import lost_now, sent_now
from replicate_tui.services.send import Sender
from replicate_tui.services.tracker import RunTracker
from replicate_tui.services.views import AnyRequest, RunProgress, TrainingRequest
from replicate_tui.services.webhook_views import Hook
from replicate_tui.store.problems import HistoryProblem
from replicate_tui.store.records import NOT_SENT, RunRecord
from replicate_tui.store.runs import RunRepository
from replicate_tui.text import clean, clean_line

_NOTHING_RUN: Final = "Nothing was run; the form is kept."

#: How long `close` waits for creates under way, in seconds; their rows are looked after at the next start.
CLOSE_SECONDS: Final = 2.0


class Creator:
    """Makes predictions and trainings. `key` is a secret of this machine for the fingerprints of inputs.

    `hardware_of` tells the SKU of a deployment as far as it is known, since a run is priced by it. `hook` tells where
    runs report to that have no webhook of their own, None for nowhere.
    """

    def __init__(
        self,
        connection: Connection,
        runs: RunRepository,
        tracker: RunTracker,
        sender: Sender,
        key: LocalKey,
        hardware_of: Callable[[str], Awaitable[str | None]],
        hook: Callable[[], Hook | None],
    ) -> None:
        self._connection = connection
        self._runs = runs
        self._tracker = tracker
        self._sender = sender
        self._key = key
        self._hardware_of = hardware_of
        self._hook = hook
        self._latched: set[str] = set()
        self._creating: set[asyncio.Task[RunRecord]] = set()

    async def create(self, request: AnyRequest, latch: str, *, packed: Mapping[str, Path] | None = None) -> RunRecord:
        """Make a run and return its record once the service has accepted it; from then on it is watched.

        `packed` has the zips that are sent in the place of folders, by the texts that name these.

        The create goes on when the caller is cancelled. Raises ServiceProblem: BUSY while a create with the same
        `latch` is under way, FILE or INVALID with the fields at fault, DISK when the intent cannot be written, and
        the service's refusals; then nothing has run. An outcome that is not known is not raised: the record comes
        back with status "unknown" and the tracker looks for the run.
        """
        if latch in self._latched:
            raise ServiceProblem(ProblemKind.BUSY, "This run is being sent already.")
        self._latched.add(latch)
        task = asyncio.create_task(self._create(request, packed), name=f"create {request.model}")
        self._creating.add(task)

        def over(_: object) -> None:
            self._creating.discard(task)
            self._latched.discard(latch)

        task.add_done_callback(over)
        return await asyncio.shield(task)

    @property
    def is_busy(self) -> bool:
        """Whether a create is under way."""
        return bool(self._creating)

    async def close(self) -> None:
        """Give creates under way a moment to be answered."""
        if self._creating:
            await asyncio.wait(tuple(self._creating), timeout=CLOSE_SECONDS)

    async def _create(self, request: AnyRequest, packed: Mapping[str, Path] | None) -> RunRecord:
        files = await asyncio.to_thread(local_files, request, packed)
        request, reports_here = reporting(await self._with_hardware(request), self._hook())
        record = intent_of(request, self._connection, reports_here=reports_here)
        try:
            await self._runs.insert_intent(record)
        except HistoryProblem as problem:
            words = f"The run was not started, since the history cannot be written: {problem}"
            raise ServiceProblem(ProblemKind.DISK, words, kept=_NOTHING_RUN) from problem
        watch = self._tracker.announce_intent(record)
        try:
            sent, loose = await self._resolve(request, files, watch.live)
            record = replace(
                record,
                input_hash=fingerprint(sent, loose, await self._key.get()),
                options={**record.options, "loose_fields": sorted(loose)},
            )
            record = sent_now(record)
            await watch.become(record)
            sent_run = await self._sender.send(request, sent, on_wait=partial(_say_wait, watch.live))
        except ServiceProblem as problem:
            if problem.kind is not ProblemKind.OUTCOME_UNKNOWN:
                await self._take_back(record, problem)
                raise await self._explained(request, problem) from problem
            record = lost_now(record)
        else:
            record = merge(record, sent_run)
        await self._tracker.watch(record)
        return record

    async def _with_hardware(self, request: AnyRequest) -> AnyRequest:
        if isinstance(request, TrainingRequest) or not request.options.deployment:
            return request
        hardware = await self._hardware_of(request.options.deployment)
        return request._replace(options=request.options._replace(hardware=hardware))

    async def _resolve(
        self, request: AnyRequest, files: Sequence[LocalFile], live: LiveRun
    ) -> tuple[dict[str, Any], set[str]]:
        """Return the input as it will travel, and the fields that may come back changed (secrets, inlined files)."""
        sent: dict[LocalFile, str] = {}
        for file in files:
            sent[file] = await self._send_file(file, live)
        live.set_progress(None)
        inlined = {file.field for file, url in sent.items() if url.startswith("data:")}
        given = {
            name
            for name in request.file_fields
            if isinstance(value := request.input.get(name), str) and value[:5].lower() == "data:"
        }
        return with_files(request.input, sent), inlined | given | set(request.secret_fields)

    async def _send_file(self, file: LocalFile, live: LiveRun) -> str:
        """Return the data URI of a small file, or the URL of a larger one that is uploaded here."""
        try:
            if file.size <= INLINE_LIMIT:
                return await self._connection.call(lambda _: _inlined(file))
            uploaded = await self._connection.call(
                lambda client: client.files.create(content=file.path, on_progress=partial(_say_sent, live, file))
            )
        except ServiceProblem as problem:
            words = f"{file.path.name} could not be sent: {problem.message}"
            raise ServiceProblem(
                ProblemKind.FILE if problem.kind is ProblemKind.OUTCOME_UNKNOWN else problem.kind,
                words,
                status=problem.status,
                retry_after=problem.retry_after,
                fields=(FieldProblem(file.field, words),),
            ) from problem
        url = uploaded.urls.get if uploaded.urls is not None else None
        if not url:
            raise ServiceProblem(ProblemKind.NOT_UNDERSTOOD, "The service did not say where the uploaded file is.")
        return url

    async def _explained(self, request: AnyRequest, problem: ServiceProblem) -> ServiceProblem:
        """Put the service's complaints at the fields of the form, in the form's words, where its schema is known."""
        body = getattr(problem.__cause__, "body", None)
        complaints = body.get("invalid_fields") if isinstance(body, dict) else None
        schema = await self._sender.known_input(request) if complaints else None
        fields = problem.fields
        if schema is not None:
            found = server_problems(schema, complaints)
            fields = tuple(FieldProblem(complaint.field, clean(complaint.message)) for complaint in found)
        elif isinstance(request, TrainingRequest) and "destination" in problem.message:
            fields = (FieldProblem(DESTINATION, problem.message),)
        return ServiceProblem(
            problem.kind,
            problem.message,
            kept=problem.kept or _NOTHING_RUN,
            status=problem.status,
            retry_after=problem.retry_after,
            fields=fields,
        )

    async def _take_back(self, record: RunRecord, problem: ServiceProblem) -> None:
        """Take an intent that was refused out of the history: nothing ran, and the form still holds the input."""
        self._tracker.forget(record.id)
        try:
            await self._runs.update(record.id, status=NOT_SENT, error=problem.message)
            await self._runs.hide([record.id])
        except HistoryProblem:
            pass  # the row stays "submitting"; the next start looks for the run and finds none


def _say_wait(live: LiveRun, seconds: float, reason: str) -> None:
    """Show that the service wants the create later, and when it will be sent."""
    live.set_notice(f"Not sent yet ({reason}); the service asked to wait.")
    live.set_link("none", time.monotonic() + seconds)


def _say_sent(live: LiveRun, file: LocalFile, sent: int, size: int) -> None:
    """Show how much of a file has been sent."""
    live.set_progress(RunProgress(sent / max(size, 1), label=f"sending {clean_line(file.path.name)}"))


async def _inlined(file: LocalFile) -> str:
    from replicate_tui.api.files import prepare_input
    from replicate_tui.api.types.file import File

    async def never(_: object) -> File:
        raise AssertionError("base64 was asked for")

    return str(await prepare_input(file.path, never, "base64"))
