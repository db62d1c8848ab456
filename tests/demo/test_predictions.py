"""Predictions over real sockets: created in three ways, followed to the end, canceled, refused."""

from typing import Any

import httpx
import pytest

from tests.demo.models import COLD, CRASHER, ENDLESS, FAILER, GREETER, PAINTER, READER
from tests.support.demo import FAST


async def run(api: httpx.AsyncClient, version: str, **given: Any) -> dict[str, Any]:
    """Create a prediction, wait for its end, and return what GET says then."""
    created = await api.post("/predictions", json={"version": version, "input": given}, headers={"Prefer": "wait=20"})
    assert created.status_code == 201, created.text
    return dict((await api.get(f"/predictions/{created.json()['id']}")).json())


async def start(api: httpx.AsyncClient, version: str = ENDLESS.version, **given: Any) -> dict[str, Any]:
    created = await api.post("/predictions", json={"version": version, "input": given})
    assert created.status_code == 201, created.text
    return dict(created.json())


async def test_a_pinned_version_runs_to_its_end(api: httpx.AsyncClient) -> None:
    ended = await run(api, GREETER.version, text="world")
    assert (ended["status"], ended["output"], ended["error"]) == ("succeeded", "hello world", None)
    assert (ended["model"], ended["version"]) == ("tests/greeter", GREETER.version)
    assert ended["input"] == {"text": "world"}
    assert set(ended["metrics"]) == {"predict_time", "total_time"}
    assert ended["logs"].startswith("Demo: this is a local stand-in for tests/greeter")
    assert "stream" not in ended["urls"]


@pytest.mark.parametrize("version", ["b" * 64, f"tests/greeter:{'b' * 64}"])
async def test_an_older_version_runs_by_either_name(api: httpx.AsyncClient, version: str) -> None:
    assert (await run(api, version, text="x"))["version"] == "b" * 64


async def test_an_official_model_hides_its_version(api: httpx.AsyncClient) -> None:
    created = await api.post("/models/tests/streamer/predictions", json={"input": {"text": "a b"}})
    assert (created.status_code, created.json()["version"]) == (201, "hidden")
    assert (await run(api, "tests/streamer", text="a b"))["version"] == "hidden"


@pytest.mark.parametrize("name", ["tests/greeter", "tests/nothing"])
async def test_the_model_route_is_for_official_models(api: httpx.AsyncClient, name: str) -> None:
    refused = await api.post(f"/models/{name}/predictions", json={"input": {"text": "a"}})
    assert refused.status_code == 404
    assert refused.json() == {"detail": "The requested resource could not be found.", "status": 404}
    assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "version", ["9" * 64, "tests/greeter", "tests/greeter:latest", f"tests/painter:{'a' * 64}", ""]
)
async def test_a_version_that_does_not_exist_is_refused(api: httpx.AsyncClient, version: str) -> None:
    refused = await api.post("/predictions", json={"version": version, "input": {"text": "a"}})
    assert (refused.status_code, refused.json()["title"]) == (422, "Invalid version or not permitted")


async def test_input_that_does_not_fit_is_refused_in_the_service_s_words(api: httpx.AsyncClient) -> None:
    given = {"size": "huge", "count": 9}
    refused = await api.post("/predictions", json={"version": PAINTER.version, "input": given})
    assert refused.status_code == 422
    assert refused.json()["invalid_fields"] == [
        {"type": "required", "field": "input", "description": "text is required"},
        {
            "type": "enum",
            "field": "input.size",
            "description": 'input.size must be one of the following: "small", "large"',
        },
        {"type": "number_lte", "field": "input.count", "description": "Must be less than or equal to 4"},
    ]
    assert refused.json()["detail"].startswith("- input: text is required\n- input.size: ")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"input": {"text": "a"}}, "(root)"),
        ({"version": GREETER.version, "input": {"text": "a"}, "speed": 1}, "(root)"),
        ({"version": GREETER.version, "input": {"text": "a"}, "webhook": "http://hooks.example.net/"}, "webhook"),
        ({"version": GREETER.version, "input": {"text": "a"}, "webhook": "ftp:x"}, "webhook"),
        ({"version": GREETER.version, "input": [1]}, "input"),
        (
            {"version": GREETER.version, "input": {"text": "a"}, "webhook_events_filter": ["all"]},
            "webhook_events_filter.0",
        ),
    ],
)
async def test_a_request_that_is_not_in_order_is_refused(api: httpx.AsyncClient, body: Any, field: str) -> None:
    refused = await api.post("/predictions", json=body)
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json()["invalid_fields"]] == [field]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b"[" * 100_000])
async def test_a_body_that_is_no_object_is_refused(api: httpx.AsyncClient, content: bytes) -> None:
    refused = await api.post("/predictions", content=content)
    assert (refused.status_code, refused.json()["status"]) == (400, 400)


