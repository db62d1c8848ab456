"""The client as a whole: settings, copies, raw answers, low-level calls, run, use."""

import asyncio
import io
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from replicate_tui.api import (
    APIResponse,
    APITimeoutError,
    AsyncReplicate,
    ConfigurationError,
    DefaultAsyncHttpxClient,
    FileOutput,
    InvalidIdentifierError,
    ModelError,
    RequestOutcomeUnknownError,
    ResponseNotUnderstoodError,
    RetryPolicy,
    Timeouts,
    UnsafeURLError,
    WaitTimeoutError,
)
from replicate_tui.api.transport import Headers
from tests.api.conftest import TOKEN, Serve, Waits
from tests.support.raw_server import Exchange, raw_server
from tests.support.waiting import wait_for

HEX = "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa"
ID = "abcdefghijklmnopqrstuvwxyz"
ACCOUNT = {"type": "user", "username": "ada"}


async def echo(exchange: Exchange) -> None:
    await exchange.json({**ACCOUNT, "path": exchange.seen.path})


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("https://api.replicate.com", "https://api.replicate.com/v1"),
        ("https://api.replicate.com/", "https://api.replicate.com/v1"),
        ("https://api.replicate.com/v1", "https://api.replicate.com/v1"),
        ("https://api.replicate.com/v1/", "https://api.replicate.com/v1"),
        ("https://API.Replicate.com:443", "https://api.replicate.com/v1"),
        ("https://proxy.example.com/replicate", "https://proxy.example.com/replicate/v1"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1"),
        ("http://localhost:8080/v1", "http://localhost:8080/v1"),
        ("http://[::1]:8080", "http://[::1]:8080/v1"),
    ],
)
def test_base_urls(given: str, base: str) -> None:
    assert AsyncReplicate(bearer_token=TOKEN, base_url=given).base_url == base


@pytest.mark.parametrize(
    "given",
    [
        "http://api.replicate.com",
        "http://127.0.0.1.evil.test",
        "http://10.0.0.1",
        "ftp://api.replicate.com",
        "api.replicate.com",
        "https://",
        "https://user:pass@api.replicate.com",
        "https://api.replicate.com:0",
        "https://api.replicate.com:99999",
        "https://api.replicate.com\r\nX: y",
        "https://a b",
    ],
    ids=ascii,
)
def test_base_urls_that_cannot_work_or_are_not_safe(given: str) -> None:
    with pytest.raises(ConfigurationError):
        AsyncReplicate(bearer_token=TOKEN, base_url=given)


