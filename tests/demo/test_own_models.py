"""The account's own models and their trainings over real sockets."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from replicate_tui.demo.server import DemoServer
from tests.demo.conftest import client_of
from tests.demo.models import GREETER, TRAINER
from tests.support.demo import make_demo

TRAIN = f"/models/tests/trainer/versions/{TRAINER.version}/trainings"
IMAGES = "data:application/zip;base64,UEsFBg=="


@pytest.fixture(scope="module")
def server() -> Any:
    with make_demo(speed=2000.0) as running:
        yield running


@pytest.fixture
async def api(server: DemoServer) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(server) as client:
        yield client


def creation(name: str, **more: Any) -> dict[str, Any]:
    return {"owner": "demo", "name": name, "visibility": "private", "hardware": "gpu-t4", **more}


async def make(api: httpx.AsyncClient, name: str, **more: Any) -> dict[str, Any]:
    made = await api.post("/models", json=creation(name, **more))
    assert made.status_code == 201, made.text
    return dict(made.json())


async def end_of(api: httpx.AsyncClient, training_id: str) -> dict[str, Any]:
    for _ in range(5000):
        training = (await api.get(f"/trainings/{training_id}")).json()
        if training["status"] in ("succeeded", "failed", "canceled"):
            return dict(training)
    raise AssertionError("the training does not end")


async def test_a_model_is_made_changed_and_deleted(api: httpx.AsyncClient) -> None:
    made = await make(api, "mine", description="first")
    assert (made["latest_version"], made["default_example"]) == (None, None)
    assert (made["visibility"], made["description"]) == ("private", "first")
    changed = await api.patch("/models/demo/mine", json={"description": "second", "readme": "# Mine"})
    assert changed.json()["description"] == "second"
    assert (await api.get("/models/demo/mine")).json() == changed.json()
    assert (await api.get("/models/demo/mine/readme")).text == "# Mine"
    links = {"github_url": "https://example.com/code", "weights_url": "https://example.com/weights"}
    assert links.items() <= (await api.patch("/models/demo/mine", json=links)).json().items()
    emptied = (await api.patch("/models/demo/mine", json={"github_url": "", "description": ""})).json()
    assert not emptied["github_url"]
    assert not emptied["description"]
    assert emptied["weights_url"] == links["weights_url"]
    assert (await api.get("/models/demo/mine/versions")).json()["results"] == []
    deleted = await api.delete("/models/demo/mine")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (await api.get("/models/demo/mine")).status_code == 404


@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        ({"hardware": "gpu-t5"}, 400, "/hardware"),
        ({"visibility": "secret"}, 400, "/visibility"),
        ({"owner": "somebody"}, 400, "/owner"),
        ({"name": "Bad Name"}, 400, "/name"),
        ({"github_url": "no url"}, 400, "/github_url"),
        ({"name": 7}, 400, "/name"),
    ],
)
async def test_a_model_that_is_not_in_order_is_refused(
    api: httpx.AsyncClient, change: dict[str, Any], status: int, pointer: str
) -> None:
    refused = await api.post("/models", json=creation("refused") | change)
    assert refused.status_code == status
    assert [each["pointer"] for each in refused.json()["errors"]] == [pointer]


async def test_missing_fields_are_pointed_at(api: httpx.AsyncClient) -> None:
    refused = (await api.post("/models", json={"name": "x"})).json()
    assert refused["title"] == "Validation failed"
    assert [each["pointer"] for each in refused["errors"]] == ["/owner", "/visibility", "/hardware"]
    assert "Your options are: cpu, " in (await api.post("/models", json=creation("x", hardware="x"))).json()["detail"]


async def test_a_name_is_taken_once(api: httpx.AsyncClient) -> None:
    await make(api, "taken")
    refused = await api.post("/models", json=creation("taken"))
    assert refused.status_code == 409
    assert refused.json()["errors"] == [{"detail": "A model with that name and owner already exists."}]


async def test_other_people_s_models_stay_as_they_are(api: httpx.AsyncClient) -> None:
    assert (await api.patch("/models/tests/greeter", json={"description": "x"})).status_code == 403
    assert (await api.delete("/models/tests/greeter")).status_code == 403
    assert (await api.delete(f"/models/tests/greeter/versions/{GREETER.version}")).status_code == 403
    assert (await api.delete("/models/demo/unknown")).status_code == 404


async def test_a_public_model_cannot_be_deleted(api: httpx.AsyncClient) -> None:
    await make(api, "shown", visibility="public")
    assert (await api.delete("/models/demo/shown")).status_code == 403


async def test_a_training_pushes_a_version_that_runs(api: httpx.AsyncClient) -> None:
    await make(api, "tuned")
    body = {"destination": "demo/tuned", "input": {"input_images": IMAGES, "steps": 121}}
    created = await api.post(TRAIN, json=body)
    assert (created.status_code, created.json()["status"]) == (201, "starting")
    training = created.json()["id"]
    assert created.json()["urls"]["get"].endswith(f"/v1/predictions/{training}")
    ended = await end_of(api, training)
    assert ended["status"] == "succeeded"
    assert ended["urls"]["get"].endswith(f"/v1/trainings/{training}")
    assert ended["metrics"]["training_step_count"] == 121
    logs = ended["logs"].split("\n")
    assert logs[0].startswith("Demo: this only looks like a training")
    assert any("100%|██████████| 121/121" in line for line in logs)
    assert sum("loss=" in line for line in logs) >= 50
    assert any("checkpoint" in line for line in logs)
    version = ended["output"]["version"]
    assert version.startswith("demo/tuned:")
    assert (await api.get(ended["output"]["weights"])).status_code == 200
    model = (await api.get("/models/demo/tuned")).json()
    assert model["latest_version"]["id"] == version.rpartition(":")[2]
    run = await api.post("/predictions", json={"version": version, "input": {"text": "me"}}, headers={"Prefer": "wait"})
    assert (run.json()["output"], run.json()["model"]) == ("hello me", "demo/tuned")
    assert (await api.get(f"/predictions/{training}")).json()["id"] == training
    assert training in [each["id"] for each in (await api.get("/trainings")).json()["results"]]
    assert training not in [each["id"] for each in (await api.get("/predictions")).json()["results"]]


async def test_a_version_that_is_needed_stays(api: httpx.AsyncClient) -> None:
    await make(api, "brief")
    body = {"destination": "demo/brief", "input": {"input_images": IMAGES, "steps": 10}}
    ended = await end_of(api, (await api.post(TRAIN, json=body)).json()["id"])
    version = ended["output"]["version"].rpartition(":")[2]
    assert (await api.delete("/models/demo/brief")).status_code == 403
    deployment = {
        "name": "uses-it",
        "model": "demo/brief",
        "version": version,
        "hardware": "cpu",
        "min_instances": 0,
        "max_instances": 1,
    }
    assert (await api.post("/deployments", json=deployment)).status_code == 200
    assert (await api.delete(f"/models/demo/brief/versions/{version}")).status_code == 403


async def test_a_version_is_deleted_with_its_runs(api: httpx.AsyncClient) -> None:
    await make(api, "short")
    body = {"destination": "demo/short", "input": {"input_images": IMAGES, "steps": 10}}
    ended = await end_of(api, (await api.post(TRAIN, json=body)).json()["id"])
    version = ended["output"]["version"].rpartition(":")[2]
    run = await api.post("/predictions", json={"version": version, "input": {"text": "a"}}, headers={"Prefer": "wait"})
    deleted = await api.delete(f"/models/demo/short/versions/{version}")
    assert (deleted.status_code, deleted.content) == (202, b"")
    assert (await api.get(f"/predictions/{run.json()['id']}")).status_code == 404
    assert (await api.get(f"/models/demo/short/versions/{version}")).status_code == 404
    assert (await api.delete(f"/models/demo/short/versions/{version}")).status_code == 404
    assert (await api.delete("/models/demo/short")).status_code == 204


async def test_a_training_fails_half_way(api: httpx.AsyncClient) -> None:
    await make(api, "diverged")
    given = {"input_images": IMAGES, "steps": 100, "learning_rate": 2}
    created = await api.post(TRAIN, json={"destination": "demo/diverged", "input": given})
    ended = await end_of(api, created.json()["id"])
    assert ended["status"] == "failed"
    assert "learning rate 2 is too high" in ended["error"]
    assert "step=49" in ended["logs"]
    assert (await api.get("/models/demo/diverged")).json()["latest_version"] is None


async def test_a_training_is_canceled(own_demo: Callable[..., DemoServer]) -> None:
    async with client_of(own_demo(speed=1.0)) as api:
        await make(api, "stopped")
        body = {"destination": "demo/stopped", "input": {"input_images": IMAGES}}
        training = (await api.post(TRAIN, json=body)).json()["id"]
        canceled = await api.post(f"/trainings/{training}/cancel")
        assert (canceled.status_code, canceled.json()["status"]) == (200, "canceled")
        assert (await api.post(f"/trainings/{training}/cancel")).json()["status"] == "canceled"


@pytest.mark.parametrize(
    ("path", "change", "status"),
    [
        (TRAIN, {"destination": "demo/unknown"}, 404),
        (TRAIN, {"destination": "no name"}, 404),
        (TRAIN, {"input": {}}, 422),
        (TRAIN, {"input": {"input_images": IMAGES, "steps": 5}}, 422),
        (TRAIN, {"webhook": "http://hooks.example.net/"}, 422),
        (TRAIN, {"surprise": 1}, 422),
        (f"/models/tests/trainer/versions/{'9' * 64}/trainings", {}, 422),
        (f"/models/tests/greeter/versions/{GREETER.version}/trainings", {}, 422),
        (f"/models/tests/unknown/versions/{GREETER.version}/trainings", {}, 404),
    ],
)
async def test_a_training_that_is_not_in_order_is_refused(
    api: httpx.AsyncClient, path: str, change: dict[str, Any], status: int
) -> None:
    if (await api.get("/models/demo/wanted")).status_code == 404:
        await make(api, "wanted")
    body = {"destination": "demo/wanted", "input": {"input_images": IMAGES}} | change
    refused = await api.post(path, json=body)
    assert refused.status_code == status, refused.text


async def test_an_unknown_training_is_not_found(api: httpx.AsyncClient) -> None:
    run = await api.post("/predictions", json={"version": GREETER.version, "input": {"text": "a"}})
    for training in ("unknown", run.json()["id"]):
        assert (await api.get(f"/trainings/{training}")).status_code == 404
        assert (await api.post(f"/trainings/{training}/cancel")).status_code == 404


async def test_models_and_their_trained_versions_survive_a_restart(tmp_path: Path) -> None:
    with make_demo(folder=tmp_path, speed=2000.0) as first:
        async with client_of(first) as api:
            await make(api, "kept")
            body = {"destination": "demo/kept", "input": {"input_images": IMAGES, "steps": 10}}
            ended = await end_of(api, (await api.post(TRAIN, json=body)).json()["id"])
    with make_demo(folder=tmp_path) as second:
        async with client_of(second) as api:
            body = {"version": ended["output"]["version"], "input": {"text": "again"}}
            run = await api.post("/predictions", json=body, headers={"Prefer": "wait"})
            assert run.json()["output"] == "hello again"
