"""Locks, file systems, and what an import costs."""

import contextlib
import fcntl
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from replicate_tui.store.database import Database
from replicate_tui.store.filesystems import is_local
from replicate_tui.store.locks import FileLock, Ownership
from replicate_tui.store.runs import RunRepository
from tests.store.making import make_run, peek

MOUNTS = r"""/dev/vda / ext4 rw 0 0
proc /proc proc rw 0 0
server:/home /home nfs4 rw 0 0
/dev/sda1 /home/local\040disk xfs rw 0 0
something /mnt/odd newfs rw 0 0
tmpfs /mnt/stacked tmpfs rw 0 0
server:/x /mnt/stacked nfs rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/var/data", True),
        ("/home/someone/.local", False),
        ("/home/local disk/someone", True),
        ("/homestead", True),
        ("/mnt/odd/x", False),
        ("/mnt/stacked/x", False),
    ],
)
def test_only_known_local_file_systems_are_local(tmp_path: Path, folder: str, expected: bool) -> None:
    (tmp_path / "mounts").write_text(MOUNTS)
    assert is_local(Path(folder), tmp_path / "mounts") is expected


async def test_a_rollback_journal_is_used_where_memory_is_not_shared(
    history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("replicate_tui.store.opening.is_local", lambda folder: False)
    async with Database(history) as database:
        await RunRepository(database).insert_intent(make_run())
        assert len(await RunRepository(database).rows()) == 1
        assert not history.with_name("history.db-wal").exists()
    assert peek(history, "pragma journal_mode") == [("delete",)]


def test_who_holds_it_may_ask_from_two_threads_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock, together, flock = Ownership(tmp_path), threading.Barrier(2), fcntl.flock

    def meeting_first(descriptor: int, operation: int) -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait(timeout=0.2)
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", meeting_first)
    with ThreadPoolExecutor(2) as threads:
        assert all(threads.map(lambda _: lock.acquire(), range(2)))
    lock.release()


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    first, second = Ownership(tmp_path), Ownership(tmp_path)
    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    assert not second.is_held
    first.release()
    first.release()
    assert second.acquire()
    assert oct((tmp_path / "owner.lock").stat().st_mode & 0o777) == "0o600"
    second.release()


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from replicate_tui.store.locks import FileLock;"
        "lock = FileLock(Path(sys.argv[1])); print(lock.acquire(), flush=True); time.sleep(60)"
    )
    path = tmp_path / "x.lock"
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        lock = FileLock(path)
        assert not lock.acquire()
        holder.kill()
        holder.wait()
        assert lock.acquire(wait_seconds=5)
        lock.release()


def test_a_lock_that_cannot_be_made_counts_as_taken(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "missing" / "x.lock")
    assert lock.acquire()
    assert not lock.is_held


def test_the_store_loads_nothing_heavy() -> None:
    script = (
        "import sys, replicate_tui.store.runs, replicate_tui.store.models, replicate_tui.store.catalog;"
        "print(sorted(set(sys.modules) & {'pydantic', 'httpx', 'textual', 'PIL', 'statistics', 'decimal'}))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
