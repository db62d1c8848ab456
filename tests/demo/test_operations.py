"""Every operation of the API by its number in the document's order: its success, its refusal, and its locked door."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from replicate_tui.demo.routes.files import sign
from replicate_tui.demo.server import DemoServer
from tests.demo.conftest import client_of
from tests.demo.models import GREETER, TRAINER
from tests.support.demo import make_demo
from tests.support.waiting import wait_for

MODEL = "/models/demo/mine"
FOREIGN = "/models/tests/greeter"
TRAININGS = f"/models/tests/trainer/versions/{TRAINER.version}/trainings"
RUN = {"input": {"text": "a"}}
DEPLOY = {"model": "tests/greeter", "version": GREETER.version, "hardware": "cpu", "min_instances": 0}
TRAIN = {"destination": "demo/mine", "input": {"input_images": "data:application/zip;base64,UEsFBg==", "steps": 10}}


@dataclass(frozen=True)
class Call:
    """A request; `{names}` in its path are filled in with what the fixture has made."""

    method: str
    path: str
    status: int
    json: Any = None
    content: bytes | None = None
    is_upload: bool = False


def call(method: str, path: str, status: int, json: Any = None, **more: Any) -> Call:
    return Call(method, path, status, json, **more)


OPERATIONS: dict[str, tuple[Call, Call]] = {
    "account.get": (call("GET", "/account", 200), call("POST", "/account", 405)),
    "collections.list": (call("GET", "/collections", 200), call("POST", "/collections", 405)),
    "collections.get": (call("GET", "/collections/talking", 200), call("GET", "/collections/none", 404)),
    "deployments.list": (call("GET", "/deployments", 200), call("GET", "/deployments?cursor=x", 404)),
    "deployments.create": (
        call("POST", "/deployments", 200, {**DEPLOY, "name": "second", "max_instances": 1}),
        call("POST", "/deployments", 400, {**DEPLOY, "name": "third", "max_instances": 21}),
    ),
    "deployments.get": (call("GET", "/deployments/demo/first", 200), call("GET", "/deployments/demo/none", 404)),
    "deployments.update": (
        call("PATCH", "/deployments/demo/first", 200, {"max_instances": 2}),
        call("PATCH", "/deployments/demo/first", 400, {"hardware": "abacus"}),
    ),
    "deployments.predictions.create": (
        call("POST", "/deployments/demo/first/predictions", 201, RUN),
        call("POST", "/deployments/demo/idle/predictions", 400, RUN),
    ),
    "deployments.delete": (
        call("DELETE", "/deployments/demo/idle", 204),
        call("DELETE", "/deployments/demo/first", 400),
    ),
    "files.list": (call("GET", "/files", 200), call("GET", "/files?cursor=x", 404)),
    "files.create": (call("POST", "/files", 201, is_upload=True), call("POST", "/files", 415, {})),
    "files.get": (call("GET", "/files/{file}", 200), call("GET", "/files/none", 404)),
    "files.download": (call("GET", "/files/{file}/download?{signed}", 200), call("GET", "/files/{file}/download", 400)),
    "files.delete": (call("DELETE", "/files/{file}", 204), call("DELETE", "/files/none", 404)),
    "hardware.list": (call("GET", "/hardware", 200), call("POST", "/hardware", 405)),
    "models.list": (call("GET", "/models", 200), call("GET", "/models?sort_by=fame", 400)),
    "models.create": (
        call("POST", "/models", 201, {"owner": "demo", "name": "new", "visibility": "private", "hardware": "cpu"}),
        call("POST", "/models", 409, {"owner": "demo", "name": "mine", "visibility": "private", "hardware": "cpu"}),
    ),
    "models.search": (call("QUERY", "/models", 200, content=b'"greet"'), call("QUERY", "/account", 405)),
    "models.get": (call("GET", FOREIGN, 200), call("GET", "/models/tests/none", 404)),
    "models.update": (call("PATCH", MODEL, 200, {"description": "Mine"}), call("PATCH", FOREIGN, 403, {})),
    "models.examples.list": (call("GET", f"{FOREIGN}/examples", 200), call("GET", "/models/a/b/examples", 404)),
    "models.predictions.create": (
        call("POST", "/models/tests/streamer/predictions", 201, RUN),
        call("POST", f"{FOREIGN}/predictions", 404, RUN),
    ),
    "models.readme.get": (call("GET", f"{FOREIGN}/readme", 200), call("GET", "/models/tests/streamer/readme", 404)),
    "models.versions.list": (
        call("GET", f"{FOREIGN}/versions", 200),
        call("GET", "/models/tests/none/versions", 404),
    ),
    "models.versions.get": (
        call("GET", f"{FOREIGN}/versions/{GREETER.version}", 200),
        call("GET", f"{FOREIGN}/versions/latest", 404),
    ),
    "trainings.create": (
        call("POST", TRAININGS, 201, TRAIN),
        call("POST", TRAININGS, 404, {**TRAIN, "destination": "x"}),
    ),
    "trainings.list": (call("GET", "/trainings", 200), call("GET", "/trainings?cursor=x", 404)),
    "trainings.get": (call("GET", "/trainings/{training}", 200), call("GET", "/trainings/{prediction}", 404)),
    "trainings.cancel": (
        call("POST", "/trainings/{training}/cancel", 200),
        call("POST", "/trainings/none/cancel", 404),
    ),
    "models.versions.delete": (
        call("DELETE", f"{MODEL}/versions/{{version}}", 202),
        call("DELETE", f"{FOREIGN}/versions/{GREETER.version}", 403),
    ),
    "models.delete": (call("DELETE", "/models/demo/empty", 204), call("DELETE", MODEL, 403)),
    "predictions.list": (call("GET", "/predictions", 200), call("GET", "/predictions?created_after=soon", 400)),
    "predictions.create": (
        call("POST", "/predictions", 201, {"version": GREETER.version, **RUN}),
        call("POST", "/predictions", 422, {"version": "tests/greeter:latest", **RUN}),
    ),
    "predictions.get": (call("GET", "/predictions/{prediction}", 200), call("GET", "/predictions/none", 404)),
    "predictions.cancel": (
        call("POST", "/predictions/{prediction}/cancel", 200),
        call("POST", "/predictions/none/cancel", 404),
    ),
    "search": (call("GET", "/search?query=greet", 200), call("GET", "/search", 400)),
    "webhooks.default.secret.get": (
        call("GET", "/webhooks/default/secret", 200),
        call("PUT", "/webhooks/default/secret", 405),
    ),
}


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with make_demo(speed=1000.0) as running:
        yield running


@pytest.fixture
async def api(server: DemoServer) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(server) as client:
        yield client


@pytest.fixture
async def names(server: DemoServer, api: httpx.AsyncClient) -> dict[str, str]:
    """Make what the operations need, where it is not there yet, and return its ids."""
    for name in ("mine", "empty"):
        await api.post("/models", json={"owner": "demo", "name": name, "visibility": "private", "hardware": "cpu"})
    for name, most in (("first", 1), ("idle", 0)):
        await api.post("/deployments", json={**DEPLOY, "name": name, "max_instances": most})
    # The idle deployment has been so for a quarter of an hour, which this speed makes 0.9 s.
    server.service.clock.advance(1.0)
    prediction = (await api.post("/predictions", json={"version": GREETER.version, **RUN})).json()["id"]
    training = (await api.post(TRAININGS, json=TRAIN)).json()["id"]
    run = server.service.state.run(training)
    assert run is not None
    await wait_for(lambda: run.status == "succeeded", "the training has pushed a version")
    file = (await api.post("/files", files={"content": ("a.txt", b"text", "text/plain")})).json()["id"]
    signature = httpx.QueryParams(
        owner="demo", expiry="4000000000", signature=sign(server.service, "demo", file, "4000000000")
    )
    version = run.output["version"].partition(":")[2]
    return {"prediction": prediction, "training": training, "file": file, "version": version, "signed": str(signature)}


async def send(api: httpx.AsyncClient, asked: Call, names: dict[str, str], **more: Any) -> httpx.Response:
    files = {"content": ("a.txt", b"text", "text/plain")} if asked.is_upload else None
    path = asked.path.format(**names)
    return await api.request(asked.method, path, json=asked.json, content=asked.content, files=files, **more)


def test_all_of_them_are_here() -> None:
    assert len(OPERATIONS) == 37


@pytest.mark.parametrize("name", OPERATIONS)
async def test_it_is_refused_and_it_succeeds(name: str, api: httpx.AsyncClient, names: dict[str, str]) -> None:
    right, wrong = OPERATIONS[name]
    refused = await send(api, wrong, names)
    assert refused.status_code == wrong.status, refused.text
    assert refused.json()["detail"]
    done = await send(api, right, names)
    assert done.status_code == right.status, done.text
    if done.status_code in (202, 204):
        assert done.content == b""


@pytest.mark.parametrize("name", sorted(OPERATIONS.keys() - {"search", "files.download"}))
async def test_it_takes_its_own_token_only(name: str, api: httpx.AsyncClient) -> None:
    right, _ = OPERATIONS[name]
    anything = dict.fromkeys(("prediction", "training", "file", "version", "signed"), "x")
    for header in ("", "Bearer", "Bearer r8_another", "Basic abc"):
        refused = await send(api, right, anything, headers={"Authorization": header})
        assert refused.status_code == 401
        assert refused.json()["title"] == "Unauthenticated"


async def test_a_client_that_adds_v1_to_a_base_url_with_v1_is_understood(
    server: DemoServer, api: httpx.AsyncClient
) -> None:
    doubled = await api.get(f"{server.base_url}/v1/models")
    assert doubled.status_code == 200
    assert doubled.json()["next"].startswith(f"{server.base_url}/models?cursor=")
    assert (await api.get(f"{server.base_url}/v1/v1/models")).status_code == 404
    assert (await api.get(f"{server.base_url}/v1")).status_code == 404