async def test_waiting_gets_the_output_before_the_status(api: httpx.AsyncClient) -> None:
    body = {"version": "tests/streamer", "input": {"text": "a b"}}
    created = await api.post("/predictions", json=body, headers={"Prefer": "wait=20"})
    early = created.json()
    assert created.headers["preference-applied"] == "wait=20"
    assert (early["status"], early["output"], early["logs"]) == ("processing", ["a ", "b ", ""], "")
    assert "metrics" not in early
    assert "completed_at" not in early
    ended = (await api.get(f"/predictions/{early['id']}")).json()
    assert (ended["status"], ended["output"]) == ("succeeded", ["a ", "b "])
    assert ended["metrics"]["output_token_count"] == 2


async def test_waiting_in_vain_says_starting(api: httpx.AsyncClient) -> None:
    body = {"version": ENDLESS.version, "input": {}}
    created = await api.post("/predictions", json=body, headers={"Prefer": "wait=1"})
    assert (created.status_code, created.json()["status"]) == (201, "starting")


async def test_a_failure_is_told_with_its_logs(api: httpx.AsyncClient) -> None:
    ended = await run(api, FAILER.version, text="out of memory")
    assert (ended["status"], ended["error"], ended["output"]) == ("failed", "out of memory", None)
    assert ended["logs"].endswith("about to fail")


async def test_a_bug_in_a_model_fails_its_run_only(api: httpx.AsyncClient) -> None:
    ended = await run(api, CRASHER.version, text="missing")
    assert (ended["status"], ended["error"]) == ("failed", "KeyError: 'missing'")
    assert "Traceback" in ended["logs"]
    assert (await run(api, GREETER.version, text="a"))["status"] == "succeeded"


async def test_cancel_ends_a_run_at_once(api: httpx.AsyncClient) -> None:
    created = await start(api)
    canceled = await api.post(f"/predictions/{created['id']}/cancel")
    assert canceled.status_code == 200
    assert (canceled.json()["status"], canceled.json()["logs"]) == ("canceled", None)
    ended = (await api.get(f"/predictions/{created['id']}")).json()
    assert (ended["status"], ended["output"]) == ("canceled", None)
    assert ended["completed_at"] is not None
    again = await api.post(f"/predictions/{created['id']}/cancel")
    assert (again.status_code, again.json()["status"]) == (200, "canceled")


async def test_an_unknown_prediction_is_not_found(api: httpx.AsyncClient) -> None:
    assert (await api.get("/predictions/nothing")).status_code == 404
    assert (await api.post("/predictions/nothing/cancel")).status_code == 404


@pytest.mark.parametrize(("model", "status"), [(COLD, "aborted"), (ENDLESS, "canceled")])
async def test_a_deadline_ends_a_run(api: httpx.AsyncClient, model: Any, status: str) -> None:
    given = {"text": "a"} if model is COLD else {}
    created = await api.post(
        "/predictions",
        json={"version": model.version, "input": given},
        headers={"Cancel-After": f"{round(FAST / 2)}s", "Prefer": "wait"},
    )
    assert "deadline" in created.json()
    assert created.json()["status"] == status


@pytest.mark.parametrize("duration", ["4s", "25h", "soon", "", "-5", "99999999999999999999"])
async def test_a_deadline_out_of_bounds_is_refused(api: httpx.AsyncClient, duration: str) -> None:
    body = {"version": GREETER.version, "input": {"text": "a"}}
    refused = await api.post("/predictions", json=body, headers={"Cancel-After": duration})
    assert refused.status_code == 422


async def test_secrets_are_used_and_never_shown(api: httpx.AsyncClient) -> None:
    ended = await run(api, READER.version, file="data:text/plain,abc", api_key="hunter2")
    assert ended["output"] == {"key": "hunter2", "size": 3}
    assert ended["input"]["api_key"] == "[REDACTED]"


@pytest.mark.parametrize(
    "url", ["https://example.org/cat.png", "http://127.0.0.1:1/v1/files/unknown", "data:x", "http://["]
)
async def test_inputs_from_elsewhere_fail_the_run(api: httpx.AsyncClient, url: str) -> None:
    body = {"version": READER.version, "input": {"file": url}}
    created = await api.post("/predictions", json=body, headers={"Prefer": "wait"})
    if created.status_code == 422:
        assert url == "http://["
    else:
        assert "on this machine" in created.json()["error"]


async def test_the_list_is_newest_first_and_filters_by_time(api: httpx.AsyncClient) -> None:
    first = await start(api, GREETER.version, text="first")
    second = await start(api, GREETER.version, text="second")
    listed = (await api.get("/predictions")).json()
    assert [each["id"] for each in listed["results"][:2]] == [second["id"], first["id"]]
    oldest = (await api.get(f"/predictions/{first['id']}")).json()
    after = await api.get("/predictions", params={"created_after": oldest["created_at"]})
    assert {first["id"], second["id"]} <= {each["id"] for each in after.json()["results"]}
    before = await api.get("/predictions", params={"created_before": oldest["created_at"]})
    assert not {first["id"], second["id"]} & {each["id"] for each in before.json()["results"]}
    assert (await api.get("/predictions", params={"created_before": "yesterday"})).status_code == 400
    assert (await api.get("/predictions", params={"source": "web"})).json()["results"] == []
    assert (await api.get("/predictions", params={"source": "api"})).status_code == 400
