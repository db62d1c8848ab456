"""Saved runs after the settings name another folder: they stay where they lie, and are found there."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from replicate_tui.services.archive import Archive
from replicate_tui.services.bundle import Services
from replicate_tui.services.views import RunSnapshot
from replicate_tui.store.records import RunRecord, SaveState
from tests.services.conftest import House, is_over, run
from tests.services.test_archive import FOLDER, HOST, PNG, Parcel, Shelf, ended
from tests.support.waiting import wait_for

Open = Callable[[Path], Awaitable[Services]]


@pytest.fixture
def opened_on(demo: Any, house_on: Callable[[Any], House], monkeypatch: pytest.MonkeyPatch) -> Open:
    """Return a way to start on a folder for saved runs, over one history."""

    async def open_services(folder: Path) -> Services:
        monkeypatch.setattr("tests.services.conftest.Archive", lambda _, source: Archive(folder, source))
        services = await house_on(demo).open()
        await services.begin(read_account=False)
        return services

    return open_services


async def picture_in(services: Services) -> RunRecord:
    record = await run(services, "tests/painter", text="a lighthouse")
    await wait_for(is_over(services, record.id), "the save")
    return record


async def found(services: Services, record: RunRecord) -> RunSnapshot:
    return await services.tracker.load(record.id)


async def test_earlier_runs_are_found_where_they_lie(opened_on: Open, tmp_path: Path) -> None:
    record = await picture_in(await opened_on(tmp_path / "first"))
    await picture_in(await opened_on(tmp_path / "second"))
    services = await opened_on(tmp_path / "third")
    snapshot = await found(services, record)
    assert snapshot.folder is not None
    assert snapshot.folder.is_relative_to(tmp_path / "first")
    assert (snapshot.folder / (snapshot.run.files[0].name or "")).is_file()
    assert snapshot.folder_problem is None
    later = await found(services, await picture_in(services))
    assert later.folder is not None
    assert later.folder.is_relative_to(tmp_path / "third")


async def test_a_folder_that_is_not_there_now_is_said_by_its_name(opened_on: Open, tmp_path: Path) -> None:
    record = await picture_in(await opened_on(tmp_path / "disk"))
    (tmp_path / "disk").rename(tmp_path / "unplugged")
    services = await opened_on(tmp_path / "here")
    snapshot = await found(services, record)
    assert snapshot.folder is None
    assert snapshot.folder_problem == f"This run was saved in {tmp_path / 'disk'}, which is not there now."
    (tmp_path / "unplugged").rename(tmp_path / "disk")
    snapshot = await found(services, record)
    assert snapshot.folder is not None
    assert snapshot.folder.is_relative_to(tmp_path / "disk")


async def test_when_several_folders_are_not_there_all_are_said(opened_on: Open, tmp_path: Path) -> None:
    record = await picture_in(await opened_on(tmp_path / "first"))
    await opened_on(tmp_path / "second")
    (tmp_path / "first").rename(tmp_path / "unplugged")
    services = await opened_on(tmp_path / "second")
    assert (await found(services, record)).folder_problem == (
        f"This run was saved in one of these, which are not there now: {tmp_path / 'first'}, {tmp_path / 'second'}."
    )


async def test_what_was_moved_into_the_new_folder_is_found_there(opened_on: Open, tmp_path: Path) -> None:
    record = await picture_in(await opened_on(tmp_path / "first"))
    services = await opened_on(tmp_path / "second")
    (tmp_path / "first").rename(tmp_path / "second")
    folder = (await found(services, record)).folder
    assert folder is not None
    assert folder.is_relative_to(tmp_path / "second")


async def test_what_was_thrown_away_is_said(opened_on: Open, tmp_path: Path) -> None:
    services = await opened_on(tmp_path / "runs")
    record = await picture_in(services)
    services = await opened_on(tmp_path / "runs")
    folder = (await found(services, record)).folder
    assert folder is not None
    folder.rename(tmp_path / "away")
    snapshot = await found(services, record)
    assert (snapshot.folder, snapshot.folder_problem) == (
        None,
        f"What was saved of this run is no longer in {folder}.",
    )


async def test_a_run_is_saved_on_where_it_was_begun(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    begun = await Archive(first, Shelf()).begin(replace(ended(f"{HOST}/a"), status="processing"))
    archive = Archive(second, Shelf(a=Parcel(PNG)), earlier=[first])
    saved = await archive.finish(replace(begun, status="succeeded"))
    assert saved.saved is SaveState.SAVED
    assert {path.name for path in (first / FOLDER).iterdir()} == {"input.json", "out-0.png", "run.json"}
    assert not second.exists()


async def test_a_run_whose_folder_is_gone_is_saved_whole_in_the_new_one(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    begun = await Archive(first, Shelf()).begin(replace(ended(f"{HOST}/a"), status="processing"))
    first.rename(tmp_path / "unplugged")
    archive = Archive(second, Shelf(a=Parcel(PNG)), earlier=[first])
    saved = await archive.finish(replace(begun, status="succeeded"))
    assert saved.saved is SaveState.SAVED
    assert {path.name for path in (second / FOLDER).iterdir()} == {"input.json", "out-0.png", "run.json"}
    assert not first.exists()
