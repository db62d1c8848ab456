"""Where the service keeps records and blobs: in memory, or in a folder that a restart finds again.

Nothing here blocks the event loop: a folder is written by one thread, in the order things happened.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple, Protocol

_SCHEMA = "CREATE TABLE IF NOT EXISTS records (kind TEXT, id TEXT, body TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID"
# Stands for the service's origin in stored text, since the next start may have another port.
_ORIGIN_MARK = "demo-origin://"


class Record(NamedTuple):
    kind: str
    id: str
    body: dict[str, Any]


class Storage(Protocol):
    """Records by kind and id, blobs by key."""

    def load(self, origin: str) -> list[Record]:
        """Return what is kept, with `origin` in place of the one it was saved under."""

    def save(self, kind: str, id: str, body: Mapping[str, Any]) -> None:
        """Keep `body`, which must not change afterwards."""

    def forget(self, kind: str, id: str) -> None:
        """Drop a record; unknown ones are ignored."""

    def put(self, key: str, content: bytes) -> None:
        """Keep a blob; it can be got at once."""

    async def get(self, key: str) -> bytes | None:
        """Return a blob, None when there is none."""

    def drop(self, key: str) -> None:
        """Drop a blob; unknown ones are ignored."""

    def close(self) -> None:
        """Return when everything is kept."""


class MemoryStorage:
    """Keeps blobs while the process lives, and records not at all: the service's own objects are enough."""

    def __init__(self) -> None:
        self._blobs: dict[str, bytes] = {}

    def load(self, origin: str) -> list[Record]:  # noqa: ARG002 (nothing is kept under any origin)
        return []

    def save(self, kind: str, id: str, body: Mapping[str, Any]) -> None:
        pass

    def forget(self, kind: str, id: str) -> None:
        pass

    def put(self, key: str, content: bytes) -> None:
        self._blobs[key] = content

    async def get(self, key: str) -> bytes | None:
        return self._blobs.get(key)

    def drop(self, key: str) -> None:
        self._blobs.pop(key, None)

    def close(self) -> None:
        self._blobs.clear()


class FolderStorage:
    """Keeps records in `state.db` and each blob in a file named by the hash of its key.

    Raises OSError or sqlite3.Error from the constructor when the folder cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self._blobs = folder / "blobs"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._blobs.mkdir(mode=0o700, exist_ok=True)
        self._path = folder / "state.db"
        self._origin = ""
        self._unwritten: dict[str, bytes] = {}
        self._make_database()
        self._work: SimpleQueue[Callable[[sqlite3.Connection], object] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, name="demo-storage", daemon=True)
        self._thread.start()

    def load(self, origin: str) -> list[Record]:
        self._origin = origin
        with contextlib.closing(self._connect()) as connection:
            rows = connection.execute("SELECT kind, id, body FROM records").fetchall()
        return [Record(kind, name, json.loads(body.replace(_ORIGIN_MARK, origin))) for kind, name, body in rows]

    def save(self, kind: str, id: str, body: Mapping[str, Any]) -> None:
        def write(connection: sqlite3.Connection) -> None:
            text = json.dumps(body, ensure_ascii=False)
            if self._origin:
                text = text.replace(self._origin, _ORIGIN_MARK)
            connection.execute("INSERT OR REPLACE INTO records VALUES (?, ?, ?)", (kind, id, text))

        self._work.put(write)

    def forget(self, kind: str, id: str) -> None:
        self._work.put(lambda connection: connection.execute("DELETE FROM records WHERE kind=? AND id=?", (kind, id)))

    def put(self, key: str, content: bytes) -> None:
        self._unwritten[key] = content

        def write(_: sqlite3.Connection) -> None:
            if key in self._unwritten:
                _write_whole(self._file(key), content)
                self._unwritten.pop(key, None)

        self._work.put(write)

    async def get(self, key: str) -> bytes | None:
        if key in self._unwritten:
            return self._unwritten[key]
        try:
            return await asyncio.to_thread(self._file(key).read_bytes)
        except OSError:
            return None

    def drop(self, key: str) -> None:
        self._unwritten.pop(key, None)
        self._work.put(lambda _: self._file(key).unlink(missing_ok=True))

    def close(self) -> None:
        self._work.put(None)
        self._thread.join()

    def _make_database(self) -> None:
        """Open or make the database; a damaged one is moved aside, never deleted."""
        try:
            self._prepare()
        except sqlite3.DatabaseError:
            damaged = self._path.with_name(f"{self._path.name}.damaged-{time.time_ns()}")
            self._path.replace(damaged)
            for left in ("-wal", "-shm"):
                self._path.with_name(self._path.name + left).unlink(missing_ok=True)
            self._prepare()
        self._path.chmod(0o600)

    def _prepare(self) -> None:
        with contextlib.closing(self._connect()) as connection:
            connection.execute(_SCHEMA)
            if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("damaged")

    def _file(self, key: str) -> Path:
        return self._blobs / hashlib.sha256(key.encode()).hexdigest()[:40]

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    def _write_all(self) -> None:
        with contextlib.closing(self._connect()) as connection:
            while (job := self._work.get()) is not None:
                batch = [job]
                while job is not None and not self._work.empty():
                    job = self._work.get()
                    batch += [job] if job else []
                with contextlib.suppress(sqlite3.Error), connection:
                    for each in batch:
                        # A full disk must not end the service; what could not be kept is gone after a restart.
                        with contextlib.suppress(OSError, sqlite3.Error):
                            each(connection)
                if job is None:
                    return


def _write_whole(target: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    Path(name).replace(target)
