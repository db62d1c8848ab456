"""Runs made elsewhere come into the history: page by page to known ground, politely, once, and across faults."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from replicate_tui.demo.faults import FaultRule
from replicate_tui.demo.records import LogText, Run
from replicate_tui.demo.server import DemoServer
from replicate_tui.services import pull, pull_walk
from replicate_tui.services.bundle import Services
from replicate_tui.services.deployment_views import DeploymentWish
from replicate_tui.services.estimate import PriceList
from replicate_tui.services.events import RunEnded
from replicate_tui.services.pull import PullState
from replicate_tui.store.records import GONE, SUBMITTING, RunRecord, SaveState
from replicate_tui.store.runs import RunRepository
from tests.demo.models import GREETER, MODELS
from tests.services.conftest import Heard, House, is_over
from tests.services.proxy import PASS, Fault, Proxy
from tests.support.waiting import wait_for

LISTS = ("/v1/predictions", "/v1/trainings")


@pytest.fixture(autouse=True)
def quick_pull(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"PAGE_SECONDS": 0.0, "OLDER_SECONDS": 0.01, "SOONEST": 0.02, "LATEST": 0.05, "FIRST_PAUSE": 0.01}
    for name, value in names.items():
        monkeypatch.setattr(pull, name, value)


@pytest.fixture
def server(own_demo: Callable[..., DemoServer]) -> DemoServer:
    return own_demo(models=MODELS)


@pytest.fixture
async def services(server: DemoServer, house_on: Callable[[Any], House]) -> Services:
    return await house_on(server).open()


def elsewhere(server: DemoServer, count: int = 1, **changes: Any) -> list[Run]:
    """Have the service know runs that were not made here, one a second, the last one now."""
    state, now = server.service.state, server.service.clock.now()
    made = []
    for index in range(count):
        created = now - (count - index) * 1_000_000_000
        values: dict[str, Any] = {
            "id": state.ids.run(),
            "model": "tests/greeter",
            "version": "a" * 64,
            "runs_version": "a" * 64,
            "input": {"text": f"number {index}"},
            "status": "succeeded",
            "output": f"hello number {index}",
            "created": created,
            "started": created,
            "completed": created + 1_000_000,
        }
        made.append(Run(**{**values, **changes}))
        state.add_run(made[-1])
    return made


def repository(services: Services) -> RunRepository:
    return services.tracker._tools.runs


def pages(server: DemoServer) -> list[str]:
    """Return the paths of the lists that were asked for, in order."""
    return [request.path for request in server.requests if request.method == "GET" and request.path in LISTS]


async def read(services: Services) -> PullState:
    """Read the account's runs, and return how it stands once nothing more is to come."""
    services.pull.refresh()
    await wait_for(lambda: is_idle(services), "the end of the reading", seconds=30)
    return services.pull.state


def is_idle(services: Services) -> bool:
    task = services.pull._task
    return task is None or task.done()


@pytest.mark.parametrize("told", ["demo/fast", "fast"])
async def test_a_run_of_others_costs_what_the_hardware_of_its_deployment_does(
    told: str, server: DemoServer, house_on: Callable[[Any], House]
) -> None:
    services = await house_on(server).open(prices=PriceList({"gpu-t4": 0.5, "cpu": 9.0}, {"tests/greeter": "cpu"}))
    card = await services.deployments.create(DeploymentWish("fast", "tests/greeter", GREETER.version, "gpu-t4"))
    server.service.clock.advance(60)
    (ended,) = elsewhere(server, deployment=told, metrics={"predict_time": 2.0})
    long_ago = ended.created - 3_600_000_000_000
    (before,) = elsewhere(server, deployment=told, metrics={"predict_time": 2.0}, created=long_ago)
    (going,) = elsewhere(server, deployment=told, status="processing", output=None, completed=None)
    services.pull.refresh()
    await wait_for(lambda: services.pull.state.new_runs == 3, "the runs")
    going.status, going.metrics, going.completed = "succeeded", {"predict_time": 4.0}, going.created + 1
    await wait_for(lambda: is_idle(services), "the end of the one that went")

    async def cost_of(run: Run) -> tuple[float | None, str]:
        kept = await repository(services).by_remote_id(services.connection.origin, run.id)
        assert kept is not None
        return kept.cost, kept.cost_basis.rpartition(" \u00d7 ")[2]

    assert card.release.hardware == "gpu-t4"
    assert await cost_of(ended) == (1.0, "$0.5/s T4 (its deployment)")
    assert await cost_of(going) == (2.0, "$0.5/s T4 (its deployment)")
    assert await cost_of(before) == (18.0, "$9/s CPU (your mapping)"), "no release of that time was seen here"


