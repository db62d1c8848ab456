"""Trainings from the wish to the saved version: runs like any other, on routes of their own."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from replicate_tui.services.bundle import Services
from replicate_tui.services.events import RunEnded
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.views import TrainingRequest
from replicate_tui.store.records import NOT_SENT, SUBMITTING, UNKNOWN, RunRecord, SaveState
from tests.services.conftest import Heard, House, is_over
from tests.services.proxy import PASS, Fault, Proxy, Seen
from tests.support.waiting import wait_for

TRAINER = "tests/trainer"
VERSION = "3" * 64
PICTURES = "data:application/zip;base64,UEs="
#: So many steps take eight seconds at the speed of the tests: whatever is done to such a training comes sooner.
LONG = 4000


def wish(destination: str, **input: Any) -> TrainingRequest:
    return TrainingRequest(
        model=TRAINER,
        version=VERSION,
        destination=destination,
        input={"input_images": PICTURES, "steps": 10, **input},
        file_fields=frozenset({"input_images"}),
    )


async def train(services: Services, destination: str, latch: str = "form", **input: Any) -> RunRecord:
    return await services.trainings.create(wish(destination, **input), latch)


def is_create(seen: Seen) -> bool:
    return seen.method == "POST" and seen.path.endswith("/trainings")


def on_create(fault: Fault) -> Callable[[Seen], Fault]:
    return lambda seen: fault if is_create(seen) else PASS


@pytest.fixture
async def destination(demo: Any, tmp_path: Path) -> str:
    """A model of the account's own, new for each test."""
    from replicate_tui.api import AsyncReplicate

    async with AsyncReplicate(bearer_token=demo.token, base_url=demo.origin) as client:
        me = (await client.account.get()).username
        name = "".join(letter for letter in tmp_path.name.lower() if letter.isalnum())
        made = await client.models.create(me, name[-60:], visibility="private", hardware="cpu")
        return f"{made.owner}/{made.name}"


async def test_a_training_ends_with_a_new_version_that_runs(services: Services, destination: str) -> None:
    heard = Heard(services)
    record = await train(services, destination)
    assert (record.kind, record.model, record.title) == ("training", TRAINER, destination)
    await wait_for(is_over(services, record.id), "the end")
    snapshot = await services.tracker.load(record.id)
    assert snapshot.run.status == "succeeded"
    assert snapshot.run.metrics["training_step_count"] == 10
    assert snapshot.destination == destination
    assert snapshot.run.output["version"] == f"{destination}:{snapshot.new_version}"
    assert snapshot.text == ""
    assert [series.name for series in snapshot.series] == ["loss", "lr"]
    assert snapshot.series[0].steps == tuple(range(1, 11))
    assert len(heard.of(RunEnded, record.id)) == 1
    owner, _, name = destination.partition("/")
    page = await services.catalog.model(owner, name)
    assert page.value.version is not None
    assert page.value.version.id == snapshot.new_version
    (row,) = await services.runs.rows(model=TRAINER)
    assert (row.kind, row.title, row.status, row.saved) == ("training", destination, "succeeded", SaveState.SAVED)


async def test_a_training_that_fails_half_way_keeps_its_logs_and_its_reason(
    services: Services, destination: str
) -> None:
    record = await train(services, destination, learning_rate=0.9)
    await wait_for(is_over(services, record.id), "the end")
    snapshot = await services.tracker.load(record.id)
    assert snapshot.run.status == "failed"
    assert "learning rate 0.9 is too high" in (snapshot.run.error or "")
    assert snapshot.new_version == ""
    assert snapshot.log_path is not None
    assert "loss=nan" in snapshot.log_path.read_text()


async def test_a_canceled_training_stops_at_the_service(services: Services, destination: str) -> None:
    heard = Heard(services)
    record = await train(services, destination, steps=LONG)
    await services.runs.cancel(record.id)
    await wait_for(is_over(services, record.id), "the end")
    (end,) = heard.of(RunEnded, record.id)
    assert isinstance(end, RunEnded)
    assert (end.status, end.asked_here) == ("canceled", True)
    client = await services.connection.client()
    assert (await client.trainings.get(record.remote_id or "")).status == "canceled"


async def test_a_cancel_while_sending_is_held(through: Services, proxy: Proxy, destination: str) -> None:
    proxy.hold, proxy.held = asyncio.Event(), is_create
    sending = asyncio.create_task(train(through, destination, steps=LONG))
    await wait_for(lambda: any(map(is_create, proxy.seen)), "the create to be on its way")
    (snapshot,) = through.tracker.live()
    assert snapshot.run.status == SUBMITTING
    assert snapshot.destination == destination
    await through.runs.cancel(snapshot.run.id)
    proxy.hold.set()
    record = await sending
    await wait_for(is_over(through, record.id), "the cancel")
    assert (await through.runs.get(record.id)).status == "canceled"
    assert proxy.count("POST", f"/trainings/{record.remote_id}/cancel") == 1


