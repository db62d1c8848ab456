"""Reads are repeated when that can help, within the policy and the deadline, and never trip over a body."""

import asyncio
import gzip
import shutil
import socket
import ssl
import time
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from replicate_tui.api import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AsyncReplicate,
    AuthenticationError,
    ConfigurationError,
    InternalServerError,
    NotFoundError,
    RateLimitError,
    RequestOutcomeUnknownError,
    ResponseNotUnderstoodError,
)
from tests.api.conftest import TOKEN, Serve, Waits
from tests.support.raw_server import Exchange
from tests.support.waiting import wait_for

ACCOUNT = {"type": "user", "username": "ada"}


def then(*scripts: Callable[[Exchange], Awaitable[None]]) -> Callable[[Exchange], Awaitable[None]]:
    """One script for each request, the last for all that follow."""

    async def script(exchange: Exchange) -> None:
        await scripts[min(exchange.number, len(scripts) - 1)](exchange)

    return script


def status(code: int, body: object = None, **headers: str) -> Callable[[Exchange], Awaitable[None]]:
    async def script(exchange: Exchange) -> None:
        await exchange.json({"detail": "no"} if body is None else body, code, **headers)

    return script


async def well(exchange: Exchange) -> None:
    await exchange.json(ACCOUNT)


async def reset(exchange: Exchange) -> None:
    exchange.reset()


async def cut_body(exchange: Exchange) -> None:
    await exchange.head(200, Content_Length="100", Content_Type="application/json")
    await exchange.write(b'{"type"')


async def cut_gzip(exchange: Exchange) -> None:
    await exchange.reply(gzip.compress(b'{"type": "user", "username": "ada"}')[:-12], Content_Encoding="gzip")


@pytest.mark.parametrize("fault", [reset, cut_body, cut_gzip, status(500), status(502), status(503), status(520)])
async def test_a_read_is_repeated_after_a_passing_fault(
    serve: Serve, waits: Waits, fault: Callable[[Exchange], Awaitable[None]]
) -> None:
    async with serve(then(fault, fault, well)) as (client, server):
        assert (await client.account.get()).username == "ada"
    assert len(server.requests) == 3
    assert waits.seconds == [0.5, 1.0]


@pytest.mark.parametrize("code", [400, 401, 402, 403, 404, 409, 410, 413, 418, 422])
async def test_a_refusal_is_not_repeated(serve: Serve, code: int) -> None:
    async with serve(status(code)) as (client, server):
        with pytest.raises(APIStatusError) as caught:
            await client.account.get()
    assert caught.value.status_code == code
    assert len(server.requests) == 1


async def test_retries_end(serve: Serve, waits: Waits) -> None:
    async with serve(status(503)) as (client, server):
        with pytest.raises(InternalServerError):
            await client.account.get()
    assert len(server.requests) == 5
    assert waits.seconds == [0.5, 1.0, 2.0, 4.0]


async def test_jitter_is_full_and_capped() -> None:
    from replicate_tui.api import RetryPolicy

    drawn = iter([0.0, 0.5, 1.0])
    policy = RetryPolicy(jitter=lambda: next(drawn))
    assert [policy.backoff(9), policy.backoff(1), policy.backoff(9)] == [0.0, 0.5, 8.0]


