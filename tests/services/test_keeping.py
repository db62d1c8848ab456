"""What is on the disk after a run, by the settings, and what becomes of it when the disk or the line fail."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from replicate_tui.paths import profile_paths
from replicate_tui.services import saving
from replicate_tui.services.archive import Archive
from replicate_tui.services.bundle import Services
from replicate_tui.services.saving import LIFETIME, kept_until
from replicate_tui.services.views import RunRequest
from replicate_tui.store.records import RunRecord, SaveState
from tests.services.conftest import House, is_over, run
from tests.support.waiting import wait_for

PICTURE = b"picture of a lighthouse small"


@pytest.fixture
def runs_folder() -> Path:
    return profile_paths("demo").runs


@pytest.fixture
async def keeping(
    demo: Any, house_on: Callable[[Any], House], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Any]:
    """Return a way to open services whose archive has other settings."""

    async def open_services(**settings: Any) -> Services:
        monkeypatch.setattr("tests.services.conftest.Archive", partial(Archive, aside=tmp_path / "aside", **settings))
        return await house_on(demo).open()

    return open_services


def has_ended(services: Services, record: RunRecord) -> Callable[[], object]:
    """Return a condition: nobody does anything for the run any more."""
    return lambda: record.id not in services.tracker._tasks


def saved_as(services: Services, record: RunRecord, state: SaveState) -> Callable[[], object]:
    return lambda: (found := services.tracker.snapshot(record.id)) and found.run.saved is state


async def test_a_run_is_a_folder_a_person_can_read(services: Services, runs_folder: Path, tmp_path: Path) -> None:
    sent = tmp_path / "letter.txt"
    sent.write_text("dear reader")
    wish = RunRequest(model="tests/reader", input={"file": str(sent)}, file_fields=frozenset({"file"}))
    record = await services.runs.create(wish, "form")
    await wait_for(is_over(services, record.id), "the save")
    snapshot = await services.tracker.load(record.id)
    day = snapshot.run.submitted_at.astimezone().date().isoformat()
    folder = runs_folder / day / f"tests-reader-{record.remote_id}"
    assert snapshot.folder == folder
    assert {path.name for path in folder.iterdir()} >= {"run.json", "input.json", "in-file.txt", "output.json"}
    assert (folder / "in-file.txt").read_text() == "dear reader"


async def test_with_saving_off_the_time_left_is_told_and_one_can_still_ask(
    keeping: Callable[..., Any], runs_folder: Path
) -> None:
    services = await keeping(keeps="off")
    record = await run(services, "tests/painter", text="a lighthouse")
    await wait_for(has_ended(services, record), "the end")
    snapshot = await services.tracker.load(record.id)
    assert (snapshot.run.saved, snapshot.folder) == (SaveState.NOT_YET, None)
    assert snapshot.run.completed_at is not None
    assert snapshot.kept_until == snapshot.run.completed_at + LIFETIME
    (row,) = await services.runs.rows()
    assert kept_until(row) == snapshot.kept_until
    assert not runs_folder.exists()
    await services.runs.save_outputs([record.id])
    await wait_for(is_over(services, record.id), "the save that was asked for")
    snapshot = await services.tracker.load(record.id)
    assert snapshot.kept_until is None
    assert snapshot.folder is not None
    assert (snapshot.folder / str(snapshot.run.files[0].name)).read_bytes() == PICTURE


async def test_a_run_that_goes_is_saved_at_its_end_once_someone_has_asked(keeping: Callable[..., Any]) -> None:
    services = await keeping(keeps="off")
    record = await run(services, "tests/endless")
    await services.runs.save_outputs([record.id])
    await services.runs.cancel(record.id)
    await wait_for(is_over(services, record.id), "the save")


async def test_with_outputs_only_the_log_is_shown_and_not_in_the_folder(keeping: Callable[..., Any]) -> None:
    services = await keeping(keeps="outputs")
    record = await run(services, "tests/streamer", text="fog rolls in", pause=0)
    await wait_for(is_over(services, record.id), "the save")
    snapshot = await services.tracker.load(record.id)
    assert snapshot.folder is not None
    assert {path.name for path in snapshot.folder.iterdir()} == {"run.json", "output.txt"}
    assert snapshot.log_path is not None
    assert "said rolls" in snapshot.log_path.read_text()


async def test_a_disk_that_fails_is_said_and_tried_again_until_it_works(services: Services, runs_folder: Path) -> None:
    runs_folder.parent.mkdir(parents=True, exist_ok=True)
    runs_folder.write_text("not a folder")
    record = await run(services, "tests/painter", text="a lighthouse")
    await wait_for(saved_as(services, record, SaveState.FAILED), "the failure in the row")
    snapshot = await services.tracker.load(record.id)
    assert "in the way" in str(snapshot.notice) or "not a folder" in str(snapshot.notice)
    assert snapshot.kept_until is not None
    runs_folder.unlink()
    await wait_for(is_over(services, record.id), "the save once there is a place for it")
    snapshot = await services.tracker.load(record.id)
    assert snapshot.notice is None
    assert snapshot.folder is not None
    assert (snapshot.folder / str(snapshot.run.files[0].name)).read_bytes() == PICTURE


def test_a_disk_that_fails_is_not_left_for_long() -> None:
    assert saving.LONGEST_DISK_PAUSE <= 10


async def test_a_file_that_is_too_large_is_told_once_and_for_all(keeping: Callable[..., Any]) -> None:
    services = await keeping(most_bytes=10)
    record = await run(services, "tests/painter", text="a lighthouse")
    await wait_for(has_ended(services, record), "nothing more to try")
    snapshot = await services.tracker.load(record.id)
    assert snapshot.run.saved is SaveState.FAILED
    assert "Larger than" in str(snapshot.run.files[0].problem)


async def test_removals_are_undone_one_after_the_other(services: Services) -> None:
    first, second, third = [await run(services, "tests/greeter", latch=text, text=text) for text in ("a", "b", "c")]
    for record in (first, second, third):
        await wait_for(is_over(services, record.id), "the end")
    await services.runs.remove([first.id, second.id])
    await services.runs.remove([third.id])
    assert await services.runs.rows() == []
    assert await services.runs.undo_remove() == (third.id,)
    assert [row.id for row in await services.runs.rows()] == [third.id]
    assert services.runs.can_undo_remove
    assert await services.runs.undo_remove() == (first.id, second.id)
    assert {row.id for row in await services.runs.rows()} == {first.id, second.id, third.id}
    assert not services.runs.can_undo_remove
    assert await services.runs.undo_remove() == ()
