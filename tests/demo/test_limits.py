"""Rate limits: told in each answer, and refused with the seconds to wait."""

from collections.abc import Callable

from replicate_tui.demo.fault_file import rules_of
from replicate_tui.demo.server import DemoServer
from tests.demo.conftest import client_of
from tests.demo.models import GREETER


async def test_each_family_has_its_own_limit(own_demo: Callable[..., DemoServer]) -> None:
    async with client_of(own_demo(speed=1.0)) as api:
        account = await api.get("/account")
        assert (account.headers["ratelimit-remaining"], account.headers["ratelimit-reset"]) == ("2999", "1")
        created = await api.post("/predictions", json={"version": GREETER.version, "input": {"text": "a"}})
        assert created.headers["ratelimit-remaining"] == "599"
        got = await api.get(f"/predictions/{created.json()['id']}")
        assert got.headers["ratelimit-remaining"] == "59999"
        assert "ratelimit-remaining" not in (await api.get("/files")).headers
        assert "ratelimit-remaining" not in (await api.get("/account", headers={"Authorization": "Bearer x"})).headers


async def test_too_many_creates_are_refused_until_the_bucket_fills(own_demo: Callable[..., DemoServer]) -> None:
    async with client_of(own_demo(speed=0.0001)) as api:
        codes = [(await api.post("/predictions", content=b"{}")).status_code for _ in range(600)]
        assert set(codes) == {422}
        refused = await api.post("/predictions", content=b"{}")
        assert refused.status_code == 429
        body = refused.json()
        assert body["detail"] == f"Request was throttled. Expected available in {body['retry_after']} seconds."
        assert 900 <= body["retry_after"] <= 1000
        assert (await api.get("/account")).status_code == 200


async def test_limits_can_be_off(own_demo: Callable[..., DemoServer]) -> None:
    async with client_of(own_demo(speed=1.0, rate_limits=False)) as api:
        assert "ratelimit-remaining" not in (await api.get("/account")).headers


async def test_a_rule_lets_so_many_pass(own_demo: Callable[..., DemoServer]) -> None:
    server = own_demo()
    # One more each hour, and three at once: enough for this test to see no other.
    rule = {"name": "bucket", "method": "GET", "per_minute": 1 / 60, "burst": 3, "reply": "throttled-expected"}
    server.faults.add(*rules_of([rule]))
    async with client_of(server) as api:
        codes = [(await api.get("/account")).status_code for _ in range(6)]
    assert codes == [200, 200, 200, 429, 429, 429]
    assert [each.fault for each in server.requests][2:4] == [None, "bucket"]


async def test_a_rule_s_bucket_fills_again(own_demo: Callable[..., DemoServer]) -> None:
    server = own_demo()
    server.faults.add(*rules_of([{"per_minute": 120, "burst": 1, "reply": "throttled"}]))
    async with client_of(server) as api:
        codes: list[int] = []
        while not (429 in codes and 200 in codes[codes.index(429) :]):
            codes.append((await api.get("/account")).status_code)
    assert codes[0] == 200


async def test_money_and_the_token_run_out(own_demo: Callable[..., DemoServer]) -> None:
    server = own_demo()
    server.faults.add(*rules_of([{"method": "POST", "nth": 3, "reply": "insufficient-credit"}]))
    body = {"version": GREETER.version, "input": {"text": "a"}}
    async with client_of(server) as api:
        codes = [(await api.post("/predictions", json=body)).status_code for _ in range(4)]
        server.faults.add(*rules_of([{"path": "/v1/*", "reply": "unauthenticated"}]))
        assert (await api.get("/account")).status_code == 401
    assert codes == [201, 201, 402, 402]
