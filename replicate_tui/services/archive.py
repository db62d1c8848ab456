"""Saves what runs made as plain files: inputs, outputs, logs, in a folder of its own for each run."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from replicate_tui.config import SaveChoice
from replicate_tui.schema.fields import OutputSchema
from replicate_tui.schema.media import OutputKind
from replicate_tui.schema.outputs import OutputItem, joined_text, output_items
from replicate_tui.services.input_files import keep_input_files
from replicate_tui.services.log_file import LOG_NAME, LogFile
from replicate_tui.services.output_files import FileSource, OutputFiles, Refusal
from replicate_tui.services.run_document import INPUT_FILES, input_document, json_bytes, run_document
from replicate_tui.services.run_folder import (
    DiskProblem,
    PartFile,
    plain_disk_problems,
    relative_folder,
    remove_leftovers,
    write_document,
)
from replicate_tui.services.runs_folders import RunPlace, RunsFolders
from replicate_tui.services.saving import is_expired
from replicate_tui.store.records import RunRecord, SavedFile, SaveState

#: Marks a run whose output came as text in pieces (set by whoever followed it).
_STREAMED: Final = "streamed"

#: Marks in `RunRecord.options` a run whose files are wanted although saving is off.
WANTED: Final = "wanted"


class Archive:
    """Keeps runs below `root`, a folder for each day and in it one for each run.

    A run that lies below one of the `earlier` roots, or of those that `folders` recalls, stays there. `keeps` says
    what is saved; logs that are not are held below `aside` while someone may read them. Nothing is raised for what
    goes wrong with a file or the disk: it is told in the record's files and in `problem`. Files above `most_bytes`
    are listed and not saved.
    """

    def __init__(
        self,
        root: Path,
        source: FileSource,
        *,
        most_bytes: int = 2_048_000_000,
        keeps: SaveChoice = "all",
        aside: Path | None = None,
        earlier: Sequence[Path] = (),
    ) -> None:
        self.folders = RunsFolders(root, earlier)
        self._outputs = OutputFiles(source, most_bytes=most_bytes)
        self._keeps = keeps
        self._aside = aside
        self._logs: dict[str, LogFile] = {}
        self._log_locks: dict[str, asyncio.Lock] = {}
        self.problem: str | None = None

    def saves(self, record: RunRecord) -> bool:
        """Whether what a run makes is saved here: by the settings, or because someone asked."""
        return self._keeps != "off" or record.options.get(WANTED) is True

    async def place_of(self, record: RunRecord) -> RunPlace:
        """Return the folder of a run, or why it is not to be had."""
        return await asyncio.to_thread(self.folders.place_of, record)

    async def find_log(self, record: RunRecord) -> Path | None:
        """Return where the log of a run is, or None when it has none here."""
        relative = record.folder or relative_folder(record)

        def first() -> Path | None:
            roots = (self.folders.root_of(relative), *([self._aside] if self._aside else []))
            paths = (root / relative / LOG_NAME for root in roots)
            return next((path for path in paths if path.exists()), None)

        return await asyncio.to_thread(first)

    async def begin(self, record: RunRecord) -> RunRecord:
        """Make the folder of a run and write its input there; returns the record with `folder` set.

        Local files that were sent are copied as well or, when they are large, told of with their hash.
        """
        if not self.saves(record):
            return record
        record = _placed(record)
        root = await self._root_of(record)
        if self._saves_all(record) and await self._write(root, record, "input.json", input_document):
            try:
                files = await asyncio.to_thread(keep_input_files, root, record)
            except DiskProblem as problem:
                self.problem = f"The files of the input are not saved: {problem}."
            else:
                record = replace(record, options={**record.options, INPUT_FILES: files}) if files else record
        return record

    async def write_logs(self, record: RunRecord, logs: str) -> tuple[Path, bool]:
        """Bring the log file of a run up to `logs`; returns its path and whether it was written anew."""
        record = _placed(record)
        log = self._logs.get(record.id)
        if log is None:
            root = None if self._saves_all(record) else self._aside
            root = root or await self._root_of(record)
            log = self._logs.setdefault(record.id, LogFile(root, record.folder or ""))
        async with self._log_locks.setdefault(record.id, asyncio.Lock()):
            try:
                change = await asyncio.to_thread(log.write, logs)
            except DiskProblem as problem:
                self.problem = f"The log is not saved: {problem}."
                return log.path, True
        return log.path, change == "replaced"

    async def finish(self, record: RunRecord) -> RunRecord:
        """Save what an ended run made, as far as it is not saved; returns the record with `files` and `saved`."""
        record = _placed(record)
        root = await self._root_of(record)
        await asyncio.to_thread(remove_leftovers, root, record.folder or "")
        written = not self._saves_all(record) or await self._write(root, record, "input.json", input_document)
        written = await self._close_log(record) and written
        written = await self._bring_log(root, record) and written
        schema = OutputSchema(concatenates=record.options.get(_STREAMED) is True)
        items = await asyncio.to_thread(output_items, record.output, schema)
        written = await self._save_value(root, record, items) and written
        results = await asyncio.gather(*(self._outputs.save(root, record, item) for item in items if item.is_file))
        files = tuple(file for file, _ in results)
        refusals = [refusal for _, refusal in results if refusal is not None]
        record = replace(record, files=files, saved=_state(files, refusals, record, written=written))
        if not await self._write(root, record, "run.json", run_document):
            written = False
            if record.saved is SaveState.SAVED:
                record = replace(record, saved=SaveState.PARTLY if files else SaveState.FAILED)
        disk = next((refusal.disk for refusal in refusals if refusal.disk), None)
        if disk is not None:
            self.problem = f"Outputs are not saved: {disk}."
        elif written:
            self.problem = None
        return record

    def is_done_with(self, record: RunRecord) -> bool:
        """Whether another try to save a run would change nothing, though not all of it is saved."""
        return self.problem is None and self._outputs.is_hopeless(record)

    def _saves_all(self, record: RunRecord) -> bool:
        return self.saves(record) and self._keeps != "outputs"

    async def _root_of(self, record: RunRecord) -> Path:
        return await asyncio.to_thread(self.folders.root_of, record.folder or "")

    async def _save_value(self, root: Path, record: RunRecord, items: tuple[OutputItem, ...]) -> bool:
        """Save an output that is no file: one text as text, anything else as JSON."""
        kinds = [item.kind for item in items if not item.is_file]
        if not kinds:
            return True

        def save() -> None:
            value = record.output
            is_text = kinds == [OutputKind.TEXT] and len(items) == 1
            content = joined_text(value).encode("utf-8", "replace") if is_text else json_bytes(value)
            with PartFile(root, record.folder or "") as part:
                part.write(content)
                part.settle("output", ".txt" if is_text else ".json")

        try:
            await asyncio.to_thread(save)
        except DiskProblem as problem:
            self.problem = f"The output is not saved: {problem}."
            return False
        return True

    async def _close_log(self, record: RunRecord) -> bool:
        if record.id not in self._logs:
            return True
        async with self._log_locks[record.id]:
            try:
                await asyncio.to_thread(self._logs[record.id].finish)
            except DiskProblem as problem:
                self.problem = f"The log is not saved: {problem}."
                return False
        del self._logs[record.id], self._log_locks[record.id]
        return True

    async def _bring_log(self, root: Path, record: RunRecord) -> bool:
        """Copy a log that was held aside before someone asked for the run to be saved."""
        relative, aside = record.folder or "", self._aside
        if aside is None or not self._saves_all(record):
            return True

        def bring() -> None:
            held = aside / relative / LOG_NAME
            if held.exists() and not (root / relative / LOG_NAME).exists():
                write_document(root, relative, LOG_NAME, held.read_bytes())

        try:
            with plain_disk_problems():
                await asyncio.to_thread(bring)
        except DiskProblem as problem:
            self.problem = f"The log is not saved: {problem}."
            return False
        return True

    async def _write(self, root: Path, record: RunRecord, name: str, document: Callable[[RunRecord], bytes]) -> bool:
        def write() -> None:
            write_document(root, record.folder or "", name, document(record))

        try:
            await asyncio.to_thread(write)
        except DiskProblem as problem:
            self.problem = f"Runs are not saved: {problem}."
            return False
        return True


def _placed(record: RunRecord) -> RunRecord:
    return record if record.folder else replace(record, folder=relative_folder(record))


def _state(files: Sequence[SavedFile], refusals: list[Refusal], record: RunRecord, *, written: bool) -> SaveState:
    if written and not refusals:
        # Whoever looks too late is told of no output at all; a run that succeeded had one.
        was_missed = record.data_removed and record.output is None and record.status == "succeeded"
        return SaveState.EXPIRED if was_missed else SaveState.SAVED
    is_lost = bool(refusals) and (is_expired(record) or all(refusal.is_gone for refusal in refusals))
    if is_lost and written:
        return SaveState.EXPIRED
    return SaveState.PARTLY if any(file.name for file in files) else SaveState.FAILED
