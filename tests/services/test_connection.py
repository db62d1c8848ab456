"""The link to the service: made late, its state told once, its account known."""

from contextlib import suppress
from typing import Any

import pytest

from replicate_tui.services.account import check_token
from replicate_tui.services.bundle import Services
from replicate_tui.services.connection import Connection, LinkState
from replicate_tui.services.problems import ProblemKind, ServiceProblem
from replicate_tui.services.translate import problem_from
from tests.services.conftest import House
from tests.services.proxy import PASS, Fault, Proxy


async def test_the_client_is_made_at_the_first_call_and_once(demo: Any) -> None:
    made = []

    async def provider() -> Any:
        from replicate_tui.api import AsyncReplicate

        made.append(1)
        return AsyncReplicate(bearer_token=demo.token, base_url=demo.origin)

    connection = Connection(provider, origin=demo.origin, profile="demo")
    assert (connection.state, made) == (LinkState.CONNECTING, [])
    first, second = await connection.client(), await connection.client()
    assert first is second
    assert made == [1]
    await connection.close()


async def test_each_change_of_state_is_told_once(through: Services, proxy: Proxy) -> None:
    states: list[LinkState] = []
    unsubscribe = through.connection.subscribe(states.append)
    through.connection._client = (await through.connection.client()).copy(max_retries=0)
    for fault in (PASS, PASS, Fault(refuse=True), Fault(refuse=True), Fault(status=401), PASS, Fault(status=404)):
        proxy.fault = lambda _, fault=fault: fault
        with suppress(ServiceProblem):
            await through.account.check()
    assert states == [LinkState.ONLINE, LinkState.OFFLINE, LinkState.UNAUTHORISED, LinkState.ONLINE]
    unsubscribe()
    proxy.fault = lambda _: Fault(refuse=True)
    with pytest.raises(ServiceProblem):
        await through.account.check()
    assert len(states) == 4


async def test_a_wrong_token_is_refused_with_one_request(proxy: Proxy, demo: Any) -> None:
    def provider_of(token: str) -> Any:
        async def provider() -> Any:
            from replicate_tui.api import AsyncReplicate

            return AsyncReplicate(bearer_token=token, base_url=proxy.origin)

        return provider

    with pytest.raises(ServiceProblem) as caught:
        await check_token(provider_of("r8_wrong"), origin=proxy.origin)
    assert caught.value.kind is ProblemKind.UNAUTHORISED
    assert "r8_wrong" not in str(caught.value)
    assert len(proxy.seen) == 1
    card = await check_token(provider_of(demo.token), origin=proxy.origin)
    assert card.username


async def test_the_account_is_remembered_for_the_next_start(demo: Any, house_on: Any) -> None:
    house: House = house_on(demo)
    services = await house.open()
    assert services.connection.account == ""
    card = await services.account.check()
    await services.close()
    services = await house.open()
    assert services.connection.account == card.username


def test_a_mistake_of_ours_is_not_told_as_one_of_the_service() -> None:
    with pytest.raises(ZeroDivisionError):
        problem_from(ZeroDivisionError())


async def test_a_new_token_takes_the_place_of_a_refused_one(through: Services, proxy: Proxy) -> None:
    proxy.fault = lambda _: Fault(status=401)
    with pytest.raises(ServiceProblem):
        await through.account.check()
    assert through.connection.state is LinkState.UNAUTHORISED
    proxy.fault = lambda _: PASS
    await through.connection.replace(through.connection._provider)
    assert through.connection.state is LinkState.CONNECTING
    await through.account.check()
    assert through.connection.state is LinkState.ONLINE
