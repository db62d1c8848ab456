"""What the service says of its limits, as the answers of real calls told it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from replicate_tui.api.rate_limits import RequestFamily, family_of
from replicate_tui.demo.faults import FaultRule, insufficient_credit, throttled
from replicate_tui.demo.server import DemoServer
from replicate_tui.services.limits import Refusal, SeenLimits
from replicate_tui.services.problems import ServiceProblem
from tests.services.conftest import run

MakeDemo = Callable[..., DemoServer]


@pytest.mark.parametrize(
    ("method", "path", "family"),
    [
        ("POST", "/v1/predictions", RequestFamily.CREATE),
        ("POST", "/v1/models/acme/fog/predictions", RequestFamily.CREATE),
        ("POST", "/v1/models/acme/fog/versions/1/trainings", RequestFamily.CREATE),
        ("POST", "/v1/predictions/abc/cancel", RequestFamily.OTHER),
        ("GET", "/v1/predictions/abc", RequestFamily.READ_PREDICTION),
        ("GET", "/v1/predictions?cursor=1", RequestFamily.OTHER),
        ("GET", "/v1/account", RequestFamily.OTHER),
    ],
)
def test_requests_that_share_a_bucket(method: str, path: str, family: RequestFamily) -> None:
    assert family_of(method, f"https://api.example.com{path}") is family


async def test_what_is_left_is_known_by_family(own_demo: MakeDemo, house_on: Callable[..., Any]) -> None:
    services = await house_on(own_demo()).open()
    heard: list[None] = []
    services.limits.subscribe(lambda: heard.append(None))
    await services.account.check()
    assert heard
    other = services.limits.allowances["other"]
    assert other.limit.remaining is not None
    assert 2900 < other.limit.remaining < 3000
    assert (other.limit.reset, other.limit.limit) == (1.0, None)
    assert "create" not in services.limits.allowances
    await run(services, "tests/greeter", text="Alice")
    assert services.limits.allowances["create"].limit.remaining in range(590, 600)
    assert services.limits.refusals == {}


async def test_refusals_are_noted_also_when_a_retry_got_over_them(
    own_demo: MakeDemo, house_on: Callable[..., Any]
) -> None:
    demo = own_demo()
    house = house_on(demo)
    services = await house.open()
    demo.faults.add(throttled(retry_after=2, header=True, path="/v1/account", times=1))
    await services.account.get()
    refusal = services.limits.refusals["throttled"]
    assert (refusal.wait, refusal.family, services.limits.throttled_here) == (2.0, "other", 1)
    assert "throttled" in refusal.said
    demo.faults.add(insufficient_credit(method="POST", times=1))
    with pytest.raises(ServiceProblem, match="402"):
        await run(services, "tests/greeter", text="Alice")
    assert "insufficient credit" in services.limits.refusals["no credit"].said
    assert services.limits.refusals["no credit"].family == "create"
    await services.close()
    again = await house.open()
    # The next session knows when it was, but not what is left.
    assert again.limits.refusals == services.limits.refusals
    assert (again.limits.allowances, again.limits.throttled_here) == ({}, 0)
    assert datetime.now(UTC) - again.limits.refusals["throttled"].at < timedelta(minutes=2)


async def test_odd_headers_and_a_damaged_memory_are_no_trouble(
    own_demo: MakeDemo, house_on: Callable[..., Any]
) -> None:
    demo = own_demo()
    services = await house_on(demo).open()
    odd = {"ratelimit-remaining": "many", "ratelimit-reset": "-1"}
    demo.faults.add(
        FaultRule(path="/v1/account", headers=odd, times=1, status=200, body={"type": "user", "username": "x"})
    )
    await services.account.get()
    assert all(known.limit.remaining is not None for known in services.limits.allowances.values())
    for value in ("nonsense", {"throttled": 3, "no credit": {"at": "yesterday"}}, {"throttled": {"at": "2026-01-01"}}):
        limits = SeenLimits(services.memory, "odd")
        await services.memory.set("refusals at odd", value)
        await limits.recall()
        expected = {"throttled": Refusal(datetime(2026, 1, 1, tzinfo=UTC), "")} if "at" in str(value)[:20] else {}
        assert limits.refusals == expected
