"""Saved outputs: on disk when the run ends, tried again while the service keeps them, and shown again later."""

from typing import Any

import pytest

from replicate_tui.services.bundle import Services
from replicate_tui.services.events import RunEnded
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.store.problems import HistoryNotSaved
from replicate_tui.store.records import SaveState
from tests.services.conftest import Heard, House, is_over, run
from tests.services.proxy import PASS, Fault, Proxy
from tests.support.waiting import wait_for


async def test_pictures_are_files_when_the_run_has_ended(services: Services) -> None:
    record = await run(services, "tests/painter", text="a lighthouse", count=2)
    await wait_for(is_over(services, record.id), "the end")
    snapshot = await services.tracker.load(record.id)
    assert snapshot.folder is not None
    assert [file.problem for file in snapshot.run.files] == [None, None]
    contents = {(snapshot.folder / str(file.name)).read_bytes() for file in snapshot.run.files}
    assert contents == {b"picture of a lighthouse small"}
    assert (snapshot.folder / "input.json").is_file()
    (row,) = await services.runs.rows(model="tests/painter")
    assert (row.file_count, row.saved) == (2, SaveState.SAVED)


async def test_a_file_that_does_not_come_is_fetched_again(through: Services, proxy: Proxy) -> None:
    heard = Heard(through)
    proxy.fault = lambda seen: Fault(cut_after=60) if seen.path.endswith(".png") else PASS
    record = await run(through, "tests/painter", text="a lighthouse")
    await wait_for(lambda: heard.of(RunEnded, record.id), "the end")
    await wait_for(
        lambda: (found := through.tracker.snapshot(record.id)) and found.run.saved is SaveState.FAILED, "a failed save"
    )
    proxy.fault = lambda _: PASS
    await wait_for(is_over(through, record.id), "the file")
    assert len(heard.of(RunEnded, record.id)) == 1


async def test_a_save_that_was_cut_off_goes_on_at_the_next_start(demo: Any, house_on: Any) -> None:
    async with Proxy(demo.origin) as line:
        house: House = house_on(line, demo.token)
        services = await house.open()
        line.fault = lambda seen: Fault(refuse=True) if seen.path.endswith(".png") else PASS
        record = await run(services, "tests/painter", text="a lighthouse")
        await wait_for(
            lambda: (found := services.tracker.snapshot(record.id)) and found.run.saved is SaveState.FAILED, "a failure"
        )
        await services.close()
        line.fault = lambda _: PASS
        services = await house.open()
        heard = Heard(services)
        await services.tracker.resume()
        await wait_for(is_over(services, record.id), "the file")
        assert not heard.of(RunEnded, record.id), "it ended before this start"


async def test_a_finished_run_shows_its_text_and_log_after_a_restart(demo: Any, house_on: Any) -> None:
    house: House = house_on(demo)
    services = await house.open()
    record = await run(services, "tests/streamer", text="fog rolls in", pause=0)
    await wait_for(is_over(services, record.id), "the end")
    await services.close()
    services = await house.open()
    heard = Heard(services)
    snapshot = await services.tracker.load(record.id)
    assert snapshot.text == "fog rolls in "
    assert snapshot.log_path is not None
    assert "said rolls" in snapshot.log_path.read_text()
    assert heard == [], "looking is no news"


async def test_a_full_disk_delays_the_history_and_loses_nothing(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = services.tracker._tools.runs
    save = type(repository).save
    is_full = True

    async def save_when_there_is_room(self: Any, record: Any) -> None:
        if is_full:
            raise HistoryNotSaved("History not saved: the disk is full or failing.")
        await save(self, record)

    monkeypatch.setattr(type(repository), "save", save_when_there_is_room)
    monkeypatch.setattr("replicate_tui.services.keep.INTERVAL", 0.02)
    heard = Heard(services)
    record = await run(services, "tests/endless")
    await wait_for(lambda: (found := services.tracker.snapshot(record.id)) and found.run.status == "processing", "work")
    kept = await repository.get(record.id)
    assert kept is not None
    assert kept.status == "submitting"
    is_full = False

    await services.runs.cancel(record.id)
    await wait_for(lambda: heard.of(RunEnded, record.id), "the end")
    await wait_for(is_over(services, record.id), "the save")
    kept = await repository.get(record.id)
    assert kept is not None
    assert (kept.status, kept.remote_id) == ("canceled", record.remote_id)


async def test_without_a_place_for_the_intent_nothing_is_sent(
    through: Services, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(self: Any, record: Any) -> None:
        raise HistoryNotSaved("History not saved: the disk is full or failing.")

    monkeypatch.setattr(type(through.tracker._tools.runs), "insert_intent", full)
    with pytest.raises(ServiceProblem) as caught:
        await run(through, "tests/greeter", text="x")
    assert caught.value.kind is ProblemKind.DISK
    assert proxy.count("POST", "/predictions") == 0


async def test_a_run_of_the_web_is_opened_by_its_address(services: Services, demo: Any, house_on: Any) -> None:
    client = await services.connection.client()
    made = await client.predictions.create(version="a" * 64, input={"text": "elsewhere"})
    record = await services.runs.open_remote(f"https://replicate.com/p/{made.id}")
    await wait_for(is_over(services, record.id), "the end")
    assert (await services.runs.get(record.id)).output == "hello elsewhere"
    assert (await services.runs.open_remote(made.id)).id == record.id
    assert (await services.runs.get(record.id)).source == "api"
    with pytest.raises(ServiceProblem):
        await services.runs.open_remote("0" * 26)


async def test_removed_rows_come_back_and_are_emptied_at_the_next_start(demo: Any, house_on: Any) -> None:
    house: House = house_on(demo)
    services = await house.open()
    record = await run(services, "tests/greeter", text="gone soon")
    await wait_for(is_over(services, record.id), "the end")
    await services.runs.remove([record.id])
    assert await services.runs.rows() == []
    await services.runs.undo_remove()
    assert [row.id for row in await services.runs.rows("gone")] == [record.id]
    await services.runs.remove([record.id])
    await services.close()
    services = await house.open()
    await services.tracker.resume()
    assert await services.runs.undo_remove() == ()
    await services.tracker._tools.runs.unhide([record.id])
    assert await services.runs.rows() == []