@pytest.mark.parametrize(
    ("headers", "body", "wait"),
    [
        ({"Retry_After": "2"}, {}, 2),
        ({"Retry_After": "0.5"}, {}, 0.5),
        ({"Retry_After": "Wed, 21 Oct 2026 07:28:20 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, {}, 20),
        ({"Retry_After": "Wed, 21 Oct 2026 07:00:00 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, {}, 0),
        ({}, {"detail": "Request was throttled.", "retry_after": 7}, 7),
        ({}, {"detail": "Request was throttled. Your rate limit resets in ~30s."}, 30),
        ({}, {"detail": "Request was throttled. Expected available in 1 second."}, 1),
        ({"Retry_After": "-10"}, {"retry_after": 3}, 3),
        ({"Retry_After": "soon"}, {"retry_after": "4"}, 4),
    ],
)
async def test_the_service_says_how_long_to_wait(
    serve: Serve, waits: Waits, headers: dict[str, str], body: object, wait: float
) -> None:
    async with serve(then(status(429, body, **headers), well)) as (client, _):
        await client.account.get()
    assert waits.seconds == [pytest.approx(wait + 0.1)]


@pytest.mark.parametrize("said", ["nan", "inf", "1e999", "-1", "", "Retry"])
async def test_a_wait_that_makes_no_sense_is_our_own_back_off(serve: Serve, waits: Waits, said: str) -> None:
    async with serve(then(status(429, {"retry_after": said}, Retry_After=said), well)) as (client, _):
        await client.account.get()
    assert waits.seconds == [1.0]


async def test_waits_together_stay_within_the_silent_limit(serve: Serve, waits: Waits) -> None:
    async with serve(status(429, Retry_After="25")) as (client, server):
        with pytest.raises(RateLimitError) as caught:
            await client.account.get()
    assert caught.value.retry_after == 25
    assert len(server.requests) == 3
    assert sum(waits.seconds) < 60


async def test_a_wait_the_service_asked_for_does_not_use_up_the_time_of_the_call(serve: Serve) -> None:
    from replicate_tui.api import RetryPolicy

    policy = RetryPolicy(jitter=lambda: 0.0)
    async with serve(then(status(429, Retry_After="0.4"), well), retry_policy=policy) as (client, _):
        assert (await client.account.get(timeout=0.3)).username == "ada"


@pytest.mark.parametrize("piece", [b"", b"x"])
async def test_a_call_ends_at_its_deadline_whatever_drips(serve: Serve, piece: bytes) -> None:
    async def drip(exchange: Exchange) -> None:
        await exchange.head(200, Content_Length="100000", Content_Type="application/json")
        while True:
            await exchange.write(piece)
            await asyncio.sleep(0.02)

    async with serve(drip) as (client, server):
        started = time.monotonic()
        with pytest.raises(APITimeoutError):
            await client.account.get(timeout=0.3)
    assert time.monotonic() - started < 2
    assert len(server.requests) == 1


async def test_the_hook_of_one_call_is_told_too(serve: Serve) -> None:
    told: list[tuple[float, str]] = []
    async with serve(then(status(503), well)) as (client, _):
        await client.account.get(on_wait=lambda seconds, reason: told.append((seconds, reason)))
    assert told == [(0.5, "status 503")]


async def test_a_wrong_token_is_one_request(serve: Serve) -> None:
    body = {"title": "Unauthenticated", "detail": "You did not pass a valid authentication token", "status": 401}
    async with serve(status(401, body)) as (client, server):
        with pytest.raises(AuthenticationError, match="Unauthenticated: You did not pass a valid"):
            await client.account.get()
    assert len(server.requests) == 1


GOOD = b'{"type": "user", "username": "ada"}'


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(GOOD), "gzip"),
        (zlib.compress(GOOD), "deflate"),
        (GOOD, "identity"),
        (b"\xef\xbb\xbf" + GOOD, "identity"),
    ],
    # Named, since gzip puts the time into its bytes and every worker must find the same tests.
    ids=["gzip", "deflate", "plain", "byte order mark"],
)
async def test_bodies_are_decoded(serve: Serve, body: bytes, encoding: str) -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.reply(body, Content_Encoding=encoding)

    async with serve(script) as (client, _):
        assert (await client.account.get()).username == "ada"


@pytest.mark.parametrize(
    ("body", "headers", "said"),
    [
        (b"", {}, "not JSON"),
        (b"<html>captive portal</html>", {"Content_Type": "text/html"}, "web page"),
        (b"\n<!doctype html>", {}, "web page"),
        (b"[1,2]", {}, "expected an object, got a list"),
        (b'"ok"', {}, "got a text"),
        (b"null", {}, "got null"),
        (b'{"type": "user"', {}, "not JSON"),
        (b'{"type": "user", "username": NaN}', {}, "not JSON"),
        (b"[" * 100_000, {}, "nested too deeply"),
        (b'{"type": "user", "username": ' + b"9" * 5_000 + b"}", {}, "not JSON"),
        (b'{"type": "user"}', {}, "username"),
        (GOOD, {"Content_Encoding": "gzip"}, "not compressed as it says"),
        (GOOD, {"Content_Encoding": "br"}, "nobody asked for"),
    ],
)
async def test_a_body_that_is_not_the_apis_is_named(
    serve: Serve, body: bytes, headers: dict[str, str], said: str
) -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.reply(body, **headers)

    async with serve(script) as (client, server):
        with pytest.raises(ResponseNotUnderstoodError, match=said):
            await client.account.get()
    assert len(server.requests) == 1


async def test_a_bomb_stops_at_the_limit(serve: Serve) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1_048_576)) for _ in range(300)) + packer.flush()

    async def script(exchange: Exchange) -> None:
        await exchange.reply(bomb, Content_Encoding="gzip")

    async with serve(script) as (client, _):
        started = time.monotonic()
        with pytest.raises(ResponseNotUnderstoodError, match="larger than 64 MB"):
            await client.account.get()
    assert time.monotonic() - started < 2