async def test_a_training_whose_answer_was_lost_is_found_and_not_made_twice(
    through: Services, proxy: Proxy, destination: str, tmp_path: Path
) -> None:
    pictures = tmp_path / "pictures.tar"
    pictures.write_bytes(b"PK")
    proxy.fault = on_create(Fault(lose=True))
    record = await train(through, destination, input_images=str(pictures), steps=20)
    assert record.status == UNKNOWN
    await wait_for(is_over(through, record.id), "the training to be found and to end")
    found = await through.runs.get(record.id)
    assert (found.status, found.input["input_images"]) == ("succeeded", str(pictures))
    assert sum(map(is_create, proxy.seen)) == 1
    assert proxy.count("GET", "/predictions") == 0


async def test_a_training_that_never_arrived_is_said_to_be_not_sent(
    through: Services, proxy: Proxy, destination: str
) -> None:
    # An equal one is there, but it goes elsewhere.
    other = await train(through, destination, latch="other")
    await wait_for(is_over(through, other.id), "the other to end")
    await through.runs._runs.update(other.id, remote_id=None)
    proxy.fault = on_create(Fault(refuse=True))
    record = await train(through, f"{destination}-2")
    assert record.status == UNKNOWN
    await wait_for(lambda: (found := through.tracker.snapshot(record.id)) and found.run.is_final, "the verdict")
    snapshot = await through.tracker.load(record.id)
    assert snapshot.run.status == NOT_SENT
    assert snapshot.run.input["steps"] == 10
    assert "Nothing was spent" in (snapshot.run.error or "")
    assert sum(map(is_create, proxy.seen)) == 2


async def test_of_two_equal_trainings_the_lost_one_is_the_earlier(
    through: Services, proxy: Proxy, destination: str
) -> None:
    proxy.fault = on_create(Fault(lose=True))
    first = await train(through, destination, latch="one", steps=30)
    proxy.fault = lambda _: PASS
    second = await train(through, destination, latch="two", steps=30)
    for record in (first, second):
        await wait_for(is_over(through, record.id), "both to end")
    client = await through.connection.client()
    listed = [training.id async for training in client.trainings.list()]
    found = [(await through.runs.get(record.id)).remote_id for record in (second, first)]
    assert found == listed[:2]


async def test_ten_presses_make_one_training(through: Services, proxy: Proxy, destination: str) -> None:
    outcomes = await asyncio.gather(*(train(through, destination) for _ in range(10)), return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, ServiceProblem)]
    assert {problem.kind for problem in refused} == {ProblemKind.BUSY}
    assert len(refused) == 9
    assert sum(map(is_create, proxy.seen)) == 1


@pytest.mark.parametrize("status", [402, 404, 409, 422])
async def test_a_refusal_is_told_and_leaves_no_row(
    through: Services, proxy: Proxy, destination: str, status: int
) -> None:
    proxy.fault = on_create(Fault(status=status, body=b'{"title": "No", "detail": "Not this time."}'))
    with pytest.raises(ServiceProblem) as caught:
        await train(through, destination)
    assert caught.value.status == status
    assert "Not this time" in caught.value.message
    assert "form is kept" in caught.value.kept
    assert await through.runs.rows() == []
    assert through.tracker.live() == ()


async def test_complaints_of_the_service_stand_at_their_fields(services: Services, destination: str) -> None:
    with pytest.raises(ServiceProblem) as refused:
        await train(services, destination, steps=7)
    assert refused.value.kind is ProblemKind.INVALID
    assert [problem.field for problem in refused.value.fields] == ["steps"]
    with pytest.raises(ServiceProblem) as nowhere:
        await train(services, f"{destination}-nowhere")
    assert nowhere.value.kind is ProblemKind.NOT_FOUND
    assert [problem.field for problem in nowhere.value.fields] == ["destination"]
    with pytest.raises(ServiceProblem) as missing:
        await train(services, destination, input_images="/nowhere/pictures.tar")
    assert [problem.field for problem in missing.value.fields] == ["input_images"]


async def test_a_destination_is_checked_before_anything_is_sent(
    through: Services, proxy: Proxy, destination: str
) -> None:
    check = through.trainings.check_destination
    assert (await check(f" {destination} ")).full_name == destination
    for name, kind, words in [
        ("", ProblemKind.INVALID, "owner/name"),
        ("a/b/c", ProblemKind.INVALID, "owner/name"),
        ("tests/greeter", ProblemKind.FORBIDDEN, "belongs to tests"),
        (f"{destination}-2", ProblemKind.NOT_FOUND, "create it first"),
    ]:
        with pytest.raises(ServiceProblem) as caught:
            await check(name)
        assert caught.value.kind is kind
        assert words in caught.value.message
        assert [problem.field for problem in caught.value.fields] == ["destination"]
    assert not any(seen.method == "POST" for seen in proxy.seen)


