"""Creates are sent once, whatever happens to the answer."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from replicate_tui.api import (
    APIConnectionError,
    AsyncReplicate,
    InsufficientCreditError,
    InternalServerError,
    NotFoundError,
    RateLimitError,
    RequestOutcomeUnknownError,
    UnprocessableEntityError,
)
from tests.api.conftest import TOKEN, Serve, Waits
from tests.support.raw_server import Exchange

VERSION = "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa"
CREATED = {"id": "abcdefghijklmnopqrstuvwxyz", "status": "starting", "version": VERSION}


async def create(client: AsyncReplicate, **options: float) -> object:
    return await client.predictions.create(version=VERSION, input={"prompt": "fog"}, **options)


async def test_200_creates_over_a_server_that_drops_the_answer_are_200_requests(serve: Serve) -> None:
    async def drop(exchange: Exchange) -> None:
        exchange.reset()

    async with serve(drop) as (client, server):
        outcomes = await asyncio.gather(*(create(client) for _ in range(200)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [RequestOutcomeUnknownError] * 200
    assert len(server.requests) == 200


async def cut_in_the_head(exchange: Exchange) -> None:
    await exchange.write(b"HTTP/1.1 201 Created\r\nContent-Le")


async def cut_in_the_body(exchange: Exchange) -> None:
    await exchange.head(201, Content_Type="application/json", Content_Length="1000")
    await exchange.write(b'{"id": "abc')


async def cut_in_a_chunk(exchange: Exchange) -> None:
    await exchange.head(201, Content_Type="application/json", Transfer_Encoding="chunked")
    await exchange.write(b'40\r\n{"id": "abc')


async def empty_204(exchange: Exchange) -> None:
    await exchange.head(204)


async def web_page(exchange: Exchange) -> None:
    await exchange.reply(b"<html>sign in to the hotel</html>", Content_Type="text/html")


async def redirect(exchange: Exchange) -> None:
    await exchange.reply(b"", 307, Location="/v1/elsewhere")


async def failing(exchange: Exchange) -> None:
    await exchange.json({"detail": "oh no"}, 500, x_should_retry="true", retry_after="1")


async def gateway_timeout(exchange: Exchange) -> None:
    await exchange.reply(b"<html>504</html>", 504, Content_Type="text/html")


async def encoded_oddly(exchange: Exchange) -> None:
    await exchange.reply(b"....", 201, Content_Encoding="br")


@pytest.mark.parametrize(
    "script",
    [
        cut_in_the_head,
        cut_in_the_body,
        cut_in_a_chunk,
        empty_204,
        web_page,
        redirect,
        failing,
        gateway_timeout,
        encoded_oddly,
    ],
)
async def test_an_answer_that_is_none_leaves_the_outcome_unknown(
    serve: Serve, script: Callable[[Exchange], Awaitable[None]]
) -> None:
    async with serve(script) as (client, server):
        with pytest.raises(RequestOutcomeUnknownError):
            await create(client)
    assert len(server.requests) == 1


async def test_an_unknown_outcome_tells_the_status_that_came(serve: Serve) -> None:
    async with serve(failing) as (client, _):
        with pytest.raises(RequestOutcomeUnknownError) as caught:
            await create(client)
    assert caught.value.status_code == 500
    assert isinstance(caught.value.__cause__, InternalServerError)


async def test_silence_after_the_request_is_unknown_after_the_deadline(serve: Serve) -> None:
    async with serve(Exchange.hang) as (client, server):
        with pytest.raises(RequestOutcomeUnknownError):
            await create(client, timeout=0.2)
    assert len(server.requests) == 1


async def test_nothing_sent_is_tried_again_and_is_no_unknown_outcome(waits: Waits) -> None:
    async with AsyncReplicate(
        base_url="http://127.0.0.1:9", bearer_token=TOKEN, retry_policy=waits.policy(max_retries=3)
    ) as client:
        with pytest.raises(APIConnectionError):
            await create(client)
    assert waits.seconds == [0.5, 1.0, 2.0]


async def test_a_create_waits_when_throttled_and_is_then_sent_again(serve: Serve, waits: Waits) -> None:
    async def throttle_first(exchange: Exchange) -> None:
        if exchange.number == 0:
            await exchange.json({"detail": "Request was throttled.", "status": 429, "retry_after": 7}, 429)
        else:
            await exchange.json(CREATED, 201)

    async with serve(throttle_first) as (client, server):
        prediction = await client.predictions.create(version=VERSION, input={})
    assert prediction.id == CREATED["id"]
    assert len(server.requests) == 2
    assert waits.seconds == [pytest.approx(7.1)]
    assert waits.reasons == ["rate limited"]


@pytest.mark.parametrize(
    ("status", "error"), [(402, InsufficientCreditError), (404, NotFoundError), (422, UnprocessableEntityError)]
)
async def test_a_refusal_is_final_and_certain(serve: Serve, status: int, error: type[Exception]) -> None:
    async def refuse(exchange: Exchange) -> None:
        await exchange.json({"title": "No", "detail": "Because.", "status": status}, status)

    async with serve(refuse) as (client, server):
        with pytest.raises(error, match=f"{status} No: Because"):
            await create(client)
    assert len(server.requests) == 1


async def test_a_wait_beyond_the_silent_limit_is_told_not_made(serve: Serve, waits: Waits) -> None:
    async def throttle(exchange: Exchange) -> None:
        await exchange.json({"detail": "Your rate limit resets in ~99999999s."}, 429)

    async with serve(throttle) as (client, server):
        with pytest.raises(RateLimitError) as caught:
            await create(client)
    assert caught.value.retry_after == 99_999_999
    assert len(server.requests) == 1
    assert waits.seconds == []


async def test_invalid_fields_name_the_inputs_they_are_about(serve: Serve) -> None:
    async def invalid(exchange: Exchange) -> None:
        await exchange.json(
            {
                "title": "Input validation failed",
                "detail": "- input: prompt is required\n- input.steps: Must be at least 1\n",
                "invalid_fields": [
                    {"type": "required", "field": "input", "description": "prompt is required"},
                    {"type": "number_gte", "field": "input.steps", "description": "Must be at least 1"},
                ],
            },
            422,
        )

    async with serve(invalid) as (client, _):
        with pytest.raises(UnprocessableEntityError) as caught:
            await create(client)
    assert [field.input_name for field in caught.value.invalid_fields] == ["prompt", "steps"]


async def test_the_held_answer_and_the_deadline_travel_as_headers(serve: Serve) -> None:
    async def created(exchange: Exchange) -> None:
        await exchange.json(CREATED, 201)

    async with serve(created) as (client, server):
        await client.predictions.create(version=VERSION, input={}, prefer="wait=5", cancel_after="2m")
    seen = server.requests[0]
    assert seen.headers["prefer"] == "wait=5"
    assert seen.headers["cancel-after"] == "2m"
    assert seen.headers["authorization"] == f"Bearer {TOKEN}"
    assert seen.json() == {"version": VERSION, "input": {}}


async def test_a_kept_connection_that_closes_as_the_create_leaves_makes_no_second_one(serve: Serve) -> None:
    async def script(exchange: Exchange) -> None:
        # The answer says that the connection stays, and then it does not.
        await exchange.json({"id": "p1", "status": "starting"}, 201, Connection="keep-alive")
        exchange.keeps_open = False

    outcomes = {"made": 0, "unknown": 0}
    async with serve(script) as (client, server):
        for _ in range(100):
            try:
                await client.predictions.create(version="v", input={})
                outcomes["made"] += 1
            except RequestOutcomeUnknownError:
                outcomes["unknown"] += 1
    assert outcomes["made"] <= len(server.requests) <= sum(outcomes.values()) == 100
