"""Hooks are told each whole answer: good ones, refusals, and those that a retry gets over."""

import pytest

from replicate_tui.api import AsyncReplicate
from replicate_tui.api.errors import NotFoundError
from replicate_tui.api.rate_limits import RateLimit, RequestFamily, rate_limit_of
from replicate_tui.api.responses import Response
from tests.api.conftest import TOKEN, Serve
from tests.api.test_reads import status, then

ACCOUNT = {"type": "user", "username": "ada"}


async def test_each_answer_is_told_also_of_copies_and_raw_calls(serve: Serve) -> None:
    heard: list[Response] = []
    script = then(status(503), status(429, {"retry_after": 1}), status(200, ACCOUNT))
    async with serve(script) as (client, _):
        client.add_answer_hook(heard.append)
        await client.account.get()
        assert [answer.status_code for answer in heard] == [503, 429, 200]
        assert {(answer.method, answer.url.rpartition("/")[2]) for answer in heard} == {("GET", "account")}
        await client.copy(max_retries=0).account.get()
        await client.with_raw_response.account.get()
        assert len(heard) == 5
        # One on its own tells nobody.
        async with AsyncReplicate(bearer_token=TOKEN, base_url=client.base_url) as other:
            await other.account.get()
        assert len(heard) == 5


async def test_a_refusal_is_told_before_it_is_raised(serve: Serve) -> None:
    heard: list[Response] = []
    async with serve(status(404, {"detail": "none"})) as (client, _):
        client.add_answer_hook(heard.append)
        with pytest.raises(NotFoundError):
            await client.predictions.get("abc")
    assert [answer.status_code for answer in heard] == [404]


@pytest.mark.parametrize(
    ("headers", "limit"),
    [
        ({}, None),
        ({"ratelimit-remaining": "many", "ratelimit-reset": "-1"}, None),
        ({"ratelimit-remaining": "599", "ratelimit-reset": "1"}, RateLimit(RequestFamily.OTHER, 599, None, 1.0)),
        ({"ratelimit-limit": "600", "ratelimit-remaining": "inf"}, RateLimit(RequestFamily.OTHER, None, 600)),
    ],
)
async def test_limits_are_read_from_headers(serve: Serve, headers: dict[str, str], limit: RateLimit | None) -> None:
    heard: list[Response] = []
    async with serve(status(200, ACCOUNT, **headers)) as (client, _):
        client.add_answer_hook(heard.append)
        await client.account.get()
    assert rate_limit_of(heard[0]) == limit
