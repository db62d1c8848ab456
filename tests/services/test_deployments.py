"""Deployments: made, changed, switched off and deleted on the demo service, and what is known of them afterwards."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from replicate_tui.demo.server import DemoServer
from replicate_tui.services.bundle import Services
from replicate_tui.services.deployment_views import (
    DeploymentCard,
    DeploymentWish,
    Release,
    changes_of,
    deployment_card,
    wish_of,
    wish_problems,
)
from replicate_tui.services.estimate import PriceList
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.releases import with_release
from replicate_tui.services.views import RunOptions, RunRequest
from tests.demo.models import GREETER
from tests.services.conftest import House, is_over
from tests.services.proxy import PASS, Fault, Proxy
from tests.support.waiting import wait_for

SKUS = ("cpu", "gpu-t4", "gpu-l40s")


def wished(of_name: str, **changes: Any) -> DeploymentWish:
    wish = DeploymentWish(of_name, "tests/greeter", GREETER.version, "gpu-t4")
    return wish._replace(**changes)


def fields_of(problem: ServiceProblem) -> list[str]:
    return [field.field for field in problem.fields]


async def test_a_deployment_is_made_listed_and_changed(services: Services) -> None:
    deployments = services.deployments
    made = await deployments.create(wished("made"), SKUS)
    assert (made.full_name, made.release.number, made.release.range) == ("demo/made", 1, "0\N{EN DASH}1")
    assert (made.release.model, made.release.created_by) == ("tests/greeter", "demo")
    listed = await deployments.list()
    assert made in listed.value
    assert await deployments.cached_list() == listed

    changed = await deployments.update(made, wish_of(made)._replace(hardware="gpu-l40s", max_instances=3), SKUS)
    assert (changed.release.number, changed.release.hardware, changed.release.max_instances) == (2, "gpu-l40s", 3)
    assert (await deployments.get("demo/made")).value == changed
    assert await deployments.releases("demo/made") == (changed.release, made.release)
    with pytest.raises(ServiceProblem, match="Nothing is changed"):
        await deployments.update(changed, wish_of(changed))


async def test_only_what_differs_is_sent(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await services.deployments.create(wished("differs"))
    client: Any = await services.connection.client()
    update, sent = client.deployments.update, []

    async def remember(**body: Any) -> Any:
        sent.append(body)
        return await update(**body)

    monkeypatch.setattr(client.deployments, "update", remember)
    await services.deployments.update(made, wish_of(made)._replace(min_instances=1))
    assert sent == [{"deployment_owner": "demo", "deployment_name": "differs", "min_instances": 1}]


async def test_scaled_to_zero_it_still_runs_and_switched_off_it_does_not(services: Services) -> None:
    deployments = services.deployments
    made = await deployments.create(wished("sleepy", min_instances=1, max_instances=2))
    asleep = await deployments.scale_to_zero(made)
    assert (asleep.release.range, asleep.release.is_off) == ("0\N{EN DASH}2", False)
    request = RunRequest(model="tests/greeter", input={"text": "a"}, options=RunOptions(deployment="demo/sleepy"))
    run = await services.runs.create(request, "one")
    assert run.options["hardware"] == "gpu-t4"
    off = await deployments.switch_off(asleep)
    assert (off.release.range, off.release.is_off) == ("0", True)
    with pytest.raises(ServiceProblem, match="disabled"):
        await services.runs.create(request, "two")


async def test_a_run_on_it_is_priced_by_its_hardware(demo: DemoServer, house_on: Callable[[Any], House]) -> None:
    services = await house_on(demo).open(prices=PriceList({"gpu-t4": 0.5, "cpu": 9.0}, {"tests/greeter": "cpu"}))
    made = await services.deployments.create(wished("priced"))
    options = RunOptions(deployment=made.full_name)
    run = await services.runs.create(RunRequest(model="tests/greeter", input={"text": "a"}, options=options), "one")
    await wait_for(is_over(services, run.id), "the end of the run")
    ended = await services.runs.get(run.id)
    assert ended.cost == pytest.approx(ended.metrics["predict_time"] * 0.5)
    assert "T4 (its deployment)" in (ended.cost_basis or "")


async def test_deletion_is_refused_until_it_was_offline_for_fifteen_minutes(
    own_demo: Callable[..., DemoServer], house_on: Callable[[Any], House]
) -> None:
    server = own_demo(speed=1.0)
    services = await house_on(server).open()
    deployments = services.deployments
    made = await deployments.create(wished("leaving"))
    with pytest.raises(ServiceProblem, match=r"Not deleted: .*15 minutes") as refused:
        await deployments.delete("demo/leaving")
    assert refused.value.status == 400
    await deployments.switch_off(made)
    with pytest.raises(ServiceProblem, match="15 minutes"):
        await deployments.delete("demo/leaving")
    server.service.clock.advance(15 * 60 + 1)
    await deployments.delete("demo/leaving")
    assert (await deployments.list()).value == ()
    assert await deployments.releases("demo/leaving") == ()
    assert await deployments.cached("demo/leaving") is None
    # Gone is gone, however often it is asked for.
    await deployments.delete("demo/leaving")


async def test_what_only_the_service_knows_comes_back_at_the_field(services: Services) -> None:
    made = await services.deployments.create(wished("taken"))
    for change, field in (
        ({"name": "taken"}, "name"),
        ({"hardware": "gpu-abacus"}, "hardware"),
        ({"model": "tests/nobody"}, "model"),
        ({"version": "9" * 64}, "version"),
    ):
        with pytest.raises(ServiceProblem) as refused:
            # The list of hardware is not known, so the service has to say.
            await services.deployments.create(wished("other")._replace(**change))
        assert fields_of(refused.value) == [field]
        assert "kept" in str(refused.value)
    with pytest.raises(ServiceProblem) as refused:
        await services.deployments.update(made, wish_of(made)._replace(version="9" * 64))
    assert fields_of(refused.value) == ["version"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "No Name"}, "name"),
        ({"name": "-begins"}, "name"),
        ({"name": "n" * 101}, "name"),
        ({"model": "greeter"}, "model"),
        ({"model": ""}, "model"),
        ({"version": ""}, "version"),
        ({"version": "latest"}, "version"),
        ({"hardware": ""}, "hardware"),
        ({"hardware": "gpu-a40-small"}, "hardware"),
        ({"min_instances": -1}, "min_instances"),
        ({"min_instances": 6, "max_instances": 6}, "min_instances"),
        ({"max_instances": 21}, "max_instances"),
        ({"min_instances": 3, "max_instances": 2}, "min_instances"),
    ],
)
async def test_what_the_service_would_refuse_is_not_sent(change: dict[str, Any], field: str) -> None:
    assert wish_problems(wished("fine"), SKUS) == ()
    assert [problem.field for problem in wish_problems(wished("fine", **change), SKUS)] == [field]


async def test_a_wish_that_is_not_in_order_asks_nothing(services: Services) -> None:
    with pytest.raises(ServiceProblem, match="must not be above the maximum") as refused:
        await services.deployments.create(wished("wrong", min_instances=3, max_instances=2), SKUS)
    assert fields_of(refused.value) == ["min_instances"]
    # A SKU that is not offered any more does not stand in the way of another change.
    old = DeploymentCard("demo", "old", Release(1, "tests/greeter", GREETER.version, "gpu-a40-small", 0, 1))
    with pytest.raises(ServiceProblem) as missing:
        await services.deployments.update(old, wish_of(old)._replace(max_instances=2), SKUS)
    assert missing.value.kind is ProblemKind.NOT_FOUND


async def test_offline_the_last_list_is_shown_with_its_age(through: Services, proxy: Proxy) -> None:
    made = await through.deployments.create(wished("remembered"))
    fresh = await through.deployments.list()
    proxy.stop_listening()
    known = await through.deployments.list()
    assert (known.value, known.fetched_at) == (fresh.value, fresh.fetched_at)
    assert "Offline" in (known.problem or "")
    assert await through.deployments.hardware_of(made.full_name) == "gpu-t4"
    assert await through.deployments.hardware_of("demo/never-seen") is None


async def test_a_lost_answer_is_looked_for_and_nothing_is_sent_twice(through: Services, proxy: Proxy) -> None:
    proxy.fault = lambda seen: Fault(lose=True) if seen.method == "POST" else PASS
    # Whose it would be is not known yet.
    with pytest.raises(ServiceProblem, match="the list will show") as lost:
        await through.deployments.create(wished("lost-one"))
    assert lost.value.kind is ProblemKind.OUTCOME_UNKNOWN
    await through.account.check()
    found = await through.deployments.create(wished("lost-two"))
    assert (found.full_name, found.release.number) == ("demo/lost-two", 1)
    assert proxy.count("POST", "/deployments") == 2


async def test_the_hardware_comes_with_prices(services: Services) -> None:
    machines = (await services.hardware.list()).value
    assert [machine.name for machine in machines if machine.sku == "gpu-t4"] == ["Nvidia T4 GPU"]
    assert (await services.hardware.cached()).value == machines  # type: ignore[union-attr]


NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def released(number: int, minutes: int, **more: Any) -> Release:
    return Release(number, "a/b", created_at=NOON + timedelta(minutes=minutes), **more)


def test_releases_gather_and_start_anew_with_another_deployment_of_that_name() -> None:
    first, second, third = (released(number, number) for number in (1, 2, 3))
    known = with_release(with_release((), first), third)
    assert known == (third, first)
    assert with_release(known, third) == known
    # One that was missed is put in its place, in whatever order the answers come.
    assert with_release(known, second) == (third, second, first)
    again = released(1, 10)
    assert with_release(known, again) == (again,)


def test_odd_answers_are_survived() -> None:
    bare = deployment_card({"owner": "al\x1bice", "current_release": {"number": "3", "configuration": []}})
    assert bare.name == "?"
    assert "\x1b" not in bare.owner
    assert bare.release.range == "?"
    assert wish_of(bare).max_instances == 0
    assert deployment_card({"name": "x"}).release == Release()
    assert changes_of(DeploymentCard("a", "b", Release(1, "a/b", "v", "cpu", 0, 1)), wished("b")) != {}
