"""Runs of the history as one file for other programs: JSONL with everything, CSV for spreadsheets."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from replicate_tui.services.export_lines import csv_header, csv_line, jsonl_line
from replicate_tui.services.new_file import NewFile
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.run_folder import DiskProblem
from replicate_tui.services.translate import plain_history
from replicate_tui.store.filters import parse_filter
from replicate_tui.store.records import RunRecord
from replicate_tui.store.runs import RunRepository

ExportFormat = Literal["jsonl", "csv"]

#: So many runs are read, written and told of at a time.
BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What was written, and where: `bytes` is the size of the file."""

    count: int
    path: Path
    bytes: int


class ExportService:
    """Writes runs to files that did not exist before."""

    def __init__(self, runs: RunRepository) -> None:
        self._runs = runs

    async def export_runs(
        self,
        selection: str | Sequence[str],
        path: Path,
        format: ExportFormat = "jsonl",
        *,
        on_progress: Callable[[int], None] | None = None,
    ) -> ExportResult:
        """Write the runs of a filter line, or of a list of ids, newest first, to the new file `path` (mode 0600).

        `on_progress` hears how many are written so far. Secrets stand as "(secret)", and URLs without their
        signatures. Cancel it at will: the file is whole or absent. Raises ServiceProblem DISK, also when there is a
        file of that name already.
        """
        file = NewFile(path)
        try:
            count = await self._write(file, selection, format, on_progress)
            await asyncio.to_thread(file.settle)
        except FileExistsError as error:
            words = f"There is a file {path.name} already; nothing was written."
            raise ServiceProblem(ProblemKind.DISK, words) from error
        except DiskProblem as problem:
            words = f"The runs could not be exported: {problem}. Nothing was left of them."
            raise ServiceProblem(ProblemKind.DISK, words) from problem
        finally:
            await asyncio.shield(asyncio.to_thread(file.close))
        return ExportResult(count, file.path, file.size)

    async def _write(
        self,
        file: NewFile,
        selection: str | Sequence[str],
        format: ExportFormat,
        on_progress: Callable[[int], None] | None,
    ) -> int:
        line = jsonl_line if format == "jsonl" else csv_line
        await asyncio.to_thread(file.write, csv_header() if format == "csv" else b"")
        count = 0
        async for batch in self._batches(selection):
            await asyncio.to_thread(_append, file, batch, line)
            count += len(batch)
            if on_progress is not None:
                on_progress(count)
        return count

    async def _batches(self, selection: str | Sequence[str]) -> AsyncIterator[list[RunRecord]]:
        with plain_history():
            if isinstance(selection, str):
                async for batch in self._runs.records(parse_filter(selection), BATCH):
                    yield batch
            else:
                for start in range(0, len(selection), BATCH):
                    found = [await self._runs.get(run_id) for run_id in selection[start : start + BATCH]]
                    yield [record for record in found if record is not None]


def _append(file: NewFile, batch: Sequence[RunRecord], line: Callable[[RunRecord], bytes]) -> None:
    for record in batch:
        file.write(line(record))
