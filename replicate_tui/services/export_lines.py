"""One run as a line of an export: JSON with everything that may leave this machine, or cells for a spreadsheet."""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from replicate_tui.services.run_document import json_bytes, shortened, unsigned, without_query
from replicate_tui.store.records import RunRecord, SavedFile
from replicate_tui.text import clean

#: A spreadsheet takes a cell that begins so for a formula (OWASP, CSV injection).
_FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")


def jsonl_line(record: RunRecord) -> bytes:
    """Return the run as one line of JSON; its URLs come without their queries, which are signatures."""
    return json_bytes({name: value(record) for name, value in {**_PLAIN, **_NESTED}.items()}, indent=None)


def csv_line(record: RunRecord) -> bytes:
    """Return the run as one line of CSV (RFC 4180); what is nested stands as JSON in its cell."""
    plain = [_cell(value(record)) for value in _PLAIN.values()]
    nested = [_cell(json_bytes(value(record), indent=None).decode().strip()) for value in _NESTED.values()]
    return _csv([*plain, *nested])


def csv_header() -> bytes:
    return _csv([*_PLAIN, *_NESTED])


def _csv(cells: list[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode("utf-8", "replace")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    text = clean(", ".join(value) if isinstance(value, list) else str(value))
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _seconds(record: RunRecord) -> float | None:
    measured = record.metrics.get("predict_time")
    if isinstance(measured, int | float) and not isinstance(measured, bool):
        return float(measured)
    if record.started_at is None or record.completed_at is None:
        return None
    return (record.completed_at - record.started_at).total_seconds()


def _file(file: SavedFile) -> dict[str, Any]:
    return {**asdict(file), "url": without_query(file.url)}


_PLAIN: Final[Mapping[str, Callable[[RunRecord], Any]]] = {
    "id": lambda record: record.id,
    "remote_id": lambda record: record.remote_id,
    "kind": lambda record: record.kind,
    "model": lambda record: record.model,
    "version": lambda record: record.version,
    "deployment": lambda record: record.deployment,
    "source": lambda record: record.source,
    "status": lambda record: record.status,
    "title": lambda record: record.title,
    "submitted_at": lambda record: _time(record.submitted_at),
    "started_at": lambda record: _time(record.started_at),
    "completed_at": lambda record: _time(record.completed_at),
    "seconds": _seconds,
    "cost": lambda record: record.cost,
    "cost_basis": lambda record: record.cost_basis,
    "tags": lambda record: list(record.tags),
    "note": lambda record: record.note,
    "error": lambda record: record.error,
    "saved": lambda record: str(record.saved),
    "folder": lambda record: record.folder,
    "web": lambda record: record.urls.get("web"),
}
_NESTED: Final[Mapping[str, Callable[[RunRecord], Any]]] = {
    "input": lambda record: unsigned(shortened(record.input)),
    "output": lambda record: unsigned(shortened(record.output)),
    "metrics": lambda record: dict(record.metrics),
    "files": lambda record: [_file(file) for file in record.files],
}