async def test_the_data_of_a_training_is_sent_first_and_says_how_far(
    through: Services, proxy: Proxy, destination: str, tmp_path: Path
) -> None:
    pictures = tmp_path / "pictures.tar"
    pictures.write_bytes(b"PK" * 200_000)
    proxy.hold, proxy.held = asyncio.Event(), lambda seen: seen.path.endswith("/files")
    sending = asyncio.create_task(train(through, destination, input_images=str(pictures)))
    await wait_for(lambda: (live := through.tracker.live()) and live[0].progress, "the data to be on its way")
    (snapshot,) = through.tracker.live()
    assert snapshot.progress is not None
    assert snapshot.progress.label == "sending pictures.tar"
    assert 0 < snapshot.progress.fraction <= 1
    assert not any(map(is_create, proxy.seen))
    proxy.hold.set()
    record = await sending
    await wait_for(is_over(through, record.id), "the end")
    snapshot = await through.tracker.load(record.id)
    assert snapshot.log_path is not None
    assert "Read input_images: 400,000 bytes" in snapshot.log_path.read_text()


async def test_the_log_is_the_services_to_the_letter(through: Services, proxy: Proxy, destination: str) -> None:
    cuts = iter([10, 900, 0])
    proxy.fault = lambda seen: Fault(cut_after=next(cuts, 10**9)) if "/v1/trainings/" in seen.path else PASS
    record = await train(through, destination, steps=300)
    await wait_for(is_over(through, record.id), "the end")
    snapshot = await through.tracker.load(record.id)
    client = await through.connection.client()
    told = (await client.trainings.get(record.remote_id or "")).logs
    assert snapshot.log_path is not None
    assert told
    assert snapshot.log_path.read_text() == told


async def test_what_a_training_made_is_in_its_folder(demo: Any, house_on: Any, destination: str) -> None:
    house: House = house_on(demo)
    services = await house.open()
    record = await train(services, destination)
    await wait_for(is_over(services, record.id), "the end")
    snapshot = await services.tracker.load(record.id)
    assert snapshot.folder is not None
    names = {path.name for path in snapshot.folder.iterdir()}
    assert names == {"input.json", "run.json", "logs.txt", "output.json", "out-1.tar"}
    assert json.loads((snapshot.folder / "out-1.tar").read_bytes())["steps"] == 10
    told = json.loads((snapshot.folder / "run.json").read_text())
    assert (told["kind"], told["destination"], told["model"]) == ("training", destination, TRAINER)
    assert told["output"]["version"].startswith(f"{destination}:")
    await services.close()
    later = await (await house.open()).tracker.load(record.id)
    assert later.series == snapshot.series
    assert len(later.series[0].steps) == 10


async def test_a_start_takes_up_the_trainings_of_the_last_one(demo: Any, house_on: Any, destination: str) -> None:
    house: House = house_on(demo)
    services = await house.open()
    record = await train(services, destination, steps=600)
    await wait_for(lambda: (found := services.tracker.snapshot(record.id)) and found.progress, "some progress")
    await services.close()

    services = await house.open()
    heard = Heard(services)
    await services.tracker.resume()
    (snapshot,) = services.tracker.live()
    assert (snapshot.run.kind, snapshot.run.id) == ("training", record.id)
    await wait_for(is_over(services, record.id), "the end")
    snapshot = await services.tracker.load(record.id)
    client = await services.connection.client()
    assert snapshot.log_path is not None
    assert snapshot.log_path.read_text() == (await client.trainings.get(record.remote_id or "")).logs
    assert len(heard.of(RunEnded, record.id)) == 1


async def test_a_second_copy_leaves_trainings_to_the_first(demo: Any, house_on: Any, destination: str) -> None:
    house: House = house_on(demo)
    first, second = await house.open(), await house.open()
    await first.tracker.resume()
    record = await train(first, destination, steps=LONG)
    await second.tracker.resume()
    assert second.tracker.live() == ()
    await second.runs.cancel(record.id)
    await wait_for(is_over(first, record.id), "the end in the first copy")
    assert (await first.runs.get(record.id)).status == "canceled"


@pytest.mark.parametrize("address", ["{}", "https://replicate.com/p/{}", "https://replicate.com/trainings/{}"])
async def test_a_training_made_elsewhere_is_opened_by_id_and_address(
    services: Services, destination: str, address: str
) -> None:
    client = await services.connection.client()
    made = await client.trainings.create(
        VERSION,
        model_owner="tests",
        model_name="trainer",
        destination=destination,
        input={"input_images": PICTURES, "steps": 10},
    )
    record = await services.runs.open_remote(address.format(made.id))
    assert (record.kind, record.remote_id) == ("training", made.id)
    await wait_for(is_over(services, record.id), "the end")
    snapshot = await services.tracker.load(record.id)
    assert snapshot.destination == destination
    assert (await services.runs.open_remote(made.id)).id == record.id


