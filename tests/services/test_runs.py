"""A run from the wish to the saved row."""

import asyncio
from typing import Any

import pytest

from replicate_tui.services.bundle import Services
from replicate_tui.services.events import RunEnded
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.views import RunOptions, RunRequest
from replicate_tui.store.records import RunRecord, SaveState
from tests.services.conftest import Heard, is_over, run
from tests.services.proxy import Proxy
from tests.support.waiting import wait_for


async def test_a_text_run_streams_ends_and_is_in_the_history(services: Services) -> None:
    heard = Heard(services)
    record = await run(services, "tests/streamer", text="fog rolls in", pause=1)
    assert record.remote_id
    assert record.title == "fog rolls in"
    await wait_for(is_over(services, record.id), "the end")
    snapshot = await services.tracker.load(record.id)
    assert snapshot.text == "fog rolls in "
    assert snapshot.run.status == "succeeded"
    assert heard.text_of(record.id) == "fog rolls in "
    assert len(heard.of(RunEnded, record.id)) == 1
    (row,) = await services.runs.rows(model="tests/streamer")
    assert (row.status, row.title, row.saved) == ("succeeded", "fog rolls in", SaveState.SAVED)


async def test_a_community_model_runs_by_its_version(services: Services) -> None:
    record = await run(services, "tests/greeter", text="moon")
    await wait_for(is_over(services, record.id), "the end")
    snapshot = await services.tracker.load(record.id)
    assert snapshot.run.output == "hello moon"
    assert snapshot.text == "hello moon"
    assert snapshot.run.version == "a" * 64


async def test_ten_presses_make_one_run(own_demo: Any, house_on: Any) -> None:
    server = own_demo()
    services = await house_on(server).open()
    outcomes = await asyncio.gather(
        *(run(services, "tests/greeter", text="once") for _ in range(10)), return_exceptions=True
    )
    made = [outcome for outcome in outcomes if isinstance(outcome, RunRecord)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, ServiceProblem)]
    assert len(made) == 1
    assert {problem.kind for problem in refused} == {ProblemKind.BUSY}
    client = await services.connection.client()
    assert len([prediction async for prediction in client.predictions.list()]) == 1
    again = await run(services, "tests/greeter", text="twice")
    assert again.id != made[0].id


async def test_a_refused_input_names_its_field_and_leaves_no_row(services: Services) -> None:
    with pytest.raises(ServiceProblem) as caught:
        await run(services, "tests/painter", text="x", count=99)
    assert caught.value.kind is ProblemKind.INVALID
    assert [problem.field for problem in caught.value.fields] == ["count"]
    assert await services.runs.rows(model="tests/painter") == []
    assert services.tracker.live() == ()


async def test_the_service_complains_in_the_words_of_the_form(services: Services) -> None:
    with pytest.raises(ServiceProblem) as caught:
        await run(services, "tests/painter", count=99)
    assert {(problem.field, problem.message) for problem in caught.value.fields} == {
        ("text", "required"),
        ("count", "must be at most 4"),
    }
    assert "form is kept" in caught.value.kept


async def test_a_pinned_version_is_the_one_that_runs(through: Services, proxy: Proxy) -> None:
    request = RunRequest(model="tests/greeter", input={"text": "old"}, options=RunOptions(version="b" * 64))
    record = await through.runs.create(request, "form")
    await wait_for(is_over(through, record.id), "the end")
    assert (await through.runs.get(record.id)).version == "b" * 64
    assert proxy.count("GET", "/models/tests/greeter") == 0
    again = await through.runs.request_of(await through.runs.get(record.id))
    assert again.options.version == "b" * 64


async def test_a_deployment_runs_by_its_own_route(through: Services, proxy: Proxy) -> None:
    client = await through.connection.client()
    account = await through.account.check()
    deployed = await client.deployments.create(
        name="greeting", model="tests/greeter", version="a" * 64, hardware="cpu", min_instances=0, max_instances=1
    )
    request = RunRequest(
        model="tests/greeter", input={"text": "there"}, options=RunOptions(deployment=f"{account.username}/greeting")
    )
    record = await through.runs.create(request, "form")
    await wait_for(is_over(through, record.id), "the end")
    assert deployed.name == "greeting"
    assert (await through.runs.get(record.id)).output == "hello there"
    assert proxy.count("POST", f"/deployments/{account.username}/greeting/predictions") == 1


async def test_what_is_usual_for_a_model(services: Services) -> None:
    assert (await services.runs.usual("tests/greeter")).count == 0
    record = await run(services, "tests/greeter", text="moon")
    await wait_for(is_over(services, record.id), "the end")
    usual = await services.runs.usual("tests/greeter", "a" * 64)
    assert usual.count == 1
    assert usual.ran_median is not None


async def test_an_aborted_run_is_over(own_demo: Any, house_on: Any) -> None:
    services = await house_on(own_demo(speed=20.0)).open()
    request = RunRequest(model="tests/cold", input={"text": "x"}, options=RunOptions(cancel_after="5s"))
    record = await services.runs.create(request, "form")
    await wait_for(is_over(services, record.id), "the deadline")
    run_now = await services.runs.get(record.id)
    assert run_now.status == "aborted"
    assert run_now.deadline
