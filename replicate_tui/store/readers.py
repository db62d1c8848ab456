"""Connections that only read, each used by one thread at a time and interruptible from the event loop."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, Generic, NamedTuple, TypeVar

from replicate_tui.store.connections import damage_told, identity_of, open_reader
from replicate_tui.store.problems import HistoryClosed

T = TypeVar("T")
Query = Callable[[sqlite3.Connection], T]

#: Steps of SQLite's machine, of which a millisecond has some ten thousands.
_STEPS_BETWEEN_LOOKS: Final = 10_000


class _Reader(NamedTuple):
    connection: sqlite3.Connection
    identity: tuple[int, int] | None


class ReaderPool:
    """At most `size` reading threads; connections are opened when first needed and follow the file's replacement."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="history-reader")
        self._lock = threading.Lock()
        self._idle: list[_Reader] = []
        self._jobs: set[_Job[Any]] = set()
        self._is_closed = False

    async def read(self, query: Query[T]) -> T:
        """Run `query` in a reading thread; when the waiting task is cancelled the query is interrupted.

        Raises sqlite3.Error, HistoryClosed, and whatever `query` raises.
        """
        job = _Job(query)
        with self._lock:
            if self._is_closed:
                raise HistoryClosed("the history is closed")
            self._jobs.add(job)
        future = asyncio.get_running_loop().run_in_executor(self._threads, self._run, job)
        try:
            return await future
        except asyncio.CancelledError:
            job.interrupt()
            raise
        finally:
            with self._lock:
                self._jobs.discard(job)

    def close(self) -> None:
        """Interrupt running queries and close all connections; blocks until they are closed."""
        with self._lock:
            self._is_closed = True
            jobs = list(self._jobs)
        for job in jobs:
            job.interrupt()
        self._threads.shutdown(wait=True)
        for reader in self._idle:
            reader.connection.close()
        self._idle.clear()

    def _run(self, job: "_Job[T]") -> T:
        reader = self._take()
        try:
            return job.run(reader.connection)
        finally:
            with self._lock:
                self._idle.append(reader)

    def _take(self) -> _Reader:
        identity = identity_of(self._path)
        with self._lock:
            reader = self._idle.pop() if self._idle else None
        if reader is not None:
            if reader.identity == identity:
                return reader
            reader.connection.close()
        return _Reader(open_reader(self._path), identity)


class _Job(Generic[T]):
    """One query, which may be interrupted until its connection is used for something else."""

    def __init__(self, query: Query[T]) -> None:
        self._query = query
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._is_interrupted = False

    def run(self, connection: sqlite3.Connection) -> T:
        with self._lock:
            if self._is_interrupted:
                raise sqlite3.OperationalError("interrupted")
            self._connection = connection
        # An interrupt that comes between two statements is seen by the next one.
        connection.set_progress_handler(lambda: self._is_interrupted, _STEPS_BETWEEN_LOOKS)
        try:
            with damage_told():
                return self._query(connection)
        finally:
            connection.set_progress_handler(None, 0)
            with self._lock:
                self._connection = None

    def interrupt(self) -> None:
        with self._lock:
            self._is_interrupted = True
            if self._connection is not None:
                self._connection.interrupt()
