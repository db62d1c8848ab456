"""A run as a row of the table `runs`, and back."""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any, Final

from replicate_tui.store.codec import (
    from_json,
    from_micros,
    mapping_from_json,
    seconds_from,
    to_json,
    to_micros,
    to_optional_micros,
    to_text,
)
from replicate_tui.store.records import RunKind, RunRecord, RunRow, SavedFile, SaveState

_LONGEST_INDEXED_TEXT: Final = 20_000
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)

#: What a list needs, in the order `row_from` expects. The cost stands behind the long texts of `runs`.
ROW_COLUMNS: Final = (
    "r.seq, r.id, r.kind, r.remote_id, r.model, r.version, r.deployment, r.source, r.status, r.title, r.error, "
    "r.submitted_at, r.started_at, r.completed_at, r.seconds, r.file_count, r.saved, f.cost, r.note != ''"
)
ROW_SOURCE: Final = "runs r join run_facets f on f.seq = r.seq"


def _optional_text(value: str | None) -> str | None:
    return None if value is None else to_text(value)


def _amount(value: float | None) -> float | None:
    return value if value is None or math.isfinite(value) else None


def _optional_json(value: Any) -> str | None:
    return None if value is None else to_json(value)


#: How each field of RunRecord is written; the column has the field's name. Tags live in a table of their own.
_WRITERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "id": to_text,
    "kind": str,
    "origin": to_text,
    "account": to_text,
    "remote_id": _optional_text,
    "model": to_text,
    "version": _optional_text,
    "deployment": _optional_text,
    "source": to_text,
    "status": to_text,
    "title": to_text,
    "input": to_json,
    "input_hash": to_text,
    "options": to_json,
    "output": _optional_json,
    "error": _optional_text,
    "metrics": to_json,
    "urls": to_json,
    "submitted_at": to_micros,
    "created_at": to_optional_micros,
    "started_at": to_optional_micros,
    "completed_at": to_optional_micros,
    "deadline": _optional_text,
    "data_removed": int,
    "folder": _optional_text,
    "saved": str,
    "files": lambda files: to_json([asdict(file) for file in files]),
    "cost": _amount,
    "cost_basis": to_text,
    "note": to_text,
}

#: Columns that follow from others, by the field that changes them.
_TIMING_FIELDS: Final = frozenset({"metrics", "started_at", "completed_at"})

COLUMNS: Final = tuple(_WRITERS)


def encode(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns for `changes`, named as in RunRecord; raises TypeError for a name that is not there."""
    unknown = changes.keys() - _WRITERS.keys()
    if unknown:
        raise TypeError(f"a run has no {', '.join(sorted(unknown))} to change")
    columns = {name: _WRITERS[name](value) for name, value in changes.items()}
    if "input" in changes:
        columns["input_text"] = searchable_text(changes["input"])
    if "files" in changes:
        columns["file_count"] = len(changes["files"])
    return columns


def changes_timing(changes: Mapping[str, Any]) -> bool:
    return not _TIMING_FIELDS.isdisjoint(changes)


def record_values(record: RunRecord) -> dict[str, Any]:
    """Return all columns for a whole record but `seq` and `hidden`."""
    columns = encode({name: getattr(record, name) for name in _WRITERS})
    columns["seconds"] = seconds_from(record.metrics, columns["started_at"], columns["completed_at"])
    return columns


def record_from(row: Mapping[str, Any], tags: tuple[str, ...] = ()) -> RunRecord:
    """Return the record behind a row of `runs`."""
    return RunRecord(
        id=row["id"],
        kind=_kind(row["kind"]),
        origin=row["origin"],
        account=row["account"],
        remote_id=row["remote_id"],
        model=row["model"],
        version=row["version"],
        deployment=row["deployment"],
        source=row["source"],
        status=row["status"],
        title=row["title"],
        input=mapping_from_json(row["input"]),
        input_hash=row["input_hash"],
        options=mapping_from_json(row["options"]),
        output=from_json(row["output"]),
        error=row["error"],
        metrics=mapping_from_json(row["metrics"]),
        urls=mapping_from_json(row["urls"]),
        submitted_at=from_micros(row["submitted_at"]) or _BEGINNING,
        created_at=from_micros(row["created_at"]),
        started_at=from_micros(row["started_at"]),
        completed_at=from_micros(row["completed_at"]),
        deadline=row["deadline"],
        data_removed=bool(row["data_removed"]),
        folder=row["folder"],
        saved=_save_state(row["saved"]),
        files=_files(row["files"]),
        cost=row["cost"],
        cost_basis=row["cost_basis"],
        note=row["note"],
        tags=tags,
    )


def row_from(columns: tuple[Any, ...], tags: tuple[str, ...] = ()) -> RunRow:
    """Return the slim form from the values of ROW_COLUMNS."""
    (seq, run_id, kind, remote_id, model, version, deployment, source, status, title, error, *rest) = columns
    submitted_at, started_at, completed_at, seconds, file_count, saved, cost, has_note = rest
    return RunRow(
        id=run_id,
        kind=_kind(kind),
        remote_id=remote_id,
        model=model,
        version=version,
        deployment=deployment,
        source=source,
        status=status,
        title=title,
        error=error,
        submitted_at=from_micros(submitted_at) or _BEGINNING,
        started_at=from_micros(started_at),
        completed_at=from_micros(completed_at),
        predict_seconds=seconds,
        file_count=file_count,
        saved=_save_state(saved),
        cost=cost,
        has_note=bool(has_note),
        tags=tags,
        cursor=seq,
    )


def searchable_text(value: Any) -> str:
    """Return the texts within an input, joined and cut, for the word index; data URIs hold no words."""
    found: list[str] = []
    length = 0
    waiting = [value]
    while waiting and length < _LONGEST_INDEXED_TEXT:
        item = waiting.pop()
        if isinstance(item, str):
            if not item.startswith("data:"):
                found.append(item[: _LONGEST_INDEXED_TEXT - length])
                length += len(item)
        elif isinstance(item, Mapping):
            waiting.extend(reversed(list(item.values())))
        elif isinstance(item, list | tuple):
            waiting.extend(reversed(item))
    return to_text("\n".join(found))


def _kind(text: str) -> RunKind:
    return "training" if text == "training" else "prediction"


def _save_state(text: str) -> SaveState:
    try:
        return SaveState(text)
    except ValueError:
        return SaveState.NOT_YET


_FILE_FIELDS: Final = frozenset(field.name for field in fields(SavedFile))


def _files(text: str) -> tuple[SavedFile, ...]:
    entries = from_json(text, [])
    if not isinstance(entries, list):
        return ()
    known = [{key: entry[key] for key in entry.keys() & _FILE_FIELDS} for entry in entries if isinstance(entry, dict)]
    return tuple(SavedFile(**entry) for entry in known if {"index", "url", "name"} <= entry.keys())