async def test_headers_without_end_are_a_broken_connection(serve: Serve) -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.write(b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 100 + b"\r\n" * 1)
        for _ in range(4_000):
            await exchange.write(b"X-B: " + b"b" * 100 + b"\r\n")

    async with serve(script) as (client, _):
        with pytest.raises(APIConnectionError):
            await client.account.get(max_retries=0)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_redirects_of_the_api_are_not_followed(serve: Serve, code: int) -> None:
    async with serve(status(code, {}, Location="/v1/account")) as (client, server):
        with pytest.raises(APIStatusError):
            await client.account.get()
    assert len(server.requests) == 1


async def test_a_slot_is_left_for_cancels_while_reads_hang(serve: Serve) -> None:
    canceled = {"id": "abcdefghijklmnopqrstuvwxyz", "status": "canceled"}

    async def script(exchange: Exchange) -> None:
        if exchange.seen.method == "POST":
            await exchange.json(canceled)
        else:
            await exchange.hang()

    async with serve(script) as (client, server):
        reads = [asyncio.create_task(client.account.get()) for _ in range(40)]
        try:
            await wait_for(lambda: len(server.requests) >= 15, "the reads fill their slots")
            assert (await client.predictions.cancel("abcdefghijklmnopqrstuvwxyz", timeout=5)).status == "canceled"
            assert len([seen for seen in server.requests if seen.method == "GET"]) == 15
        finally:
            for read in reads:
                read.cancel()
            await asyncio.gather(*reads, return_exceptions=True)


async def test_cancels_are_repeated(serve: Serve) -> None:
    async with serve(then(reset, status(500), status(200, {"id": "a" * 26, "status": "canceled"}))) as (client, server):
        await client.predictions.cancel("a" * 26)
    assert [seen.path for seen in server.requests] == [f"/v1/predictions/{'a' * 26}/cancel"] * 3


async def test_search_by_query_method_is_sent_once_and_raw(serve: Serve) -> None:
    async with serve(then(status(500), well)) as (client, server):
        with pytest.raises(InternalServerError):
            await client.models.search("llama 🦙")
    assert len(server.requests) == 1
    assert server.requests[0].method == "QUERY"
    assert server.requests[0].body == "llama 🦙".encode()
    assert server.requests[0].headers["content-type"] == "text/plain"


async def test_ids_cannot_climb_to_another_route(serve: Serve) -> None:
    async with serve(status(404)) as (client, server):
        for odd in ("../../account", "a/b", "a?b=c", "a#b", "%2e%2e", "a b", "\x00", "é"):
            with pytest.raises(NotFoundError):
                await client.predictions.get(odd)
    prefix = "/v1/predictions/"
    assert all(seen.target.startswith(prefix) for seen in server.requests)
    assert all("/" not in seen.target.removeprefix(prefix) and "?" not in seen.target for seen in server.requests)


@pytest.mark.parametrize("id", ["", ".", ".."])
async def test_dots_and_nothing_are_no_ids(serve: Serve, id: str) -> None:
    async with serve(well) as (client, server):
        with pytest.raises(ValueError, match="not an id"):
            await client.predictions.get(id)
    assert server.requests == []


