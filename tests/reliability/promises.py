"""What programs promise, and whether it was kept: a look at the history and the files from outside."""

import hashlib
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from replicate_tui.store.database import Database
from replicate_tui.store.migrations import LATEST
from replicate_tui.store.records import RunRecord, SaveState
from replicate_tui.store.runs import RunRepository

_FILES: Final = 2
_FILE_BYTES: Final = 9_000


def remote_id_of(run_id: str) -> str:
    return f"remote-{run_id}"


def urls_of(run_id: str) -> list[str]:
    return [f"https://files.test/{run_id}/{number}" for number in range(_FILES)]


def content_of(url: str) -> bytes:
    """Return what the service has at `url`."""
    piece = hashlib.sha256(url.encode()).digest()
    return piece * (_FILE_BYTES // len(piece))


def log_of(run_id: str) -> str:
    return "".join(f"{run_id} does step {step}\n" for step in range(40))


async def verify(folder: Path, said: list[Any]) -> None:
    """Open the history in `folder` and fail unless everything that was `said`, as [promise, run id], is kept.

    Also fails when it had to be rescued, for a run that the service made and nobody knows of, and for a file that
    looks whole and is not.
    """
    async with Database(folder / "history.db") as database:
        assert database.notices == (), database.notices
        records = {record.id: record async for page in RunRepository(database).records() for record in page}
    look_into(folder / "history.db")
    for promise, value in said:
        if promise in ("intent", "created", "sent", "ended", "saved"):
            assert value in records, f"{promise} {value} was told, and the run is not there"
            assert _is_as_told(promise, records[value]), f"{promise} {value} was told: {records[value]}"
    for record in records.values():
        _look_at_files(folder / "runs" / (record.folder or "none"), record)


def look_into(history: Path, *, version: int = LATEST) -> None:
    """Fail unless the database is whole and of that version."""
    with closing(sqlite3.connect(history)) as connection:
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert connection.execute("pragma foreign_key_check").fetchall() == []
        assert connection.execute("pragma user_version").fetchall() == [(version,)]


def _is_as_told(promise: str, record: RunRecord) -> bool:
    if promise == "sent":
        return record.remote_id == remote_id_of(record.id)
    if promise == "ended":
        return record.status == "succeeded" and record.output == urls_of(record.id)
    return promise != "saved" or record.saved is SaveState.SAVED


def _look_at_files(folder: Path, record: RunRecord) -> None:
    found = {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}
    whole = {name: content for name, content in found.items() if not name.endswith(".part")}
    contents = [content_of(url) for url in urls_of(record.id)]
    for name, content in whole.items():
        if name.startswith("out-"):
            assert content in contents, f"{name} of {record.id} is not whole"
        elif name.endswith(".json"):
            assert _is_json(content), f"{name} of {record.id} is not whole"
    if record.saved is not SaveState.SAVED:
        return
    assert {"input.json", "run.json", "logs.txt"} <= set(whole), f"{record.id} is saved without {sorted(whole)}"
    assert whole["logs.txt"] == log_of(record.id).encode(), f"the log of {record.id} is not whole"
    assert [whole.get(file.name or "") for file in record.files] == contents, f"files of {record.id} are not whole"
    assert not [name for name in whole if re.fullmatch(r"out-\d+-\d+\..*", name)], f"{record.id} has files twice"


def _is_json(content: bytes) -> bool:
    try:
        json.loads(content)
    except ValueError:
        return False
    return True