async def test_runs_and_trainings_of_others_are_rows(services: Services, server: DemoServer) -> None:
    elsewhere(server, 3)
    elsewhere(server, 1, source="web", model="tests/painter", input={"text": "a lighthouse"})
    elsewhere(server, 1, kind="training", model="tests/trainer", status="failed", error="no pictures")
    states: list[PullState] = []
    services.pull.subscribe(states.append)
    state = await read(services)
    rows = await services.runs.rows()
    assert sorted((row.kind, row.model, row.source, row.status) for row in rows) == [
        ("prediction", "tests/greeter", "api", "succeeded"),
        ("prediction", "tests/greeter", "api", "succeeded"),
        ("prediction", "tests/greeter", "api", "succeeded"),
        ("prediction", "tests/painter", "web", "succeeded"),
        ("training", "tests/trainer", "api", "failed"),
    ]
    assert [row.model for row in await services.runs.rows("lighthouse")] == ["tests/painter"]
    assert (state.is_reading, state.pages, state.new_runs, state.problem) == (False, 2, 5, None)
    assert state.last_complete_at is not None
    assert any(each.is_reading for each in states)


async def test_what_is_known_is_not_read_again(services: Services, server: DemoServer) -> None:
    elsewhere(server, 250)
    await read(services)
    assert (await services.runs.totals()).count == 250
    before = len(pages(server))
    await read(services)
    assert len(pages(server)) - before == 2, "a page of each list"
    elsewhere(server, 2)
    state = await read(services)
    assert (state.new_runs, (await services.runs.totals()).count) == (252, 252)


async def test_only_the_newest_are_read_at_once_and_the_rest_at_leisure(
    services: Services, server: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull_walk, "PAGES_AT_ONCE", 1)
    monkeypatch.setattr(pull, "OLDER_SECONDS", 60.0)
    elsewhere(server, 350)
    services.pull.refresh()
    await wait_for(lambda: services.pull.state.has_older, "the newest")
    assert services.pull.state.last_complete_at is None
    assert (await services.runs.totals()).count == 100
    monkeypatch.setattr(pull, "OLDER_SECONDS", 0.01)
    state = await read(services)
    assert (await services.runs.totals()).count == 350
    assert (state.has_older, state.last_complete_at is not None) == (False, True)


async def test_a_start_goes_on_where_the_last_one_stopped(
    server: DemoServer, house_on: Callable[[Any], House], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull_walk, "PAGES_AT_ONCE", 2)
    monkeypatch.setattr(pull, "OLDER_SECONDS", 60.0)
    house = house_on(server)
    elsewhere(server, 450)
    services = await house.open()
    services.pull.refresh()
    await wait_for(lambda: services.pull.state.has_older, "the newest")
    await services.close()
    elsewhere(server, 3)
    monkeypatch.setattr(pull, "OLDER_SECONDS", 0.01)
    services = await house.open()
    before = len(pages(server))
    await read(services)
    assert (await services.runs.totals()).count == 453
    # Of predictions the newest two, down to what was known, and the three pages below, with a second's overlap.
    assert len(pages(server)) - before <= 2 + 3 + 2