@pytest.mark.parametrize("token", ["a b", "a\r\nX: y", "tökn", "a\x00b", "a\tb"], ids=ascii)
def test_tokens_that_fit_no_header(token: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        AsyncReplicate(bearer_token=token)
    assert token not in str(caught.value)


async def test_settings_come_from_the_environment_unless_given(monkeypatch: pytest.MonkeyPatch) -> None:
    async with raw_server(echo) as server:
        monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_environment\n")
        monkeypatch.setenv("REPLICATE_BASE_URL", f"{server.url}/v1")
        async with AsyncReplicate() as client:
            await client.account.get()
        async with AsyncReplicate(api_token="r8_argument") as client:
            await client.account.get()
    sent = [seen.headers["authorization"] for seen in server.requests]
    assert sent == ["Bearer r8_environment", "Bearer r8_argument"]


async def test_a_copy_changes_what_is_named_and_keeps_the_rest(serve: Serve) -> None:
    async with serve(echo) as (client, server):
        other = client.copy(bearer_token="r8_other", max_retries=0, timeout=60.0)
        await other.account.get()
        await other.aclose()
        await client.account.get()
    sent = [seen.headers["authorization"] for seen in server.requests]
    assert sent == ["Bearer r8_other", f"Bearer {TOKEN}"]
    assert other.base_url == client.base_url
    assert server.connections == 1


async def test_a_raw_answer_has_status_headers_and_the_value(serve: Serve) -> None:
    async with serve(echo) as (client, _):
        raw = await client.account.with_raw_response.get()
    assert isinstance(raw, APIResponse)
    assert raw.status_code == 200
    assert isinstance(raw.headers, Headers)
    assert raw.headers["content-type"] == "application/json"
    assert (await raw.parse()).username == raw.parsed.username == "ada"
    assert await raw.json() == {**ACCOUNT, "path": "/v1/account"}


async def test_nested_families_and_lists_have_raw_answers_too(serve: Serve) -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.json({"results": [{"id": HEX}], "next": None})

    async with serve(script) as (client, _):
        raw = await client.models.versions.with_raw_response.list(model_owner="acme", model_name="fog")
    assert raw.status_code == 200
    assert (await raw.parse()).results[0].id == HEX


async def test_every_operation_has_a_raw_answer_from_the_client_itself(serve: Serve) -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.json({"query": "fog", "models": [], "results": [{"id": HEX}], "next": None, **ACCOUNT})

    async with serve(script) as (client, server):
        for call in (
            client.with_raw_response.search("fog", limit=5),
            client.search.with_raw_response(query="fog"),
            client.with_raw_response.account.get(),
            client.with_raw_response.models.versions.list(model_owner="acme", model_name="fog"),
            client.models.with_raw_response.versions.list(model_owner="acme", model_name="fog"),
        ):
            raw = await call
            assert (raw.status_code, raw.method) == (200, "GET")
            assert await raw.parse() is raw.parsed
        with pytest.raises(AttributeError, match="creat"):
            client.predictions.with_raw_response.creat(version=HEX, input={})
        with pytest.raises(AttributeError, match="run"):
            client.with_raw_response.run("a/b")
        with pytest.raises(AttributeError, match="misspelt"):
            _ = client.with_raw_response.misspelt
    assert len(server.requests) == 5


async def test_an_option_that_does_not_exist_is_refused_before_anything_is_sent(serve: Serve) -> None:
    wrong: Any = {"webook": "https://example.com"}
    async with serve(echo) as (client, server):
        with pytest.raises(TypeError, match=r"'webook' \(did you mean 'webhook'\?\)"):
            await client.predictions.create(version=HEX, input={"a": bytes(300_000)}, **wrong)
        with pytest.raises(TypeError, match="webook"):
            await client.run(HEX, {}, **wrong)
        with pytest.raises(TypeError, match="webook"):
            client.use(HEX, **wrong)
        with pytest.raises(TypeError, match="webook"):
            client.stream(HEX, {}, **wrong)
        with pytest.raises(TypeError, match="webook"):
            await client.trainings.create("v", model_owner="a", model_name="b", destination="c/d", input={}, **wrong)
        with pytest.raises(TypeError, match="webhook"):
            await client.predictions.get(ID, webhook="x")  # type: ignore[call-arg]
        with pytest.raises(TypeError, match="limit"):
            await client.models.list(limit=5)  # type: ignore[call-arg]
        with pytest.raises(TypeError, match="body"):
            await client.post("/custom", body={})
    assert server.requests == []


async def test_timeouts_of_httpx_are_understood(serve: Serve) -> None:
    async def hang(exchange: Exchange) -> None:
        await exchange.hang()

    steps = Timeouts(connect=1, read=0.1, write=1)
    async with serve(hang, timeout=DefaultAsyncHttpxClient(timeout=0.1).timeout, max_retries=0) as (client, _):
        for call in (client.account.get(), client.copy(timeout=30).account.get(timeout=steps)):
            started = time.monotonic()
            with pytest.raises(APITimeoutError):
                await call
            assert time.monotonic() - started < 5


async def test_a_long_timeout_of_a_client_handed_in_is_not_cut_short(waits: Waits) -> None:
    async with DefaultAsyncHttpxClient(timeout=600.0) as patient, DefaultAsyncHttpxClient(timeout=None) as endless:
        limits = [
            AsyncReplicate(bearer_token=TOKEN, http_client=own)._caller.timeouts.total for own in (patient, endless)
        ]
    assert limits == [600.0, None]


async def test_options_of_one_call(serve: Serve) -> None:
    async with serve(echo) as (client, server):
        await client.account.get(extra_headers={"X-Custom": "1"}, extra_query={"a": True}, timeout=5)
    assert server.requests[0].headers["x-custom"] == "1"
    assert server.requests[0].query == "a=true"


async def test_low_level_calls(serve: Serve) -> None:
    async with serve(echo) as (client, server):
        assert (await client.get("/custom/endpoint")).json()["path"] == "/v1/custom/endpoint"
        assert (await client.post("/custom", json={"key": "value"})).status_code == 200
        await client.request(method="PATCH", url="/custom", json={"a": 1}, headers={"X-Custom": "1"})
        await client.put("/custom", content=b"raw")
        await client.delete(f"{server.url}/v1/custom")
        await client.get("custom", params={"q": "a b"})
    methods = [f"{seen.method} {seen.target}" for seen in server.requests]
    assert methods == [
        "GET /v1/custom/endpoint",
        "POST /v1/custom",
        "PATCH /v1/custom",
        "PUT /v1/custom",
        "DELETE /v1/custom",
        "GET /v1/custom?q=a+b",
    ]
    assert server.requests[1].json() == {"key": "value"}
    assert server.requests[3].body == b"raw"


@pytest.mark.parametrize("url", ["http://127.0.0.2:1/x", "//127.0.0.2/x", "https://api.replicate.com/v1", "\\\\evil"])
async def test_low_level_calls_stay_at_their_origin(serve: Serve, url: str) -> None:
    async with serve(echo) as (client, server):
        with pytest.raises(UnsafeURLError):
            await client.get(url)
    assert server.requests == []


async def test_a_post_of_ones_own_is_sent_once_too(serve: Serve) -> None:
    async def drop(exchange: Exchange) -> None:
        exchange.reset()

    async with serve(drop) as (client, server):
        with pytest.raises(RequestOutcomeUnknownError):
            await client.post("/custom", json={})
    assert len(server.requests) == 1


async def test_a_client_handed_in_is_used_and_left_open(waits: Waits) -> None:
    async with raw_server(echo) as server, DefaultAsyncHttpxClient(headers={"X-Mine": "1"}) as own:
        async with AsyncReplicate(bearer_token=TOKEN, base_url=server.url, http_client=own) as client:
            await client.account.get()
        assert not own.is_closed
    assert server.requests[0].headers["x-mine"] == "1"
    assert server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


async def test_a_create_over_a_client_handed_in_is_sent_once_too(waits: Waits) -> None:
    async def drop(exchange: Exchange) -> None:
        exchange.reset()

    async with raw_server(drop) as server, DefaultAsyncHttpxClient() as own:
        client = AsyncReplicate(bearer_token=TOKEN, base_url=server.url, http_client=own, retry_policy=waits.policy())
        with pytest.raises(RequestOutcomeUnknownError):
            await client.predictions.create(version=HEX, input={})
    assert len(server.requests) == 1


class Platform:
    """A small Replicate: one official model, one community model, one that fails."""

    def __init__(self, *, output: Any = None, status: str = "succeeded", concatenates: bool = False) -> None:
        self.output = output
        self.status = status
        display = {"x-cog-array-display": "concatenate"} if concatenates else {}
        self.schema = {"components": {"schemas": {"Output": {"type": "array", **display}}}}
        self.asked = 0

    async def script(self, exchange: Exchange) -> None:
        match exchange.seen.method, exchange.seen.path:
            case "POST", "/v1/models/acme/official/predictions":
                await exchange.json(self._run("starting", model="acme/official", version="hidden"), 201)
            case "POST", "/v1/models/acme/community/predictions":
                await exchange.json({"detail": "The requested resource could not be found.", "status": 404}, 404)
            case "POST", "/v1/predictions":
                await exchange.json(self._run("processing", model="acme/community", output="preview"), 201)
            case "GET", "/v1/models/acme/empty":
                await exchange.json({"owner": "acme", "name": "empty", "latest_version": None})
            case "GET", path if path.startswith("/v1/models/"):
                version = {"id": HEX, "openapi_schema": self.schema}
                await exchange.json({"owner": "acme", "name": path.split("/")[-1], "latest_version": version})
            case "GET", path if path.startswith("/v1/predictions/"):
                self.asked += 1
                if self.asked < 3:
                    await exchange.json(self._run("processing"))
                else:
                    await exchange.json(self._run(self.status, output=self.output, error="out of memory"))
            case _:
                await exchange.json({"detail": "no"}, 404)

    def _run(self, status: str, **fields: Any) -> dict[str, Any]:
        return {"id": ID, "model": "acme/official", "version": HEX, "status": status, **fields}


@pytest.mark.parametrize(
    ("ref", "routes"),
    [
        ("acme/official", ["POST /v1/models/acme/official/predictions"]),
        (
            "acme/community",
            ["POST /v1/models/acme/community/predictions", "GET /v1/models/acme/community", "POST /v1/predictions"],
        ),
        (f"acme/community:{HEX}", ["POST /v1/predictions"]),
        (HEX, ["POST /v1/predictions"]),
        ("https://replicate.com/acme/official", ["POST /v1/models/acme/official/predictions"]),
    ],
)
async def test_run_takes_the_route_that_fits(serve: Serve, ref: str, routes: list[str]) -> None:
    platform = Platform(output="fog")
    async with serve(platform.script) as (client, server):
        assert await client.run(ref, {"prompt": "fog"}) == "fog"
    made = [f"{seen.method} {seen.path}" for seen in server.requests]
    assert made == [*routes, *[f"GET /v1/predictions/{ID}"] * 3]
    created = next(seen for seen in server.requests if seen.path.endswith("/predictions") and seen.method == "POST")
    assert created.headers["prefer"] == "wait"


async def test_create_by_name_takes_the_route_that_fits(serve: Serve) -> None:
    platform = Platform()
    async with serve(platform.script) as (client, server):
        made = await client.predictions.create(
            model="acme/community", input={"prompt": "fog"}, webhook="https://a.test"
        )
        with pytest.raises(InvalidIdentifierError, match="no version"):
            await client.predictions.create(model="acme/empty", input={})
    assert made.id == ID
    assert server.requests[2].json() == {"version": HEX, "input": {"prompt": "fog"}, "webhook": "https://a.test"}


async def test_an_answer_about_another_run_is_not_taken_for_the_one_asked_for(serve: Serve) -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.json({"id": "other", "status": "succeeded", "output": "not yours"})

    async with serve(script) as (client, _):
        for call in (
            client.predictions.get("mine"),
            client.predictions.cancel("mine"),
            client.predictions.wait("mine"),
            client.trainings.get("mine"),
            client.trainings.wait("mine"),
        ):
            with pytest.raises(ResponseNotUnderstoodError, match="another run"):
                await call


async def test_times_of_a_list_may_be_datetimes(serve: Serve) -> None:
    async def script(exchange: Exchange) -> None:
        await exchange.json({"results": [], "next": None})

    after = datetime(2026, 5, 2, 10, 11, 12, tzinfo=UTC)
    async with serve(script) as (client, server):
        await client.predictions.list(created_after=after, created_before="2026-06-01")
        await client.predictions.list(created_after=after.astimezone().replace(tzinfo=None))
    first, second = (parse_qs(seen.query) for seen in server.requests)
    assert first == {"created_after": ["2026-05-02T10:11:12+00:00"], "created_before": ["2026-06-01"]}
    assert datetime.fromisoformat(second["created_after"][0]) == after


async def test_a_file_is_sent_once_whichever_routes_are_tried(serve: Serve) -> None:
    platform = Platform(output="fog")

    async def script(exchange: Exchange) -> None:
        if exchange.seen.path == "/v1/files":
            await exchange.json({"id": "f1", "urls": {"get": "https://api.replicate.com/v1/files/f1"}}, 201)
        else:
            await platform.script(exchange)

    opened = io.BytesIO(b"..picture")
    opened.seek(2)
    async with serve(script) as (client, server):
        await client.run("acme/community", {"image": opened}, file_encoding_strategy="url")
    uploads = [seen for seen in server.requests if seen.path == "/v1/files"]
    assert len(uploads) == 1
    assert b"\r\n\r\npicture\r\n" in uploads[0].body
    assert opened.tell() == 2


async def test_run_takes_objects_of_the_api(serve: Serve) -> None:
    platform = Platform(output="fog")
    async with serve(platform.script) as (client, server):
        model = await client.models.get("acme/community")
        assert model.latest_version is not None
        platform.asked = 3
        assert await client.run(model.latest_version, {}) == "fog"
        assert await client.run(model, {}) == "fog"
    assert server.requests[1].json()["version"] == HEX


@pytest.mark.parametrize(
    ("wait", "header"), [(30, "wait=30"), (0.4, "wait=1"), (True, "wait"), (False, None), (500, "wait=60")]
)
async def test_how_long_the_service_may_hold_its_answer(serve: Serve, wait: Any, header: str | None) -> None:
    async with serve(Platform(output="fog").script) as (client, server):
        await client.run("acme/official", {}, wait=wait)
    assert server.requests[0].headers.get("prefer") == header


async def test_files_of_an_output_are_files_unless_not_wanted(serve: Serve) -> None:
    urls = ["https://replicate.delivery/a.png", "https://replicate.delivery/b.png"]
    async with serve(Platform(output=urls).script) as (client, _):
        files = await client.run("acme/official", {})
        assert [type(file) for file in files] == [FileOutput, FileOutput]
        assert [file.url for file in files] == urls
        assert await client.run("acme/official", {}, use_file_output=False) == urls


async def test_urls_of_an_answer_lead_nowhere_else(serve: Serve) -> None:
    async def elsewhere(exchange: Exchange) -> None:
        await exchange.json({"id": ID, "status": "succeeded", "output": "stolen"})

    async with raw_server(elsewhere, host="127.0.0.2") as foreign:
        urls = dict.fromkeys(("get", "cancel", "web", "stream"), f"{foreign.url}/v1/predictions/{ID}")
        statuses = iter(["starting", "processing", "succeeded"])

        async def script(exchange: Exchange) -> None:
            status = next(statuses, "canceled")
            await exchange.json({"id": ID, "status": status, "output": urls["get"], "urls": urls}, 201)

        async with serve(script) as (client, server):
            assert await client.run("acme/official", {}) == urls["get"]
            assert [event async for event in client.predictions.stream(ID)]
            await client.predictions.cancel(ID)
            assert len(server.requests) == 5
    assert foreign.requests == []


@pytest.mark.parametrize("status", ["failed", "canceled", "aborted"])
async def test_a_run_that_did_not_succeed_raises(serve: Serve, status: str) -> None:
    async with serve(Platform(status=status).script) as (client, _):
        with pytest.raises(ModelError, match=f"prediction {status}: out of memory") as caught:
            await client.run("acme/official", {})
    assert caught.value.prediction.id == ID


async def test_a_model_without_a_version_cannot_run(serve: Serve) -> None:
    async with serve(Platform().script) as (client, _):
        with pytest.raises(InvalidIdentifierError, match="no version"):
            await client.run("acme/empty", {})


@pytest.mark.parametrize("ref", ["", "acme", "acme/", "a/b/c", "acme/fog:", ID, 7, None, "https://evil.test/a/b"])
async def test_what_names_no_model_is_refused_before_anything_is_sent(serve: Serve, ref: Any) -> None:
    async with serve(Platform().script) as (client, server):
        with pytest.raises(InvalidIdentifierError):
            await client.run(ref, {})
    assert server.requests == []


async def test_use_makes_a_function_of_a_model(serve: Serve) -> None:
    platform = Platform(output=["fo", "g", ""], concatenates=True)
    async with serve(platform.script) as (client, server):
        fogbank = client.use("acme/official")
        assert await fogbank(prompt="fog") == "fog"
        assert await fogbank(prompt="fog") == "fog"
        assert (await fogbank.create(prompt="fog")).id == ID
    assert server.requests[0].json() == {"input": {"prompt": "fog"}}
    assert len([seen for seen in server.requests if seen.path == "/v1/models/acme/official"]) == 1


async def test_use_keeps_lists_that_are_no_text(serve: Serve) -> None:
    async with serve(Platform(output=["a", "b"]).script) as (client, _):
        assert await client.use("acme/official")() == ["a", "b"]


async def test_use_streams(serve: Serve) -> None:
    async with serve(Platform(output=["fo", "g"]).script) as (client, _):
        fogbank = client.use("acme/official", streaming=True)
        assert [piece async for piece in fogbank(prompt="fog")] == ["fo", "g"]
        assert [piece async for piece in await fogbank(prompt="fog")] == ["fo", "g"]


async def test_waiting_ends_in_time_and_says_what_it_saw(serve: Serve) -> None:
    platform = Platform()
    platform.asked = -10_000_000

    async def script(exchange: Exchange) -> None:
        await platform.script(exchange)

    async with serve(script, retry_policy=RetryPolicy()) as (client, _):
        with pytest.raises(WaitTimeoutError, match="still processing") as caught:
            await client.predictions.wait(prediction_id=ID, timeout=0.2)
    assert caught.value.run.status == "processing"


async def test_an_unheard_of_status_is_waited_on_and_aborted_is_final(serve: Serve) -> None:
    statuses = iter(["queued", "Succeeded", "warming", "aborted"])

    async def script(exchange: Exchange) -> None:
        await exchange.json({"id": ID, "status": next(statuses)})

    async with serve(script) as (client, server):
        assert (await client.trainings.wait(ID)).status == "aborted"
    assert [seen.path for seen in server.requests] == [f"/v1/trainings/{ID}"] * 4


async def test_a_watcher_asks_less_and_less() -> None:
    from replicate_tui.api.waiting import Pace

    pace = Pace(0.5)
    assert [pace.interval(asked) for asked in (0, 1, 100)] == [0.5, pytest.approx(0.65), 5.0]


async def test_100_runs_are_watched_with_at_most_10_requests_a_second(serve: Serve) -> None:
    asked: list[float] = []

    async def script(exchange: Exchange) -> None:
        asked.append(time.monotonic())
        await exchange.json({"id": exchange.seen.path.rpartition("/")[2], "status": "processing"})

    async with serve(script, retry_policy=RetryPolicy()) as (client, _):
        watches = [asyncio.create_task(client.predictions.wait(f"{number:026}")) for number in range(100)]
        try:
            await wait_for(lambda: len(asked) >= 15, "the first runs are asked for")
        finally:
            for watch in watches:
                watch.cancel()
            await asyncio.gather(*watches, return_exceptions=True)
    assert asked[-1] - asked[0] > (len(asked) - 2) / 10


async def test_per_call_timeouts_may_be_exact(serve: Serve) -> None:
    async with serve(Exchange.hang) as (client, _):
        with pytest.raises(TimeoutError):
            await client.account.get(timeout=Timeouts(read=0.1, total=None), max_retries=0)


def test_everything_that_is_exported_exists() -> None:
    import replicate_tui.api as api

    assert all(hasattr(api, name) for name in api.__all__)
    assert sorted(api.__all__) == sorted(set(api.__all__))


def test_only_the_transport_imports_httpx() -> None:
    package = Path(__file__).parents[2] / "replicate_tui"
    importing = [path.name for path in package.rglob("*.py") if "import httpx" in path.read_text()]
    assert importing == ["transport.py"]