async def test_headers_that_cannot_be_sent_are_the_callers_mistake(serve: Serve) -> None:
    async with serve(well) as (client, server):
        with pytest.raises(ConfigurationError):
            await client.account.get(extra_headers={"X-Evil": "a\r\nAuthorization: b"})
    assert server.requests == []


async def test_cookies_are_not_kept(serve: Serve) -> None:
    async with serve(status(200, ACCOUNT, Set_Cookie="session=1; Path=/")) as (client, server):
        await client.account.get()
        await client.account.get()
    assert "cookie" not in server.requests[1].headers


async def test_without_a_token_no_header_is_sent(serve: Serve) -> None:
    async with serve(status(200, {"query": "fog", "models": []}), bearer_token=None) as (client, server):
        await client.search("fog", limit=5)
    assert "authorization" not in server.requests[0].headers
    assert server.requests[0].query == "query=fog&limit=5"


async def test_the_token_is_in_no_text_of_the_client_or_its_errors(serve: Serve) -> None:
    async with serve(status(500)) as (client, _):
        with pytest.raises(InternalServerError) as caught:
            await client.account.get()
        shown = repr(client) + repr(caught.value) + repr(caught.value.response) + repr(vars(client))
    assert TOKEN not in shown


async def test_the_proxy_settings_do_not_carry_loopback_requests_away(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with serve(well) as (client, _):
        assert (await client.account.get()).username == "ada"


async def test_a_client_can_be_used_after_one_loop_ended() -> None:
    async with AsyncReplicate(bearer_token=TOKEN) as client:
        assert client.base_url == "https://api.replicate.com/v1"


async def test_a_deadline_between_two_tries_tells_what_the_last_one_said(serve: Serve) -> None:
    from replicate_tui.api import RetryPolicy

    async with serve(status(503), retry_policy=RetryPolicy(jitter=lambda: 1.0)) as (client, server):
        with pytest.raises(InternalServerError):
            await client.account.get(timeout=0.3)
    assert len(server.requests) == 1


async def test_a_web_page_in_place_of_a_readme_is_named(serve: Serve) -> None:
    async def portal(exchange: Exchange) -> None:
        await exchange.reply(b"<html>sign in</html>", Content_Type="text/html; charset=utf-8")

    async with serve(portal) as (client, _):
        with pytest.raises(ResponseNotUnderstoodError, match="web page"):
            await client.models.readme.get(model_owner="acme", model_name="fog")


async def test_a_host_that_takes_connections_and_reads_nothing_ends_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        async with AsyncReplicate(bearer_token=TOKEN, base_url=url, timeout=0.2) as client:
            with pytest.raises(APITimeoutError):
                await client.account.get()
            with pytest.raises(RequestOutcomeUnknownError):
                await client.predictions.create(version="v", input={})


async def test_a_flood_of_informational_answers_ends_at_the_deadline(serve: Serve) -> None:
    async def flood(exchange: Exchange) -> None:
        while True:
            await exchange.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            await asyncio.sleep(0.01)

    async with serve(flood, timeout=0.3) as (client, _):
        with pytest.raises(APITimeoutError):
            await client.account.get()


async def test_a_certificate_that_proves_nothing_is_refused(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    making = await asyncio.create_subprocess_exec(
        *(openssl, "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-subj", "/CN=localhost"),
        *("-keyout", str(key), "-out", str(certificate)),
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await making.wait() == 0
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    seen: list[bytes] = []

    async def serve_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.read(1_000))
        writer.close()

    server = await asyncio.start_server(serve_tls, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    try:
        async with AsyncReplicate(bearer_token=TOKEN, base_url=f"https://localhost:{port}", max_retries=0) as client:
            with pytest.raises(APIConnectionError, match="CERTIFICATE"):
                await client.account.get()
            # Nothing was sent, so a create is certain not to exist.
            with pytest.raises(APIConnectionError, match="CERTIFICATE"):
                await client.predictions.create(version="v", input={})
    finally:
        server.close()
    assert seen == []


async def test_a_netrc_file_gives_no_password(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ada password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    async with serve(well) as (client, server), AsyncReplicate(base_url=server.url) as anonymous:
        await client.account.get()
        await anonymous.account.get()
    assert [seen.headers.get("authorization") for seen in server.requests] == [f"Bearer {TOKEN}", None]
