"""What a profile takes on the disk: counted where it lies, and given back only where it can be had again."""

import os
from collections.abc import Callable
from typing import Any

import pytest

from replicate_tui.demo.server import DemoServer
from replicate_tui.paths import make_private_folder
from replicate_tui.services.bundle import Services
from replicate_tui.services.problems import ServiceProblem
from tests.services.conftest import is_over, run
from tests.support.waiting import wait_for


async def test_everything_is_counted_and_caches_go_alone(services: Services) -> None:
    record = await run(services, "tests/painter", text="a fog")
    await wait_for(is_over(services, record.id), "the saved picture")
    await services.hardware.list()
    paths = services.storage.paths
    for folder, name in (
        (paths.cache, "terminal.json"),
        (paths.logs_aside, "log.txt"),
        (paths.data, "history.db.corrupt-1"),
    ):
        make_private_folder(folder)
        (folder / name).write_bytes(b"x" * 1000)
    (services.storage.runs_folder / ".out-0.png.ab12.part").write_bytes(b"x" * 77)
    report = await services.storage.measure()
    assert report.runs == 1
    assert report.history.size >= paths.database.stat().st_size
    assert report.saved.count >= 2
    assert report.saved.size > 500
    assert (report.logs.size, report.caches.size, report.aside.size) == (1000, 1000, 1000)
    assert (report.unfinished.count, report.unfinished.size) == (1, 77)
    assert report.answers.count >= 1
    assert report.free is not None
    assert report.total is not None
    assert 0 < report.free <= report.total
    for file in (paths.cache / "terminal.json", paths.logs_aside / "log.txt"):
        os.utime(file, (1, 1))
    # The log of a run that is going.
    (paths.logs_aside / "live.txt").write_bytes(b"x")
    freed = await services.storage.empty_caches()
    assert freed.size >= 2000 + report.answers.size
    after = await services.storage.measure()
    assert (after.logs.count, after.caches.count, after.answers.count) == (1, 0, 0)
    assert (after.saved, after.runs, after.drafts) == (report.saved, 1, report.drafts)


async def test_a_missing_folder_counts_as_empty(services: Services) -> None:
    report = await services.storage.measure()
    assert (report.saved.count, report.demo.count, report.logs.count) == (0, 0, 0)


async def test_the_history_is_checked_and_compacted(services: Services) -> None:
    await run(services, "tests/greeter", text="Alice")
    assert await services.storage.check() is None
    result = await services.housekeeping.compact_now()
    assert (result.emptied, result.removed) == (0, 0)


async def test_only_the_copy_that_looks_after_it_compacts(
    demo: DemoServer, house_on: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    services = await house_on(demo).open()

    async def is_not_the_owner() -> bool:
        return False

    monkeypatch.setattr(services.housekeeping, "_become_owner", is_not_the_owner)
    with pytest.raises(ServiceProblem, match="Another copy"):
        await services.housekeeping.compact_now()


async def test_the_secret_is_told_and_does_not_show_itself(demo: DemoServer, services: Services) -> None:
    secret = await services.webhook_secret.get()
    assert secret.startswith("whsec_")
    assert secret not in repr(secret)
    assert secret not in repr({"key": secret})
    kept = b"".join(path.read_bytes() for path in services.storage.paths.data.rglob("*") if path.is_file())
    assert secret.encode() not in kept