async def test_the_wish_behind_a_training_is_known_and_is_no_prediction(services: Services, destination: str) -> None:
    request = wish(destination)._replace(
        input={"input_images": PICTURES, "steps": 10}, webhook="http://127.0.0.1:9/hook", notify=True
    )
    record = await services.trainings.create(request, "form")
    assert await services.trainings.request_of(record) == request
    with pytest.raises(ServiceProblem):
        await services.runs.request_of(record)
    await wait_for(is_over(services, record.id), "the end")
    assert (await services.runs.get(record.id)).options["notify"] is True


CHILD = """
import asyncio, sys
from replicate_tui.paths import profile_paths
from replicate_tui.services.archive import Archive
from replicate_tui.services.bundle import assemble
from replicate_tui.services.connection import Connection
from replicate_tui.services.views import TrainingRequest

async def client():
    from replicate_tui.api import AsyncReplicate
    return AsyncReplicate(bearer_token=sys.argv[2], base_url=sys.argv[1])

async def main():
    connection = Connection(client, origin=sys.argv[1], profile="demo")
    services = assemble(connection, profile_paths("demo"), Archive(profile_paths("demo").runs, connection))
    await services.open()
    given = {"input_images": "data:application/zip;base64,UEs=", "steps": 10}
    wish = TrainingRequest("tests/trainer", "3" * 64, sys.argv[3], given, file_fields=frozenset({"input_images"}))
    await services.trainings.create(wish, "form")

asyncio.run(main())
"""


async def test_a_kill_between_the_request_and_its_answer_loses_no_training(
    demo: Any, house_on: Any, destination: str
) -> None:
    async with Proxy(demo.origin) as line:
        line.fault = on_create(Fault(lose=True, linger=True))
        child = await asyncio.create_subprocess_exec(sys.executable, "-c", CHILD, line.origin, demo.token, destination)
        try:
            await wait_for(lambda: line.answered and is_create(line.answered[-1]), "the create to be answered")
        finally:
            child.send_signal(signal.SIGKILL)
            await child.wait()
        line.release()
        services = await house_on(line, demo.token).open()
        (row,) = await services.runs.rows()
        assert (row.kind, row.status) == ("training", "submitting")
        await services.tracker.resume()
        await wait_for(is_over(services, row.id), "the training to be found")
        assert (await services.runs.get(row.id)).status == "succeeded"
        assert sum(map(is_create, line.seen)) == 1


async def test_a_folder_is_sent_as_a_zip_and_remembered_as_the_folder(
    services: Services, destination: str, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.png").write_bytes(os.urandom(200_000))
    request = wish(destination, input_images=str(folder))
    record = await services.trainings.create(request, "form")
    await wait_for(is_over(services, record.id), "the end")
    snapshot = await services.tracker.load(record.id)
    assert snapshot.log_path is not None
    assert re.search(r"Read input_images: 60\d,\d{3} bytes", snapshot.log_path.read_text())
    again = await services.trainings.request_of(await services.runs.get(record.id))
    assert again.input["input_images"] == str(folder)


async def test_data_that_is_none_is_refused_before_anything_is_sent(
    services: Services, demo: Any, destination: str, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    before = len(demo.requests)
    with pytest.raises(ServiceProblem) as caught:
        await train(services, destination, input_images=str(tmp_path / "empty"))
    assert [(field.field, field.message) for field in caught.value.fields] == [
        ("input_images", "is a folder without files")
    ]
    assert not any(seen.path.endswith("/trainings") for seen in list(demo.requests)[before:])
    assert await services.runs.rows(model=TRAINER) == []


async def test_trainings_made_elsewhere_are_followed_but_those_of_another_account(services: Services) -> None:
    ours, theirs, over = (
        RunRecord(
            id=name,
            kind="training",
            origin=services.connection.origin,
            account=account,
            remote_id=f"remote{name}",
            model=TRAINER,
            source="web",
            status=status,
            submitted_at=datetime.now(UTC),
        )
        for name, account, status in (
            ("ours", services.connection.account, "processing"),
            ("theirs", "somebody", "processing"),
            ("over", services.connection.account, "succeeded"),
        )
    )
    for record in (ours, theirs, over):
        await services.tracker._tools.runs.insert_intent(record)
    await services.runs.follow_trainings()
    assert services.tracker.snapshot(ours.id) is not None
    # To this token it would be unknown, and be taken for one that is gone.
    assert services.tracker.snapshot(theirs.id) is None
    assert services.tracker.snapshot(over.id) is None