async def test_runs_that_are_going_elsewhere_are_shown_to_their_end(services: Services, server: DemoServer) -> None:
    client = await services.connection.client()
    made = await client.predictions.create(version="0" * 64, input={})
    services.pull.refresh()
    repository = services.tracker._tools.runs
    await wait_for(lambda: services.pull.state.new_runs, "the run")
    (row,) = await services.runs.rows()
    assert (row.is_final, row.source) == (False, "api")
    assert services.tracker.live() == (), "nobody watches it here"
    assert not is_idle(services)
    await client.predictions.cancel(made.id)
    await wait_for(lambda: is_idle(services), "nothing more to ask for")
    kept = await repository.get(row.id)
    assert kept is not None
    assert (kept.status, kept.saved, kept.folder) == ("canceled", SaveState.NOT_YET, None)


async def test_an_old_unfinished_run_that_no_page_shows_is_asked_for(
    services: Services, server: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    going, gone = elsewhere(server, 2, status="processing", output=None, completed=None)
    services.pull.refresh()
    await wait_for(lambda: services.pull.state.new_runs == 2, "the runs")
    elsewhere(server, 150)
    await wait_for(lambda: services.pull.state.new_runs == 152, "many more on top")
    server.service.state.forget_run(gone)
    server.service.state.forget_run(going)
    going.status, going.output, going.completed = "succeeded", "done", going.created + 1
    monkeypatch.setattr(server.service.scripts, "is_listed", lambda listed: listed.id != going.id)
    server.service.state.add_run(going)
    await wait_for(lambda: is_idle(services), "both verdicts")
    assert [(row.status, row.remote_id) for row in await services.runs.rows("status:gone")] == [(GONE, gone.id)]
    found = await repository(services).by_remote_id(services.connection.origin, going.id)
    assert found is not None
    assert (found.status, found.output) == ("succeeded", "done")


async def test_a_run_that_is_opened_is_watched_and_saved(services: Services, server: DemoServer) -> None:
    client = await services.connection.client()
    made = await client.predictions.create(version="d" * 64, input={"text": "a lighthouse"})
    await read(services)
    (row,) = await services.runs.rows()
    assert row.is_final
    heard = Heard(services)
    await services.tracker.load(row.id)
    await wait_for(is_over(services, row.id), "the files")
    snapshot = await services.tracker.load(row.id)
    assert snapshot.folder is not None
    assert snapshot.folder.name.endswith(made.id)
    assert (snapshot.folder / str(snapshot.run.files[0].name)).read_bytes() == b"picture of a lighthouse small"
    assert not heard.of(RunEnded, row.id), "it was known to have ended"


async def test_the_log_of_a_run_that_ended_elsewhere_comes_when_it_is_opened(
    services: Services, server: DemoServer
) -> None:
    elsewhere(server, 1, logs=LogText("made elsewhere"))
    await read(services)
    (row,) = await services.runs.rows()
    await services.tracker.load(row.id)
    await wait_for(is_over(services, row.id), "the save")
    snapshot = await services.tracker.load(row.id)
    assert snapshot.log_path is not None
    assert snapshot.log_path.read_text() == "made elsewhere"


async def test_a_run_that_ended_long_ago_is_only_shown(services: Services, server: DemoServer) -> None:
    (made,) = elsewhere(server, 1)
    made.completed = made.created - 2 * 3600 * 1_000_000_000
    await read(services)
    (row,) = await services.runs.rows()
    snapshot = await services.tracker.load(row.id)
    assert (snapshot.run.saved, snapshot.folder) == (SaveState.NOT_YET, None)
    assert services.tracker._tasks == {}


async def test_a_create_under_way_is_not_taken_for_a_run_of_others(services: Services, server: DemoServer) -> None:
    intent = RunRecord(
        id="intent",
        origin=services.connection.origin,
        model="tests/greeter",
        status=SUBMITTING,
        submitted_at=pull.datetime.now(pull.UTC),
    )
    await repository(services).insert_intent(intent)
    (theirs,) = elsewhere(server, 1)
    await read(services)
    assert [row.id for row in await services.runs.rows()] == ["intent"]
    await repository(services).update("intent", remote_id=theirs.id, status="succeeded")
    await read(services)
    assert [row.id for row in await services.runs.rows()] == ["intent"]


async def test_a_run_that_was_left_for_later_is_not_forgotten(services: Services, server: DemoServer) -> None:
    now, second = server.service.clock.now(), 1_000_000_000
    intent = RunRecord(
        id="intent",
        origin=services.connection.origin,
        model="tests/greeter",
        status=SUBMITTING,
        submitted_at=pull.datetime.now(pull.UTC),
    )
    await repository(services).insert_intent(intent)
    (theirs,) = elsewhere(server, 1, created=now - 3_000 * second)
    elsewhere(server, 1, model="tests/painter", created=now - 2_000 * second)
    elsewhere(server, 99, model="tests/painter")
    await read(services)
    await repository(services).update("intent", status="not sent")
    await read(services)
    assert await repository(services).by_remote_id(services.connection.origin, theirs.id) is not None


async def test_removed_runs_do_not_come_back(server: DemoServer, house_on: Callable[[Any], House]) -> None:
    house = house_on(server)
    services = await house.open()
    elsewhere(server, 2)
    await read(services)
    await services.runs.remove([row.id for row in await services.runs.rows()])
    await read(services)
    assert await services.runs.rows() == []
    await services.close()
    services = await house.open()
    await services.tracker.resume()
    await read(services)
    assert await services.runs.rows() == []


async def test_a_start_neither_follows_nor_fetches_what_others_made(
    server: DemoServer, house_on: Callable[[Any], House]
) -> None:
    house = house_on(server)
    services = await house.open()
    elsewhere(server, 2, model="tests/painter", output=["https://replicate.delivery/x/out-0.png"])
    elsewhere(server, 1, status="processing", output=None, completed=None)
    services.pull.refresh()
    await wait_for(lambda: services.pull.state.new_runs == 3, "the runs")
    await services.close()
    services = await house.open()
    await services.tracker.resume()
    assert services.tracker.live() == ()
    assert services.tracker._tasks == {}


async def test_only_one_of_several_copies_reads(server: DemoServer, house_on: Callable[[Any], House]) -> None:
    house = house_on(server)
    owner, other = await house.open(), await house.open()
    elsewhere(server, 3)
    await read(owner)
    before = len(pages(server))
    state = await read(other)
    assert state.problem == pull.OTHER_COPY
    assert len(pages(server)) == before
    assert (await other.runs.totals()).count == 3, "what the owner has read is there"


async def test_another_account_has_a_ground_of_its_own(services: Services, server: DemoServer) -> None:
    elsewhere(server, 150)
    await read(services)
    patch = ({"op": "replace", "path": "/username", "value": "someone-else"},)
    server.faults.add(FaultRule(path="/v1/account", patch=patch))
    server.faults.add(FaultRule(path="/v1/trainings", status=401, body={"detail": "Unauthenticated"}, times=1))
    assert "does not accept the token" in str((await read(services)).problem)
    before = len(pages(server))
    await read(services)
    assert services.connection.account == "someone-else"
    assert len(pages(server)) - before == 3, "both pages of predictions, since none is known of this account"


@pytest.mark.parametrize(
    "next_page",
    [
        pytest.param("null", id="the word null"),
        pytest.param("https://elsewhere.example/v1/predictions?cursor=x", id="another host"),
        pytest.param(7, id="a number"),
    ],
)
async def test_an_odd_next_page_ends_the_list(services: Services, server: DemoServer, next_page: Any) -> None:
    elsewhere(server, 150)
    patch = ({"op": "replace", "path": "/next", "value": next_page},)
    server.faults.add(FaultRule(path="/v1/predictions", patch=patch))
    state = await read(services)
    assert state.new_runs == 100
    assert not state.has_older


async def test_a_list_that_loops_is_left_and_its_rows_are_kept(services: Services, server: DemoServer) -> None:
    elsewhere(server, 250)
    patch = ({"op": "replace", "path": "/next", "value": f"{server.base_url}/predictions"},)
    server.faults.add(FaultRule(path="/v1/predictions", patch=patch))
    state = await read(services)
    assert state.new_runs == 100
    assert state.problem == "The list of runs ended early: the next page is one that came before."
    assert pages(server).count("/v1/predictions") <= 2


async def test_null_rows_are_passed_over(services: Services, server: DemoServer) -> None:
    elsewhere(server, 5)
    patch = ({"op": "replace", "path": "/results/1", "value": None}, {"op": "remove", "path": "/results/2/created_at"})
    server.faults.add(FaultRule(path="/v1/predictions", patch=patch))
    state = await read(services)
    assert (state.new_runs, state.problem) == (4, None)


async def test_the_service_is_left_in_peace_for_as_long_as_it_asks(services: Services, server: DemoServer) -> None:
    elsewhere(server, 1)
    told: list[str | None] = []
    services.pull.subscribe(lambda state: told.append(state.problem))
    body = {"detail": "Request was throttled.", "status": 429, "retry_after": 1}
    server.faults.add(FaultRule(path="/v1/predictions", status=429, body=body, times=1))
    began = time.monotonic()
    state = await read(services)
    assert (state.new_runs, state.problem) == (1, None)
    assert any("Reading goes on in 1 s" in str(problem) for problem in told)
    assert time.monotonic() - began >= 0.99


async def test_a_long_wait_is_said_and_not_waited_out(services: Services, server: DemoServer) -> None:
    body = {"detail": "Request was throttled.", "status": 429, "retry_after": 300}
    server.faults.add(FaultRule(path="/v1/predictions", status=429, body=body))
    state = await read(services)
    assert "Too many requests" in str(state.problem)
    assert len(pages(server)) == 1


async def test_failures_of_the_service_are_tried_again_and_then_said(services: Services, server: DemoServer) -> None:
    elsewhere(server, 1)
    server.faults.add(FaultRule(path="/v1/predictions", status=502, times=2))
    assert (await read(services)).new_runs == 1
    server.faults.add(FaultRule(path="/v1/trainings", status=502))
    state = await read(services)
    assert "The service failed (502)" in str(state.problem)


async def test_a_refused_token_stops_it(services: Services, server: DemoServer) -> None:
    server.faults.add(FaultRule(path="/v1/predictions", status=401, body={"detail": "Unauthenticated"}))
    state = await read(services)
    assert "does not accept the token" in str(state.problem)
    assert len(pages(server)) == 1


async def test_a_lost_line_is_said_and_the_reading_goes_on_when_it_is_back(
    server: DemoServer, house_on: Callable[..., House]
) -> None:
    elsewhere(server, 3)
    async with Proxy(server.origin) as line:
        services = await house_on(line, server.token).open()
        line.fault = lambda _: Fault(refuse=True)
        state = await read(services)
        assert "Offline" in str(state.problem)
        assert await services.runs.rows() == []
        line.fault = lambda _: PASS
        await services.account.check()
        await wait_for(lambda: services.pull.state.new_runs == 3, "the reading to go on")
        assert services.pull.state.problem is None


async def test_it_stops_when_asked_and_when_the_app_ends(services: Services, server: DemoServer) -> None:
    elsewhere(server, 1, status="processing", output=None, completed=None)
    services.pull.refresh()
    await wait_for(lambda: services.pull.state.new_runs, "the run")
    await services.pull.stop()
    assert is_idle(services)
    assert not services.pull.state.is_reading
    services.pull.refresh()
    await services.close()
    assert is_idle(services)
